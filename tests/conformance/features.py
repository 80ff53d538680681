"""What elements, forms, links, streams and sockets send: cases for Chromium and for the model.

Each is a script in a page of Chromium, and the same in the words of the model; both tell what the
server saw. ``python -m tests.conformance.features`` writes what the model sends, which the test
with Chromium holds to be the same, so that the model is tested where there is no Chromium.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_cors.testing import CHROMIUM, Blob, Browser, Exchange, FormData, NetworkError

RECORDED = Path(__file__).with_name("features.json")
COMPARED = frozenset(
    {
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "authorization",
        "cache-control",
        "content-length",
        "content-type",
        "cookie",
        "if-modified-since",
        "if-none-match",
        "last-event-id",
        "origin",
        "pragma",
        "range",
        "referer",
        "sec-ch-ua-mobile",
        "sec-ch-ua-platform",
        "sec-fetch-dest",
        "sec-fetch-mode",
        "sec-fetch-site",
        "sec-fetch-storage-access",
        "sec-fetch-user",
        "sec-websocket-extensions",
        "sec-websocket-protocol",
        "sec-websocket-version",
        "upgrade-insecure-requests",
    }
)
PAGE = b"<!doctype html><title>a page</title><body>"
# What a browser needs to take an answer for an image, a script and so on does not matter here.
BODY = b"data: one\n\n"


class Server:
    """Answers by the path: ``/page``, ``/to/<host>/<path>`` redirects, the rest is readable."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path in ("/page", "/favicon.ico"):
            headers = [("Content-Type", "text/html"), ("Content-Length", str(len(PAGE)))]
            start_response("200 OK", headers)
            return [PAGE]
        headers = [
            ("Access-Control-Allow-Origin", environ.get("HTTP_ORIGIN", "*")),
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Allow-Headers", "x-a"),
        ]
        if environ["QUERY_STRING"].startswith("to="):
            status = "307" if "keep" in path else "302"
            headers += [("Location", environ["QUERY_STRING"][3:]), ("Content-Length", "0")]
            start_response(f"{status} Redirect", headers)
            return []
        return self._answer(path, environ, headers, start_response)

    def _answer(
        self, path: str, environ: dict[str, Any], headers: list[Any], start_response: Any
    ) -> Iterable[bytes]:
        if "stream" in path:
            headers.append(("Content-Type", "text/event-stream"))
        if "misdirected" in path:
            start_response("421 Misdirected Request", [*headers, ("Content-Length", "0")])
            return []
        if "auth" in path and "HTTP_AUTHORIZATION" not in environ:
            challenge = [("WWW-Authenticate", 'Basic realm="x"'), ("Content-Length", "0")]
            start_response("401 Unauthorized", [*headers, *challenge])
            return []
        if "refuse" in path:
            start_response("403 Forbidden", [("Content-Length", "0")])
            return []
        for part in re.findall(r"cached-([^/]*)", path):
            headers += CACHING[part]
        for part in re.findall(r"search-([^/]*)", path):
            headers += [("Cache-Control", "max-age=1000"), ("No-Vary-Search", SEARCH[part])]
        headers += BACKGROUND if "background" in path else []
        if "HTTP_IF_NONE_MATCH" in environ and "etag" in path:
            start_response("304 Not Modified", headers)
            return []
        part = re.fullmatch("bytes=([0-9]+)-([0-9]+)", environ.get("HTTP_RANGE", ""))
        if "parts" in path and part is not None:
            first, last = int(part[1]), min(int(part[2]), len(BODY) - 1)
            headers += [("Content-Range", f"bytes {first}-{last}/{len(BODY)}")]
            headers += [("Content-Length", str(last - first + 1))]
            start_response("206 Partial Content", headers)
            return [BODY[first : last + 1]]
        headers += [("Content-Length", str(len(BODY)))]
        start_response("200 OK", headers)
        return [BODY]


