"""Every kind of fault that there is.

Owns: the table `FAULTS`, by name. The kinds stand in one module for each group; `docs/faults.md` is made from them.
Must not know: what a user set (`specs.py`, `board.py`), how a fault is delivered.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mock_gateway.core.operations import OPERATIONS as OPERATIONS
from mock_gateway.faults import of_bytes, of_connections, of_events, of_http
from mock_gateway.faults.kinds import FaultKind, Group

GROUPS: Mapping[Group, str] = MappingProxyType(
    {"connection": "The connection", "bytes": "The bytes", "events": "The events", "http": "HTTP"}
)
"""The groups with their titles, in order."""
FAULTS: Mapping[str, FaultKind] = MappingProxyType(
    {kind.name: kind for part in (of_connections, of_bytes, of_events, of_http) for kind in part.KINDS}
)
"""The kinds by name."""
