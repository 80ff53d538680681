"""What the differential test asks: random servers, and requests of random pages to them.

A case is a WSGI application and a few requests that one page sends to it, one after the
other. Everything is drawn from the generator that is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from tests.conformance.server import Addresses

T = TypeVar("T")
Pairs = tuple[tuple[str, str], ...]
Application = Callable[..., Iterable[bytes]]

ALLOW_ORIGIN = "Access-Control-Allow-Origin"
ALLOW_CREDENTIALS = "Access-Control-Allow-Credentials"
ALLOW_METHODS = "Access-Control-Allow-Methods"
ALLOW_HEADERS = "Access-Control-Allow-Headers"
EXPOSE_HEADERS = "Access-Control-Expose-Headers"
MAX_AGE = "Access-Control-Max-Age"


@dataclass(frozen=True)
class Ask:
    """One request of a page, in the words of ``fetch``."""

    url: str
    method: str = "GET"
    headers: Pairs = ()
    body: str | None = None
    credentials: Any = "same-origin"
    mode: Any = "cors"
    redirect: Any = "follow"
    uploads: bool = False
    referrer_policy: Any = ""
    integrity: str = ""
    cache: Any = "default"


@dataclass(frozen=True)
class Case:
    """A page, the cookies it finds, the application it calls, and what it asks.

    ``page`` is a key of :func:`pages`; ``cookies`` are (URL, ``Set-Cookie`` value);
    ``labels`` says what is special about the application, to be counted; ``meaning`` is
    there for applications whose intention is known.
    """

    number: int
    page: str
    application: Application
    cookies: Pairs
    asks: tuple[Ask, ...]
    labels: frozenset[str] = frozenset()
    meaning: Meaning | None = None


class Meaning(Protocol):
    """What an application's configuration means, read without the library."""

    def verdict(self, ask: Ask, earlier: Sequence[Ask]) -> bool | None:
        """Return whether the page may read the answer, ``None`` where CORS is not asked.

        *earlier* is what the page has asked of the same URL before.
        """
        ...

    def visible(self, ask: Ask) -> set[str]:
        """Return which of the headers ``X-One`` and ``ETag`` the page may read."""
        ...


def pages(at: Addresses) -> dict[str, str]:
    """Return the origins whose pages ask, by name; ``sandboxed`` lies in a page of ``shop``."""
    return {
        "shop": f"http://www.shop.test:{at.http}",
        "shop-tls": f"https://www.shop.test:{at.https}",
        "localhost": f"http://localhost:{at.http}",
        "loopback": f"http://127.0.0.1:{at.http}",
        "sandboxed": "null",
    }


def hosts(number: int, page: str, at: Addresses) -> list[str]:
    """Return the origins that a case may call; no two cases share a name below ``.api``."""
    own = pages(at)[page]
    return [
        f"http://c{number}.api.shop.test:{at.http}",
        f"https://c{number}.api.shop.test:{at.https}",
        f"http://c{number}.api.other.test:{at.http}",
        f"https://c{number}.api.other.test:{at.https}",
        f"http://www.shop.test:{at.other_http}",
        f"http://localhost:{at.other_http}",
        f"http://127.0.0.1:{at.other_http}",
        f"http://www.shop.test:{at.http}" if own == "null" else own,
    ]


def pick(random: Random, weights: Mapping[T, float]) -> T:
    """Draw a key of *weights*, as often as its weight says."""
    return random.choices(list(weights), list(weights.values()))[0]


@dataclass(frozen=True)
class Answer:
    """A fixed response; ``{origin}`` in a header's value is the request's ``Origin``."""

    status: int
    headers: Pairs
    body: bytes = b"hello"


