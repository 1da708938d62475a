"""The published contract, written down a second time: required is what its newest client cannot do without."""

from __future__ import annotations

from openapi_table import Table

from mock_gateway.conformance.server.v1.register import REGISTER
from mock_gateway.openapi.v1.examples import SCHEMA_EXAMPLES
from mock_gateway.openapi.v1.examples_events import SHORT_STREAM, sse_text
from mock_gateway.wire.v1 import models, models_base, models_events, models_input, models_messages, models_spec
from mock_gateway.wire.v1.errors import error_body

_DOOR = frozenset({429, 500, 502, 503, 504})
_EVENTS: dict[str, tuple[str, str, str]] = {
    "TurnCreated": ("turn.created", "turn_id state created_by", "previous_turn_id input thread_id"),
    "TurnDone": ("turn.done", "state", "thread_id"),
    "ModelMessageStarted": ("model.message", "thread_id", ""),
    "ModelMessage": (
        "model.message",
        "thread_id",
        "content name refusal reasoning_content tool_calls finish_reason usage",
    ),
    "ToolResponse": ("tool.response", "thread_id tool_call_id content", ""),
    "ToolApprovalRequired": ("tool.approval_required", "thread_id tool_calls", ""),
    "ToolResponseRequired": ("tool.response_required", "thread_id tool_calls", ""),
    "ThreadCreated": ("thread.created", "thread_id title parent agent_info", ""),
    "ThreadDone": ("thread.done", "thread_id title state", "parent"),
    "McpInitialized": ("mcp.initialize", "thread_id mcp_servers", ""),
    "McpAuthRequired": ("mcp.auth_required", "mcp_servers", "thread_id"),
    "SandboxCreated": ("sandbox.created", "sandbox_id", "thread_id"),
}
"""Schema to type, required and optional fields beyond `type`, `id` and `created_at`."""
_MESSAGE_DELTA = "created_at content refusal reasoning_content tool_calls finish_reason usage"
_PARTS: dict[str, tuple[str, str]] = {
    "ModelMessageDelta": ("type id thread_id", _MESSAGE_DELTA),
    "ToolCallDelta": ("index", "id type function tool_info provider_specific_fields"),
    "ToolCallFunctionDelta": ("", "name arguments"),
    "ToolCall": ("id type function tool_info", "provider_specific_fields"),
    "ToolCallFunction": ("name arguments", ""),
    "SystemToolInfo": ("type name", ""),
    "McpToolInfo": ("type server_id server_name name", ""),
    "ToolCallRef": ("id source_event_id", ""),
    "AgentParent": ("thread_id tool_call_id", ""),
    "AgentInfo": ("type name input", "model"),
    "McpServerInitInfo": ("id name", "session_id transport_type"),
    "McpServerAuthInfo": ("id name auth_url", ""),
    "ModelMessageUsage": ("input_tokens output_tokens input_tokens_breakdown", "cache_read_tokens cache_write_tokens"),
    "InputTokensBreakdown": ("harness skills instructions tool_definitions messages", ""),
    "RefusalPart": ("type refusal", ""),
    "Subject": ("subject_id subject_type subject_slug", ""),
    "Session": ("type id agent_name created_by_subject created_at updated_at", "title"),
    "DraftSession": ("type id agent_spec created_by_subject created_at updated_at", "agent_name title"),
    "AgentSpec": ("model", "instructions messages mcp_servers response_format skills config variables"),
    "AgentModel": ("name", "params"),
    "Turn": ("id session_id state created_by_subject created_at", "previous_turn_id input"),
    "TurnRunningState": ("status", ""),
    "TurnDoneState": ("status required_actions completed_at", "output metrics"),
    "TurnCancelledState": ("status reason completed_at", "metrics"),
    "TurnErrorState": ("status message completed_at", "metrics"),
    "TurnMetrics": (
        "total_input_tokens total_output_tokens total_tokens",
        "total_cache_read_tokens total_cache_write_tokens total_reasoning_tokens total_cost_in_usd",
    ),
    "ThreadDoneState": ("status output", ""),
    "ThreadErrorState": ("status error", "output"),
    "SessionEventItem": ("turn_id event", ""),
    "Pagination": ("limit", "next_page_token previous_page_token"),
    "SessionListResponse": ("data pagination", ""),
    "DraftListResponse": ("data pagination", ""),
    "AnySessionListResponse": ("data pagination", ""),
    "TurnListResponse": ("data pagination", ""),
    "TurnEventListResponse": ("data pagination", ""),
    "SessionEventListResponse": ("data pagination", ""),
    "CancelResponse": ("", ""),
    "Error": ("message", "type code param"),
    "CreateSession": ("agent_name", ""),
    "CancelSession": ("", ""),
    "CreateTurn": ("", "input previous_turn_id stream"),
    "SubscribeTurn": ("", "after_sequence_number"),
    "CreateDraft": ("agent_spec", "agent_name"),
    "UpdateDraft": ("", "agent_spec"),
    "UserMessage": ("type content", ""),
    "UserToolApproval": ("type thread_id tool_call_id approval", ""),
    "UserToolResponse": ("type thread_id tool_call_id content", ""),
    "ApprovalAllow": ("status", ""),
    "ApprovalDeny": ("status", "reason"),
    "TextPart": ("type text", ""),
    "FilePart": ("type name data", ""),
}
_LIFECYCLE = frozenset({"turn.created", "turn.done"})
_TYPES = frozenset(kind for kind, _, _ in _EVENTS.values())
_PAUSES = frozenset({"tool.approval_required", "tool.response_required", "mcp.auth_required"})

