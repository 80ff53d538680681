"""Whether a browser sends the app's own cookies with a page's request (RFC 6265bis).

CORS may allow credentials where the cookie never leaves the browser: no error is shown, and
the user is not logged in. Reads configuration only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from ..testing.sites import is_trustworthy
from .public_suffixes import is_same_site

# Flask's keys, and those of Flask-Login and Flask-JWT-Extended, which count where they are set.
_COOKIES: Final = (
    ("session", "SESSION_COOKIE"),
    ("remember", "REMEMBER_COOKIE"),
    ("JWT", "JWT_COOKIE"),
)


class CookieProblem(NamedTuple):
    """A cookie of the app that is not sent: why, and what to write."""

    reason: str
    hint: str

    def __str__(self) -> str:
        return f"{self.reason}. {self.hint}"


def cookie_problems(config: Mapping[str, Any], origin: str, url: str) -> Iterator[CookieProblem]:
    """Yield the problem of each cookie of the app that a page of *origin* does not send to *url*.

    *config* is that of the app. Judges a ``fetch`` with credentials by the cookie's ``SameSite``
    and ``Secure`` attributes alone; a browser may also block third-party cookies.
    """
    same_site = is_same_site(origin, url)
    for name, prefix in _COOKIES:
        if name == "session" or any(str(key).startswith(f"{prefix}_") for key in config):
            problem = read_cookie(config, name, prefix).problem(origin, url, same_site)
            if problem:
                yield problem


class AppCookie(NamedTuple):
    """One cookie's attributes; ``same_site`` is empty where it is not set."""

    name: str
    same_site: str
    secure: bool
    same_site_key: str
    secure_key: str

    def problem(self, origin: str, url: str, same_site: bool) -> CookieProblem | None:
        """Return why the cookie is not sent, and what to write; ``None`` where it is sent.

        RFC 6265bis, sections 5.6 (a "None" that is not Secure is not stored) and 5.7.3.
        """
        over = f" {_OVER_HTTPS}" if not is_trustworthy(url) else ""
        if self.same_site == "None" and not self.secure:
            reason = f"browsers reject the {self.name} cookie: SameSite=None without Secure"
            return CookieProblem(reason, f"Set {self.secure_key} = True.{over}")
        if not same_site and self.same_site != "None":
            why = f"SameSite={self.same_site}" if self.same_site else "SameSite is Lax by default"
            reason = (
                f"browsers do not send the {self.name} cookie with requests of {origin} to "
                f"{url_origin(url)}, a different site ({why})"
            )
            hint = f"Set {self.same_site_key} = 'None' and {self.secure_key} = True"
            hint += f", or serve the page and the API from one site.{over}"
            return CookieProblem(reason, hint)
        if self.secure and over:
            reason = f"browsers do not send the {self.name} cookie over plain http: it is Secure"
            return CookieProblem(reason, _OVER_HTTPS)
        return None


_OVER_HTTPS: Final = "Serve the API over https."


def read_cookie(
    config: Mapping[str, Any], name: str = "session", prefix: str = "SESSION_COOKIE"
) -> AppCookie:
    """Return the attributes that the config gives a cookie."""
    same_site = config.get(f"{prefix}_SAMESITE")
    # Werkzeug writes Secure on every partitioned cookie.
    secure = bool(config.get(f"{prefix}_SECURE") or config.get(f"{prefix}_PARTITIONED"))
    given = same_site.title() if isinstance(same_site, str) else ""
    return AppCookie(name, given, secure, f"{prefix}_SAMESITE", f"{prefix}_SECURE")


def url_origin(url: str) -> str:
    """Return scheme, host and port of *url*."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
