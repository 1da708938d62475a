"""The published contract as a recorder reads it. See `wire/recorded.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import DecodeError
from msgspec.json import decode

from mock_gateway.wire.recorded import (
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
    Started,
    Tokens,
    Waits,
    ids,
    required,
    text_of,
)


def facts(event: Json) -> list[Fact]:
    """What an event of a stream shows (V1-EVT)."""
    if event.get("type") == "model.message":
        # Alone it is the empty base of a message; whoever sends a whole one on a stream means both.
        return [Started(required(event, "thread_id")), *_message(event)]
    read = EVENTS.get(event.get("type", ""))
    return [] if read is None else list(read(event))


stored = facts


def number(_event: Json) -> int | None:
    """Only the frames have numbers here (V1-SEQ)."""
    return None


def session(body: Json) -> SeenSession | None:
    """A session of a saved agent; a draft has no scenario of its own."""
    data = body["data"]
    if data.get("type", "session") != "session":
        return None
    return SeenSession(required(data, "id"), required(data, "agent_name"), text_of(data, "title") or None)


def turn(body: Json) -> SeenTurn:
    """The turn of an answer."""
    data = body["data"]
    state = data["state"]
    over = None if state["status"] == "running" else _state(state)
    return SeenTurn(required(data, "id"), data.get("previous_turn_id"), over, data.get("input"))


def page(body: Json) -> list[Json]:
    """The items of a list."""
    return [item for item in body["data"] if isinstance(item, dict)]


def _message(event: Json) -> Iterator[Fact]:
    thread = required(event, "thread_id")
    if text := text_of(event, "reasoning_content"):
        yield Spoke(thread, "reasoning", text)
    content = event.get("content")
    for part in content if isinstance(content, list) else [{"text": content}]:
        if text := text_of(part, "text"):
            yield Spoke(thread, "text", text)
    if text := text_of(event, "refusal"):
        yield Spoke(thread, "refusal", text)
    for place, chunk in enumerate(event.get("tool_calls") or ()):
        yield from _chunk(thread, chunk.get("index", place), chunk)
    if reason := text_of(event, "finish_reason"):
        yield Finished(thread, reason, _usage(event.get("usage")))


def _chunk(thread: str, index: int, chunk: Mapping[str, Any]) -> Iterator[Fact]:
    function = chunk.get("function") or {}
    if call := text_of(chunk, "id"):
        info = chunk.get("tool_info") or {}
        name = text_of(function, "name") or text_of(info, "name")
        if info.get("type") == "mcp":
            yield Called(thread, index, call, name, required(info, "server_name"), text_of(info, "server_id") or None)
        else:
            yield Called(thread, index, call, name)
    if piece := text_of(function, "arguments"):
        yield Argued(thread, index, piece)


def _usage(given: Mapping[str, Any] | None) -> Tokens | None:
    if not given:
        return None
    names = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
    counts = {name: given[name] for name in names if isinstance(given.get(name), int)}
    return Tokens(**counts) if {"input_tokens", "output_tokens"} <= counts.keys() else None


def _got(event: Json) -> Iterator[Fact]:
    content = text_of(event, "content")
    yield Got(required(event, "thread_id"), required(event, "tool_call_id"), content, _failure(content))


def _failure(content: str) -> str | None:
    """The text of a result that is an error: in parts, or of a sub-agent as plain text."""
    try:
        data = decode(content)
    except DecodeError:
        return None
    error = data["error"] if isinstance(data, dict) and [*data] == ["error"] else None
    if isinstance(error, list) and all(isinstance(part, dict) and part.get("type") == "text" for part in error):
        return "".join(text_of(part, "text") for part in error)
    return None


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
    thread, state = required(event, "thread_id"), event["state"]
    if state.get("status") == "error":
        yield Ended(thread, "", text_of(state, "error"))
    else:
        output = (state.get("output") or {}).get("content")
        yield Ended(thread, output if isinstance(output, str) else "")


def _server(one: Mapping[str, Any]) -> Server:
    return Server(required(one, "name"), text_of(one, "id") or None, text_of(one, "transport_type") or None)


def _connected(event: Json) -> Iterator[Fact]:
    yield Connected(required(event, "thread_id"), tuple(map(_server, event["mcp_servers"])))


def _state(state: Mapping[str, Any]) -> Over:
    status = required(state, "status")
    cost = (state.get("metrics") or {}).get("total_cost_in_usd")
    text = text_of(state, {"cancelled": "reason", "error": "message"}.get(status, "-"))
    return Over(status, text, float(cost) if isinstance(cost, int | float) else None)


EVENTS: Mapping[str, Callable[[Json], Iterator[Fact]]] = {
    "turn.created": lambda e: iter([Opened(required(e, "turn_id"))]),
    "model.message.delta": _message,
    "tool.response": _got,
    "tool.approval_required": lambda e: iter([Waits(required(e, "thread_id"), "approval", ids(e["tool_calls"]))]),
    "tool.response_required": lambda e: iter([Waits(required(e, "thread_id"), "answer", ids(e["tool_calls"]))]),
    "thread.created": _began,
    "thread.done": _ended,
    "mcp.initialize": _connected,
    "mcp.auth_required": lambda e: iter([Locked(tuple(map(_server, e["mcp_servers"])))]),
    "sandbox.created": lambda e: iter([Boxed(required(e, "sandbox_id"))]),
    "turn.done": lambda e: iter([_state(e["state"])]),
}
