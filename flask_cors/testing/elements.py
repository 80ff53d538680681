"""What the elements of a page ask for, and which responses they take.

Follows https://html.spec.whatwg.org/ ("create a potential-CORS request", and what each element
makes of its response); sends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from .dangling_markup import attribute_dangles
from .errors import Failure
from .mime_types import extract
from .page import AnyMode
from .request import FetchRequest
from .traits import Traits
from .transport import Reply

Element = Literal[
    "audio",
    "embed",
    "favicon",
    "font",
    "img",
    "json",
    "manifest",
    "module",
    "object",
    "prefetch",
    "script",
    "sharedworker",
    "stylesheet",
    "track",
    "video",
    "worker",
]
CrossOrigin = Literal["", "anonymous", "use-credentials"]


@dataclass(frozen=True)
class Load:
    """How an element sends its request: its destination, the console's word for it, ``Accept``.

    ``mode`` is the one without ``crossorigin``; what may show a document is navigated like a
    frame, and has no such attribute.
    """

    destination: str
    kind: str
    accept: str = "*/*"
    mode: AnyMode = "no-cors"
    is_prefetch: bool = False

    def headers(self) -> list[tuple[str, str]]:
        """Return the headers of its request.

        Audio and video ask for all of the resource as a part, so that they may skip to others
        (HTML, "media data processing"); what is prefetched says so (Fetch, "fetch and process
        the linked resource").
        """
        headers = [("Accept", self.accept)]
        if self.destination in ("audio", "video"):
            headers.append(("Range", "bytes=0-"))
        if self.mode == "navigate":
            headers.append(("Upgrade-Insecure-Requests", "1"))
        if self.is_prefetch:
            headers.append(("Sec-Purpose", "prefetch"))
        return headers


_IMAGE = "image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
LOADS: dict[str, Load] = {
    "audio": Load("audio", "audio"),
    "embed": Load("embed", "resource", mode="navigate"),
    "favicon": Load("image", "image", _IMAGE),
    "font": Load("font", "font", mode="cors"),
    "img": Load("image", "image", _IMAGE),
    "json": Load("json", "script", "application/json,*/*;q=0.5", mode="cors"),
    "manifest": Load("manifest", "manifest", mode="cors"),
    "module": Load("script", "script", mode="cors"),
    "object": Load("object", "resource", mode="navigate"),
    "prefetch": Load("", "resource", is_prefetch=True),
    "script": Load("script", "script"),
    "sharedworker": Load("sharedworker", "worker", mode="same-origin"),
    "stylesheet": Load("style", "CSS stylesheet", "text/css,*/*;q=0.1"),
    "track": Load("track", "text track", mode="same-origin"),
    "video": Load("video", "video"),
    "worker": Load("worker", "worker", mode="same-origin"),
}
# HTML: what these show or run takes a status of 200 to 299.
NEED_OK = frozenset(
    {"json", "module", "object", "script", "sharedworker", "stylesheet", "track", "worker"}
)
# Modules and workers fail by the standard's rule in every browser.
_ALWAYS_NEED_OK = frozenset({"json", "module", "sharedworker", "worker"})


def load_request(
    request: FetchRequest, element: Element, written: str, crossorigin: CrossOrigin | None
) -> FetchRequest:
    """Return the request of *element* for the URL *written*, made of a *request* of the page.

    *crossorigin* is the attribute, ``None`` without it.
    """
    how = LOADS[element]
    by_cors = crossorigin is not None and how.mode != "navigate"
    mode: AnyMode = "cors" if by_cors else how.mode
    is_anonymous = mode == "cors" and crossorigin != "use-credentials"
    return replace(
        request,
        headers=how.headers(),
        mode=mode,
        credentials="same-origin" if is_anonymous else "include",
        destination=how.destination,
        initiator=how.kind,
        is_unsafe=False,
        dangles=attribute_dangles(written),
    )


def judge_load(
    element: Element, reply: Reply, traits: Traits, *, is_http: bool = True
) -> Failure | None:
    """Return why *element* fails although it has got *reply*, ``None`` if it takes it.

    The document is not in quirks mode, where a style sheet of any type is applied. A manifest
    that is of no use fires no event. *is_http* says whether the reply came over HTTP.
    """
    if _fails_by_status(element, reply.status, traits):
        return Failure("element-status", str(reply.status))
    found = extract(reply.headers)
    essence = found.essence if found else ""
    if element == "module":
        is_script = found is not None and found.is_javascript
        is_wasm = essence == "application/wasm" and traits.loads_wasm_modules
        return None if is_script or is_wasm else Failure("module-type", essence)
    if element == "json":
        return None if found is not None and found.is_json else Failure("json-type", essence)
    if element in ("sharedworker", "worker") and is_http and traits.checks_worker_types:
        is_script = found is not None and found.is_javascript
        return None if is_script else Failure("script-type", essence)
    # Without a type it is a style sheet: the default type of its kind of link.
    is_other = element == "stylesheet" and found is not None and not found.is_css
    if is_other and traits.checks_stylesheet_types:
        return Failure("stylesheet-type", essence)
    return None


def _fails_by_status(element: Element, status: int, traits: Traits) -> bool:
    is_ok = 200 <= status <= 299
    if element in _ALWAYS_NEED_OK or traits.fail_from_400 is None:
        return element in NEED_OK and not is_ok
    return element in traits.fail_from_400 and status >= 400
