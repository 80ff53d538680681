"""The locks: a forked child gets them anew, since the thread that held one is not there."""

from __future__ import annotations

import os
from threading import RLock


class Locks:
    """Every lock of the package."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Make all locks anew; what they guard is swapped in one step, so is never half done."""
        #: Held while a response is claimed for writing.
        self.claim = RLock()
        #: Held while policies are compiled, or an app is told something.
        self.compile = RLock()


LOCKS = Locks()

if hasattr(os, "register_at_fork"):  # there is no fork on Windows
    os.register_at_fork(after_in_child=LOCKS.renew)
