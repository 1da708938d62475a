"""Example events of the published contract, as they are streamed and as they are stored.

Must not know: schemas; `tests/openapi` proves that each example fits. Sessions, turns and errors are in `examples.py`,
the story in `openapi/story.py`.
"""

from __future__ import annotations

from typing import Any

from mock_gateway.openapi import story
from mock_gateway.openapi.facts import Json
from mock_gateway.openapi.frames import frame_of, stream_text

SUBJECT: Json = {
    "subject_id": "sub-5f0c1e77a93b2d64",
    "subject_type": "user",
    "subject_slug": story.SUBJECT,
}
USER_MESSAGE: Json = {"type": "user.message", "content": story.LATE}


def _event(number: int, kind: str, **fields: object) -> Json:
    """An event of a thread; its id sorts by number."""
    at = f"2024-12-23T22:26:{10 + number // 4:02}.{number % 4 * 250:03}Z"
    return {"type": kind, "id": f"01jftz1dm4{number:04}000c9x7q3mva", "created_at": at, **fields}


def _event_of_turn(number: int, kind: str, **fields: object) -> Json:
    return {**_event(number, kind), "thread_id": None, **fields}


def _tool_call(call_id: str, tool_info: Json, arguments: Json) -> Json:
    return story.function_call(call_id, tool_info["name"], arguments, tool_info)


def _mcp(server_id: str, server: str, tool: str) -> Json:
    return {"type": "mcp", "server_id": server_id, "server_name": server, "name": tool}


def _delta(message: Json, **fields: object) -> Json:
    return {"type": "model.message.delta", "id": message["id"], "thread_id": message["thread_id"], **fields}


def _ref(call_id: str, message: Json) -> Json:
    return {"id": call_id, "source_event_id": message["id"]}


def _breakdown(tokens: int) -> Json:
    return {"harness": 0, "skills": 0, "instructions": 0, "tool_definitions": 0, "messages": tokens}


TRACK_TOOL = _mcp("mcp-parcels", "parcels", "track_parcel")
REFUND_TOOL = _mcp("mcp-payments", "payments", "refund_parcel")
SUB_AGENT_TOOL: Json = {"type": "truefoundry-system", "name": "create_sub_agent"}
AGENT_INFO: Json = {"type": "dynamic", **story.SUB_AGENT}
PARENT: Json = {"thread_id": "main", "tool_call_id": story.RULES_CALL}
TRACK = _tool_call(story.TRACK_CALL, TRACK_TOOL, story.TRACK_ARGUMENTS)
RULES = _tool_call(story.RULES_CALL, SUB_AGENT_TOOL, story.SUB_AGENT)
REFUND = _tool_call(story.REFUND_CALL, REFUND_TOOL, story.REFUND_ARGUMENTS)
REFUND_FIRST_CHUNK, REFUND_LAST_CHUNK = story.cut(0, REFUND)
MCP_CONNECTION: Json = {
    "id": "mcp-payments",
    "name": "payments",
    "session_id": story.MCP_SESSION_ID,
    "transport_type": "streamable-http",
}
MCP_TO_AUTHORISE: Json = {"id": "mcp-payments", "name": "payments", "auth_url": story.AUTH_URL}
USAGE: Json = {"input_tokens": 212, "output_tokens": 31, "input_tokens_breakdown": _breakdown(212)}
METRICS: Json = {"total_input_tokens": 212, "total_output_tokens": 31, "total_tokens": 243, "total_cost_in_usd": 0.004}

