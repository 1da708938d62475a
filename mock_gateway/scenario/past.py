"""Sessions that exist from the start, and what was sent in.

Owns: `SeededSession` and `HistoryTurn` of the core from what was read. Must not know: how history is played.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Sequence
from typing import Any

from mock_gateway.core.script import HistoryTurn, Position, SeededSession
from mock_gateway.scenario.calls import split_tool
from mock_gateway.scenario.errors import Mistake
from mock_gateway.scenario.records import Record

MIME_TYPES = {
    "csv": "text/csv",
    "gif": "image/gif",
    "html": "text/html",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "webp": "image/webp",
    "xml": "application/xml",
    "zip": "application/zip",
}
"""MIME type by the end of a file's name; our own table, because the system's differs from machine to machine."""


def make_session(record: Record, mistakes: list[Mistake]) -> SeededSession:
    """A seeded session."""
    nodes = record.node.value["history"].value if "history" in record else []
    items = zip(record.get("history", ()), nodes, strict=True)
    history = tuple(make_turn(item, node.position, mistakes) for item, node in items)
    if record.get("running") and not history:
        mistakes.append(record.mistake("a running session needs a turn in its history", key="running"))
    return SeededSession(
        id=record.get("id"),
        title=record.get("title"),
        created_by=record.get("created_by"),
        created=record.get("created", 0.0),
        history=history,
        running=record.get("running", False),
        position=record.node.position,
    )


def make_turn(item: Any, position: Position, mistakes: list[Mistake]) -> HistoryTurn:
    """One turn of a history."""
    if isinstance(item, str):
        return HistoryTurn("message", text=item, position=position)
    if isinstance(item, tuple):
        return _answers(item, position)
    if "message" in item:
        files = tuple(_file(file, mistakes) for file in item.get("files", ()))
        return HistoryTurn("message", item["message"], files, cancel="cancel" in item, position=position)
    if "authorize" in item:
        return HistoryTurn("resume", authorize=item["authorize"], cancel="cancel" in item, position=position)
    return _answers((item,), position)


def _answers(items: Sequence[Record], position: Position) -> HistoryTurn:
    allow: list[str] = []
    deny: dict[str, str] = {}
    answers: dict[str, str] = {}
    for item in items:
        allow += map(_tool, item.get("allow", ()))
        deny |= {_tool(name): item.get("reason", "") for name in item.get("deny", ())}
        answers |= _answered(item)
    cancel = any("cancel" in item for item in items)
    return HistoryTurn("answers", allow=tuple(allow), deny=deny, answers=answers, cancel=cancel, position=position)


def _answered(item: Record) -> dict[str, str]:
    found = item.get("answer")
    if isinstance(found, Record):
        return {_tool(name): text for name, text in found.values.items()}
    return {} if found is None else {"": found}


def _tool(name: str) -> str:
    # A person answers for a tool by its name; the server before it is tolerated.
    return split_tool(name, ())[1]


def _file(record: Record, mistakes: list[Mistake]) -> tuple[str, str, bytes]:
    name: str = record["name"]
    mime = record.get("mime") or MIME_TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    if "text" in record:
        return name, mime, record["text"].encode()
    try:
        return name, mime, b64decode("".join(record["base64"].split()), validate=True)
    except Base64Error as error:
        mistakes.append(record.mistake(f"this is no base64: {error}".lower(), key="base64"))
        return name, mime, b""
