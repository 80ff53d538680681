"""The lock: a forked child gets it anew, since the thread that held it is not there."""

from __future__ import annotations

import os
from threading import RLock


class Locks:
    """Every lock of the package."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Make the lock anew; what it guards is swapped in one step, so is never half done."""
        #: Held while policies are compiled, or a rule is added to an app.
        self.compile = RLock()


LOCKS = Locks()

if hasattr(os, "register_at_fork"):  # there is no fork on Windows
    os.register_at_fork(after_in_child=LOCKS.renew)
