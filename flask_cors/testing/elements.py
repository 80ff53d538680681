"""What the elements of a page ask for, and which responses they take.

Follows https://html.spec.whatwg.org/ ("create a potential-CORS request", and what each element
makes of its response); sends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .errors import Failure
from .mime_types import extract
from .page import Mode
from .traits import Traits
from .transport import Reply

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
# HTML: what these show or run takes a status of 200 to 299.
NEED_OK = frozenset({"module", "object", "script", "stylesheet", "track"})
DOCUMENT_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def judge_load(element: Element, reply: Reply, traits: Traits) -> Failure | None:
    """Return why *element* fails although it has got *reply*, ``None`` if it takes it.

    The document is not in quirks mode, where a style sheet of any type is applied. A manifest
    that is of no use fires no event.
    """
    if _fails_by_status(element, reply.status, traits):
        return Failure("element-status", str(reply.status))
    found = extract(reply.headers)
    essence = found.essence if found else ""
    if element == "module":
        is_script = found is not None and found.is_javascript
        is_wasm = essence == "application/wasm" and traits.loads_wasm_modules
        return None if is_script or is_wasm else Failure("module-type", essence)
    # Without a type it is a style sheet: the default type of its kind of link.
    is_other = element == "stylesheet" and found is not None and not found.is_css
    if is_other and traits.checks_stylesheet_types:
        return Failure("stylesheet-type", essence)
    return None


def _fails_by_status(element: Element, status: int, traits: Traits) -> bool:
    is_ok = 200 <= status <= 299
    if element == "module" or traits.fail_from_400 is None:
        return element in NEED_OK and not is_ok
    return element in traits.fail_from_400 and status >= 400