TURN_CREATED = _event_of_turn(
    1,
    "turn.created",
    turn_id=story.TURN_ID,
    previous_turn_id=None,
    input=[USER_MESSAGE],
    state={"status": "running"},
    created_by=SUBJECT,
)
MCP_INITIALIZE = _event(2, "mcp.initialize", thread_id="main", mcp_servers=[MCP_CONNECTION])
SANDBOX_CREATED = _event_of_turn(3, "sandbox.created", sandbox_id=story.SANDBOX_ID)
LOOKING_STARTED = _event(4, "model.message", thread_id="main")
LOOKING_MESSAGE: Json = {
    **LOOKING_STARTED,
    "content": story.LOOKING,
    "tool_calls": [TRACK, RULES],
    "finish_reason": "tool_calls",
}
TOOL_RESPONSE = _event(9, "tool.response", thread_id="main", tool_call_id=story.TRACK_CALL, content=story.TRACKED)
THREAD_CREATED = _event(
    10,
    "thread.created",
    thread_id=story.SUB_AGENT_THREAD,
    title=story.SUB_AGENT["name"],
    parent=PARENT,
    agent_info=AGENT_INFO,
)
SUB_AGENT_MESSAGE = _event(
    11,
    "model.message",
    thread_id=story.SUB_AGENT_THREAD,
    content=story.ALLOWED_BY_RULES,
    finish_reason="stop",
)
RULES_RESPONSE = _event(14, "tool.response", thread_id="main", tool_call_id=story.RULES_CALL, content="")
THREAD_DONE_STATE: Json = {"status": "done", "output": SUB_AGENT_MESSAGE}
THREAD_ERROR_STATE: Json = {"status": "error", "error": story.UNREADABLE}
_THREAD_DONE = _event(15, "thread.done", thread_id=story.SUB_AGENT_THREAD, title=story.SUB_AGENT["name"], parent=PARENT)
THREAD_DONE: Json = {**_THREAD_DONE, "state": THREAD_DONE_STATE}
THREAD_FAILED: Json = {**_THREAD_DONE, "state": THREAD_ERROR_STATE}
STARTED = _event(16, "model.message", thread_id="main")
TEXT_DELTA = _delta(STARTED, created_at=STARTED["created_at"], content=story.LOST)
CALL_DELTA = _delta(STARTED, tool_calls=[REFUND_FIRST_CHUNK])
ARGUMENTS_DELTA = _delta(STARTED, tool_calls=[REFUND_LAST_CHUNK])
LAST_DELTA = _delta(STARTED, finish_reason="tool_calls", usage=USAGE)
MODEL_MESSAGE: Json = {
    **STARTED,
    "content": story.LOST,
    "tool_calls": [REFUND],
    "finish_reason": "tool_calls",
    "usage": USAGE,
}
APPROVAL_REQUIRED = _event(
    21, "tool.approval_required", thread_id="main", tool_calls=[_ref(story.REFUND_CALL, MODEL_MESSAGE)]
)
RESPONSE_REQUIRED = _event(
    21, "tool.response_required", thread_id="main", tool_calls=[_ref(story.ASK_CALL, MODEL_MESSAGE)]
)
AUTH_REQUIRED = _event_of_turn(2, "mcp.auth_required", mcp_servers=[MCP_TO_AUTHORISE])

COMPLETED_AT = "2024-12-23T22:26:15.750Z"
PAUSED: Json = {
    "status": "done",
    "output": None,
    "required_actions": [APPROVAL_REQUIRED],
    "completed_at": COMPLETED_AT,
    "metrics": METRICS,
}
CANCELLED: Json = {"status": "cancelled", "reason": "client-cancelled", "completed_at": COMPLETED_AT}
FAILED: Json = {"status": "error", "message": story.USED_UP, "completed_at": COMPLETED_AT}
TURN_DONE = _event_of_turn(22, "turn.done", state=PAUSED)
TURN_CANCELLED = _event_of_turn(22, "turn.done", state=CANCELLED)
TURN_FAILED = _event_of_turn(22, "turn.done", state=FAILED)

LOG: tuple[Json, ...] = (
    MCP_INITIALIZE,
    SANDBOX_CREATED,
    LOOKING_MESSAGE,
    TOOL_RESPONSE,
    THREAD_CREATED,
    SUB_AGENT_MESSAGE,
    RULES_RESPONSE,
    THREAD_DONE,
    MODEL_MESSAGE,
    APPROVAL_REQUIRED,
)
"""The turn as it is stored: messages whole, without its first and last event (V1-LOG-1)."""

_GREETING_STARTED = _event(2, "model.message", thread_id="main")
GREETING: Json = {**_GREETING_STARTED, "content": "Hello, Ada.", "finish_reason": "stop"}
FINISHED: Json = {
    "status": "done",
    "output": GREETING,
    "required_actions": [],
    "completed_at": "2024-12-23T22:26:11.250Z",
}
SHORT_STREAM: tuple[Json, ...] = (
    TURN_CREATED,
    _GREETING_STARTED,
    _delta(GREETING, created_at=GREETING["created_at"], content="Hello, "),
    _delta(GREETING, content="Ada."),
    _delta(GREETING, finish_reason="stop"),
    _event_of_turn(6, "turn.done", state=FINISHED),
)
"""A turn of one short message, from its first event to its last (V1-STR-3)."""

