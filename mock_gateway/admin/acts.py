"""What each operation does: one table.

Owns: putting it together. Look next: `acts_world.py`, `acts_wire.py`, `acts_verdict.py`, `pages.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_gateway.admin.acts_verdict import VERDICT_ACTS
from mock_gateway.admin.acts_wire import WIRE_ACTS
from mock_gateway.admin.acts_world import WORLD_ACTS, Act
from mock_gateway.admin.pages import PAGE_ACTS

ACTS: Mapping[str, Act] = {**WORLD_ACTS, **WIRE_ACTS, **VERDICT_ACTS, **PAGE_ACTS}
"""By operation."""
