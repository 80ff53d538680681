"""The signals this package sends."""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

#: Sent for every cross-origin request that is denied, once per request. The sender is the app, the
#: keyword ``decision`` a :class:`flask_cors.policy.decide.Decision`, whose ``reason`` says why.
#: It is sent after the last ``after_request`` function, and where ``enforce`` refuses, before the
#: first hook. Without receivers nothing is computed for it.
cors_denied = _signals.signal("cors-denied")