CACHING = {
    "long": [("Cache-Control", "max-age=1000")],
    "etag": [("ETag", '"e"'), ("Cache-Control", "no-cache")],
    "etag-long": [("ETag", '"e"'), ("Cache-Control", "max-age=1000")],
    "modified": [("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"), ("Cache-Control", "no-cache")],
    "heuristic": [("Last-Modified", "Wed, 01 Jan 2020 00:00:00 GMT")],
    "no-store": [("Cache-Control", "no-store, max-age=1000")],
    "vary-origin": [("Cache-Control", "max-age=1000"), ("Vary", "Origin")],
    "vary-star": [("Cache-Control", "max-age=1000"), ("Vary", "*")],
    "vary-etag": [("Cache-Control", "max-age=1000"), ("Vary", "Origin, X-A"), ("ETag", '"e"')],
    "expires": [("Expires", "Wed, 01 Jan 2048 00:00:00 GMT")],
    "expired": [("Expires", "0"), ("ETag", '"e"')],
    "private": [("Cache-Control", "private, max-age=1000")],
    "aged": [("Cache-Control", "max-age=1000"), ("Age", "1000"), ("ETag", '"e"')],
    "quoted": [("Cache-Control", 'max-age="1000"')],
    "pragma": [("Cache-Control", "max-age=1000"), ("Pragma", "no-cache")],
    "unreadable": [
        ("Cache-Control", "max-age=soon"),
        ("Last-Modified", "Wed, 01 Jan 2020 00:00:00 GMT"),
    ],
    "plain": [],
}
BACKGROUND = [("ETag", '"e"'), ("Cache-Control", "max-age=0, stale-while-revalidate=100")]
SEARCH = {
    "params": "params",
    "a": 'params=("a")',
    "order": "key-order",
    "except": 'params, except=("a")',
    "unreadable": "params=a",
}
QUERIES = ["?a=1&b=1", "?b=1&a=1", "?b=1&a=2", "?a=1", "", "?%61=1&b=1&"]


@dataclass(frozen=True)
class Places:
    """The origins of a case: the page's, one of the same site, one of another."""

    page: str
    sibling: str
    other: str


