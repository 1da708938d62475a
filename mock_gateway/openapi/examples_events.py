"""Example events: one refund, told once, from which every example in the document is taken.

Owns: the events, as they are streamed and as they are stored. The story: a parcel is lost, the
agent looks it up, a sub-agent reads the refund rules, and the refund waits for a person.
Must not know: schemas; `tests/openapi` proves that each example fits. Sessions, turns and errors
are in `examples.py`.
"""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]

TURN_ID = "0193f5a0-b5d0-7a41-9c3e-5f60718293a4"
TURN_CREATED_AT = "2024-12-23T22:26:10.512Z"
SUB_AGENT_THREAD = "5b0c2f6e-1d3a-4c8b-9e7f-2a6d4b8c0e1f"
TRACK_CALL = "call_track_4711"
RULES_CALL = "call_rules_4711"
REFUND_CALL = "call_refund_4711"
ASK_CALL = "call_ask_4711"


def _tool_info(server_id: str, server: str, tool: str, **flags: bool) -> Json:
    return {"mcp_server_id": server_id, "mcp_server_name": server, "original_tool_name": tool, **flags}


def _tool_call(call_id: str, tool_info: Json, arguments: Json) -> Json:
    function = {"name": tool_info["original_tool_name"], "arguments": json.dumps(arguments)}
    return {"id": call_id, "type": "function", "function": function, "tool_info": tool_info}


def _cut(index: int, call: Json) -> tuple[Json, Json]:
    """A tool call as two deltas, cut in the middle of its arguments (EVT-3)."""
    name, arguments = call["function"]["name"], call["function"]["arguments"]
    middle = len(arguments) // 2
    first = {"index": index, **call, "function": {"name": name, "arguments": arguments[:middle]}}
    return first, {"index": index, "function": {"arguments": arguments[middle:]}}


def _event(kind: str, sequence_id: int, **fields: object) -> Json:
    return {"type": kind, "sequence_id": sequence_id, **fields}


TRACK_TOOL = _tool_info("mcp-parcels", "parcels", "track_parcel")
REFUND_TOOL = _tool_info("mcp-payments", "payments", "refund_parcel", is_approval_required=True)
SUB_AGENT_TOOL = _tool_info("truefoundry-system", "truefoundry-system", "create_sub_agent")
AGENT_INFO: Json = {"name": "rule-reader", "input": "May a lost parcel be refunded in full?"}
PARENT: Json = {"thread_id": "main", "tool_call_id": RULES_CALL}
TRACK = _tool_call(TRACK_CALL, TRACK_TOOL, {"parcel": "4711"})
RULES = _tool_call(RULES_CALL, SUB_AGENT_TOOL, AGENT_INFO)
REFUND = _tool_call(REFUND_CALL, REFUND_TOOL, {"parcel": "4711", "amount": 24.5})
REFUND_FIRST_CHUNK, REFUND_LAST_CHUNK = _cut(0, REFUND)
MCP_CONNECTION: Json = {"mcp_server_name": "payments", "session_id": "mcps-19c2"}
MCP_TO_AUTHORISE: Json = {
    "mcp_server_name": "payments",
    "auth_url": "http://127.0.0.1:4010/__auth/sess-0193f5a0b1c2d3e4/payments?key=7d1f",
    "thread_ids": ["main"],
}
LOOKING = "One moment, I am looking it up."
LOST = "The parcel is lost. "

