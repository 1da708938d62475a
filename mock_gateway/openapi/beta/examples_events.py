"""Example events of the documented contract, as they are streamed and as they are stored.

Must not know: schemas; `tests/openapi` proves that each example fits. Sessions, turns and errors are in `examples.py`,
the story in `openapi/story.py`.
"""

from __future__ import annotations

from typing import Any

from mock_gateway.openapi import story
from mock_gateway.openapi.facts import Json
from mock_gateway.openapi.frames import frame_of, stream_text


def _tool_info(server_id: str, server: str, tool: str, **flags: bool) -> Json:
    return {"mcp_server_id": server_id, "mcp_server_name": server, "original_tool_name": tool, **flags}


def _tool_call(call_id: str, tool_info: Json, arguments: Json) -> Json:
    return story.function_call(call_id, tool_info["original_tool_name"], arguments, tool_info)


def _event(kind: str, sequence_id: int, **fields: object) -> Json:
    return {"type": kind, "sequence_id": sequence_id, **fields}


TRACK_TOOL = _tool_info("mcp-parcels", "parcels", "track_parcel")
REFUND_TOOL = _tool_info("mcp-payments", "payments", "refund_parcel", is_approval_required=True)
SUB_AGENT_TOOL = _tool_info("truefoundry-system", "truefoundry-system", "create_sub_agent")
PARENT: Json = {"thread_id": "main", "tool_call_id": story.RULES_CALL}
TRACK = _tool_call(story.TRACK_CALL, TRACK_TOOL, story.TRACK_ARGUMENTS)
RULES = _tool_call(story.RULES_CALL, SUB_AGENT_TOOL, story.SUB_AGENT)
REFUND = _tool_call(story.REFUND_CALL, REFUND_TOOL, story.REFUND_ARGUMENTS)
REFUND_FIRST_CHUNK, REFUND_LAST_CHUNK = story.cut(0, REFUND)
MCP_CONNECTION: Json = {"mcp_server_name": "payments", "session_id": story.MCP_SESSION_ID}
MCP_TO_AUTHORISE: Json = {
    "mcp_server_name": "payments",
    "auth_url": story.AUTH_URL,
    "thread_ids": ["main"],
}

TURN_CREATED = _event("turn.created", 1, turn_id=story.TURN_ID, created_at=story.TURN_CREATED_AT)
MCP_INITIALIZE = _event("mcp.initialize", 2, thread_id="main", content=[MCP_CONNECTION])
SANDBOX_CREATED = _event("sandbox.created", 3, sandbox_id=story.SANDBOX_ID)
LOOKING_DELTA = _event("model.message", 4, thread_id="main", content=story.LOOKING)
LOOKING_LAST = _event(
    "model.message",
    5,
    thread_id="main",
    tool_calls=[{"index": 0, **TRACK}, {"index": 1, **RULES}],
    finish_reason="tool_calls",
)
LOOKING_MESSAGE = _event(
    "model.message", 5, thread_id="main", content=story.LOOKING, tool_calls=[TRACK, RULES], finish_reason="tool_calls"
)
TOOL_RESPONSE = _event("tool.response", 6, thread_id="main", tool_call_id=story.TRACK_CALL, content=story.TRACKED)
THREAD_CREATED = _event(
    "thread.created",
    7,
    thread_id=story.SUB_AGENT_THREAD,
    parent=PARENT,
    agent_info=story.SUB_AGENT,
    created_at=story.THREAD_CREATED_AT,
)
_SUB_AGENT_MESSAGE: Json = {
    "type": "model.message",
    "thread_id": story.SUB_AGENT_THREAD,
    "content": story.ALLOWED_BY_RULES,
    "finish_reason": "stop",
}
RULES_RESPONSE = _event("tool.response", 8, thread_id="main", tool_call_id=story.RULES_CALL, content="")
THREAD_DONE = _event(
    "thread.done",
    9,
    thread_id=story.SUB_AGENT_THREAD,
    status="done",
    output=_SUB_AGENT_MESSAGE,
    parent=PARENT,
)
THREAD_FAILED = _event(
    "thread.done",
    9,
    thread_id=story.SUB_AGENT_THREAD,
    status="error",
    message=story.UNREADABLE,
    parent=PARENT,
)
TEXT_DELTA = _event("model.message", 10, thread_id="main", content=story.LOST)
CALL_DELTA = _event("model.message", 11, thread_id="main", tool_calls=[REFUND_FIRST_CHUNK])
LAST_DELTA = _event("model.message", 12, thread_id="main", tool_calls=[REFUND_LAST_CHUNK], finish_reason="tool_calls")
MODEL_MESSAGE = _event(
    "model.message", 12, thread_id="main", content=story.LOST, tool_calls=[REFUND], finish_reason="tool_calls"
)
APPROVAL_REQUIRED = _event("tool.approval_required", 13, thread_id="main", tool_calls=[{"id": story.REFUND_CALL}])
RESPONSE_REQUIRED = _event("tool.response_required", 13, thread_id="main", tool_calls=[{"id": story.ASK_CALL}])
AUTH_REQUIRED = _event("mcp.auth_required", 2, servers=[MCP_TO_AUTHORISE])
OUTPUT: tuple[Json, ...] = (LOOKING_MESSAGE, MODEL_MESSAGE, APPROVAL_REQUIRED)
TURN_DONE = _event("turn.done", 14, status="done", output=list(OUTPUT))
TURN_CANCELLED = _event("turn.done", 7, status="cancelled", cancellation_reason="client-cancelled")
TURN_FAILED = _event("turn.done", 7, status="error", message=story.USED_UP)

