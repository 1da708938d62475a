"""The endpoints of the published contract as a table.

A draft's turns are made and read under `/sessions`, with the draft's id.
"""

from __future__ import annotations

from mock_gateway.wire.operations import Operation

BASES = ("/v1/agents", "/v1/x/agents")
"""What stands below these is never looked up as another dialect's path."""

_AGENTS, _MORE = BASES
_SESSIONS, _DRAFTS = f"{_AGENTS}/sessions", f"{_AGENTS}/draft-sessions"
_SESSION, _DRAFT = f"{_SESSIONS}/{{session_id}}", f"{_DRAFTS}/{{session_id}}"
_TURN = f"{_SESSION}/turns/{{turn_id}}"

OPERATIONS: tuple[Operation, ...] = (
    Operation("create_session", "POST", _SESSIONS, 201, "V1-SES-1"),
    Operation("list_sessions", "GET", _SESSIONS, 200, "V1-SES-5"),
    Operation("get_session", "GET", _SESSION, 200, "V1-SES-7"),
    Operation("cancel_session", "POST", f"{_SESSION}/cancel", 200, "V1-CAN-1"),
    Operation("create_turn", "POST", f"{_SESSION}/turns", 200, "V1-TRN-1"),
    Operation("list_turns", "GET", f"{_SESSION}/turns", 200, "V1-TRN-14"),
    Operation("get_turn", "GET", _TURN, 200, "V1-TRN-4"),
    Operation("subscribe_turn", "POST", f"{_TURN}/subscribe", 200, "V1-STR-5"),
    Operation("list_turn_events", "GET", f"{_TURN}/events", 200, "V1-LOG-1"),
    Operation("list_session_events", "GET", f"{_SESSION}/events", 200, "V1-SEV-1"),
    Operation("create_draft_session", "POST", _DRAFTS, 201, "V1-DRA-1"),
    Operation("list_draft_sessions", "GET", _DRAFTS, 200, "V1-DRA-6"),
    Operation("get_draft_session", "GET", _DRAFT, 200, "V1-DRA-3"),
    Operation("update_draft_session", "PATCH", _DRAFT, 200, "V1-DRA-5"),
    Operation("list_owned_sessions", "GET", f"{_MORE}/owned-sessions", 200, "V1-DRA-7"),
    Operation("search_sessions", "GET", f"{_MORE}/search-sessions", 200, "V1-DRA-8"),
    Operation("download_sandbox_file", "GET", f"{_AGENTS}/sandbox/{{sandbox_id}}/file", 200, "V1-SBX-2"),
)