TURN_CREATED = _event("turn.created", 1, turn_id=TURN_ID, created_at=TURN_CREATED_AT)
MCP_INITIALIZE = _event("mcp.initialize", 2, thread_id="main", content=[MCP_CONNECTION])
SANDBOX_CREATED = _event("sandbox.created", 3, sandbox_id="desk.8c21f0")
LOOKING_DELTA = _event("model.message", 4, thread_id="main", content=LOOKING)
LOOKING_LAST = _event(
    "model.message",
    5,
    thread_id="main",
    tool_calls=[{"index": 0, **TRACK}, {"index": 1, **RULES}],
    finish_reason="tool_calls",
)
LOOKING_MESSAGE = _event(
    "model.message", 5, thread_id="main", content=LOOKING, tool_calls=[TRACK, RULES], finish_reason="tool_calls"
)
TOOL_RESPONSE = _event(
    "tool.response", 6, thread_id="main", tool_call_id=TRACK_CALL, content='{"parcel": "4711", "state": "lost"}'
)
THREAD_CREATED = _event(
    "thread.created",
    7,
    thread_id=SUB_AGENT_THREAD,
    parent=PARENT,
    agent_info=AGENT_INFO,
    created_at="2024-12-23T22:26:11.020Z",
)
_SUB_AGENT_MESSAGE: Json = {
    "type": "model.message",
    "thread_id": SUB_AGENT_THREAD,
    "content": "Yes, within 30 days.",
    "finish_reason": "stop",
}
RULES_RESPONSE = _event("tool.response", 8, thread_id="main", tool_call_id=RULES_CALL, content="")
THREAD_DONE = _event(
    "thread.done",
    9,
    thread_id=SUB_AGENT_THREAD,
    status="done",
    output=_SUB_AGENT_MESSAGE,
    parent=PARENT,
)
THREAD_FAILED = _event(
    "thread.done",
    9,
    thread_id=SUB_AGENT_THREAD,
    status="error",
    message="The rule book could not be read.",
    parent=PARENT,
)
TEXT_DELTA = _event("model.message", 10, thread_id="main", content=LOST)
CALL_DELTA = _event("model.message", 11, thread_id="main", tool_calls=[REFUND_FIRST_CHUNK])
LAST_DELTA = _event("model.message", 12, thread_id="main", tool_calls=[REFUND_LAST_CHUNK], finish_reason="tool_calls")
MODEL_MESSAGE = _event(
    "model.message", 12, thread_id="main", content=LOST, tool_calls=[REFUND], finish_reason="tool_calls"
)
APPROVAL_REQUIRED = _event("tool.approval_required", 13, thread_id="main", tool_calls=[{"id": REFUND_CALL}])
RESPONSE_REQUIRED = _event("tool.response_required", 13, thread_id="main", tool_calls=[{"id": ASK_CALL}])
AUTH_REQUIRED = _event("mcp.auth_required", 2, servers=[MCP_TO_AUTHORISE])
OUTPUT: tuple[Json, ...] = (LOOKING_MESSAGE, MODEL_MESSAGE, APPROVAL_REQUIRED)
TURN_DONE = _event("turn.done", 14, status="done", output=list(OUTPUT))
TURN_CANCELLED = _event("turn.done", 7, status="cancelled", cancellation_reason="client-cancelled")
TURN_FAILED = _event("turn.done", 7, status="error", message="The agent used up its 25 iterations.")

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
    "AgentInfo": [AGENT_INFO],
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
    "ToolCallRef": [{"id": REFUND_CALL}],
    "ToolResponse": [TOOL_RESPONSE],
    "ToolResponseRequired": [RESPONSE_REQUIRED],
    "TurnCreated": [TURN_CREATED],
    "TurnDone": [TURN_DONE, TURN_CANCELLED, TURN_FAILED],
    "TurnEvent": [TOOL_RESPONSE, MODEL_MESSAGE],
    "TurnOutputEvent": [MODEL_MESSAGE, APPROVAL_REQUIRED],
    "TurnStreamEvent": list(SHORT_STREAM),
}


def _json(event: Json) -> str:
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False)


def sse_text(events: tuple[Json, ...]) -> str:
    """The events as the text of a stream, one frame each (STR-1)."""
    return "\n".join(f"id: {event['sequence_id']}\ndata: {_json(event)}\n" for event in events)


def frame(event: Json) -> Json:
    """The event as the fields of one frame, the form that the document's stream schema describes."""
    return {"id": str(event["sequence_id"]), "data": _json(event)}
