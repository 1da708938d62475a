"""What a turn can be given: messages, approvals, responses (beta contract, section 5).

Owns: the input classes and their way to and from plain JSON values.
Must not know: when which of them is allowed; the gateway decides that (INP-1 to INP-8).
Next: `api.py`, whose `create_turn` sends them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from pydantic import ValidationError

from mock_gateway.client.model import WireModel


class TextContentPart(WireModel):
    """Text among the parts of a message."""

    type: Literal["text"] = "text"
    text: str


class FileUpload(WireModel):
    """A file by name and content; `file_data` is `data:<mime>;base64,<payload>` (INP-2)."""

    filename: str
    file_data: str


class FileUploadContentPart(WireModel):
    """A file among the parts of a message (INP-7)."""

    type: Literal["file_upload"] = "file_upload"
    file: FileUpload


UserContentPart: TypeAlias = TextContentPart | FileUploadContentPart


class UserMessage(WireModel):
    """What the user says: a string, or parts of text and files."""

    type: Literal["user.message"] = "user.message"
    content: str | list[UserContentPart]


class ApprovalAllow(WireModel):
    """The call may run."""

    status: Literal["allow"] = "allow"


class ApprovalDeny(WireModel):
    """The call must not run; the agent is told the reason, when there is one (TOO-2)."""

    status: Literal["deny"] = "deny"
    reason: str | None = None


class UserToolApproval(WireModel):
    """The decision on one call that `tool.approval_required` named (INP-3)."""

    type: Literal["user.tool_approval"] = "user.tool_approval"
    thread_id: str
    tool_call_id: str
    approval: ApprovalAllow | ApprovalDeny


class UserToolResponse(WireModel):
    """The result of one call that `tool.response_required` named (INP-3)."""

    type: Literal["user.tool_response"] = "user.tool_response"
    thread_id: str
    tool_call_id: str
    content: str


TurnInputItem: TypeAlias = UserMessage | UserToolApproval | UserToolResponse | Mapping[str, Any]
TurnInput: TypeAlias = Sequence[TurnInputItem]

_BY_TYPE: dict[object, type[UserMessage | UserToolApproval | UserToolResponse]] = {
    "user.message": UserMessage,
    "user.tool_approval": UserToolApproval,
    "user.tool_response": UserToolResponse,
}


def input_to_json(items: TurnInput) -> list[dict[str, Any]]:
    """Make the JSON values of an input list; unset optional fields are left out.

    items: our classes, plain mappings, or both. Raises TypeError for anything else.
    """
    if isinstance(items, str | bytes | Mapping | WireModel):
        raise TypeError(f"input is a list of items, not one {type(items).__name__}")
    return [_item_to_json(item) for item in items]


def _item_to_json(item: TurnInputItem) -> dict[str, Any]:
    if isinstance(item, WireModel):
        return item.model_dump(mode="json", exclude_none=True)
    if isinstance(item, Mapping):
        return dict(item)
    raise TypeError(f"an input item is an input class or a mapping, not {type(item).__name__}")


def input_from_json(items: list[Any] | None) -> list[TurnInputItem] | None:
    """Make typed items of a turn's stored input; an item of unknown shape stays a plain mapping."""
    return None if items is None else [_item_from_json(item) for item in items]


def _item_from_json(item: Any) -> TurnInputItem:
    plain: TurnInputItem = item
    model = _BY_TYPE.get(item.get("type")) if isinstance(item, dict) else None
    try:
        return model.model_validate(item) if model else plain
    except ValidationError:
        return plain
