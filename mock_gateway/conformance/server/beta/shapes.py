"""Which fields each event has (EVT-1 to EVT-13), as tables.

Owns: names, kinds, what is required; nothing about order. Fields and types that are not named here are tolerated
(NET-5, EVT-13); an optional field may be null. Must not know: streams, logs, threads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Test = Callable[[Any], bool]

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
"""NET-3."""
REASONS = ("client-cancelled", "server-execution-timeout", "cancelled-for-next-turn")
"""TRN-3, and what the other reading of `concurrent_turn` adds."""


def is_text(value: Any) -> bool:
    """A string."""
    return isinstance(value, str)


def is_name(value: Any) -> bool:
    """A string with something in it."""
    return isinstance(value, str) and value != ""


def is_index(value: Any) -> bool:
    """A whole number from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_flag(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


def one_of(*values: str) -> Test:
    """One of these."""
    return lambda value: value in values


@dataclass(frozen=True, slots=True)
class Field:
    """One field. test: what its value must be. required: whether it has to be there."""

    test: Test
    required: bool = True


Shape = Mapping[str, Field]


def shaped(shape: Shape) -> Test:
    """An object of a shape."""
    return lambda value: isinstance(value, dict) and not any(mistakes(value, shape))


def list_of(test: Test, least: int = 0) -> Test:
    """A list of at least so many."""
    return lambda value: isinstance(value, list) and len(value) >= least and all(map(test, value))


def mistakes(value: Json, shape: Shape) -> Iterator[str]:
    """What is wrong with an object."""
    for name, field in shape.items():
        found = value.get(name)
        if found is None:
            if field.required:
                yield f"{name} is missing"
        elif not field.test(found):
            yield f"{name} is {found!r}"


def optional(test: Test) -> Field:
    """A field that may be absent or null."""
    return Field(test, required=False)


NAME = Field(is_name)
TEXT = Field(is_text)

TOOL_INFO: Shape = {
    "mcp_server_id": TEXT,
    "mcp_server_name": TEXT,
    "original_tool_name": NAME,
    "is_approval_required": optional(is_flag),
    "is_deferred": optional(is_flag),
    "is_client_side": optional(is_flag),
}
TOOL_CALL: Shape = {
    "id": NAME,
    "type": Field(one_of("function")),
    "function": Field(shaped({"name": NAME, "arguments": TEXT})),
    "tool_info": optional(shaped(TOOL_INFO)),
}
FIRST_CHUNK: Shape = {
    "index": Field(is_index),
    "id": NAME,
    "type": Field(one_of("function")),
    "function": Field(shaped({"name": NAME, "arguments": optional(is_text)})),
    "tool_info": optional(shaped(TOOL_INFO)),
}
LATER_CHUNK: Shape = {
    "index": Field(is_index),
    "function": Field(shaped({"arguments": TEXT})),
}
DELTA: Shape = {
    "content": optional(is_text),
    "tool_calls": optional(list_of(shaped({"index": Field(is_index), "function": Field(shaped({}))}), 1)),
    "finish_reason": optional(is_name),
}
ASSEMBLED: Shape = {
    "type": Field(one_of("model.message")),
    "thread_id": NAME,
    "content": optional(is_text),
    "tool_calls": optional(list_of(shaped(TOOL_CALL), 1)),
    "finish_reason": NAME,
}
SERVER: Shape = {"mcp_server_name": NAME, "auth_url": NAME, "thread_ids": Field(list_of(is_name, 1))}
CALL_REFS = Field(list_of(shaped({"id": NAME}), 1))
PARENT = Field(shaped({"thread_id": NAME, "tool_call_id": NAME}))
_DONE_STATUS = Field(one_of("done", "cancelled", "error"))

SHAPES: Mapping[str, tuple[str, Shape]] = {
    "turn.created": ("EVT-1", {"turn_id": NAME, "created_at": NAME}),
    "turn.done": ("EVT-2", {"status": _DONE_STATUS}),
    "model.message": ("EVT-3", DELTA),
    "tool.response": ("EVT-5", {"tool_call_id": NAME, "content": TEXT}),
    "tool.approval_required": ("EVT-6", {"tool_calls": CALL_REFS}),
    "tool.response_required": ("EVT-7", {"tool_calls": CALL_REFS}),
    "thread.created": (
        "EVT-8",
        {
            "parent": PARENT,
            "agent_info": Field(shaped({"name": NAME, "input": TEXT})),
            "created_at": optional(is_name),
        },
    ),
    "thread.done": ("EVT-9", {"status": Field(one_of("done", "error")), "parent": PARENT}),
    "mcp.initialize": (
        "EVT-10",
        {"content": Field(list_of(shaped({"mcp_server_name": NAME, "session_id": NAME}), 1))},
    ),
    "mcp.auth_required": ("EVT-11", {"servers": Field(list_of(shaped(SERVER), 1))}),
    "sandbox.created": ("EVT-12", {"sandbox_id": NAME}),
}
"""By type: the rule, and the fields besides `type`, `sequence_id` and `thread_id`."""

BY_STATUS: Mapping[tuple[str, str], Shape] = {
    ("turn.done", "done"): {"output": Field(list_of(lambda item: isinstance(item, dict)))},
    ("turn.done", "cancelled"): {"cancellation_reason": Field(one_of(*REASONS))},
    ("turn.done", "error"): {"message": NAME},
    ("thread.done", "done"): {"output": Field(shaped(ASSEMBLED))},
    ("thread.done", "error"): {"message": NAME},
}
"""Further fields, by type and status."""

TIED = frozenset(SHAPES) - {"turn.created", "turn.done", "mcp.auth_required", "sandbox.created"}
"""Types that belong to a thread (EVT-13)."""


def event_mistakes(event: Json, *, stored: bool = False) -> Iterator[tuple[str, str]]:
    """What is wrong with the fields of an event: (rule, message).

    stored: it comes from a log or an output, where messages are assembled (EVT-4).
    """
    kind = event.get("type", "")
    if kind not in SHAPES:
        return
    if kind in TIED and not is_name(event.get("thread_id")):
        yield "EVT-13", f"{kind} belongs to a thread; thread_id is {event.get('thread_id')!r}"
    rule, shape = SHAPES[kind]
    if stored and kind == "model.message":
        rule, shape = "EVT-4", {name: field for name, field in ASSEMBLED.items() if name != "thread_id"}
    status = event.get("status")
    shape = {**shape, **BY_STATUS.get((kind, status if isinstance(status, str) else ""), {})}
    for mistake in mistakes(event, shape):
        yield rule, f"{kind}: {mistake}"


def chunk_mistakes(chunk: Json, *, first: bool) -> Iterator[str]:
    """What is wrong with one ToolCallDelta (EVT-3). first: nothing of its index came before."""
    if first:
        yield from mistakes(chunk, FIRST_CHUNK)
        return
    yield from mistakes(chunk, LATER_CHUNK)
    for name in ("id", "type", "tool_info"):
        if chunk.get(name) is not None:
            yield f"{name} is on a later chunk; it belongs on the first of its index only"
    if chunk["function"].get("name") is not None:
        yield "function.name is on a later chunk; it belongs on the first of its index only"