@dataclass(frozen=True)
class Feature:
    """A case: what a script does in Chromium, ``PAGE``, ``SIBLING``, ``OTHER`` replaced, and
    what the model does."""

    name: str
    script: str
    model: Callable[[Browser, Places], object]
    click: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it is asked over HTTP: Chromium caches nothing of a certificate in doubt."""
        return self.name.startswith("cached ")

    def __str__(self) -> str:
        return self.name


def _form(method: str, enctype: str, action: str, target: str = "_self") -> str:
    return f"""
      const form = document.createElement('form');
      form.method = '{method}'; form.enctype = '{enctype}'; form.action = '{action}';
      form.target = '{target}';
      form.innerHTML = '<input name="a b" value="1&amp;2"><textarea name="c"></textarea>';
      form.elements[1].value = 'x\\ny';
      document.body.append(form); form.submit();
    """


FIELDS = {"a b": "1&2", "c": "x\ny"}
URLENCODED = "application/x-www-form-urlencoded"


def _features() -> Iterator[Feature]:
    for where, at in (("own", "PAGE"), ("sibling", "SIBLING"), ("other", "OTHER")):
        yield from _elements(where, at)
        yield from _forms(where, at)
        yield from _sockets(where, at)
        yield from _policies(where, at)
    yield from _cached()
    yield from _parts()
    yield from _xhr()
    yield from _misdirected()
    yield from _bodies()
    yield from _urls()
    yield from _credentials()
    yield from _authentication()
    yield from _scripts()
    yield from _blobs()
    yield from _markup()


def _place(at: str) -> Callable[[Places], str]:
    return lambda places: str(getattr(places, at.lower()))


# The tag of an element, its attribute with the URL, and what else a script sets.
TAGS = {
    "img": ("img", "src", ""),
    "script": ("script", "src", ""),
    "module": ("script", "src", "e.type = 'module';"),
    "stylesheet": ("link", "href", "e.rel = 'stylesheet';"),
    "audio": ("audio", "src", "e.preload = 'auto';"),
    "video": ("video", "src", "e.preload = 'auto';"),
    "embed": ("embed", "src", ""),
    "object": ("object", "data", ""),
}


def _element(element: str, crossorigin: str | None, url: str) -> str:
    """Return a script that appends an element; *url* is an expression of JavaScript."""
    tag, attribute, more = TAGS[element]
    extra = f"e.crossOrigin = '{crossorigin}';" if crossorigin else ""
    return (
        f"const e = document.createElement('{tag}'); {more} {extra} "
        f"e.{attribute} = {url}; document.body.append(e);"
    )


def _elements(where: str, at: str) -> Iterator[Feature]:
    place = _place(at)
    for element in ("img", "script", "module", "stylesheet", "audio", "video"):
        for crossorigin in (None, "anonymous", "use-credentials"):
            yield Feature(
                f"{element} {crossorigin} {where}",
                _element(element, crossorigin, f"'{at}/x'"),
                lambda page, places, element=element, crossorigin=crossorigin: page.load(
                    element, f"{place(places)}/x", crossorigin=crossorigin
                ),
            )
    for element, attribute in (("embed", "src"), ("object", "data")):
        yield Feature(
            f"{element} {where}",
            f"const e = document.createElement('{element}'); e.{attribute} = '{at}/x'; "
            "document.body.append(e);",
            lambda page, places, element=element: page.load(element, f"{place(places)}/x"),
        )
    yield Feature(
        f"font {where}",
        f"new FontFace('f', 'url({at}/x)').load().catch(() => {{}});",
        lambda page, places: page.load("font", f"{place(places)}/x"),
    )
    yield Feature(
        f"beacon {where}",
        f"navigator.sendBeacon('{at}/x', 'text');",
        lambda page, places: page.send_beacon(f"{place(places)}/x", "text"),
    )


def _forms(where: str, at: str) -> Iterator[Feature]:
    place = _place(at)
    for method in ("GET", "POST"):
        for enctype in (URLENCODED, "text/plain", "multipart/form-data"):
            yield Feature(
                f"form {method} {enctype} {where}",
                _form(method, enctype, f"{at}/x"),
                lambda page, places, method=method, enctype=enctype: page.submit_form(
                    f"{place(places)}/x",
                    FIELDS,
                    method=method,
                    enctype=enctype,
                ),
            )
    yield Feature(
        f"form in a frame {where}",
        "const f = document.createElement('iframe'); f.name = 'f'; document.body.append(f);"
        + _form("POST", URLENCODED, f"{at}/x", "f"),
        lambda page, places: page.submit_form(f"{place(places)}/x", FIELDS, frame=True),
    )
    yield Feature(
        f"link {where}",
        f"const a = document.createElement('a'); a.href = '{at}/x'; a.textContent = 'go'; "
        "document.body.append(a);",
        lambda page, places: page.navigate(f"{place(places)}/x"),
        click=True,
    )
    yield Feature(
        f"location {where}",
        f"location.href = '{at}/x';",
        lambda page, places: page.navigate(f"{place(places)}/x"),
    )
    yield Feature(
        f"frame {where}",
        f"const f = document.createElement('iframe'); f.src = '{at}/x'; document.body.append(f);",
        lambda page, places: page.navigate(f"{place(places)}/x", frame=True),
    )
    for kind in ("get", "keep"):
        yield Feature(
            f"form redirected {kind} {where}",
            _form("POST", URLENCODED, f"{at}/{kind}?to=PAGE/y"),
            lambda page, places, kind=kind: page.submit_form(
                f"{place(places)}/{kind}?to={places.page}/y", FIELDS
            ),
        )
    for policy in ("no-referrer", "same-origin", "origin", "unsafe-url"):
        yield Feature(
            f"form {policy} {where}",
            f"const m = document.createElement('meta'); m.name = 'referrer'; "
            f"m.content = '{policy}'; document.head.append(m);"
            + _form("POST", URLENCODED, f"{at}/x"),
            lambda page, places, policy=policy: page.at(
                page.origin, path="/page", referrer_policy=policy
            ).submit_form(f"{place(places)}/x", FIELDS),
        )


def _policies(where: str, at: str) -> Iterator[Feature]:
    """Ask with the attribute ``referrerpolicy``.

    Forms have ``rel=noreferrer`` in its place, which Chromium ignores in the form's own tab.
    """
    place = _place(at)
    for policy in ("no-referrer", "origin", "same-origin", "unsafe-url"):
        yield Feature(
            f"img referrerpolicy={policy} {where}",
            f"const e = new Image(); e.referrerPolicy = '{policy}'; e.src = '{at}/x'; "
            "document.body.append(e);",
            lambda page, places, policy=policy: page.load(
                "img", f"{place(places)}/x", referrer_policy=policy
            ),
        )
        yield Feature(
            f"link referrerpolicy={policy} {where}",
            f"const a = document.createElement('a'); a.href = '{at}/x'; a.textContent = 'go'; "
            f"a.referrerPolicy = '{policy}'; document.body.append(a);",
            lambda page, places, policy=policy: page.navigate(
                f"{place(places)}/x", referrer_policy=policy
            ),
            click=True,
        )
        yield Feature(
            f"frame referrerpolicy={policy} {where}",
            f"const f = document.createElement('iframe'); f.referrerPolicy = '{policy}'; "
            f"f.src = '{at}/x'; document.body.append(f);",
            lambda page, places, policy=policy: page.navigate(
                f"{place(places)}/x", frame=True, referrer_policy=policy
            ),
        )


def _sockets(where: str, at: str) -> Iterator[Feature]:
    place = _place(at)
    for credentials in (False, True):
        yield Feature(
            f"event source {credentials} {where}",
            f"window.source = new EventSource('{at}/stream', "
            f"{{withCredentials: {str(credentials).lower()}}}); "
            "window.source.onerror = () => window.source.close();",
            lambda page, places, credentials=credentials: page.event_source(
                f"{place(places)}/stream", with_credentials=credentials
            ),
        )
    yield Feature(
        f"websocket {where}",
        f"new WebSocket('{at}/refuse'.replace('http', 'ws'), ['a', 'b']);",
        lambda page, places: page.open_websocket(
            f"{place(places)}/refuse".replace("http", "ws"), ["a", "b"]
        ),
    )


def _cached() -> Iterator[Feature]:
    for kind in CACHING:
        for modes in (
            "default default",
            "default no-store default",
            "default reload default",
            "default no-cache default",
            "default force-cache",
            "no-store default",
        ):
            yield Feature(
                f"cached {kind}: {modes}",
                f"for (const cache of '{modes}'.split(' ')) "
                f"await fetch('SIBLING/cached-{kind}', {{cache}}).then((r) => r.text());",
                lambda page, places, kind=kind, modes=modes: [
                    page.fetch(f"{places.sibling}/cached-{kind}", cache=mode)
                    for mode in modes.split()
                ],
            )
        yield Feature(
            f"cached {kind}: with another header, without, by POST",
            f"const url = 'SIBLING/cached-{kind}'; "
            "for (const init of [{}, {headers: {'X-A': '1'}}, {}, {method: 'POST'}, {}]) "
            "await fetch(url, init).then((r) => r.text());",
            lambda page, places, kind=kind: [
                page.fetch(f"{places.sibling}/cached-{kind}", **init)
                for init in ({}, {"headers": {"X-A": "1"}}, {}, {"method": "POST"}, {})
            ],
        )
        yield Feature(
            f"cached {kind}: an image first",
            f"const url = 'SIBLING/cached-{kind}'; const e = new Image(); e.src = url; "
            "await new Promise((done) => {e.onload = e.onerror = done;}); "
            "await fetch(url).catch(() => null);",
            lambda page, places, kind=kind: [
                page.load("img", f"{places.sibling}/cached-{kind}"),
                page.fetch(f"{places.sibling}/cached-{kind}"),
            ],
        )
    yield Feature(
        "cached stale, revalidated in the background",
        "for (const wait of [0, 500]) "
        "await fetch('SIBLING/background-etag').then((r) => r.text()).then(() => "
        "new Promise((done) => setTimeout(done, wait)));",
        lambda page, places: [page.fetch(f"{places.sibling}/background-etag") for _ in range(2)],
    )
    for kind in SEARCH:
        yield Feature(
            f"cached whatever the query says, {kind}",
            f"for (const query of {json.dumps(QUERIES)}) "
            f"await fetch('PAGE/search-{kind}' + query).then((r) => r.text());",
            lambda page, places, kind=kind: [
                page.fetch(f"{places.page}/search-{kind}{query}") for query in QUERIES
            ],
        )
    for name, value in (
        ("Cache-Control", "no-cache"),
        ("Cache-Control", "no-store"),
        ("Cache-Control", "max-age=0"),
        ("Cache-Control", "max-age=1"),
        ("Cache-Control", "min-fresh=2000"),
        ("Cache-Control", "only-if-cached"),
        ("Pragma", "no-cache"),
        ("If-None-Match", '"e"'),
        ("If-Modified-Since", "Thu, 01 Jan 2026 00:00:00 GMT"),
    ):
        yield Feature(
            f"cached etag-long: {name}: {value}",
            f"for (const headers of [{{}}, {{'{name}': '{value}'}}, {{}}]) "
            "await fetch('PAGE/cached-etag-long', {headers}).then((r) => r.text());",
            lambda page, places, name=name, value=value: [
                page.fetch(f"{places.page}/cached-etag-long", headers=headers)
                for headers in ({}, {name: value}, {})
            ],
        )


def _xhr() -> Iterator[Feature]:
    for content_type in (
        "text/plain;charset=ascii",
        "text/x;charset=latin1;a=b",
        "text",
        "text/html",
    ):
        yield Feature(
            f"xhr {content_type}",
            "const x = new XMLHttpRequest(); x.open('POST', 'PAGE/x'); "
            f"x.setRequestHeader('Content-Type', '{content_type}'); x.send('text');",
            lambda page, places, content_type=content_type: _send(
                page, f"{places.page}/x", [("Content-Type", content_type)]
            ),
        )
    yield Feature(
        "xhr combines headers",
        "const x = new XMLHttpRequest(); x.open('POST', 'SIBLING/x'); x.withCredentials = true; "
        "x.setRequestHeader('X-A', '1'); x.setRequestHeader('x-a', '2'); x.send('text');",
        lambda page, places: _send(page, f"{places.sibling}/x", [("X-A", "1"), ("x-a", "2")], True),
    )


def _misdirected() -> Iterator[Feature]:
    for method, at in (("GET", "PAGE"), ("POST", "PAGE"), ("GET", "OTHER"), ("PUT", "OTHER")):
        place = _place(at)
        yield Feature(
            f"misdirected {method} {at}",
            f"await fetch('{at}/misdirected', {{method: '{method}'}}).catch(() => null);",
            lambda page, places, method=method, place=place: page.fetch(
                f"{place(places)}/misdirected", method=method
            ),
        )


def _bodies() -> Iterator[Feature]:
    """Post bodies whose bytes a page does not write itself."""
    form = FormData({"~\ud800": "*\r"})
    form.append("f", Blob(b"x", "Text/X", "n\udfff"))
    bodies: dict[str, tuple[str, Any]] = {
        "urlencoded": ("new URLSearchParams({'a b~': '*\\ud800-._'})", {"a b~": "*\ud800-._"}),
        "blob": (
            "new Blob(['x'], {type: 'TEXT/Plain;Charset=X'})",
            Blob(b"x", "TEXT/Plain;Charset=X"),
        ),
        "blob of no type": ("new Blob(['x'], {type: 'text/\\u00e9'})", Blob(b"x", "text/\xe9")),
        "text": ("'a\\ud800b'", "a\ud800b"),
        "form": (
            "(() => { const f = new FormData(); f.append('~\\ud800', '*\\r'); "
            "f.append('f', new File(['x'], 'n\\udfff', {type: 'Text/X'})); return f; })()",
            form,
        ),
    }
    for kind, (script, data) in bodies.items():
        yield Feature(
            f"body {kind}",
            f"await fetch('PAGE/x', {{method: 'POST', body: {script}}});",
            lambda page, places, data=data: page.fetch(
                f"{places.page}/x", method="POST", data=data
            ),
        )
    yield Feature(
        "body json",
        "await fetch('PAGE/x', {method: 'POST', headers: {'Content-Type': 'application/json'}, "
        "body: JSON.stringify({a: ['\\u00e9\\ud800/', 1.0, 1e-7, 1e21, -0.5, null]})});",
        lambda page, places: page.fetch(
            f"{places.page}/x",
            method="POST",
            json={"a": ["\xe9\ud800/", 1.0, 1e-7, 1e21, -0.5, None]},
        ),
    )


def _send(
    page: Browser, url: str, headers: list[tuple[str, str]], credentials: bool = False
) -> None:
    xhr = page.xhr("POST", url)
    xhr.with_credentials = credentials
    for name, value in headers:
        xhr.set_request_header(name, value)
    xhr.send("text")


# Of which each is another URL than a reader of RFC 3986 may think.
URLS = (
    "/a?",
    "/a;",
    ";",
    "x//y",
    "/..//x",
    "/a/%2e%2E/b",
    "/a b",
    "/a|b?|",
    "/a^b?^",
    "/a'?'",
    '/a"<>`{}?"<>`{}',
    "/\u00e9?\u00e9",
    "\u00a0/a\u3000",
    "/%zz",
    "\\a?\\",
    "/a\tb",
    "https:x",
    "\\:80",
)


def _urls() -> Iterator[Feature]:
    for url in URLS:
        yield Feature(
            f"url {url!a}",
            f"await fetch({json.dumps(url)}).catch(() => null);",
            lambda page, places, url=url: page.fetch(url),
        )
    yield Feature(
        "form GET without fields",
        "const f = document.createElement('form'); f.action = '/x?old'; "
        "document.body.append(f); f.submit();",
        lambda page, places: page.submit_form("/x?old", {}, method="GET"),
    )


def _credentials() -> Iterator[Feature]:
    """URLs with a user name and a password; the request of a tag shows where the first has none."""
    for element in ("img", "script", "module", "stylesheet", "audio", "embed", "object"):
        for crossorigin in (None, "anonymous") if element in ("img", "script") else (None,):
            yield Feature(
                f"credentials in {element} {crossorigin}",
                f"{_element(element, crossorigin, USER)} {THEN}",
                lambda page, places, element=element, crossorigin=crossorigin: _then(
                    page, lambda url: page.load(element, url, crossorigin=crossorigin), places
                ),
            )
    yield Feature(
        "credentials in event source",
        f"const e = new EventSource({USER}); e.onerror = () => e.close(); {THEN}",
        lambda page, places: _then(page, page.event_source, places),
    )
    yield Feature(
        "credentials in beacon",
        f"navigator.sendBeacon({USER}, 'text'); {THEN}",
        lambda page, places: _then(page, lambda url: page.send_beacon(url, "text"), places),
    )
    yield Feature(
        "credentials in frame",
        "const e = document.createElement('iframe'); "
        f"e.src = {USER}; document.body.append(e); {THEN}",
        lambda page, places: _then(page, lambda url: page.navigate(url, frame=True), places),
    )
    yield Feature(
        "credentials in location",
        f"location.href = {USER};",
        lambda page, places: page.navigate(places.other.replace("//", "//u:p@") + "/x"),
    )


USER = "'OTHER/x'.replace('//', '//u:p@')"
# Sent when the first request has had its time, so that there is one in any case.
THEN = "await new Promise((done) => setTimeout(done, 300)); await fetch('PAGE/then');"


def _then(page: Browser, load: Callable[[str], object], places: Places) -> None:
    with contextlib.suppress(NetworkError):
        load(places.other.replace("//", "//u:p@") + "/x")
    page.fetch(f"{places.page}/then")


def _parts() -> Iterator[Feature]:
    """Ask the page's own server for parts of what is cached; ``-`` is for all of it."""
    for kind in ("long", "etag-long", "plain", "no-store", "etag"):
        for ranges in (
            "- bytes=0-1 bytes=1- bytes=-1 bytes=5-500 bytes=50-60 bytes=0-1,3-4 x=0-1",
            "bytes=2-5 bytes=2-5 bytes=3-4 bytes=2-4",
            "bytes=2-5 bytes=6-7 bytes=3-3 bytes=7-7",
            "bytes=0-1,3-4 - bytes=0-0",
        ):
            # What is validated Chromium completes and counts anew.
            if kind == "etag" and ("50-60" in ranges or "6-7" in ranges):
                continue
            # Of what is not stored Chromium waits for its cache's lock, 20 seconds each time.
            if kind in ("plain", "no-store") and "50-60" in ranges:
                continue
            yield Feature(
                f"cached parts {kind}: {ranges}",
                f"for (const range of '{ranges}'.split(' ')) "
                f"await fetch('PAGE/parts/cached-{kind}', "
                "range === '-' ? {} : {headers: {Range: range}}).then((r) => r.text());",
                lambda page, places, kind=kind, ranges=ranges: [
                    page.fetch(
                        f"{places.page}/parts/cached-{kind}",
                        headers={} if each == "-" else {"Range": each},
                    )
                    for each in ranges.split()
                ],
            )


