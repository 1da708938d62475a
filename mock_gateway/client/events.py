"""The events of a turn, as they are streamed and as they are stored (rules EVT-1 to EVT-13).

Owns: one class per event type, the values inside them, and the two tables that pick the class.
Must not know: how events arrive. A `model.message` is a delta in a stream (EVT-3) and a whole
message in the log and in an output (EVT-4), hence two tables.
Next: `builder.py` folds deltas; `follow.py` delivers the stream.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, GetPydanticSchema
from pydantic_core import core_schema

from mock_gateway.client.errors import ProtocolError
from mock_gateway.client.model import WireModel, read_json, read_model

# A status that a later gateway adds must not break a reader (EVT-13): any string passes at run time.
_ANY_STRING = GetPydanticSchema(lambda _source, _build: core_schema.str_schema())

TurnDoneStatus: TypeAlias = Literal["done", "cancelled", "error"]
ThreadDoneStatus: TypeAlias = Literal["done", "error"]


def _empty_when_null(value: object) -> object:
    return [] if value is None else value


class Event(WireModel):
    """Anything that happens in a turn.

    sequence_id: its place in the turn (SEQ-1); 0 when it came without one, as items of an output may.
    """

    type: str
    sequence_id: int = 0


class UnknownEvent(Event):
    """An event of a type that this client does not know, with all its fields (EVT-13)."""

    thread_id: str | None = None


class ToolCallInfo(WireModel):
    """Where a tool lives and how it is run."""

    mcp_server_id: str
    mcp_server_name: str
    original_tool_name: str
    is_approval_required: bool | None = None
    is_deferred: bool | None = None
    is_client_side: bool | None = None


class ToolCallFunctionDelta(WireModel):
    """A piece of a call: the name on its first chunk, a piece of the arguments on any."""

    name: str | None = None
    arguments: str | None = None


class ToolCallDelta(WireModel):
    """A chunk of the tool call at `index`; id, type and tool_info come on the first chunk only."""

    index: int
    id: str | None = None
    type: str | None = None
    function: ToolCallFunctionDelta
    tool_info: ToolCallInfo | None = None


class ToolCallFunction(WireModel):
    """The name of a tool, and its arguments as one JSON string (MSG-3)."""

    name: str
    arguments: str


class ToolCall(WireModel):
    """A whole tool call."""

    id: str
    type: str = "function"
    function: ToolCallFunction
    tool_info: ToolCallInfo | None = None


class ToolCallRef(WireModel):
    """Names a tool call that waits for an answer."""

    id: str


class AgentParent(WireModel):
    """The thread and the tool call that a sub-agent was started from."""

    thread_id: str
    tool_call_id: str


class AgentInfo(WireModel):
    """The name of a sub-agent and what it was given."""

    name: str
    input: Any = None


class McpInitializationInfo(WireModel):
    """One MCP server that is connected now."""

    mcp_server_name: str
    session_id: str


class McpServerAuthInfo(WireModel):
    """One MCP server that a person has to authorise at `auth_url` (MCP-1)."""

    mcp_server_name: str
    auth_url: str
    thread_ids: list[str]


class ModelMessageDelta(Event):
    """A piece of a model message (EVT-3); `finish_reason` is set on its last piece only."""

    type: Literal["model.message"] = "model.message"
    thread_id: str
    content: str | None = None
    tool_calls: list[ToolCallDelta] | None = None
    finish_reason: str | None = None


class ModelMessage(Event):
    """A whole model message (EVT-4); `tool_calls` is empty when it made none."""

    type: Literal["model.message"] = "model.message"
    thread_id: str
    content: str | None = None
    tool_calls: Annotated[list[ToolCall], BeforeValidator(_empty_when_null)] = Field(default_factory=list)
    finish_reason: str


class ToolResponse(Event):
    """The whole result of a tool that ran on the server (EVT-5)."""

    type: Literal["tool.response"] = "tool.response"
    thread_id: str
    tool_call_id: str
    content: str


class ToolApprovalRequired(Event):
    """Tool calls that wait for a person's decision (EVT-6)."""

    type: Literal["tool.approval_required"] = "tool.approval_required"
    thread_id: str
    tool_calls: list[ToolCallRef]


class ToolResponseRequired(Event):
    """Tool calls that the client has to run itself (EVT-7)."""

    type: Literal["tool.response_required"] = "tool.response_required"
    thread_id: str
    tool_calls: list[ToolCallRef]


class ThreadCreated(Event):
    """A sub-agent started (EVT-8)."""

    type: Literal["thread.created"] = "thread.created"
    thread_id: str
    parent: AgentParent
    agent_info: AgentInfo
    created_at: str | None = None


