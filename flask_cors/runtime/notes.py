"""Notes on a request: what was decided or called before its response, for few requests only."""

from __future__ import annotations

from typing import Any, Final
from weakref import ref

from flask import Request, Response, g

from ..policy.decide import Decision
from ..resolution.marks import Mark

#: Where the notes are in a WSGI environ.
NOTES: Final = "flask_cors.notes"
#: The attribute of a request that holds a decision made before the hooks.
DECIDED: Final = "_flask_cors_decided"
#: Where it is on ``g``, which teardown functions of the app context still have, that the request
#: was answered before any hook.
ANSWERED: Final = "_flask_cors_answered"
#: No decision was made yet; ``None`` is a decision: CORS is off.
UNDECIDED: Final[Any] = object()


class Notes:
    """What is noted on one request.

    - ``decision``: what was decided before the response was made
    - ``returned``: the response of the marked function that was called last
    - ``mark``: the mark of that function
    - ``by_mark``: the decision by that mark, for ``returned`` alone
    - ``answered``: whether the request was answered before any hook of the app
    - ``reported``: whether a denial was logged
    - ``refused``: why ``enforce`` refused, empty where it did not
    """

    __slots__ = (
        "answered",
        "by_mark",
        "decision",
        "mark",
        "refused",
        "reported",
        "request",
        "returned",
    )

    def __init__(self, request: Request) -> None:
        # A strong reference would keep the two alive, since the request holds the environ.
        self.request = ref(request)
        self.decision: Decision | None = UNDECIDED
        self.answered = False
        self.mark: Mark | None = None
        self.by_mark: Decision | None = UNDECIDED
        self.returned: Response | None = None
        self.refused = ""
        self.reported = False


def note_answered(request: Request) -> None:
    """Note that the request is answered before any hook of the app, on ``g`` as well."""
    notes_on(request).answered = True
    setattr(g, ANSWERED, True)


def notes_on(request: Request) -> Notes:
    """Return the notes on a request, made now where there are none.

    Apps may share one WSGI environ: those of another request are not this one's.
    """
    found: Notes | None = request.environ.get(NOTES)
    if found is None or found.request() is not request:
        found = request.environ[NOTES] = Notes(request)
    return found
