"""Model messages of the published contract: whole, as their beginning, and in pieces; and the calls in them.

Owns: the three forms of a message, tool calls whole and in chunks, token counts. A message streams as its beginning
(`model.message`, nothing to read yet) and deltas (`model.message.delta`) of the same id; lists and states have it
whole.
Must not know: turns and other events (`models_events.py`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from mock_gateway.wire.model_base import Name, WireModel
from mock_gateway.wire.v1.models_base import EventId, ThreadId, Timestamp, ToolCallId
from mock_gateway.wire.v1.models_input import TextPart

Count = Annotated[int, Field(ge=0)]
"""A number of tokens."""


class SystemToolInfo(WireModel):
    """A tool of the harness itself, as `ask_user_question`, `create_sub_agent` and the tools of a sandbox."""

    type: Literal["truefoundry-system"]
    name: Name
    """What the harness calls the tool."""


class McpToolInfo(WireModel):
    """A tool of an MCP server."""

    type: Literal["mcp"]
    server_id: Name
    """Id of the MCP server that offers the tool."""
    server_name: Name
    """Name of the MCP server that offers the tool."""
    name: Name
    """What that server calls the tool."""


ToolInfo = TypeAliasType(
    "ToolInfo",
    Annotated[
        SystemToolInfo | McpToolInfo,
        Field(
            discriminator="type",
            description="Where a tool lives. Its `name` there can differ from the one that the model uses (V1-EVT-15).",
        ),
    ],
)


class ToolCallFunction(WireModel):
    """A whole tool call: which tool, with what."""

    name: Name
    """Name of the tool, as the model knows it."""
    arguments: str
    """The whole input of the tool, as JSON text (V1-MSG-5)."""


class ToolCall(WireModel):
    """A whole tool call of a whole message (V1-EVT-16)."""

    id: ToolCallId
    type: Literal["function"]
    function: ToolCallFunction
    tool_info: ToolInfo
    provider_specific_fields: dict[str, Any] | None = None
    """What the provider of the model adds, as it came."""


class ToolCallFunctionDelta(WireModel):
    """A piece of a tool call."""

    name: str | None = None
    """Name of the tool; on the first chunk of an index only."""
    arguments: str | None = None
    """The next piece of a JSON text; join the pieces (V1-MSG-2). It may end anywhere (V1-MSG-8)."""


class ToolCallDelta(WireModel):
    """One chunk of one tool call; chunks with the same `index` belong together (V1-MSG-3)."""

    index: Annotated[int, Field(ge=0)]
    """Which call of the message this chunk continues."""
    id: ToolCallId | None = None
    """On the first chunk of an index only."""
    type: Literal["function"] | None = None
    """On the first chunk of an index only."""
    function: ToolCallFunctionDelta | None = None
    tool_info: ToolInfo | None = None
    """On the first chunk of an index only, and then whole."""
    provider_specific_fields: dict[str, Any] | None = None
    """What the provider of the model adds; merge it."""


class InputTokensBreakdown(WireModel):
    """What the tokens of the input were spent on. The mock counts all of them as `messages`."""

    harness: Count
    """Instructions of the harness."""
    skills: Count
    """Skills."""
    instructions: Count
    """Instructions of the agent."""
    tool_definitions: Count
    """Descriptions of tools."""
    messages: Count
    """The conversation."""


class ModelMessageUsage(WireModel):
    """The tokens of one message (V1-MSG-7)."""

    input_tokens: Count
    """Tokens that went in."""
    output_tokens: Count
    """Tokens that came out."""
    cache_read_tokens: Count | None = None
    """Tokens of the input that came from a cache."""
    cache_write_tokens: Count | None = None
    """Tokens of the input that went into a cache."""
    input_tokens_breakdown: InputTokensBreakdown


class RefusalPart(WireModel):
    """A piece of a refusal in a message made of parts."""

    type: Literal["refusal"]
    refusal: str
    """Why the model does not do it."""


ModelContentPart = TypeAliasType(
    "ModelContentPart",
    Annotated[
        TextPart | RefusalPart,
        Field(discriminator="type", description="One part of a model's message: a text or a refusal."),
    ],
)


class MessageEvent(WireModel):
    """What all forms of a message have."""

    id: EventId
    thread_id: ThreadId


class ModelMessageStarted(MessageEvent):
    """A message begins: on a stream, there is nothing to read yet. Its deltas, with the same id, bring the rest.

    See V1-EVT-4 and V1-MSG-1.
    """

    type: Literal["model.message"]
    created_at: Timestamp


class ModelMessageDelta(MessageEvent):
    """The next piece of a message, on a stream only (V1-EVT-5).

    Join the pieces with the same `id`: texts are put one after the other, calls are joined by `index`, the rest is
    replaced. The sum is the message as it is stored (V1-MSG-2). Messages of several threads may interleave; within one
    they come one after the other (V1-MSG-6).
    """

    type: Literal["model.message.delta"]
    created_at: Timestamp | None = None
    """On the first piece only."""
    content: str | None = None
    """The next piece of text; always whole Unicode (V1-MSG-8)."""
    refusal: str | None = None
    """The next piece of a refusal."""
    reasoning_content: str | None = None
    """The next piece of the model's thoughts."""
    tool_calls: list[ToolCallDelta] | None = None
    """Chunks of tool calls, to be joined by `index`."""
    finish_reason: Name | None = None
    """On the last piece of the message: why the model stopped (V1-MSG-4)."""
    usage: ModelMessageUsage | None = None
    """On one of the last pieces, where the tokens were counted."""


class ModelMessage(MessageEvent):
    """A whole message of a model, as lists and states have it (V1-EVT-16)."""

    type: Literal["model.message"]
    created_at: Timestamp
    content: str | list[ModelContentPart] | None = None
    """All of the text, or parts. The mock sends text; it is left out of a message that has calls and no text."""
    name: str | None = None
    """Who speaks. The mock does not say it."""
    refusal: str | None = None
    """Why the model does not do it."""
    reasoning_content: str | None = None
    """What the model thought before it spoke."""
    tool_calls: list[ToolCall] | None = None
    """The whole tool calls, in order of their index."""
    finish_reason: Name | None = None
    """Why the model stopped: `stop`, `length`, `tool_calls`, `content_filter` or `function_call`."""
    usage: ModelMessageUsage | None = None
    """Where the tokens were counted."""
