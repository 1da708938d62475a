"""Input items of the published contract: from a request's data, and back to data as they were sent.

Owns: the three kinds of item and their parts. What input fits a session is `core/answers.py`'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mock_gateway.core.commands import FilePart, Item, TextPart, ToolAnswer, ToolApproval, UserMessage
from mock_gateway.core.errors import Reason, Refusal
from mock_gateway.wire.request import json_type, malformed, note_unknown, optional_string, read_data_uri, string_field

Fields = Mapping[str, object]


class ReadableFile(FilePart, frozen=True):
    """A file part of this contract: a model looks at images and at PDFs without a sandbox."""

    @property
    def is_image(self) -> bool:
        """Whether a model can look at it without a sandbox."""
        return self.mime.startswith("image/") or self.mime == "application/pdf"


def read_items(given: object, notes: list[str]) -> tuple[Item, ...] | None:
    """The items of `input`; null is like absent. Raises `Refusal`."""
    if given is None:
        return None
    if not isinstance(given, list):
        raise malformed(f"input is {json_type(given)}; an array was expected", "input")
    return tuple(_item(item, f"input[{index}]", notes) for index, item in enumerate(given))


def _item(item: object, path: str, notes: list[str]) -> Item:
    if not isinstance(item, dict):
        raise malformed(f"{path} is {json_type(item)}; an object was expected", path)
    kind = string_field(item, "type", f"{path}.")
    if kind not in ITEMS:
        raise malformed(f"{path}.type is {kind[:80]!r}; one of {', '.join(ITEMS)} was expected", f"{path}.type")
    fields, read = ITEMS[kind]
    note_unknown(item, fields, f"field {path}.", notes)
    return read(item, f"{path}.", notes)


def _user_message(item: Fields, where: str, notes: list[str]) -> Item:
    content = item.get("content")
    if isinstance(content, str):
        empty, message = not content.strip(), UserMessage(content)
    elif isinstance(content, list):
        parts = tuple(_part(part, f"{where}content[{index}]", notes) for index, part in enumerate(content))
        empty, message = not parts, UserMessage(parts)
    else:
        raise malformed(f"{where}content is {json_type(content)}; a string or parts were expected", f"{where}content")
    if empty:
        raise Refusal(Reason.NOTHING_TO_DO, f"{where}content is empty; a user message says something", param="input")
    return message


def _part(part: object, path: str, notes: list[str]) -> TextPart | FilePart:
    if not isinstance(part, dict):
        raise malformed(f"{path} is {json_type(part)}; a part was expected", path)
    kind = string_field(part, "type", f"{path}.")
    if kind == "text":
        note_unknown(part, ("type", "text"), f"field {path}.", notes)
        return TextPart(string_field(part, "text", f"{path}."))
    if kind == "file":
        note_unknown(part, ("type", "name", "data"), f"field {path}.", notes)
        return _file(part, f"{path}.")
    raise malformed(f"{path}.type is {kind[:80]!r}; text or file was expected", f"{path}.type")


def _file(part: Fields, where: str) -> FilePart:
    name = string_field(part, "name", where, least=1)
    if name in (".", "..") or "/" in name or "\\" in name or "\0" in name:
        raise Refusal(
            Reason.BAD_FILE,
            f"{where}name is {name[:80]!r}; a file name without a path was expected",
            param=f"{where}name",
        )
    uri = string_field(part, "data", where)
    mime, size = read_data_uri(uri, f"{where}data")
    return ReadableFile(name, uri, mime, size)


def _ids(item: Fields, where: str) -> tuple[str, str]:
    return string_field(item, "thread_id", where, least=1), string_field(item, "tool_call_id", where, least=1)


def _tool_approval(item: Fields, where: str, notes: list[str]) -> Item:
    ids, path = _ids(item, where), f"{where}approval"
    approval = item.get("approval")
    if not isinstance(approval, dict):
        raise malformed(f"{path} is {json_type(approval)}; an object was expected", path)
    note_unknown(approval, ("status", "reason"), f"field {path}.", notes)
    status = string_field(approval, "status", f"{path}.")
    if status not in ("allow", "deny"):
        raise malformed(f"{path}.status is {status[:80]!r}; allow or deny was expected", f"{path}.status")
    return ToolApproval(*ids, status == "allow", optional_string(approval, "reason", f"{path}."))


def _tool_response(item: Fields, where: str, _notes: list[str]) -> Item:
    return ToolAnswer(*_ids(item, where), string_field(item, "content", where, least=1))


ITEMS: Mapping[str, tuple[tuple[str, ...], Callable[[Fields, str, list[str]], Item]]] = {
    "user.message": (("type", "content"), _user_message),
    "user.tool_approval": (("type", "thread_id", "tool_call_id", "approval"), _tool_approval),
    "user.tool_response": (("type", "thread_id", "tool_call_id", "content"), _tool_response),
}


def shown(item: Item) -> dict[str, object]:
    """An item as it was sent."""
    if isinstance(item, UserMessage):
        content = item.content if isinstance(item.content, str) else [_shown_part(part) for part in item.content]
        return {"type": "user.message", "content": content}
    ids: dict[str, object] = {"thread_id": item.thread_id, "tool_call_id": item.call_id}
    if isinstance(item, ToolAnswer):
        return {"type": "user.tool_response", **ids, "content": item.content}
    decision = {"status": "allow" if item.allow else "deny"}
    if not item.allow and item.reason is not None:
        decision["reason"] = item.reason
    return {"type": "user.tool_approval", **ids, "approval": decision}


def _shown_part(part: TextPart | FilePart) -> dict[str, object]:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    return {"type": "file", "name": part.name, "data": part.uri}
