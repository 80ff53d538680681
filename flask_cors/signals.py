"""The signals this package sends."""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

#: Sent with the app as sender and ``decision`` (:class:`flask_cors.policy.decide.Decision`)
#: for every cross-origin request that is denied. Costs nothing without receivers.
cors_denied = _signals.signal("cors-denied")
