"""Where the lab is found: one API, and one page under two host names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Addresses:
    """The origins of the lab.

    ``same_site`` and ``cross_site`` are the same page. ``localhost`` on another port is
    another origin than the API, but the same site; ``127.0.0.1`` is another site.
    """

    api_port: int
    page_port: int

    @property
    def api(self) -> str:
        return f"http://localhost:{self.api_port}"

    @property
    def same_site(self) -> str:
        return f"http://localhost:{self.page_port}"

    @property
    def cross_site(self) -> str:
        return f"http://127.0.0.1:{self.page_port}"

    @property
    def pages(self) -> tuple[str, str]:
        return self.same_site, self.cross_site
