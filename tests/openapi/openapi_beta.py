"""The documented contract, written down a second time."""

from __future__ import annotations

from openapi_table import Table

from mock_gateway.conformance.server.beta.register import REGISTER
from mock_gateway.openapi.beta.examples import SCHEMA_EXAMPLES
from mock_gateway.openapi.beta.examples_events import SHORT_STREAM, sse_text
from mock_gateway.openapi.page_html import RULE_ID
from mock_gateway.wire.beta import models, models_base, models_events, models_input
from mock_gateway.wire.beta.errors import error_body

_DOOR = frozenset({429, 500, 502, 503, 504})
_EVENTS: dict[str, tuple[str, str, str]] = {
    "TurnCreated": ("turn.created", "turn_id created_at", ""),
    "TurnDone": ("turn.done", "status", "output cancellation_reason message"),
    "ModelMessageDelta": ("model.message", "thread_id", "content tool_calls finish_reason"),
    "ModelMessage": ("model.message", "thread_id finish_reason", "content tool_calls"),
    "ToolResponse": ("tool.response", "thread_id tool_call_id content", ""),
    "ToolApprovalRequired": ("tool.approval_required", "thread_id tool_calls", ""),
    "ToolResponseRequired": ("tool.response_required", "thread_id tool_calls", ""),
    "ThreadCreated": ("thread.created", "thread_id parent agent_info", "created_at"),
    "ThreadDone": ("thread.done", "thread_id status parent", "output message"),
    "McpInitialized": ("mcp.initialize", "thread_id content", ""),
    "McpAuthRequired": ("mcp.auth_required", "servers", ""),
    "SandboxCreated": ("sandbox.created", "sandbox_id", ""),
}
"""Section 7 of the contract: schema to type, required and optional fields beyond `type` and `sequence_id`."""
_PARTS: dict[str, tuple[str, str]] = {
    "ToolCallDelta": ("index function", "id type tool_info"),
    "ToolCallFunctionDelta": ("", "name arguments"),
    "ToolCall": ("id type function", "tool_info"),
    "ToolCallFunction": ("name arguments", ""),
    "ToolCallInfo": (
        "mcp_server_id mcp_server_name original_tool_name",
        "is_approval_required is_deferred is_client_side",
    ),
    "ToolCallRef": ("id", ""),
    "AgentParent": ("thread_id tool_call_id", ""),
    "AgentInfo": ("name input", ""),
    "McpInitializationInfo": ("mcp_server_name session_id", ""),
    "McpServerAuthInfo": ("mcp_server_name auth_url thread_ids", ""),
    "Session": ("id agent_name title created_by created_at updated_at", ""),
    "Turn": ("id session_id previous_turn_id created_by created_at input state", ""),
    "TurnRunningState": ("status", ""),
    "TurnDoneState": ("status output", ""),
    "TurnCancelledState": ("status cancellation_reason", ""),
    "TurnErrorState": ("status error", ""),
    "Pagination": ("limit", "next_page_token previous_page_token"),
    "Error": ("message", "type code param"),
    "CreateSession": ("agent_name", "title"),
    "CreateTurn": ("", "input previous_turn_id stream"),
    "UserMessage": ("type content", ""),
    "UserToolApproval": ("type thread_id tool_call_id approval", ""),
    "UserToolResponse": ("type thread_id tool_call_id content", ""),
    "ApprovalAllow": ("status", ""),
    "ApprovalDeny": ("status", "reason"),
    "FileUpload": ("filename file_data", ""),
}
_PAUSES = frozenset({"tool.approval_required", "tool.response_required", "mcp.auth_required"})
_TYPES = frozenset(kind for kind, _, _ in _EVENTS.values())

BETA = Table(
    errors={
        "create_session": frozenset({400, 404, 409, 413, 422}),
        "list_sessions": frozenset({400, 404}),
        "get_session": frozenset({400, 404}),
        "cancel_session": frozenset({400, 404, 413}),
        "create_turn": frozenset({400, 404, 409, 413, 422}),
        "list_turns": frozenset({400, 404}),
        "get_turn": frozenset({400, 404}),
        "stream_turn": frozenset({400, 404, 409}),
        "list_turn_events": frozenset({400, 404, 409}),
        "cancel_turn": frozenset({400, 404, 413}),
    },
    on_every_operation=frozenset({401, 403, 405}) | _DOOR,
    unreached=frozenset({"create_session", "list_sessions"}),
    rules=frozenset(rule for rule in REGISTER if RULE_ID.fullmatch(rule)),
    objects={name: (f"type sequence_id {required}", optional) for name, (_, required, optional) in _EVENTS.items()}
    | _PARTS,
    tags={name: kind for name, (kind, _, _) in _EVENTS.items()},
    unions={
        "TurnStreamEvent": _TYPES,
        "TurnEvent": _TYPES - {"turn.created", "turn.done"},
        "TurnOutputEvent": _PAUSES | {"model.message"},
        "TurnState": frozenset({"running", "done", "cancelled", "error"}),
        "Approval": frozenset({"allow", "deny"}),
        "UserContentPart": frozenset({"text", "file_upload"}),
        "UserToolAnswer": frozenset({"user.tool_approval", "user.tool_response"}),
    },
    modules=(models, models_base, models_events, models_input),
    abstract=frozenset({"WireModel", "Event"}),
    tolerant=("Session", "CreateTurn", "ToolResponse", "Error", "ThreadDone"),
    streams=(
        ("GET", "/sessions/{session_id}/turns/{turn_id}/stream"),
        ("POST", "/sessions/{session_id}/turns"),
    ),
    stream=sse_text(SHORT_STREAM),
    bad_events=(
        ("a sequence id that is a string", '"sequence_id":2', '"sequence_id":"2"'),
        ("a sequence id below one", '"sequence_id":2', '"sequence_id":0'),
        ("no sequence id", '"sequence_id":2', '"position":2'),
        ("an unknown type", '"type":"model.message","sequence_id":2', '"type":"model.massage","sequence_id":2'),
    ),
    schema_examples=SCHEMA_EXAMPLES,
    error_body=error_body,
)
