"""Whether a browser sends the app's own cookies with a page's request (RFC 6265bis).

CORS may allow credentials where the cookie never leaves the browser: no error is shown, and
the user is not logged in. Reads configuration only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from ..testing import sites
from ..testing.sites import is_trustworthy, last_two_labels

# Flask's keys, and those of Flask-Login and Flask-JWT-Extended, which count where they are set.
_COOKIES: Final = (
    ("session", "SESSION_COOKIE"),
    ("remember", "REMEMBER_COOKIE"),
    ("JWT", "JWT_COOKIE"),
)


class CookieProblem(NamedTuple):
    """A cookie of the app that is not sent: which, the config keys behind it, why, what to write.

    ``cookie`` is ``session`` (Flask's), ``remember`` (Flask-Login's) or ``JWT`` (of
    Flask-JWT-Extended); ``keys`` are those of
    ``app.config``.
    """

    cookie: str
    keys: tuple[str, ...]
    reason: str
    hint: str

    def __str__(self) -> str:
        return f"{self.reason}. {self.hint}"


def cookie_problem(config: Mapping[str, Any], origin: str, url: str) -> CookieProblem | None:
    """Return why a page of *origin* sends no session cookie to *url*; ``None`` if it does.

    *config* is that of the app. Judges a ``fetch`` with credentials by the cookie's ``SameSite``
    and ``Secure`` attributes alone; a browser may block third-party cookies besides.
    """
    return next(cookie_problems(config, origin, url), None)


def cookie_problems(config: Mapping[str, Any], origin: str, url: str) -> Iterator[CookieProblem]:
    """Yield the problem of each cookie that is not sent; see :func:`cookie_problem`."""
    same_site = is_same_site(origin, url)
    for name, prefix in _COOKIES:
        if name == "session" or any(str(key).startswith(f"{prefix}_") for key in config):
            cookie = read_cookie(config, name, prefix)
            if why := cookie.why_not(origin, url, same_site):
                yield CookieProblem(name, (cookie.same_site_key, cookie.secure_key), *why)


class AppCookie(NamedTuple):
    """One cookie's attributes; ``same_site`` is empty where it is not set."""

    name: str
    same_site: str
    secure: bool
    same_site_key: str
    secure_key: str

    def why_not(self, origin: str, url: str, same_site: bool) -> tuple[str, str] | None:
        """Return why the cookie is not sent, and what to write; ``None`` where it is.

        RFC 6265bis, sections 5.6 (a "None" that is not Secure is not stored) and 5.7.3.
        """
        over = f" {_OVER_HTTPS}" if not is_trustworthy(url) else ""
        if self.same_site == "None" and not self.secure:
            reason = f"browsers reject the {self.name} cookie: SameSite=None without Secure"
            return reason, f"Set {self.secure_key} = True.{over}"
        if not same_site and self.same_site != "None":
            why = f"SameSite={self.same_site}" if self.same_site else "SameSite is Lax by default"
            reason = (
                f"browsers do not send the {self.name} cookie with requests of {origin} to "
                f"{url_origin(url)}, a different site ({why})"
            )
            hint = f"Set {self.same_site_key} = 'None' and {self.secure_key} = True"
            return reason, f"{hint}, or serve the page and the API from one site.{over}"
        if self.secure and over:
            reason = f"browsers do not send the {self.name} cookie over plain http: it is Secure"
            return reason, _OVER_HTTPS
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


def is_same_site(origin: str, url: str) -> bool:
    """Return whether a page of *origin* is of the site of *url*, its scheme included.

    See https://html.spec.whatwg.org/#same-site; ``null`` is of no site.
    """
    return origin != "null" and site_of(origin) == site_of(url)


def site_of(url: str) -> tuple[str, str]:
    """Return scheme and registrable domain of *url*, by the public suffix list where it is."""
    return sites.site_of(url, registrable_domain())


def registrable_domain() -> Callable[[str], str | None]:
    """Return what finds a host's registrable domain: the public suffix list of [cli], if there."""
    try:
        found: Callable[[str], str | None] = public_suffix_list().privatesuffix
    except ModuleNotFoundError:
        return last_two_labels
    return found


def public_suffix_list() -> Any:
    """Return the list of the extra ``[cli]``; raises ``ModuleNotFoundError`` without it."""
    from publicsuffixlist import PublicSuffixList  # of the extra [cli]

    return _made(PublicSuffixList)


@lru_cache(maxsize=1)
def _made(make: Callable[[], Any]) -> Any:
    return make()  # reading the list takes a fifth of a second
