"""Which fields each event and object of the published contract has, as tables.

Owns: names, kinds, what is required; nothing about order. Fields that are not named here are tolerated; an optional
field may be null. Must not know: streams, lists, threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mock_gateway.conformance.server.beta.shapes import (
    NAME,
    TEXT,
    TIME,
    Field,
    Shape,
    is_index,
    is_name,
    is_text,
    list_of,
    mistakes,
    one_of,
    optional,
    shaped,
)

Json = dict[str, Any]
REASONS = ("client-cancelled", "server-execution-timeout", "cancelled-for-next-turn", "abandoned")
WIDE = ("turn.created", "turn.done", "mcp.auth_required", "sandbox.created")
"""Types that belong to the whole turn: thread_id is null."""


def is_time(value: Any) -> bool:
    """A time in UTC with milliseconds."""
    return isinstance(value, str) and TIME.fullmatch(value) is not None


def _is_tool_info(value: Any) -> bool:
    kind = str(value.get("type")) if isinstance(value, dict) else ""
    return kind in TOOL_INFO and not any(mistakes(value, TOOL_INFO[kind]))


TIMED = Field(is_time)
SUBJECT: Shape = {"subject_id": NAME, "subject_type": NAME, "subject_slug": NAME}
CREATOR = Field(shaped(SUBJECT))
TOOL_INFO: Mapping[str, Shape] = {
    "truefoundry-system": {"name": NAME},
    "mcp": {"server_id": NAME, "server_name": NAME, "name": NAME},
}
TOOL = Field(_is_tool_info)
FUNCTION = Field(one_of("function"))
CALL: Shape = {"id": NAME, "type": FUNCTION, "function": Field(shaped({"name": NAME, "arguments": TEXT}))}
FIRST_CHUNK: Shape = {"index": Field(is_index), "id": NAME, "type": FUNCTION, "function": Field(shaped({"name": NAME}))}
LATER_CHUNK: Shape = {"index": Field(is_index), "function": Field(shaped({"arguments": TEXT}))}
PARTS: Shape = {
    "harness": Field(is_index),
    "skills": Field(is_index),
    "instructions": Field(is_index),
    "tool_definitions": Field(is_index),
    "messages": Field(is_index),
}
USAGE: Shape = {
    "input_tokens": Field(is_index),
    "output_tokens": Field(is_index),
    "input_tokens_breakdown": Field(shaped(PARTS)),
}
METRICS: Shape = {name: Field(is_index) for name in ("total_input_tokens", "total_output_tokens", "total_tokens")}
REFS = Field(list_of(shaped({"id": NAME, "source_event_id": NAME}), 1))
PARENT = Field(shaped({"thread_id": NAME, "tool_call_id": NAME}))
_RUNNING = Field(shaped({"status": Field(one_of("running"))}))
_AGENT = Field(shaped({"type": Field(one_of("dynamic")), "name": NAME, "input": TEXT}))
_TRANSPORT = optional(one_of("streamable-http", "sse"))
_SERVER: Shape = {"id": NAME, "name": NAME, "session_id": optional(is_text), "transport_type": _TRANSPORT}
_LOCKED: Shape = {"id": NAME, "name": NAME, "auth_url": NAME}
_WORDS: Shape = {"content": optional(is_text), "refusal": optional(is_text), "reasoning_content": optional(is_text)}
ASSEMBLED: Shape = {**_WORDS, "tool_calls": optional(list_of(shaped(CALL), 1)), "finish_reason": optional(is_name)}

EVENTS: Mapping[str, tuple[str, Shape]] = {
    "turn.created": (
        "V1-EVT-2",
        {"turn_id": NAME, "previous_turn_id": optional(is_name), "state": _RUNNING, "created_by": CREATOR},
    ),
    "turn.done": ("V1-EVT-3", {"state": Field(shaped({"status": Field(one_of("done", "cancelled", "error"))}))}),
    "model.message": ("V1-EVT-4", {}),
    "model.message.delta": (
        "V1-EVT-5",
        {
            **_WORDS,
            "tool_calls": optional(list_of(shaped({"index": Field(is_index)}), 1)),
            "finish_reason": optional(is_name),
        },
    ),
    "tool.response": ("V1-EVT-6", {"tool_call_id": NAME, "content": TEXT}),
    "tool.approval_required": ("V1-EVT-7", {"tool_calls": REFS}),
    "tool.response_required": ("V1-EVT-8", {"tool_calls": REFS}),
    "mcp.initialize": ("V1-EVT-9", {"mcp_servers": Field(list_of(shaped(_SERVER), 1))}),
    "mcp.auth_required": ("V1-EVT-10", {"mcp_servers": Field(list_of(shaped(_LOCKED), 1))}),
    "sandbox.created": ("V1-EVT-11", {"sandbox_id": NAME}),
    "thread.created": ("V1-EVT-12", {"title": NAME, "parent": PARENT, "agent_info": _AGENT}),
    "thread.done": ("V1-EVT-13", {"title": NAME, "state": Field(shaped({"status": Field(one_of("done", "error"))}))}),
}
"""By type: the rule, and the fields besides `type`, `id`, `created_at` and `thread_id`."""

TURN_STATES: Mapping[str, tuple[str, Shape]] = {
    "running": ("V1-TRN-4", {}),
    "done": (
        "V1-TRN-9",
        {"required_actions": Field(list_of(lambda item: isinstance(item, dict))), "completed_at": TIMED},
    ),
    "cancelled": ("V1-TRN-10", {"reason": Field(one_of(*REASONS)), "completed_at": TIMED}),
    "error": ("V1-TRN-10", {"message": NAME, "completed_at": TIMED}),
}
"""By status: the rule, and the fields of a turn's state."""

