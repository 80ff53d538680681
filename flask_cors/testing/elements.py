"""What the elements of a page ask for: destinations, modes and credentials.

Follows https://html.spec.whatwg.org/ ("create a potential-CORS request"); sends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .page import Mode

Element = Literal[
    "audio",
    "embed",
    "favicon",
    "font",
    "img",
    "manifest",
    "module",
    "object",
    "script",
    "stylesheet",
    "track",
    "video",
]
CrossOrigin = Literal["anonymous", "use-credentials"]


@dataclass(frozen=True)
class Load:
    """How an element sends its request: its destination, the console's word for it, ``Accept``.

    ``mode`` is the one without ``crossorigin``.
    """

    destination: str
    kind: str
    accept: str = "*/*"
    mode: Mode = "no-cors"

    def headers(self) -> list[tuple[str, str]]:
        """Return the headers of its request.

        Audio and video ask for all of the resource as a part, so that they may skip to others
        (HTML, "media data processing").
        """
        is_media = self.destination in ("audio", "video")
        return [("Accept", self.accept), *([("Range", "bytes=0-")] if is_media else [])]


_IMAGE = "image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
LOADS: dict[str, Load] = {
    "audio": Load("audio", "audio"),
    "embed": Load("embed", "resource"),
    "favicon": Load("image", "image", _IMAGE),
    "font": Load("font", "font", mode="cors"),
    "img": Load("image", "image", _IMAGE),
    "manifest": Load("manifest", "manifest", mode="cors"),
    "module": Load("script", "script", mode="cors"),
    "object": Load("object", "resource"),
    "script": Load("script", "script"),
    "stylesheet": Load("style", "CSS stylesheet", "text/css,*/*;q=0.1"),
    "track": Load("track", "text track", mode="same-origin"),
    "video": Load("video", "video"),
}
DOCUMENT_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
