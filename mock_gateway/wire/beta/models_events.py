"""The events of a turn: as they are streamed, and as they are stored (section 7, EVT).

Owns: one model per event type and the three unions over them. `model.message` is two models
with one `type`: a delta on the stream (EVT-3), the assembled message in the log (EVT-4); hence
one union for the stream and one for the log.
Must not know: sessions and turns (`models.py`), order and lifecycles (the engine's concern).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from typing_extensions import TypeAliasType

from mock_gateway.wire.beta.models_base import (
    SequenceId,
    SubAgentThreadId,
    ThreadId,
    Timestamp,
    ToolCallId,
    TurnId,
    check_fields_by_status,
    fields_by_status,
)
from mock_gateway.wire.model_base import WEB_ADDRESS_PATTERN, Name, WireModel

CancellationReason = TypeAliasType(
    "CancellationReason",
    Annotated[
        Literal["client-cancelled", "server-execution-timeout", "cancelled-for-next-turn"],
        Field(
            description="Why a turn was cancelled (TRN-3). `cancelled-for-next-turn` occurs only where a new turn "
            "supersedes a running one (reading `concurrent_turn: supersede`)."
        ),
    ],
)
TurnDoneStatus = Literal["done", "cancelled", "error"]

_TURN_DONE_CASES = {"cancelled": "cancellation_reason", "error": "message"}
_THREAD_DONE_CASES = {"done": "output", "error": "message"}


class Event(WireModel):
    """What all events have (SEQ-1)."""

    sequence_id: SequenceId


class ToolCallInfo(WireModel):
    """Where a tool lives and how it is run.

    A built-in tool (`ask_user_question`, `create_sub_agent`) has no MCP server of its own; its
    server id and name are `truefoundry-system`.
    """

    mcp_server_id: Name
    """Id of the MCP server that offers the tool."""
    mcp_server_name: Name
    """Name of the MCP server that offers the tool."""
    original_tool_name: Name
    """What that server calls the tool."""
    is_approval_required: bool | None = None
    """The call waits for a person (EVT-6)."""
    is_deferred: bool | None = None
    """The call is deferred."""
    is_client_side: bool | None = None
    """The client runs the tool and sends its result (EVT-7)."""


class ToolCallFunctionDelta(WireModel):
    """A piece of a tool call."""

    name: str | None = None
    """Name of the tool; on the first chunk of an index only."""
    arguments: str | None = None
    """The next piece of a JSON text; join the pieces (MSG-1). It may end anywhere (MSG-3)."""


class ToolCallDelta(WireModel):
    """One chunk of one tool call; chunks with the same `index` belong together."""

    index: Annotated[int, Field(ge=0)]
    """Which call of the message this chunk continues."""
    id: ToolCallId | None = None
    """On the first chunk of an index only."""
    type: Literal["function"] | None = None
    """On the first chunk of an index only."""
    function: ToolCallFunctionDelta
    tool_info: ToolCallInfo | None = None
    """On the first chunk of an index only."""


class ToolCallFunction(WireModel):
    """A whole tool call: which tool, with what."""

    name: Name
    """Name of the tool."""
    arguments: str
    """The whole input of the tool, as JSON text (MSG-3)."""


class ToolCall(WireModel):
    """A whole tool call of an assembled message."""

    id: ToolCallId
    type: Literal["function"]
    function: ToolCallFunction
    tool_info: ToolCallInfo | None = None
    """Where the tool lives."""


class ToolCallRef(WireModel):
    """Points at a tool call made before in the same thread."""

    id: ToolCallId


class AgentParent(WireModel):
    """The thread and the tool call that started a sub-agent."""

    thread_id: ThreadId
    tool_call_id: ToolCallId


class AgentInfo(WireModel):
    """A sub-agent: its name and its task."""

    name: Name
    """What the sub-agent is called."""
    input: str
    """The task it was given."""


class McpInitializationInfo(WireModel):
    """A connection made to one MCP server."""

    mcp_server_name: Name
    """Name of the MCP server."""
    session_id: Name
    """Id of the MCP session; not a session of this API."""


class McpServerAuthInfo(WireModel):
    """An MCP server that a person has to authorise (MCP-1)."""

    mcp_server_name: Name
    """Name of the MCP server."""
    auth_url: Annotated[str, Field(pattern=WEB_ADDRESS_PATTERN, json_schema_extra={"format": "uri"})]
    """A page for the person to open."""
    thread_ids: Annotated[list[ThreadId], Field(min_length=1)]
    """The threads that wait for this server."""


class TurnCreated(Event):
    """The first event of every stream (EVT-1, STR-2). Never stored (LOG-1)."""

    type: Literal["turn.created"]
    turn_id: TurnId
    created_at: Timestamp


class ModelMessageDelta(Event):
    """The next piece of what a model writes in one thread (EVT-3).

    Join the pieces of a thread until one has a `finish_reason`; the sum is the stored message (MSG-1).
    """

    type: Literal["model.message"]
    thread_id: ThreadId
    content: str | None = None
    """The next piece of text; always whole Unicode (MSG-3)."""
    tool_calls: list[ToolCallDelta] | None = None
    """Chunks of tool calls, to be joined by `index`."""
    finish_reason: str | None = None
    """On the last piece of the message only: why the model stopped."""


class ModelMessage(Event):
    """A whole message of a model, as stored and as `output` (EVT-4).

    Its `sequence_id` is that of its last delta (LOG-2).
    """

    type: Literal["model.message"]
    thread_id: ThreadId
    content: str | None = None
    """All of the text."""
    tool_calls: list[ToolCall] | None = None
    """The whole tool calls, in order of their index."""
    finish_reason: Name
    """Why the model stopped, for example `stop` or `tool_calls`."""


class ToolResponse(Event):
    """The result of a tool that ran on the server, in one piece (EVT-5, TOO-1)."""

    type: Literal["tool.response"]
    thread_id: ThreadId
    tool_call_id: ToolCallId
    content: str
    """The result."""


class ToolApprovalRequired(Event):
    """Tool calls wait for a decision; the turn pauses (EVT-6, STR-3, TOO-2)."""

    type: Literal["tool.approval_required"]
    thread_id: ThreadId
    tool_calls: Annotated[list[ToolCallRef], Field(min_length=1)]
    """The calls to decide on."""


class ToolResponseRequired(Event):
    """Client-side tool calls wait for their results; the turn pauses (EVT-7, STR-3, TOO-2)."""

    type: Literal["tool.response_required"]
    thread_id: ThreadId
    tool_calls: Annotated[list[ToolCallRef], Field(min_length=1)]
    """The calls to answer."""


class ThreadCreated(Event):
    """A sub-agent starts (EVT-8, THR-1, THR-2)."""

    type: Literal["thread.created"]
    thread_id: SubAgentThreadId
    parent: AgentParent
    agent_info: AgentInfo
    created_at: Timestamp | None = None
    """When the thread began."""


class ThreadDone(Event):
    """A sub-agent ends; the turn goes on, also after an error (EVT-9, THR-3)."""

    model_config = ConfigDict(json_schema_extra=fields_by_status(_THREAD_DONE_CASES))

    type: Literal["thread.done"]
    thread_id: SubAgentThreadId
    status: Literal["done", "error"]
    """How it ended."""
    output: dict[str, Any] | None = None
    """What the sub-agent came to; there when `status` is `done`."""
    message: str | None = None
    """What went wrong; there when `status` is `error`."""
    parent: AgentParent

    @model_validator(mode="after")
    def _status_carries_its_field(self) -> Self:
        check_fields_by_status(self, self.status, _THREAD_DONE_CASES)
        return self


class McpInitialized(Event):
    """Connections to MCP servers were made for a thread (EVT-10)."""

    type: Literal["mcp.initialize"]
    thread_id: ThreadId
    content: Annotated[list[McpInitializationInfo], Field(min_length=1)]
    """The servers, each with its MCP session."""


class McpAuthRequired(Event):
    """A person has to authorise MCP servers; the turn pauses (EVT-11, STR-3, MCP-1)."""

    type: Literal["mcp.auth_required"]
    servers: Annotated[list[McpServerAuthInfo], Field(min_length=1)]
    """Every server that needs it."""


class SandboxCreated(Event):
    """A sandbox was set up; once per session (EVT-12, SBX-1)."""

    type: Literal["sandbox.created"]
    sandbox_id: Name
    """Names the sandbox."""


_OUTPUT = ModelMessage | ToolApprovalRequired | ToolResponseRequired | McpAuthRequired
_THREADS_AND_TOOLS = (
    ToolResponse
    | ToolApprovalRequired
    | ToolResponseRequired
    | ThreadCreated
    | ThreadDone
    | McpInitialized
    | McpAuthRequired
    | SandboxCreated
)

TurnOutputEvent = TypeAliasType(
    "TurnOutputEvent",
    Annotated[
        _OUTPUT,
        Field(
            discriminator="type",
            description="What a turn has to show: its assembled messages and its pause events, in order (TRN-3).",
        ),
    ],
)


class TurnDone(Event):
    """The last event of every stream (EVT-2, STR-2). Never stored (LOG-1)."""

    model_config = ConfigDict(json_schema_extra=fields_by_status(_TURN_DONE_CASES))

    type: Literal["turn.done"]
    status: TurnDoneStatus
    """How the turn ended."""
    output: list[TurnOutputEvent] | None = None
    """The same list as the `output` of the turn (TRN-3)."""
    cancellation_reason: CancellationReason | None = None
    """There when `status` is `cancelled`."""
    message: str | None = None
    """What went wrong, for a person; there when `status` is `error`."""

    @model_validator(mode="after")
    def _status_carries_its_field(self) -> Self:
        check_fields_by_status(self, self.status, _TURN_DONE_CASES)
        return self


TurnEvent = TypeAliasType(
    "TurnEvent",
    Annotated[
        ModelMessage | _THREADS_AND_TOOLS,
        Field(discriminator="type", description="An event as the log of a finished turn keeps it (LOG-1)."),
    ],
)
TurnStreamEvent = TypeAliasType(
    "TurnStreamEvent",
    Annotated[
        TurnCreated | ModelMessageDelta | _THREADS_AND_TOOLS | TurnDone,
        Field(discriminator="type", description="An event as the stream carries it (STR-1)."),
    ],
)