def _authentication() -> Iterator[Feature]:
    """Answer a challenge by the user name of a URL, then ask without one."""
    xhr = (
        "const ask = (url, ...names) => new Promise((done) => {const x = new XMLHttpRequest(); "
        "x.open('POST', url, true, ...names); x.onloadend = done; x.send('text');}); "
    )
    asks = {
        "own": [("PAGE/auth/1", "Ada", "pw"), ("PAGE/auth/2",), ("PAGE/auth/deep/3",)],
        "two names": [("PAGE/auth/1", "Ada", "pw"), ("PAGE/auth/1", "Eve", ""), ("PAGE/auth/2",)],
        "beyond ASCII": [("PAGE/auth/1", "\u00e9 :", "\u20ac")],
        "other": [("OTHER/auth/1", "Ada", "pw")],
    }
    for name, calls in asks.items():
        script = xhr + "".join(f"await ask({json.dumps(call)[1:-1]}); " for call in calls)
        yield Feature(
            f"authentication {name}",
            script,
            lambda page, places, calls=calls: [_authenticate(page, places, call) for call in calls],
        )


def _authenticate(page: Browser, places: Places, call: tuple[str, ...]) -> None:
    url = call[0].replace("PAGE", places.page).replace("OTHER", places.other)
    page.xhr("POST", url, *call[1:]).send("text")