V1 = Table(
    errors={
        "create_session": frozenset({400, 404, 409, 413, 422}),
        "list_sessions": frozenset({400, 404, 422}),
        "get_session": frozenset({400, 404}),
        "cancel_session": frozenset({400, 404, 412, 413, 424}),
        "create_turn": frozenset({400, 404, 412, 413, 422}),
        "list_turns": frozenset({400, 404, 412}),
        "get_turn": frozenset({400, 404}),
        "subscribe_turn": frozenset({400, 404, 412, 413}),
        "list_turn_events": frozenset({400, 404, 409, 412}),
        "list_session_events": frozenset({400, 404, 412}),
        "create_draft_session": frozenset({400, 404, 413, 422}),
        "list_draft_sessions": frozenset({400, 404, 422}),
        "get_draft_session": frozenset({400, 404}),
        "update_draft_session": frozenset({400, 404, 413, 422}),
        "list_owned_sessions": frozenset({400, 404, 422}),
        "search_sessions": frozenset({400, 422}),
        "download_sandbox_file": frozenset({400, 404, 410, 412, 413}),
    },
    on_every_operation=frozenset({401, 403, 405}) | _DOOR,
    unreached=frozenset(
        {
            "create_session",
            "list_sessions",
            "create_draft_session",
            "list_draft_sessions",
            "get_draft_session",
            "update_draft_session",
            "list_owned_sessions",
            "search_sessions",
            "download_sandbox_file",
        }
    ),
    rules=frozenset(REGISTER),
    objects={name: (f"type id created_at {required}", optional) for name, (_, required, optional) in _EVENTS.items()}
    | _PARTS,
    tags={name: kind for name, (kind, _, _) in _EVENTS.items()} | {"ModelMessageDelta": "model.message.delta"},
    unions={
        "TurnStreamingEvent": _TYPES | {"model.message.delta"},
        "TurnEvent": _TYPES - _LIFECYCLE,
        "SessionEvent": _TYPES,
        "RequiredAction": _PAUSES,
        "TurnState": frozenset({"running", "done", "cancelled", "error"}),
        "TurnFinalState": frozenset({"done", "cancelled", "error"}),
        "ThreadState": frozenset({"done", "error"}),
        "ToolInfo": frozenset({"truefoundry-system", "mcp"}),
        "AnySession": frozenset({"session", "session/draft"}),
        "Approval": frozenset({"allow", "deny"}),
        "ModelContentPart": frozenset({"text", "refusal"}),
        "UserContentPart": frozenset({"text", "file"}),
        "UserToolAnswer": frozenset({"user.tool_approval", "user.tool_response"}),
    },
    modules=(models, models_base, models_events, models_input, models_messages, models_spec),
    abstract=frozenset({"WireModel", "Event", "EventOfTurn", "MessageEvent", "FinalState"}),
    tolerant=("Session", "DraftSession", "AgentSpec", "CreateTurn", "ToolResponse", "Error", "ThreadDone"),
    streams=(
        ("POST", "/v1/agents/sessions/{session_id}/turns/{turn_id}/subscribe"),
        ("POST", "/v1/agents/sessions/{session_id}/turns"),
    ),
    stream=sse_text(SHORT_STREAM),
    bad_events=(
        ("no required actions", '"required_actions":[],', ""),
        ("no subject", '"created_by":', '"made_by":'),
        ("a text that is none", '"content":"Ada."', '"content":7'),
        ("an unknown type", '"type":"model.message"', '"type":"model.massage"'),
        ("a thread where there is none", '"thread_id":null', '"thread_id":"main"'),
    ),
    schema_examples=SCHEMA_EXAMPLES,
    error_body=error_body,
)