LOG: tuple[Json, ...] = (
    MCP_INITIALIZE,
    SANDBOX_CREATED,
    LOOKING_MESSAGE,
    TOOL_RESPONSE,
    THREAD_CREATED,
    RULES_RESPONSE,
    THREAD_DONE,
    MODEL_MESSAGE,
    APPROVAL_REQUIRED,
)
"""The turn as it is stored: messages whole, without its first and last event (LOG-1)."""

_GREETING = _event("model.message", 4, thread_id="main", content="Hello, Ada.", finish_reason="stop")
SHORT_STREAM: tuple[Json, ...] = (
    TURN_CREATED,
    _event("model.message", 2, thread_id="main", content="Hello, "),
    _event("model.message", 3, thread_id="main", content="Ada."),
    _event("model.message", 4, thread_id="main", finish_reason="stop"),
    _event("turn.done", 5, status="done", output=[_GREETING]),
)
"""A turn of one short message, from its first event to its last (STR-2)."""

EVENT_EXAMPLES: dict[str, list[Any]] = {
    "AgentInfo": [story.SUB_AGENT],
    "AgentParent": [PARENT],
    "CancellationReason": ["client-cancelled", "server-execution-timeout", "cancelled-for-next-turn"],
    "McpAuthRequired": [AUTH_REQUIRED],
    "McpInitializationInfo": [MCP_CONNECTION],
    "McpInitialized": [MCP_INITIALIZE],
    "McpServerAuthInfo": [MCP_TO_AUTHORISE],
    "ModelMessage": [MODEL_MESSAGE],
    "ModelMessageDelta": [TEXT_DELTA, CALL_DELTA, LAST_DELTA],
    "SandboxCreated": [SANDBOX_CREATED],
    "ThreadCreated": [THREAD_CREATED],
    "ThreadDone": [THREAD_DONE, THREAD_FAILED],
    "ToolApprovalRequired": [APPROVAL_REQUIRED],
    "ToolCall": [REFUND],
    "ToolCallDelta": [REFUND_FIRST_CHUNK, REFUND_LAST_CHUNK],
    "ToolCallFunction": [REFUND["function"]],
    "ToolCallFunctionDelta": [REFUND_FIRST_CHUNK["function"], REFUND_LAST_CHUNK["function"]],
    "ToolCallInfo": [REFUND_TOOL, SUB_AGENT_TOOL],
    "ToolCallRef": [{"id": story.REFUND_CALL}],
    "ToolResponse": [TOOL_RESPONSE],
    "ToolResponseRequired": [RESPONSE_REQUIRED],
    "TurnCreated": [TURN_CREATED],
    "TurnDone": [TURN_DONE, TURN_CANCELLED, TURN_FAILED],
    "TurnEvent": [TOOL_RESPONSE, MODEL_MESSAGE],
    "TurnOutputEvent": [MODEL_MESSAGE, APPROVAL_REQUIRED],
    "TurnStreamEvent": list(SHORT_STREAM),
}


def sse_text(events: tuple[Json, ...]) -> str:
    """The events as the text of a stream, one frame each (STR-1)."""
    return stream_text((event["sequence_id"], event) for event in events)


def frame(event: Json) -> Json:
    """The event as the fields of one frame."""
    return frame_of(event["sequence_id"], event)