def _scripts() -> Iterator[Feature]:
    """Ask for what is no script element: workers, JSON modules, and what may be needed later."""
    workers = {"worker": "Worker", "sharedworker": "SharedWorker"}
    for element, name in workers.items():
        yield Feature(
            f"{element}",
            f"new {name}('PAGE/x');",
            lambda page, places, element=element: page.load(element, f"{places.page}/x"),
        )
    for where, at in (("own", "PAGE"), ("other", "OTHER")):
        yield Feature(
            f"json {where}",
            "const e = document.createElement('script'); e.type = 'module'; "
            f"e.textContent = \"import x from '{at}/x' with {{type: 'json'}}\"; "
            "document.body.append(e);",
            lambda page, places, at=at: page.load("json", f"{_place(at)(places)}/x"),
        )
        yield Feature(
            f"prefetch {where}",
            "const e = document.createElement('link'); e.rel = 'prefetch'; "
            f"e.href = '{at}/x'; document.head.append(e);",
            lambda page, places, at=at: page.load("prefetch", f"{_place(at)(places)}/x"),
        )


def _blobs() -> Iterator[Feature]:
    """Fetch what never reaches a server, and what comes of it."""
    for value in ("bytes=0-1", "bytes=-2", "bytes=9-", "bytes=x", "bytes=0-0,2-2", None):
        init = "{}" if value is None else f"{{headers: {{Range: '{value}'}}}}"
        yield Feature(
            f"blob {value}",
            "const url = URL.createObjectURL(new Blob(['hello'])); let seen = 'error'; "
            f"try {{ seen = await (await fetch(url, {init})).text(); }} catch {{}} "
            "await fetch(`PAGE/${seen}`);",
            lambda page, places, value=value: page.fetch(
                f"{places.page}/{_blob_text(page, value)}"
            ),
        )


