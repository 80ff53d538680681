"""Responses whose MIME type keeps a page from them: scripts, style sheets, ``nosniff``.

Follows ``#should-response-to-request-be-blocked-due-to-mime-type?`` and its like; sends nothing.
"""

from __future__ import annotations

from .errors import Failure
from .mime_types import extract, has_nosniff
from .request import FetchRequest
from .transport import Reply

# #request-destination-script-like, as far as the model has them.
SCRIPT_LIKE = frozenset({"script", "sharedworker", "worker"})


def blocked_by_type(request: FetchRequest, reply: Reply) -> Failure | None:
    """Return why the type of *reply* blocks it, ``None`` if the page gets it."""
    is_script = request.destination in SCRIPT_LIKE
    found = extract(reply.headers)
    essence = found.essence if found else ""
    if has_nosniff(reply.headers):
        if is_script and not (found and found.is_javascript):
            return Failure("nosniff-script", essence)
        if request.destination == "style" and not (found and found.is_css):
            return Failure("nosniff-style", essence)
    if is_script and found and (found.is_media or essence == "text/csv"):
        return Failure("script-type", essence)
    return None
