"""A turn event by event, for what no script can say: results in the middle of something else, ends in another order.

Owns: the items of `events`. Must not know: why a script would not do (`weave.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field

from mock_gateway.core.state import MAIN
from mock_gateway.recording.program import Call, Script, Step, Tape
from mock_gateway.recording.render import Data, Renderer, escaped, plain_name, result_value, server_name
from mock_gateway.recording.timing import QUICK, duration
from mock_gateway.recording.weave import CANCELLED, TIMEOUT
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
    Over,
    Spoke,
)


class Lister(Struct):
    """Writes one list. labels: of threads and calls, by their ids. open: messages that have not ended."""

    renderer: Renderer
    labels: dict[str, str] = field(default_factory=lambda: {MAIN: MAIN})
    open: dict[str, Step] = field(default_factory=dict)
    events: list[Data] = field(default_factory=list)
    after: Script = field(default_factory=list)
    last: float = 0.0
    now: float = 0.0

    def put(self, kind: str, content: Data) -> None:
        """One more event, as long after the one before it as it was."""
        event: Data = {kind: content}
        if self.now - self.last >= QUICK:
            event["after"] = duration(self.now - self.last)
        self.last = self.now
        self.events.append(event)

    def label(self, id: str, name: str) -> str:
        """A label for a thread or a call: its name, with a number when it was taken."""
        name = plain_name(name)
        taken = sum(label.rstrip("0123456789") == name for label in self.labels.values())
        self.labels[id] = f"{name}{taken + 1}" if taken else name
        return self.labels[id]

    def where(self, thread: str) -> Data:
        """The thread of an event; the main one needs no name."""
        return {} if thread == MAIN else {"thread": self.labels.get(thread, MAIN)}

    def step(self, thread: str) -> Step:
        """The message that a thread is in the middle of."""
        return self.open.setdefault(thread, Step(speaks=True))


def _spoke(lister: Lister, fact: Spoke) -> None:
    getattr(lister.step(fact.thread), fact.kind).append(fact.text)


def _called(lister: Lister, fact: Called) -> None:
    call = Call(fact.id, fact.name, fact.server, deferred=fact.deferred)
    lister.step(fact.thread).calls.insert(fact.index, call)


def _argued(lister: Lister, fact: Argued) -> None:
    lister.step(fact.thread).calls[fact.index].arguments.append(fact.text)


def _finished(lister: Lister, fact: Finished) -> None:
    step = lister.step(fact.thread)
    step.finish, step.usage = fact.reason, fact.usage
    del lister.open[fact.thread]
    content = lister.where(fact.thread)
    data = lister.renderer.message(step)
    if "say" in data:
        content["say"] = data["say"]
    calls = data.get("call", [])
    if calls:
        listed: list[Any] = calls if isinstance(calls, list) else [calls]
        content["call"] = [
            {"id": lister.label(call.id, call.name), **_listed(written)}
            for call, written in zip(step.calls, listed, strict=True)
        ]
    lister.put("message", content)


def _listed(written: Data) -> Data:
    return {name: value for name, value in written.items() if name in ("tool", "arguments", "cut", "deferred")}


def _got(lister: Lister, fact: Got) -> None:
    content = result_value(fact.content)
    call: Data = {"call": lister.labels.get(fact.call, fact.call), "content": content}
    lister.put("tool_response", lister.where(fact.thread) | call)


def _began(lister: Lister, fact: Began) -> None:
    thread: Data = {"thread": lister.label(fact.thread, fact.name)}
    parent: Data = {} if fact.parent == MAIN else {"parent": lister.labels.get(fact.parent, MAIN)}
    call: Data = {"call": lister.labels[fact.call], "name": plain_name(fact.name), "input": escaped(fact.task)}
    lister.put("thread_created", thread | parent | call)


def _ended(lister: Lister, fact: Ended) -> None:
    end: Data = {"output": escaped(fact.output)} if fact.error is None else {"error": escaped(fact.error)}
    lister.put("thread_done", {"thread": lister.labels.get(fact.thread, fact.thread), **end})


def _connected(lister: Lister, fact: Connected) -> None:
    if lister.events or fact.thread != MAIN:
        servers = [server_name(server.name) for server in fact.servers]
        lister.put("mcp_initialize", lister.where(fact.thread) | {"servers": servers})


def _boxed(lister: Lister, fact: Boxed) -> None:
    lister.put("sandbox_created", {"id": fact.sandbox})


def _over(lister: Lister, fact: Over) -> None:
    if fact.status == "error":
        lister.after.append(Step(fail=fact.text))
    elif fact.status == "cancelled":
        lister.after.append(Step(holds=TIMEOUT if fact.text == "server-execution-timeout" else CANCELLED))


TAKE: Mapping[type[Fact], Callable[[Lister, Any], None]] = {
    Spoke: _spoke,
    Called: _called,
    Argued: _argued,
    Finished: _finished,
    Got: _got,
    Began: _began,
    Ended: _ended,
    Connected: _connected,
    Boxed: _boxed,
    Over: _over,
}


def listed_turn(tape: Tape, renderer: Renderer) -> Data:
    """The keys of a rule that plays a turn event by event."""
    lister = Lister(renderer)
    for at, fact in tape.seen:
        lister.now = max(0.0, at - tape.began)
        take = TAKE.get(type(fact))
        if take is not None:
            take(lister, fact)
    data: Data = {"events": lister.events}
    return data | ({"then": renderer.script(lister.after)} if lister.after else {})