def _blob_text(page: Browser, value: str | None) -> str:
    url = page.create_object_url(Blob(b"hello"))
    try:
        return page.fetch(url, headers={} if value is None else {"Range": value}).text
    except NetworkError:
        return "error"


def _markup() -> Iterator[Feature]:
    """Ask for URLs that look like markup, each after one that does not."""
    for name, written in (("line end", "\\n<"), ("tab", "<\\ta"), ("neither", "<")):
        url = "/x?" + written.replace("\\n", "\n").replace("\\t", "\t")
        yield _after_plain(
            f"markup fetch {name}",
            f"await fetch('OTHER/x?{written}').catch(() => {{}});",
            lambda page, places, url=url: page.fetch(f"{places.other}{url}"),
        )
        yield _after_plain(
            f"markup frame {name}",
            "const f = document.createElement('iframe'); "
            f"f.src = 'OTHER/x?{written}'; document.body.append(f);",
            lambda page, places, url=url: page.navigate(f"{places.other}{url}", frame=True),
        )
        yield _after_plain(
            f"markup location {name}",
            f"location.href = 'OTHER/x?{written}';",
            lambda page, places, url=url: page.navigate(f"{places.other}{url}"),
        )


def _after_plain(name: str, script: str, ask: Callable[[Browser, Places], object]) -> Feature:
    """Return a feature that first fetches a URL without markup."""
    return Feature(
        name,
        f"await fetch('PAGE/y'); {script}",
        lambda page, places: (page.fetch(f"{places.page}/y"), ask(page, places)),
    )


