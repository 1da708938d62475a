"""What a client may put into `input`: messages, approvals, tool responses (section 5, INP).

Owns: the shape of an input item and the rule that kinds are not mixed (INP-1). The tags (`type`,
`status`) have no defaults: what may be left out in Python may not be left out on the wire.
Must not know: what is pending in a session; that is decided by the gateway (INP-3 to INP-7).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from mock_gateway.wire.beta.models_base import DataUri, ThreadId, ToolCallId
from mock_gateway.wire.model_base import Name, WireModel


class TextContentPart(WireModel):
    """A piece of text in a message made of parts."""

    type: Literal["text"]
    text: str
    """The text, as written."""


class FileUpload(WireModel):
    """A file and its name."""

    filename: Name
    """What the user calls the file."""
    file_data: DataUri


class FileUploadContentPart(WireModel):
    """A file in a message made of parts; anything but an image needs an agent with a sandbox (INP-7)."""

    type: Literal["file_upload"]
    file: FileUpload


UserContentPart = TypeAliasType(
    "UserContentPart",
    Annotated[
        TextContentPart | FileUploadContentPart,
        Field(discriminator="type", description="One part of a message: a text or a file."),
    ],
)


class UserMessage(WireModel):
    """Something the user says, with or without files. Not while a turn waits for answers (INP-4, INP-5)."""

    type: Literal["user.message"]
    content: str | list[UserContentPart]
    """The words of the user, or a list of parts."""


class ApprovalAllow(WireModel):
    """The tool call may run."""

    status: Literal["allow"]


class ApprovalDeny(WireModel):
    """The tool call may not run; the agent is told, with the reason if there is one (TOO-2)."""

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
    """The decision about one call named by `tool.approval_required` (INP-3)."""

    type: Literal["user.tool_approval"]
    thread_id: ThreadId
    tool_call_id: ToolCallId
    approval: Approval


class UserToolResponse(WireModel):
    """The result of one client-side call named by `tool.response_required` (INP-3)."""

    type: Literal["user.tool_response"]
    thread_id: ThreadId
    tool_call_id: ToolCallId
    content: str
    """The result, as the agent shall read it."""


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
            "(INP-1). Empty resumes after `mcp.auth_required` (INP-5)."
        ),
    ],
)
