"""Shows what differs where a shared check of the ecosystem's tests fails."""

from __future__ import annotations

import pytest

for module in ("table", "resources"):
    pytest.register_assert_rewrite(f"{__package__}.{module}")
