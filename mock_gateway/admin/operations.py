"""Every operation of the admin API: one table.

Owns: the order. From the table come the routes (`app.py`), the checks of requests (`asking.py`), openapi.admin.yaml and
its page (`openapi/admin/`); docs/control-api.md has to show each. What they do: `acts.py`. Their schemas are in
`schemas.py`, their parameters in `parameters.py`.
"""

from __future__ import annotations

from mock_gateway.admin.operation import AdminOperation
from mock_gateway.admin.operations_wire import (
    DOCUMENT_OPERATIONS,
    FAULT_OPERATIONS,
    JOURNAL_OPERATIONS,
    LIVE_OPERATIONS,
)
from mock_gateway.admin.operations_world import (
    CLOCK_OPERATIONS,
    SCENARIO_OPERATIONS,
    SERVER_OPERATIONS,
    SESSION_OPERATIONS,
)

OPERATIONS: tuple[AdminOperation, ...] = (
    *SERVER_OPERATIONS,
    *SCENARIO_OPERATIONS,
    *SESSION_OPERATIONS,
    *CLOCK_OPERATIONS,
    *FAULT_OPERATIONS,
    *JOURNAL_OPERATIONS,
    *LIVE_OPERATIONS,
    *DOCUMENT_OPERATIONS,
)
"""In the order of the document; of paths that fit the same request, the literal one comes first."""
HEALTH = "get_health"
"""Answered by `http/app.py` itself, so that whoever waits for a server loads nothing."""