EVENT_EXAMPLES: dict[str, list[Any]] = {
    "AgentInfo": [AGENT_INFO],
    "AgentParent": [PARENT],
    "CancellationReason": ["client-cancelled", "server-execution-timeout", "cancelled-for-next-turn", "abandoned"],
    "EventId": [MODEL_MESSAGE["id"]],
    "InputTokensBreakdown": [_breakdown(212)],
    "McpAuthRequired": [AUTH_REQUIRED],
    "McpInitialized": [MCP_INITIALIZE],
    "McpServerAuthInfo": [MCP_TO_AUTHORISE],
    "McpServerInitInfo": [MCP_CONNECTION, {"id": "mcp-payments", "name": "payments"}],
    "McpToolInfo": [REFUND_TOOL],
    "ModelContentPart": [{"type": "text", "text": story.LOST}],
    "ModelMessage": [MODEL_MESSAGE, SUB_AGENT_MESSAGE],
    "ModelMessageDelta": [TEXT_DELTA, CALL_DELTA, ARGUMENTS_DELTA, LAST_DELTA],
    "ModelMessageStarted": [STARTED],
    "ModelMessageUsage": [USAGE, {**USAGE, "cache_read_tokens": 180, "cache_write_tokens": 0}],
    "RefusalPart": [{"type": "refusal", "refusal": "I cannot refund what was never paid."}],
    "RequiredAction": [APPROVAL_REQUIRED, RESPONSE_REQUIRED, AUTH_REQUIRED],
    "SandboxCreated": [SANDBOX_CREATED],
    "SessionEvent": [TURN_DONE, MODEL_MESSAGE, TURN_CREATED],
    "Subject": [SUBJECT],
    "SystemToolInfo": [SUB_AGENT_TOOL],
    "ThreadCreated": [THREAD_CREATED],
    "ThreadDone": [THREAD_DONE, THREAD_FAILED],
    "ThreadDoneState": [THREAD_DONE_STATE],
    "ThreadErrorState": [THREAD_ERROR_STATE],
    "ThreadState": [THREAD_DONE_STATE, THREAD_ERROR_STATE],
    "ToolApprovalRequired": [APPROVAL_REQUIRED],
    "ToolCall": [REFUND, RULES],
    "ToolCallDelta": [REFUND_FIRST_CHUNK, REFUND_LAST_CHUNK],
    "ToolCallFunction": [REFUND["function"]],
    "ToolCallFunctionDelta": [REFUND_FIRST_CHUNK["function"], REFUND_LAST_CHUNK["function"]],
    "ToolCallRef": [_ref(story.REFUND_CALL, MODEL_MESSAGE)],
    "ToolInfo": [REFUND_TOOL, SUB_AGENT_TOOL],
    "ToolResponse": [TOOL_RESPONSE, RULES_RESPONSE],
    "ToolResponseRequired": [RESPONSE_REQUIRED],
    "TurnCancelledState": [CANCELLED],
    "TurnCreated": [TURN_CREATED],
    "TurnDone": [TURN_DONE, TURN_CANCELLED, TURN_FAILED],
    "TurnDoneState": [FINISHED, PAUSED],
    "TurnErrorState": [FAILED],
    "TurnEvent": [TOOL_RESPONSE, MODEL_MESSAGE],
    "TurnFinalState": [FINISHED, PAUSED, CANCELLED, FAILED],
    "TurnMetrics": [METRICS],
    "TurnRunningState": [{"status": "running"}],
    "TurnStreamingEvent": list(SHORT_STREAM),
}


def sse_text(events: tuple[Json, ...]) -> str:
    """The events as the text of a stream, one frame each; frames are counted from 1."""
    return stream_text(enumerate(events, 1))


FRAMES: dict[str, Json] = {
    "first": frame_of(1, TURN_CREATED),
    "started": frame_of(16, STARTED),
    "delta": frame_of(17, TEXT_DELTA),
    "last": frame_of(22, TURN_DONE),
}
"""Frames of the refund."""
