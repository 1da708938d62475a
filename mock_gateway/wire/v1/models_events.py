"""The events of a turn in the published contract: streamed, stored for the turn, stored for the session.

Owns: one model per event type and the unions over them, and the states at which a turn or a thread ends, which events
carry. `model.message` is two models with one `type`: on a stream it only begins, elsewhere it is whole
(`models_messages.py`).
Must not know: sessions and turns (`models.py`), order and lifecycles (the engine's concern).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from mock_gateway.wire.model_base import WEB_ADDRESS_PATTERN, Name, WireModel
from mock_gateway.wire.v1.models_base import EventId, SubAgentThreadId, Subject, ThreadId, Timestamp, ToolCallId, TurnId
from mock_gateway.wire.v1.models_input import TurnInput
from mock_gateway.wire.v1.models_messages import Count, ModelMessage, ModelMessageDelta, ModelMessageStarted

CancellationReason = TypeAliasType(
    "CancellationReason",
    Annotated[
        Literal["client-cancelled", "server-execution-timeout", "cancelled-for-next-turn", "abandoned"],
        Field(
            description="Why a turn was cancelled. `cancelled-for-next-turn`: a new turn went on from it while it ran "
            "(V1-TRN-8). "
            "`abandoned`: its server went away; the mock does not say it. A client must tolerate others."
        ),
    ],
)


class Event(WireModel):
    """What all events have but the forms of a message."""

    id: EventId
    created_at: Timestamp


class EventOfTurn(Event):
    """What the events have that belong to no thread."""

    thread_id: None = None
    """Null: the event is of the turn, not of a thread (V1-EVT-14)."""


class ToolCallRef(WireModel):
    """Points at a tool call and at the message that made it, which can be of an earlier turn (V1-TOO-5)."""

    id: ToolCallId
    source_event_id: EventId


class AgentParent(WireModel):
    """The thread and the tool call that started a sub-agent."""

    thread_id: ThreadId
    tool_call_id: ToolCallId


class AgentInfo(WireModel):
    """A sub-agent: its name and its task."""

    type: Literal["dynamic"]
    name: Name
    """What the sub-agent is called."""
    input: str
    """The task it was given."""
    model: str | None = None
    """The model it thinks with, where that was chosen. The mock does not say it."""


class McpServerInitInfo(WireModel):
    """A connection made to one MCP server."""

    id: Name
    """Id of the MCP server."""
    name: Name
    """Name of the MCP server."""
    session_id: str | None = None
    """Id of the MCP session; not a session of this API."""
    transport_type: Literal["streamable-http", "sse"] | None = None
    """How the server is reached."""


class McpServerAuthInfo(WireModel):
    """An MCP server that a person has to authorise (V1-EVT-10)."""

    id: Name
    """Id of the MCP server."""
    name: Name
    """Name of the MCP server."""
    auth_url: Annotated[str, Field(pattern=WEB_ADDRESS_PATTERN, json_schema_extra={"format": "uri"})]
    """A page for the person to open."""


class ToolResponse(Event):
    """The result of a tool that ran on the server, or of a call that was denied, in one piece (V1-EVT-6, V1-TOO-1)."""

    type: Literal["tool.response"]
    thread_id: ThreadId
    tool_call_id: ToolCallId
    content: str
    """The result. Of a sub-agent it is empty; what it came to is in its `thread.done` (V1-THR-3)."""


class ToolApprovalRequired(Event):
    """Tool calls wait for a decision; the turn pauses (V1-EVT-7, V1-TOO-3, V1-TOO-4)."""

    type: Literal["tool.approval_required"]
    thread_id: ThreadId
    tool_calls: Annotated[list[ToolCallRef], Field(min_length=1)]
    """The calls to decide on."""


class ToolResponseRequired(Event):
    """Client-side tool calls wait for their results; the turn pauses (V1-EVT-8, V1-TOO-3, V1-TOO-4)."""

    type: Literal["tool.response_required"]
    thread_id: ThreadId
    tool_calls: Annotated[list[ToolCallRef], Field(min_length=1)]
    """The calls to answer."""


class McpAuthRequired(EventOfTurn):
    """A person has to authorise MCP servers; the turn pauses (V1-EVT-10, V1-MCP-2)."""

    type: Literal["mcp.auth_required"]
    mcp_servers: Annotated[list[McpServerAuthInfo], Field(min_length=1)]
    """Every server that needs it."""


class McpInitialized(Event):
    """Connections to MCP servers were made for a thread (V1-EVT-9, V1-MCP-1)."""

    type: Literal["mcp.initialize"]
    thread_id: ThreadId
    mcp_servers: Annotated[list[McpServerInitInfo], Field(min_length=1)]
    """The servers, each with its MCP session."""


class SandboxCreated(EventOfTurn):
    """A sandbox was set up; once per session (V1-EVT-11, V1-SBX-1)."""

    type: Literal["sandbox.created"]
    sandbox_id: Name
    """Names the sandbox. Its files can be downloaded."""


class ThreadDoneState(WireModel):
    """The sub-agent finished; `output` is its last message (V1-THR-5)."""

    status: Literal["done"]
    output: ModelMessage


class ThreadErrorState(WireModel):
    """The sub-agent failed; the turn goes on (V1-THR-4)."""

    status: Literal["error"]
    error: Name
    """What went wrong, for a person."""
    output: ModelMessage | None = None
    """What it had come to. The mock does not say it."""


ThreadState = TypeAliasType(
    "ThreadState",
    Annotated[
        ThreadDoneState | ThreadErrorState,
        Field(discriminator="status", description="How a sub-agent ended."),
    ],
)


class ThreadCreated(Event):
    """A sub-agent starts (V1-EVT-12, V1-THR-2)."""

    type: Literal["thread.created"]
    thread_id: SubAgentThreadId
    title: Name
    """What a person calls the thread."""
    parent: AgentParent
    agent_info: AgentInfo


class ThreadDone(Event):
    """A sub-agent ends; the turn goes on, also after an error (V1-EVT-13, V1-THR-4)."""

    type: Literal["thread.done"]
    thread_id: SubAgentThreadId
    title: Name
    """The same as when the thread began."""
    parent: AgentParent | None = None
    state: ThreadState


RequiredAction = TypeAliasType(
    "RequiredAction",
    Annotated[
        ToolApprovalRequired | ToolResponseRequired | McpAuthRequired,
        Field(
            discriminator="type",
            description="What a turn waits for: one of the events that paused it, as it was (V1-TOO-6).",
        ),
    ],
)


class TurnMetrics(WireModel):
    """What a turn took, summed over its messages whose tokens were counted. The three totals are always there.

    See V1-TRN-12.
    """

    total_input_tokens: Count
    """Tokens that went in."""
    total_output_tokens: Count
    """Tokens that came out."""
    total_tokens: Count
    """Both."""
    total_cache_read_tokens: Count | None = None
    """Tokens of the input that came from a cache."""
    total_cache_write_tokens: Count | None = None
    """Tokens of the input that went into a cache."""
    total_reasoning_tokens: Count | None = None
    """Tokens of thoughts. The mock does not count them."""
    total_cost_in_usd: Annotated[float, Field(ge=0)] | None = None
    """What it cost, in US dollars."""


class TurnRunningState(WireModel):
    """The agent is at work."""

    status: Literal["running"]


class FinalState(WireModel):
    """What all states have in which a turn is over."""

    completed_at: Timestamp
    metrics: TurnMetrics | None = None
    """Where tokens were counted."""


class TurnDoneState(FinalState):
    """The agent finished, or pauses for an answer (V1-TRN-9, V1-TRN-18)."""

    status: Literal["done"]
    output: ModelMessage | None = None
    """The last message of the root agent; null when the turn pauses, and when there is none (V1-TRN-17)."""
    required_actions: list[RequiredAction]
    """What the turn waits for, in order; empty when the agent finished."""


class TurnCancelledState(FinalState):
    """The turn was stopped from outside (V1-TRN-10)."""

    status: Literal["cancelled"]
    reason: CancellationReason


class TurnErrorState(FinalState):
    """The turn failed (V1-TRN-10)."""

    status: Literal["error"]
    message: Name
    """What went wrong, for a person."""


TurnFinalState = TypeAliasType(
    "TurnFinalState",
    Annotated[
        TurnDoneState | TurnCancelledState | TurnErrorState,
        Field(discriminator="status", description="How a turn ended."),
    ],
)


class TurnCreated(EventOfTurn):
    """The first event of every stream (V1-EVT-2, V1-STR-3). The log of a session has it, that of a turn does not."""

    type: Literal["turn.created"]
    turn_id: TurnId
    previous_turn_id: TurnId | None = None
    """The turn this one goes on from; null for a first one."""
    input: TurnInput | None = None
    """The input as it was sent; absent when there was none."""
    state: TurnRunningState
    created_by: Subject
    """Who asked for the turn."""


class TurnDone(EventOfTurn):
    """The last event of every stream (V1-EVT-3, V1-STR-3). The log of a session has it, that of a turn does not."""

    type: Literal["turn.done"]
    state: TurnFinalState


_CONTENT = (
    ToolResponse
    | ToolApprovalRequired
    | ToolResponseRequired
    | ThreadCreated
    | ThreadDone
    | McpInitialized
    | McpAuthRequired
    | SandboxCreated
)

TurnEvent = TypeAliasType(
    "TurnEvent",
    Annotated[
        ModelMessage | _CONTENT,
        Field(discriminator="type", description="An event as the log of a finished turn keeps it (V1-LOG-1)."),
    ],
)
SessionEvent = TypeAliasType(
    "SessionEvent",
    Annotated[
        TurnCreated | ModelMessage | _CONTENT | TurnDone,
        Field(
            discriminator="type",
            description="An event as the log of a session keeps it: with the beginning and the end of every turn "
            "(V1-SEV-1).",
        ),
    ],
)
TurnStreamingEvent = TypeAliasType(
    "TurnStreamingEvent",
    Annotated[
        TurnCreated | ModelMessageStarted | ModelMessageDelta | _CONTENT | TurnDone,
        Field(discriminator="type", description="An event as the stream carries it (V1-STR-1)."),
    ],
)
