"""All schemas of the admin API, by name: they check what comes in, and openapi.admin.yaml has them.

Owns: putting them together. Look next: `schemas_world.py`, `schemas_wire.py`, `schemas_verdict.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_gateway.admin.schemas_verdict import VERDICT_SCHEMAS
from mock_gateway.admin.schemas_wire import DOCUMENT_SCHEMAS, FAULT_SCHEMAS, JOURNAL_SCHEMAS, LIVE_SCHEMAS
from mock_gateway.admin.schemas_world import CLOCK_SCHEMAS, SCENARIO_SCHEMAS, SERVER_SCHEMAS, SESSION_SCHEMAS
from mock_gateway.admin.shapes import Schema

SCHEMAS: Mapping[str, Schema] = {
    **SERVER_SCHEMAS,
    **SCENARIO_SCHEMAS,
    **SESSION_SCHEMAS,
    **CLOCK_SCHEMAS,
    **FAULT_SCHEMAS,
    **JOURNAL_SCHEMAS,
    **VERDICT_SCHEMAS,
    **LIVE_SCHEMAS,
    **DOCUMENT_SCHEMAS,
}
