"""The documented contract as a recorder reads it. See `wire/recorded.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import DecodeError
from msgspec.json import decode

from mock_gateway.wire.recorded import (
    SYSTEM,
    Argued,
    Began,
    Boxed,
    Called,
    Connected,
    Ended,
    Fact,
    Finished,
    Got,
    Json,
    Locked,
    Opened,
    Over,
    SeenSession,
    SeenTurn,
    Server,
    Spoke,
    Waits,
    ids,
    required,
    text_of,
)


def facts(event: Json) -> list[Fact]:
    """What an event of a stream shows (EVT-1 to EVT-13)."""
    read = EVENTS.get(event.get("type", ""))
    return [] if read is None else list(read(event))


stored = facts
"""A stored message has the fields of a delta, and all of them (MSG-1)."""


def number(event: Json) -> int | None:
    """SEQ-1."""
    value = event.get("sequence_id")
    return value if isinstance(value, int) else None


def session(body: Json) -> SeenSession | None:
    """SES-2."""
    data = body["data"]
    return SeenSession(required(data, "id"), required(data, "agent_name"), text_of(data, "title") or None)


def turn(body: Json) -> SeenTurn:
    """TRN-1."""
    data = body["data"]
    state = data["state"]
    over = None if state["status"] == "running" else _state(state, text_of(state, "error"))
    output = tuple(state.get("output") or ())
    return SeenTurn(required(data, "id"), data.get("previous_turn_id"), over, data.get("input"), output)


def page(body: Json) -> list[Json]:
    """The items of a list."""
    return [item for item in body["data"] if isinstance(item, dict)]


def _message(event: Json) -> Iterator[Fact]:
    thread = required(event, "thread_id")
    if text := text_of(event, "content"):
        yield Spoke(thread, "text", text)
    for place, chunk in enumerate(event.get("tool_calls") or ()):
        yield from _chunk(thread, chunk.get("index", place), chunk)
    if reason := text_of(event, "finish_reason"):
        yield Finished(thread, reason)


def _chunk(thread: str, index: int, chunk: Mapping[str, Any]) -> Iterator[Fact]:
    function = chunk.get("function") or {}
    if call := text_of(chunk, "id"):
        info = chunk.get("tool_info") or {}
        server = text_of(info, "mcp_server_name") or SYSTEM
        name = text_of(function, "name") or text_of(info, "original_tool_name")
        deferred = info.get("is_deferred") is True
        if server == SYSTEM:
            yield Called(thread, index, call, name, deferred=deferred)
        else:
            yield Called(thread, index, call, name, server, text_of(info, "mcp_server_id") or None, deferred)
    if piece := text_of(function, "arguments"):
        yield Argued(thread, index, piece)


def _got(event: Json) -> Iterator[Fact]:
    content = text_of(event, "content")
    yield Got(required(event, "thread_id"), required(event, "tool_call_id"), content, _failure(content))


def _failure(content: str) -> str | None:
    """The text of a result that is an error and nothing else."""
    try:
        data = decode(content)
    except DecodeError:
        return None
    return data["error"] if isinstance(data, dict) and [*data] == ["error"] and isinstance(data["error"], str) else None


def _began(event: Json) -> Iterator[Fact]:
    parent, info = event["parent"], event["agent_info"]
    yield Began(
        required(event, "thread_id"),
        required(parent, "thread_id"),
        required(parent, "tool_call_id"),
        required(info, "name"),
        text_of(info, "input"),
    )


def _ended(event: Json) -> Iterator[Fact]:
    thread = required(event, "thread_id")
    if event.get("status") == "error":
        yield Ended(thread, "", text_of(event, "message"))
    else:
        yield Ended(thread, text_of(event.get("output") or {}, "content"))


def _connected(event: Json) -> Iterator[Fact]:
    servers = tuple(Server(required(one, "mcp_server_name")) for one in event["content"])
    yield Connected(required(event, "thread_id"), servers)


def _state(state: Mapping[str, Any], error: str) -> Over:
    text = text_of(state, "cancellation_reason") if state["status"] == "cancelled" else error
    return Over(required(state, "status"), text)


EVENTS: Mapping[str, Callable[[Json], Iterator[Fact]]] = {
    "turn.created": lambda e: iter([Opened(required(e, "turn_id"))]),
    "model.message": _message,
    "tool.response": _got,
    "tool.approval_required": lambda e: iter([Waits(required(e, "thread_id"), "approval", ids(e["tool_calls"]))]),
    "tool.response_required": lambda e: iter([Waits(required(e, "thread_id"), "answer", ids(e["tool_calls"]))]),
    "thread.created": _began,
    "thread.done": _ended,
    "mcp.initialize": _connected,
    "mcp.auth_required": lambda e: iter([Locked(tuple(Server(required(s, "mcp_server_name")) for s in e["servers"]))]),
    "sandbox.created": lambda e: iter([Boxed(required(e, "sandbox_id"))]),
    "turn.done": lambda e: iter([_state(e, text_of(e, "message"))]),
}