ENDS: Mapping[str, Shape] = {
    "done": {"output": Field(lambda value: isinstance(value, dict) and value.get("type") == "model.message")},
    "error": {"error": NAME},
}
"""By status: the fields of a thread's state."""

SESSION: Shape = {
    "type": Field(one_of("session")),
    "id": NAME,
    "agent_name": NAME,
    "title": optional(is_name),
    "created_at": TIMED,
    "updated_at": TIMED,
}
DRAFT: Shape = {**SESSION, "type": Field(one_of("session/draft")), "agent_name": optional(is_name)}
TURN: Shape = {
    "id": NAME,
    "session_id": NAME,
    "previous_turn_id": optional(is_name),
    "input": optional(list_of(lambda item: isinstance(item, dict), 1)),
    "state": Field(shaped({"status": Field(one_of(*TURN_STATES))})),
    "created_at": TIMED,
}

Mistakes = Iterator[tuple[str, str]]


def event_mistakes(event: Json, *, stored: bool = False) -> Mistakes:
    """What is wrong with the fields of an event: (rule, message). stored: messages are whole."""
    kind = event["type"]
    if kind not in EVENTS:
        return
    yield from _common(event, kind)
    rule, shape = EVENTS[kind]
    if kind == "model.message":
        yield from _message(event) if stored else _base(event)
    for mistake in mistakes(event, shape):
        yield rule, f"{kind}: {mistake}"
    state = event.get("state")
    if isinstance(state, dict):
        yield from state_mistakes(state) if kind == "turn.done" else _thread_end(state) if kind == "thread.done" else ()
    if kind == "turn.done" and "turn_id" in event:
        yield "V1-EVT-3", "turn.done has a turn_id, which is not a field of it"
    if event.get("usage") is not None:
        yield from (("V1-MSG-7", mistake) for mistake in usage_mistakes(event["usage"]))


