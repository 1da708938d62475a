"""What a client may put into `input` in the published contract: messages, approvals, tool responses.

Owns: the shape of an input item and the rule that kinds are not mixed (V1-INP-1). The tags (`type`, `status`) have no
defaults: what may be left out in Python may not be left out on the wire.
Must not know: what is pending in a session; that is decided by the gateway.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from mock_gateway.wire.model_base import Name, WireModel
from mock_gateway.wire.v1.models_base import DataUri, ThreadId, ToolCallId

FILE_NAME_PATTERN = r"^[^/\\\x00]+$"


class TextPart(WireModel):
    """A piece of text in a message made of parts."""

    type: Literal["text"]
    text: str
    """The text, as written."""


class FilePart(WireModel):
    """A file in a message made of parts. Images and PDFs are looked at; others need a sandbox (V1-INP-8)."""

    type: Literal["file"]
    name: Annotated[str, Field(pattern=FILE_NAME_PATTERN, json_schema_extra={"not": {"enum": [".", ".."]}})]
    """What the user calls the file, without a path (V1-INP-2)."""
    data: DataUri


UserContentPart = TypeAliasType(
    "UserContentPart",
    Annotated[
        TextPart | FilePart,
        Field(discriminator="type", description="One part of a user's message: a text or a file."),
    ],
)


class UserMessage(WireModel):
    """Something the user says, with or without files. Not while a turn waits for answers (V1-INP-4)."""

    type: Literal["user.message"]
    content: Annotated[str, Field(pattern=r"\S")] | Annotated[list[UserContentPart], Field(min_length=1)]
    """The words of the user, or a list of parts; not empty (V1-INP-6, V1-INP-7)."""


class ApprovalAllow(WireModel):
    """The tool call may run: the next turn begins with it (V1-INP-11)."""

    status: Literal["allow"]


class ApprovalDeny(WireModel):
    """The tool call may not run; the agent is told, with the reason if there is one (V1-INP-12)."""

    status: Literal["deny"]
    reason: str | None = None
    """Why not, in words for the agent."""


Approval = TypeAliasType(
    "Approval",
    Annotated[
        ApprovalAllow | ApprovalDeny,
        Field(discriminator="status", description="The decision about one tool call."),
    ],
)


class UserToolApproval(WireModel):
    """The decision about one call named by `tool.approval_required` (V1-INP-3)."""

    type: Literal["user.tool_approval"]
    thread_id: ThreadId
    tool_call_id: ToolCallId
    approval: Approval


class UserToolResponse(WireModel):
    """The result of one client-side call named by `tool.response_required` (V1-INP-3)."""

    type: Literal["user.tool_response"]
    thread_id: ThreadId
    tool_call_id: ToolCallId
    content: Name
    """The result, as the agent shall read it; not empty (V1-INP-9)."""


UserToolAnswer = TypeAliasType(
    "UserToolAnswer",
    Annotated[
        UserToolApproval | UserToolResponse,
        Field(discriminator="type", description="An answer to one pending tool call."),
    ],
)
TurnInput = TypeAliasType(
    "TurnInput",
    Annotated[
        list[UserMessage] | list[UserToolAnswer],
        Field(
            description="What starts or resumes a turn: user messages, or answers to pending tool calls, never both "
            "(V1-INP-1). Empty resumes after `mcp.auth_required` (V1-INP-5), and lets the agent go on when nothing is "
            "pending (V1-TRN-15)."
        ),
    ],
)
