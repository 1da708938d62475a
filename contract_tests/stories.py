"""Hand-written streams for the judge: a few events in short words, numbered as they come.

Owns: making events. Must not know: which of them are right.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
TIME = "2026-01-01T00:00:00.000Z"
INFO = {"mcp_server_id": "s", "mcp_server_name": "s", "original_tool_name": "t"}


def numbered(*events: Json) -> list[Json]:
    """A stream: sequence ids from 1, but where an event has its own."""
    return [{"sequence_id": index, **event} for index, event in enumerate(events, 1)]


def created() -> Json:
    """turn.created."""
    return {"type": "turn.created", "turn_id": "turn-1", "created_at": TIME}


def text(content: str, thread: str = "main", finish: str | None = None) -> Json:
    """A delta with text; finish: its finish_reason."""
    delta = {"type": "model.message", "thread_id": thread, "content": content}
    return delta if finish is None else {**delta, "finish_reason": finish}


def end(thread: str = "main", finish: str = "stop") -> Json:
    """The last delta of a message."""
    return {"type": "model.message", "thread_id": thread, "finish_reason": finish}


def call(id: str, thread: str = "main", index: int = 0, **flags: bool) -> Json:
    """The first chunk of a call."""
    chunk = {
        "index": index,
        "id": id,
        "type": "function",
        "function": {"name": "t", "arguments": ""},
        "tool_info": {**INFO, **flags},
    }
    return {"type": "model.message", "thread_id": thread, "tool_calls": [chunk]}


def arguments(piece: str, thread: str = "main", index: int = 0) -> Json:
    """A later chunk of a call."""
    chunk = {"index": index, "function": {"arguments": piece}}
    return {"type": "model.message", "thread_id": thread, "tool_calls": [chunk]}


def called(id: str, thread: str = "main", **flags: bool) -> list[Json]:
    """A whole message with one call."""
    return [call(id, thread, **flags), arguments("{}", thread), end(thread, "tool_calls")]


def response(id: str, thread: str = "main") -> Json:
    """tool.response."""
    return {"type": "tool.response", "thread_id": thread, "tool_call_id": id, "content": "ok"}


def approval(*ids: str, thread: str = "main") -> Json:
    """tool.approval_required."""
    return {"type": "tool.approval_required", "thread_id": thread, "tool_calls": [{"id": id} for id in ids]}


def question(*ids: str, thread: str = "main") -> Json:
    """tool.response_required."""
    return {"type": "tool.response_required", "thread_id": thread, "tool_calls": [{"id": id} for id in ids]}


def auth(*threads: str) -> Json:
    """mcp.auth_required."""
    server = {"mcp_server_name": "s", "auth_url": "http://127.0.0.1/", "thread_ids": list(threads)}
    return {"type": "mcp.auth_required", "servers": [server]}


def thread(id: str, call: str, parent: str = "main") -> Json:
    """thread.created."""
    above = {"thread_id": parent, "tool_call_id": call}
    return {"type": "thread.created", "thread_id": id, "parent": above, "agent_info": {"name": "a", "input": "i"}}


def ended(id: str, call: str, parent: str = "main", said: str = "hi", error: str | None = None) -> Json:
    """thread.done."""
    event = {"type": "thread.done", "thread_id": id, "parent": {"thread_id": parent, "tool_call_id": call}}
    if error is not None:
        return {**event, "status": "error", "message": error}
    return {**event, "status": "done", "output": message(said, id)}


def message(content: str | None, thread: str = "main", finish: str = "stop", *calls: str) -> Json:
    """A message as it is stored."""
    whole: Json = {"type": "model.message", "thread_id": thread, "finish_reason": finish}
    if content is not None:
        whole["content"] = content
    if calls:
        function = {"name": "t", "arguments": "{}"}
        whole["tool_calls"] = [{"id": id, "type": "function", "function": function} for id in calls]
    return whole


def done(*output: Json) -> Json:
    """turn.done."""
    return {"type": "turn.done", "status": "done", "output": list(output)}


def cancelled(reason: str = "client-cancelled") -> Json:
    """turn.done of a turn that was cancelled."""
    return {"type": "turn.done", "status": "cancelled", "cancellation_reason": reason}


def failed(text: str = "it failed") -> Json:
    """turn.done of a turn that failed."""
    return {"type": "turn.done", "status": "error", "message": text}


def sandbox() -> Json:
    """sandbox.created."""
    return {"type": "sandbox.created", "sandbox_id": "box"}


def calls_of(id: str) -> Json:
    """The stored message with one call."""
    return message(None, "main", "tool_calls", id)