def _common(event: Json, kind: str) -> Mistakes:
    shape: Shape = {"id": NAME} if kind == "model.message.delta" else {"id": NAME, "created_at": TIMED}
    for mistake in mistakes(event, shape):
        yield "V1-EVT-1", f"{kind}: {mistake}"
    thread = event.get("thread_id", "")
    if thread is not None if kind in WIDE else not is_name(thread):
        due = "null, for it belongs to the whole turn" if kind in WIDE else "a thread's id"
        yield "V1-EVT-14", f"{kind}: thread_id is {event.get('thread_id', 'missing')!r}; it has to be {due}"
    for name in ("sequence_id", "sequence_number"):
        if name in event:
            yield "V1-EVT-17", f"{kind} has {name}; numbers are in the frames only"


def _base(event: Json) -> Mistakes:
    for name in (*_WORDS, "tool_calls", "finish_reason", "usage"):
        if event.get(name):
            yield "V1-EVT-4", f"the base of a message has {name}; it has to come in deltas"


def _message(event: Json) -> Mistakes:
    for mistake in mistakes(event, ASSEMBLED):
        yield "V1-EVT-16", f"a stored message: {mistake}"
    for call in event.get("tool_calls") or ():
        if isinstance(call, dict) and not TOOL.test(call.get("tool_info")):
            yield "V1-EVT-15", f"tool_info of a stored call is {call.get('tool_info')!r}"


def usage_mistakes(usage: Any) -> Iterator[str]:
    """What is wrong with token counts."""
    if not isinstance(usage, dict):
        yield f"usage is {usage!r}"
    else:
        yield from (f"usage: {mistake}" for mistake in mistakes(usage, USAGE))


def state_mistakes(state: Json) -> Mistakes:
    """What is wrong with a turn's state."""
    status = str(state.get("status"))
    if status not in TURN_STATES:
        yield "V1-TRN-4", f"the status of a turn is {status}"
        return
    rule, shape = TURN_STATES[status]
    for mistake in mistakes(state, shape):
        yield rule, f"a {status} turn: {mistake}"
    if state.get("metrics") is not None:
        yield from (("V1-TRN-12", mistake) for mistake in metrics_mistakes(state["metrics"]))


def metrics_mistakes(metrics: Any) -> Iterator[str]:
    """What is wrong with a turn's token counts."""
    if not isinstance(metrics, dict):
        yield f"metrics is {metrics!r}"
        return
    found = list(mistakes(metrics, METRICS))
    yield from (f"metrics: {mistake}" for mistake in found)
    if not found and metrics["total_tokens"] != metrics["total_input_tokens"] + metrics["total_output_tokens"]:
        yield f"the total is not the sum: {metrics}"


def _thread_end(state: Json) -> Mistakes:
    for mistake in mistakes(state, ENDS.get(str(state.get("status")), {})):
        yield "V1-EVT-13", f"thread.done: state: {mistake}"


def chunk_mistakes(chunk: Json, *, first: bool) -> Mistakes:
    """What is wrong with one piece of a call. first: nothing of its index came before."""
    for mistake in mistakes(chunk, FIRST_CHUNK if first else LATER_CHUNK):
        yield "V1-MSG-3", mistake
    if first and not TOOL.test(chunk.get("tool_info")):
        yield "V1-EVT-15", f"tool_info of a call is {chunk.get('tool_info')!r}"


def turn_mistakes(turn: Json) -> Mistakes:
    """What is wrong with a turn."""
    for mistake in mistakes(turn, TURN):
        yield "V1-TRN-4", f"a turn: {mistake}"
    if isinstance(turn.get("state"), dict):
        yield from state_mistakes(turn["state"])
    if not CREATOR.test(turn.get("created_by_subject")):
        yield "V1-SES-3", f"created_by_subject of a turn is {turn.get('created_by_subject')!r}"


def session_mistakes(session: Json, shape: Shape = SESSION, rule: str = "V1-SES-2") -> Mistakes:
    """What is wrong with a session or a draft."""
    for mistake in mistakes(session, shape):
        yield rule, f"a session: {mistake}"
    if not CREATOR.test(session.get("created_by_subject")):
        yield "V1-SES-3", f"created_by_subject of a session is {session.get('created_by_subject')!r}"