@dataclass(frozen=True)
class RawApplication:
    """An application that answers each path with one response, and its preflights with another."""

    answers: Mapping[str, tuple[Answer, Answer]]

    def __str__(self) -> str:
        lines = []
        for path, (preflight, actual) in self.answers.items():
            lines.append(f"{path} preflight {preflight.status} {preflight.headers}")
            lines.append(f"{path} {actual.status} {actual.headers}")
        return "\n".join(lines)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        preflight = environ["REQUEST_METHOD"] == "OPTIONS" and (
            "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        )
        answer = self.answers[environ["PATH_INFO"]][0 if preflight else 1]
        origin = environ.get("HTTP_ORIGIN", "")
        headers = [(name, value.replace("{origin}", origin)) for name, value in answer.headers]
        body = b"" if answer.status in (204, 304) else answer.body
        start_response(f"{answer.status} Status", [*headers, ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def raw_case(number: int, random: Random, at: Addresses) -> Case:
    """Draw a case whose application sends headers written by hand, right and wrong."""
    page = pick(random, {"shop": 7, "shop-tls": 3, "localhost": 1, "loopback": 1, "sandboxed": 2})
    origin = pages(at)[page]
    host = random.choice(hosts(number, page, at))
    is_own = host == origin
    if random.random() < 0.02:
        host = "other://x.test"
    credentials = pick(random, {"same-origin": 5, "include": 4, "omit": 1})
    ask = draw_ask(random, f"{host}/c{number}/0", credentials, OWN_MODES if is_own else MODES)
    if host == "other://x.test" and random.random() < 0.5:
        ask = Ask(ask.url, uploads=True)
    policy = draw_policy(random, origin, ask)
    answers = {f"/c{number}/0": policy.answers(random, pick(random, STATUSES))}
    if random.random() < (0.7 if is_own else 0.4):
        redirects(random, answers, number, page, policy, at)
    again = pick(random, {0: 6, 1: 3, 2: 1})
    asks = [ask] + [vary(random, ask) for _ in range(again)]
    return Case(
        number,
        page,
        RawApplication(answers),
        () if host == "other://x.test" else draw_cookies(random, number, host),
        tuple(asks),
    )


# Only a request to the page's own origin gets far in the other modes.
MODES = {"cors": 20, "no-cors": 2, "same-origin": 1}
OWN_MODES = {"cors": 6, "no-cors": 2, "same-origin": 4}

STATUSES = {200: 20, 201: 2, 204: 1, 304: 0.5, 400: 1, 401: 2, 403: 1, 404: 2, 405: 1, 500: 2}

METHODS = {
    "GET": 10,
    "HEAD": 2,
    "POST": 6,
    "PUT": 5,
    "DELETE": 3,
    "PATCH": 3,
    "OPTIONS": 1,
    "put": 1,
    "patch": 1,
    "CHICKEN": 1,
}

HEADERS: dict[tuple[str, str], float] = {
    ("Accept", "application/json"): 3,
    ("Accept", "text/html;q=0.9, */*"): 1,
    ("Accept", 'text/"html"'): 1,
    ("Accept", "a" * 128): 1,
    ("Accept", "a" * 129): 1,
    ("Accept", "a\tb"): 0.5,
    ("Accept", "caf\xe9"): 0.5,
    ("Accept-Language", "de, en;q=0.5"): 2,
    ("Accept-Language", "de_DE"): 1,
    ("Accept-Language", "de\ten"): 0.5,
    ("Content-Language", "de-CH"): 1,
    ("Content-Language", "de!"): 1,
    ("Content-Type", "application/json"): 6,
    ("Content-Type", "text/plain"): 2,
    ("Content-Type", "TEXT/Plain; charset=UTF-8"): 1,
    ("Content-Type", "text/plain ;x"): 0.5,
    ("Content-Type", "text / plain"): 0.5,
    ("Content-Type", "text/plain, x/y"): 0.5,
    ("Content-Type", "text/plain;a=(b)"): 1,
    ("Content-Type", "multipart/form-data; boundary=x"): 1,
    ("Content-Type", "application/x-www-form-urlencoded"): 1,
    ("Content-Type", "text"): 0.5,
    ("Content-Type", ""): 0.5,
    ("Range", "bytes=0-99"): 1,
    ("Range", "bytes=5-"): 1,
    ("Range", "bytes=-5"): 1,
    ("Range", "bytes=9-1"): 1,
    ("Range", "bytes = 0-1"): 0.5,
    ("Range", "bytes=0-1,3-4"): 0.5,
    ("Range", "bytes=00-01"): 0.5,
    ("Authorization", "Bearer x"): 5,
    ("X-Requested-With", "fetch"): 4,
    ("X-Token", "1"): 4,
    ("x-lower", "1"): 2,
    ("If-None-Match", '"x"'): 1,
    ("Cookie", "forged=1"): 1,
    ("Sec-Fetch-Site", "same-origin"): 1,
    ("Proxy-Authorization", "x"): 0.5,
    ("X-HTTP-Method-Override", "PUT"): 0.5,
    ("X-HTTP-Method-Override", "GET, trace"): 0.5,
    ("X-HTTP-Method-Override", '"GET, trace"'): 0.5,
    ("X-Method-Override", '"a", Track'): 0.3,
    ("DPR", "2"): 0.5,
    ("DPR", "x"): 0.3,
    ("DPR", "1.5"): 0.3,
    ("DPR", "1."): 0.2,
    ("Device-Memory", "0.25"): 0.3,
    ("Downlink", ".5"): 0.2,
    ("Width", "100"): 0.3,
    ("Width", "100.5"): 0.3,
    ("Viewport-Width", "1.0"): 0.3,
    ("RTT", "1.5"): 0.3,
    ("RTT", "50"): 0.3,
    ("Save-Data", "on"): 0.5,
    ("Save-Data", "off"): 0.3,
    ("User-Agent", "x"): 0.5,
}


POLICIES = {
    "": 20,
    "no-referrer": 1,
    "no-referrer-when-downgrade": 1,
    "origin": 1,
    "origin-when-cross-origin": 1,
    "same-origin": 1,
    "strict-origin": 1,
    "strict-origin-when-cross-origin": 1,
    "unsafe-url": 1,
}

# Of "hello", which most answers hold, and of nothing.
DIGESTS = {
    "": 40,
    "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=": 1,
    "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=": 1,
    "sha384-x sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=": 0.3,
    "md5-x": 0.5,
}

# Together longer than one value may be, or than all may be.
REPEATED = [
    [("Accept", "a" * 60)] * 2,
    [("Accept", "a" * 60)] * 3,
    [("Accept", "a" * 120)] * 9,
    [("Content-Language", "de"), ("content-language", "en")],
    [("X-Token", "1"), ("x-token", "2")],
]


def draw_ask(random: Random, url: str, credentials: str, modes: Mapping[str, float]) -> Ask:
    """Draw a request to *url*."""
    mode = pick(random, modes)
    method = pick(random, METHODS)
    if mode == "no-cors":
        method = pick(random, {"GET": 3, "POST": 1, "HEAD": 1, "PUT": 0.3})
    names: dict[str, tuple[str, str]] = {}
    for _ in range(pick(random, {0: 5, 1: 4, 2: 3, 3: 1, 6: 0.5})):
        name, value = pick(random, HEADERS)
        names[name.lower()] = (name, value)
    drawn = list(names.values())
    if random.random() < 0.04:
        drawn += random.choice(REPEATED)
    body = None
    if method.upper() not in ("GET", "HEAD"):
        body = pick(random, {None: 1, "{}": 2})
    uploads = mode == "cors" and random.random() < 0.12 and credentials != "omit"
    redirect = pick(random, {"follow": 12, "manual": 1, "error": 1})
    return Ask(
        url=url,
        method=method,
        headers=tuple(drawn),
        body=body,
        credentials=credentials,
        mode=mode,
        redirect="follow" if uploads else redirect,
        uploads=uploads,
        referrer_policy="" if uploads else pick(random, POLICIES),
        integrity="" if uploads else pick(random, DIGESTS),
    )


def vary(random: Random, ask: Ask) -> Ask:
    """Draw another request to the URL of *ask*, often the same, to meet the preflight cache."""
    if random.random() < 0.5:
        return ask
    credentials = pick(random, {ask.credentials: 3, "include": 1, "omit": 1})
    return draw_ask(random, ask.url, credentials, MODES)


@dataclass(frozen=True)
class Policy:
    """The header lines of a server's answers, for preflights and for the requests."""

    preflight_status: int
    preflight: Pairs
    actual: Pairs

    def answers(self, random: Random, status: int, extra: Pairs = ()) -> tuple[Answer, Answer]:
        """Return the two answers of a path; HTTP field names are case-insensitive."""
        return (
            Answer(self.preflight_status, recased(random, self.preflight), b""),
            Answer(status, recased(random, (*self.actual, *extra))),
        )


def recased(random: Random, headers: Pairs) -> Pairs:
    """Write the names of *headers* in another case now and then."""
    kinds: dict[Callable[[str], str], float] = {str: 5, str.lower: 1, str.upper: 1}
    change = pick(random, kinds)
    return tuple((change(name), value) for name, value in headers)


def draw_policy(random: Random, origin: str, ask: Ask) -> Policy:
    """Draw the answers of a server, more often right than wrong for *ask*."""
    allow_origin = draw_allow_origin(random, origin)
    allow_credentials = draw_allow_credentials(random, ask.credentials)
    both = [*allow_origin, *allow_credentials]
    preflight = both
    if random.random() < 0.1:
        preflight = [*draw_allow_origin(random, origin), *allow_credentials]
    return Policy(
        pick(random, {200: 12, 204: 6, 299: 0.5, 302: 0.7, 307: 0.5, 304: 0.3, 403: 0.7, 500: 0.5}),
        (
            *preflight,
            *draw_methods(random, ask.method),
            *draw_allow_headers(random, ask.headers),
            *draw_max_age(random),
            *([("Location", "/elsewhere")] if random.random() < 0.3 else []),
        ),
        (*both, *draw_exposed(random), *draw_set_cookie(random, ask.url)),
    )


def draw_allow_origin(random: Random, origin: str) -> list[tuple[str, str]]:
    other = "http://other.test"
    kinds: dict[tuple[str, ...], float] = {
        ("{origin}",): 24,
        ("*",): 8,
        (): 1.2,
        (origin,): 3,
        ("null",): 1,
        ("",): 0.4,
        (other,): 0.8,
        (f"{origin}/",): 0.4,
        (origin.upper(),): 0.4,
        ("{origin}", "{origin}"): 0.5,
        ("{origin}", "*"): 0.4,
        ("*", "*"): 0.4,
        (f"{{origin}}, {other}",): 0.4,
        (f"{{origin}} {other}",): 0.3,
        ("*.shop.test",): 0.4,
        ("www.shop.test",): 0.3,
        ("http://*.shop.test",): 0.3,
        ("http://",): 0.2,
        ("localhost:3000",): 0.2,
        ("http://[",): 0.2,
        ("http://x:99999",): 0.2,
        ("http://a:b",): 0.2,
        ("//x.test",): 0.2,
        ("true",): 0.2,
        ("'*'",): 0.2,
        (" {origin}\t",): 0.3,
    }
    return [(ALLOW_ORIGIN, value) for value in pick(random, kinds)]


def draw_allow_credentials(random: Random, credentials: str) -> list[tuple[str, str]]:
    kinds: dict[tuple[str, ...], float] = {
        ("true",): 12 if credentials == "include" else 3,
        (): 2 if credentials == "include" else 9,
        ("True",): 0.4,
        ("TRUE",): 0.2,
        ("false",): 0.4,
        ("1",): 0.2,
        ("true", "true"): 0.3,
        ("",): 0.2,
        (" true ",): 0.3,
    }
    return [(ALLOW_CREDENTIALS, value) for value in pick(random, kinds)]


def draw_methods(random: Random, method: str) -> list[tuple[str, str]]:
    kinds: dict[tuple[str, ...], float] = {
        (f"GET, {method.upper()}",): 9,
        (method,): 5,
        ("*",): 4,
        (): 1,
        ("GET, POST",): 1.5,
        ("GET,,PUT, ,PATCH,DELETE,",): 1,
        (method.lower(),): 1,
        ("GET PUT",): 0.5,
        ("GET; PUT",): 0.4,
        ("PUT", "DELETE, PATCH"): 1,
        ("PUT, *",): 0.5,
        ("",): 0.3,
        ('"PUT"',): 0.3,
        ("[PUT]",): 0.3,
    }
    return [(ALLOW_METHODS, value) for value in pick(random, kinds)]


def draw_allow_headers(random: Random, headers: Pairs) -> list[tuple[str, str]]:
    names = ", ".join(name for name, _ in headers)
    kinds: dict[tuple[str, ...], float] = {
        (names,): 10,
        (names.lower(),): 4,
        (names.upper().replace(", ", ","),): 2,
        ("*",): 6,
        (): 2,
        ("X-Token, Content-Type",): 3,
        ("X-Token", "Content-Type", "*"): 1,
        ("Authorization, *",): 1.5,
        ("X-Token X-Other",): 0.6,
        ("X-Token: 1",): 0.4,
        (",X-Token,,",): 0.5,
        ("",): 0.4,
    }
    return [(ALLOW_HEADERS, value) for value in pick(random, kinds)]


def draw_max_age(random: Random) -> list[tuple[str, str]]:
    kinds: dict[tuple[str, ...], float] = {
        (): 8,
        ("600",): 6,
        ("0",): 4,
        ("86400",): 1,
        ("-1",): 1,
        ("abc",): 1,
        ("",): 0.5,
        ("1.5",): 0.5,
        ("+600",): 0.5,
        ("600", "600"): 0.5,
        ("600, 0",): 0.5,
        ("99999999999999999999999",): 0.5,
    }
    return [(MAX_AGE, value) for value in pick(random, kinds)]


def draw_exposed(random: Random) -> list[tuple[str, str]]:
    sent = [
        ("X-One", "1"),
        ("X-Two", "a"),
        ("X-Two", "b"),
        ("ETag", '"e"'),
        ("Content-Type", "text/plain"),
        ("Content-Language", "de"),
        ("Expires", "0"),
        ("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("Pragma", "no-cache"),
        ("Server", "x"),
        ("X-Empty", ""),
        ("*", "star"),
    ]
    kinds: dict[tuple[str, ...], float] = {
        (): 8,
        ("X-One",): 4,
        ("x-one, X-TWO",): 4,
        ("X-One", "X-Two,ETag"): 2,
        ("*",): 5,
        ("*, X-One",): 1,
        ("Set-Cookie, X-One, Set-Cookie2",): 1,
        ("X-One X-Two",): 0.7,
        ("X-One; X-Two",): 0.5,
        ("X-One, X Two, ETag",): 0.7,
        (",,X-Two,",): 0.7,
        ("",): 0.5,
    }
    exposed = [(EXPOSE_HEADERS, value) for value in pick(random, kinds)]
    # Nothing is cached here: the model has no HTTP cache.
    return [*exposed, ("Cache-Control", "no-store")] + [
        pair for pair in sent if random.random() < 0.3
    ]


def draw_set_cookie(random: Random, url: str) -> list[tuple[str, str]]:
    """Draw ``Set-Cookie`` lines; a case's cookies bear its number, since jars are shared."""
    if random.random() < 0.6:
        return []
    parts = urlsplit(url)
    prefix = "n" + parts.path.split("/")[1]
    host = parts.hostname or ""
    kinds = {
        "{n}a=1": 3,
        "{n}b=1; SameSite=Lax": 1,
        "{n}c=1; SameSite=Strict": 1,
        "{n}d=1; SameSite=None": 1,
        "{n}e=1; SameSite=None; Secure": 3,
        "{n}f=1; Secure": 1,
        "{n}g=1; Domain=shop.test": 1,
        "{n}h=1; Domain=.other.test; SameSite=None; Secure": 1,
        "{n}i=1; Path=" + parts.path.rpartition("/")[0]: 1,
        "{n}j=1; Path=/elsewhere": 1,
        "{n}k=1; Max-Age=0": 1,
        "{n}l=1; Max-Age=1000; HttpOnly": 1,
        "{n}m=a=b; samesite=LAX": 0.5,
        "{n}o=1; Expires=Wed, 01 Jan 2020 00:00:00 GMT": 0.5,
        "{n}p=1; Expires=Wed, 01 Jan 2048 00:00:00 GMT": 0.5,
        "{n}q=1; SameSite=Bogus": 0.5,
        "{n}r=1; Domain=test": 0.5,
        "{n}s=1; Domain=" + host: 0.5,
        "{n}t=1; Domain=x." + host: 0.5,
        "{n}u=1; Path=relative": 0.5,
        "__Host-{n}v=1; Secure; Path=/": 0.5,
        "__Host-{n}w=1; Secure; Path=/; Domain=" + host: 0.5,
        "__Secure-{n}x=1": 0.5,
        "{n}y=1; Max-Age=-1; Expires=Wed, 01 Jan 2048 00:00:00 GMT": 0.5,
        "{n}z=1; Max-Age=abc": 0.5,
    }
    lines = [pick(random, kinds) for _ in range(pick(random, {1: 4, 2: 2, 3: 1}))]
    return [("Set-Cookie", line.replace("{n}", prefix)) for line in lines]


def draw_cookies(random: Random, number: int, host: str) -> Pairs:
    """Draw the cookies that *host* has set before, each for its own ``SameSite``."""
    if random.random() < 0.3:
        return ()
    secure = "; Secure" if host.startswith("https:") else ""
    lines = [
        f"nc{number}lax=1; SameSite=Lax{secure}",
        f"nc{number}strict=1; SameSite=Strict",
        f"nc{number}elsewhere=1; SameSite=Lax; Path=/elsewhere",
    ]
    if secure:
        lines.append(f"nc{number}none=1; SameSite=None{secure}")
    return tuple((f"{host}/", line) for line in lines)


def redirects(
    random: Random,
    answers: dict[str, tuple[Answer, Answer]],
    number: int,
    page: str,
    policy: Policy,
    at: Addresses,
) -> None:
    """Put a chain of redirects before the last answer of *answers*."""
    path, last = answers.popitem()
    length = pick(random, {1: 6, 2: 3, 3: 1})
    for hop in range(length):
        here = f"/c{number}/{hop}"
        there = f"/c{number}/{hop + 1}"
        location = draw_location(random, here, there, random.choice(hosts(number, page, at)))
        status = pick(random, {301: 2, 302: 4, 303: 2, 307: 3, 308: 2})
        extra = tuple(("Location", value) for value in location)
        if random.random() < 0.1:
            extra += (("Referrer-Policy", pick(random, POLICIES)),)
        answers[here] = policy.answers(random, status, extra)
    answers[f"/c{number}/{length}"] = last
    assert path in answers


def draw_location(random: Random, here: str, there: str, host: str) -> tuple[str, ...]:
    scheme, _, authority = host.partition("://")
    kinds: dict[tuple[str, ...], float] = {
        (there,): 8,
        (host + there,): 16,
        (host + there + "#fragment",): 0.5,
        (f"{scheme}://user:password@{authority}{there}",): 3,
        (f"{scheme}://user@{authority}{there}",): 2,
        (f"{scheme}://:password@{authority}{there}",): 0.5,
        (f"{scheme}://user:@{authority}{there}",): 0.5,
        (f"{scheme}://@{authority}{there}",): 0.5,
        (f"{scheme}://:@{authority}{there}",): 0.5,
        ("http://www.shop.test:6000" + there,): 1.5,
        ("http://127.0.0.1:10080" + there,): 1.5,
        (there + "?\xe2\x98\x83&\xff",): 0.8,
        ("/x/../" + there.strip("/") + "?%\xe2",): 0.3,
        ("/./x/%2E%2e" + there,): 0.3,
        (host.replace("127.0.0.1", "127.1") + there,): 0.3,
        (host + there.replace("/", "\\"),): 0.3,
        (here,): 1.6,
        ("ftp://x.test" + there,): 2,
        ("data:text/plain," + there,): 0.8,
        ("http://[",): 0.6,
        ("http://x:99999/",): 0.3,
        (): 0.5,
        ("",): 0.4,
        (there, there): 0.4,
        (there, here): 0.4,
        (host.upper() + there,): 0.5,
    }
    return pick(random, kinds)