FEATURES = list(_features())
COOKIES = ("none=1; SameSite=None; Secure", "lax=1; SameSite=Lax", "strict=1; SameSite=Strict")


def model(feature: Feature, places: Places) -> list[Any]:
    """Return what the server sees of the model."""
    url = f"{places.page}/page"
    page = Browser(Server(), origin=places.page, base_url=url, path="/page", traits=CHROMIUM)
    for origin in (places.page, places.sibling, places.other):
        for line in COOKIES[feature.is_plain :]:
            page.cookies.set(origin, line)
    with contextlib.suppress(NetworkError):
        feature.model(page, places)
    return [wire(exchange) for exchange in page.exchanges]


def recorded(feature: Feature) -> list[Any]:
    """Return what the model sends, as JSON holds it, on hosts that need no server."""
    scheme = "http" if feature.is_plain else "https"
    hosts = ("www.shop.test", "api.shop.test", "api.other.test")
    found = model(feature, Places(*(f"{scheme}://{host}" for host in hosts)))
    return [
        [method, url, [list(line) for line in headers], body.decode()]
        for method, url, headers, body in found
    ]


def wire(exchange: Exchange) -> Any:
    request = exchange.request
    headers = {n.lower(): v for n, v in request.headers if n.lower() in COMPARED}
    body = request.body
    # What the model cannot decode it does not ask for.
    headers["accept-encoding"] = headers["accept-encoding"].removesuffix(", br, zstd")
    if exchange.preflight:
        # Of a preflight Chromium tells what the standard keeps for trustworthy servers.
        headers = {n: v for n, v in headers.items() if not n.startswith("sec-fetch-")}
    if headers.get("sec-fetch-mode") == "navigate":
        # Chromium posts a form as it reloads a page; no standard says so.
        headers.pop("cache-control", None)
    if headers.get("sec-fetch-dest") in ("embed", "object"):
        # The script that adds the element runs as an act of the user, as Playwright starts it.
        headers.pop("sec-fetch-user", None)
    if headers.get("content-type", "").startswith("multipart"):
        boundary = headers["content-type"].partition("boundary=")[2]
        body = body.replace(boundary.encode(), b"BOUNDARY")
        headers["content-type"] = headers["content-type"].replace(boundary, "BOUNDARY")
        del headers["content-length"]
    # The order within a cookie header is that of creation, which Playwright does not keep.
    if "cookie" in headers:
        headers["cookie"] = "; ".join(sorted(headers["cookie"].split("; ")))
    return request.method, request.url, tuple(sorted(headers.items())), body


if __name__ == "__main__":
    table = {str(feature): recorded(feature) for feature in FEATURES}
    lines = (f"{json.dumps(name)}: {json.dumps(seen)}" for name, seen in table.items())
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n")