class ThreadDone(Event):
    """A sub-agent ended (EVT-9): `output` when done, `message` when it failed."""

    type: Literal["thread.done"] = "thread.done"
    thread_id: str
    status: Annotated[ThreadDoneStatus, _ANY_STRING]
    output: Any = None
    message: str | None = None
    parent: AgentParent


class McpInitialized(Event):
    """MCP servers were connected for a thread (EVT-10)."""

    type: Literal["mcp.initialize"] = "mcp.initialize"
    thread_id: str
    content: list[McpInitializationInfo]


class McpAuthRequired(Event):
    """MCP servers wait for a person to authorise them (EVT-11)."""

    type: Literal["mcp.auth_required"] = "mcp.auth_required"
    servers: list[McpServerAuthInfo]


class SandboxCreated(Event):
    """The session's sandbox exists (EVT-12)."""

    type: Literal["sandbox.created"] = "sandbox.created"
    sandbox_id: str


class TurnCreated(Event):
    """The first event of a turn (EVT-1)."""

    type: Literal["turn.created"] = "turn.created"
    turn_id: str
    created_at: str


TurnOutputEvent: TypeAlias = ModelMessage | ToolApprovalRequired | ToolResponseRequired | McpAuthRequired | UnknownEvent
StoredEvent: TypeAlias = (
    ModelMessage
    | ToolResponse
    | ToolApprovalRequired
    | ToolResponseRequired
    | ThreadCreated
    | ThreadDone
    | McpInitialized
    | McpAuthRequired
    | SandboxCreated
    | UnknownEvent
)

_ALIKE: tuple[type[Event], ...] = (
    ToolResponse,
    ToolApprovalRequired,
    ToolResponseRequired,
    ThreadCreated,
    ThreadDone,
    McpInitialized,
    McpAuthRequired,
    SandboxCreated,
)


def _by_type(*models: type[Event]) -> dict[object, type[Event]]:
    return {model.model_fields["type"].default: model for model in models}


_STORED = _by_type(ModelMessage, *_ALIKE)
_OUTPUT = _by_type(ModelMessage, ToolApprovalRequired, ToolResponseRequired, McpAuthRequired)


def _output_items(value: object) -> object:
    if not isinstance(value, list):
        return _empty_when_null(value)
    return [item if isinstance(item, Event) else _output_item(item) for item in value]


def _output_item(value: Any) -> Event:
    kind = value.get("type") if isinstance(value, dict) else None
    return _OUTPUT.get(kind, UnknownEvent).model_validate(value)


TurnOutput: TypeAlias = Annotated[list[TurnOutputEvent], BeforeValidator(_output_items)]


class TurnDone(Event):
    """The last event of a turn (EVT-2).

    output: what state() also has when done (TRN-3); empty otherwise.
    cancellation_reason: set when cancelled. message: set when the turn failed.
    """

    type: Literal["turn.done"] = "turn.done"
    status: Annotated[TurnDoneStatus, _ANY_STRING]
    output: TurnOutput = Field(default_factory=list)
    cancellation_reason: str | None = None
    message: str | None = None


TurnStreamEvent: TypeAlias = (
    TurnCreated
    | TurnDone
    | ModelMessageDelta
    | ToolResponse
    | ToolApprovalRequired
    | ToolResponseRequired
    | ThreadCreated
    | ThreadDone
    | McpInitialized
    | McpAuthRequired
    | SandboxCreated
    | UnknownEvent
)

_STREAMED = _by_type(TurnCreated, TurnDone, ModelMessageDelta, *_ALIKE)


def read_streamed(data: str, event_id: str) -> TurnStreamEvent:
    """Make the event of one SSE message.

    data: its JSON text. event_id: the SSE id in force, used when the payload has no sequence_id (STR-1).
    Raises ProtocolError when it is no JSON object with a type, misses a field, or has no sequence id.
    """
    value = read_json(data, "the data of a stream event")
    if isinstance(value, dict) and value.get("sequence_id") is None:
        value["sequence_id"] = event_id
        if value.get("type") not in _STREAMED and not (event_id.isascii() and event_id.isdigit()):
            value["sequence_id"] = 0  # what nobody knows may have no place in the turn (EVT-13)
    return _read(_STREAMED, value, "stream event")  # type: ignore[return-value]  # the table's classes


def read_stored(value: object) -> StoredEvent:
    """Make an event of the stored log (LOG-1). Raises ProtocolError when it misses a field."""
    return _read(_STORED, value, "stored event")  # type: ignore[return-value]  # the table's classes


def _read(table: dict[object, type[Event]], value: object, what: str) -> Event:
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str):
        raise ProtocolError(f"a {what} is not an object with a type: {str(value)[:100]}")
    return read_model(table.get(kind, UnknownEvent), value, f"{what} {kind}")
