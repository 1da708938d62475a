"""The documented endpoints, API-1 to API-10, as a table."""

from __future__ import annotations

from mock_gateway.wire.operations import Operation

_TURN = "/sessions/{session_id}/turns/{turn_id}"

OPERATIONS: tuple[Operation, ...] = (
    Operation("create_session", "POST", "/sessions", 201, "API-1"),
    Operation("list_sessions", "GET", "/sessions", 200, "API-2"),
    Operation("get_session", "GET", "/sessions/{session_id}", 200, "API-3"),
    Operation("cancel_session", "POST", "/sessions/{session_id}/cancel", 200, "API-4"),
    Operation("create_turn", "POST", "/sessions/{session_id}/turns", 200, "API-5"),
    Operation("list_turns", "GET", "/sessions/{session_id}/turns", 200, "API-6"),
    Operation("get_turn", "GET", _TURN, 200, "API-7"),
    Operation("stream_turn", "GET", _TURN + "/stream", 200, "API-8"),
    Operation("list_turn_events", "GET", _TURN + "/events", 200, "API-9"),
    Operation("cancel_turn", "POST", _TURN + "/cancel", 200, "API-10"),
)
