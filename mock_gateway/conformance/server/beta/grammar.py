"""The judge: the grammar of a turn's stream as one state machine over events.

    NEW --turn.created--> WORKING --mcp.auth_required--> ASKED
    WORKING, ASKED --turn.done--> OVER

and below it one small machine for each thread:

    IDLE --delta--> SPEAKING --finish--> IDLE --pause--> PAUSED        any --thread.done--> ENDED

Owns: order, who may do what when, and which rule is broken when something else comes. Every violation is kept, so that
one stream can be judged by all rules at once. What is remembered from turn to turn is in `Past`.
Must not know: HTTP, SSE (`client.py`), what a script meant to do (`checks/`). Fields are `shapes.py`'s business,
stored logs `ledger.py`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from mock_gateway.conformance.server.beta.fold import Fold
from mock_gateway.conformance.server.beta.shapes import (
    CALL_REFS,
    DELTA,
    NAME,
    PARENT,
    TIED,
    Shape,
    event_mistakes,
    is_name,
    mistakes,
)
from mock_gateway.conformance.server.violation import Violation

Json = dict[str, Any]
MAIN = "main"
PAUSES = ("tool.approval_required", "tool.response_required", "mcp.auth_required")


class Phase(StrEnum):
    """How far a stream is."""

    NEW = "new"
    WORKING = "working"
    ASKED = "asked"
    OVER = "over"


class Doing(StrEnum):
    """What a thread is doing."""

    IDLE = "idle"
    SPEAKING = "speaking"
    PAUSED = "paused"
    ENDED = "ended"


WORK = frozenset(TIED) | {"sandbox.created"}
NEXT: Mapping[Phase, Mapping[str, Phase]] = {
    Phase.NEW: {"turn.created": Phase.WORKING},
    Phase.WORKING: {
        **dict.fromkeys(sorted(WORK), Phase.WORKING),
        "mcp.auth_required": Phase.ASKED,
        "turn.done": Phase.OVER,
    },
    Phase.ASKED: {"turn.done": Phase.OVER},
    Phase.OVER: {},
}
"""What may come in each phase. A missing cell breaks STR-3 after authorisation was asked for, else STR-2."""

NEEDED: Mapping[str, Shape] = {
    **{kind: {"thread_id": NAME} for kind in TIED},
    "model.message": {"thread_id": NAME, **DELTA},
    "tool.response": {"thread_id": NAME, "tool_call_id": NAME},
    "tool.approval_required": {"thread_id": NAME, "tool_calls": CALL_REFS},
    "tool.response_required": {"thread_id": NAME, "tool_calls": CALL_REFS},
    "thread.created": {"thread_id": NAME, "parent": PARENT},
    "thread.done": {"thread_id": NAME, "parent": PARENT},
}
"""What an event must have so that the machine can take it; without the rest its fields are blamed, not its place."""

KNOWN = frozenset(NEXT[Phase.WORKING]) | {"turn.created"}


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread as it was seen. call: of its parent that started it."""

    id: str
    parent: str | None = None
    call: str = ""
    doing: Doing = Doing.IDLE


@dataclass(frozen=True, slots=True)
class Made:
    """A tool call as it was seen. gate: the pause event that has to name it, empty when none has to.

    fresh: made in the turn that is judged. named: a pause event named it. answered: its response came.
    """

    id: str
    thread: str
    gate: str = ""
    fresh: bool = True
    named: bool = False
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """What a turn inherits: the threads and calls of the turns before it in its chain.

    ids: of all threads that the session ever had. sandbox: whether the session has made its sandbox.
    """

    threads: Mapping[str, Thread] = field(default_factory=dict)
    calls: Mapping[str, Made] = field(default_factory=dict)
    ids: frozenset[str] = frozenset()
    sandbox: bool = False


class Judge:
    """Judges one stream, event by event; `violations` fills as it goes.

    past: what the turn inherits. Without it the turn is the first of its session.
    """

    def __init__(self, past: Past | None = None) -> None:
        past = past or Past()
        self.phase = Phase.NEW
        self.count = 0
        self.threads: dict[str, Thread] = {MAIN: Thread(MAIN)}
        for thread in past.threads.values():
            if thread.doing is not Doing.ENDED:
                self.threads[thread.id] = replace(thread, doing=Doing.IDLE)
        self.ids = past.ids
        self.calls = {call.id: replace(call, fresh=False) for call in past.calls.values()}
        self.sandbox = past.sandbox
        self.folds: dict[str, Fold] = {}
        self.said: dict[str, Fold] = {}
        self.output: list[Fold | Json] = []
        self.violations: list[Violation] = []
        self.last: Json = {}

    def blame(self, rule: str, message: str, evidence: object = None) -> None:
        """Remember a violation."""
        self.violations.append(Violation(rule, message, self.last if evidence is None else evidence))

    def past(self) -> Past:
        """What the next turn of the chain inherits."""
        sub_threads = {id: thread for id, thread in self.threads.items() if id != MAIN}
        return Past(sub_threads, dict(self.calls), self.ids, self.sandbox)

    # -- the machine

    def feed(self, event: Json) -> None:
        """Take the next event."""
        self.last = event
        self._number(event)
        kind = event["type"]
        if kind not in KNOWN:
            return
        phase = NEXT[self.phase].get(kind)
        if phase is None:
            rule = "STR-3" if self.phase is Phase.ASKED else "STR-2"
            self.blame(rule, f"{kind} cannot come while the stream is {self.phase}")
            return
        self.phase = phase
        for rule, mistake in event_mistakes(event):
            self.blame(rule, mistake)
        if not any(mistakes(event, NEEDED.get(kind, {}))) and self._may_act(event):
            TAKE[kind](self, event)

    def finish(self) -> list[Violation]:
        """The stream has ended: all violations."""
        if self.phase is not Phase.OVER:
            self.blame("STR-2", f"the stream ended while it was {self.phase}; its last event has to be turn.done")
        return self.violations

    def _number(self, event: Json) -> None:
        number = event.get("sequence_id")
        if not isinstance(number, int) or isinstance(number, bool) or number != self.count + 1:
            self.blame("SEQ-1", f"sequence_id is {number!r}; {self.count + 1} was due")
        self.count = number if isinstance(number, int) else self.count + 1

    def _may_act(self, event: Json) -> bool:
        """Whether the event's thread can have such an event now."""
        kind = event["type"]
        if kind not in TIED or kind == "thread.created":
            return True
        name = event["thread_id"]
        if name == MAIN and kind == "thread.done":
            self.blame("THR-1", "main is no sub-agent; it has no thread.done")
            return False
        thread = self.threads.get(name)
        if thread is None or thread.doing is Doing.ENDED:
            state = "was never created" if thread is None else "has ended"
            self.blame("THR-2", f"{kind} in thread {name}, which {state}")
            return False
        if thread.doing is Doing.PAUSED and kind not in PAUSES and kind != "thread.done":
            self.blame("STR-3", f"{kind} in thread {name}, which waits for the user")
        if thread.doing is Doing.SPEAKING and kind != "model.message" and not self._is_cut_off(event):
            self.blame("MSG-2", f"{kind} in thread {name}, whose message has no finish_reason yet")
        return True

    def _is_cut_off(self, event: Json) -> bool:
        # A turn that is cancelled or fails, or a sub-agent that does, leaves its message as it is.
        return bool(event["type"] == "thread.done" and event.get("status") == "error")

    def _set(self, name: str, doing: Doing) -> None:
        self.threads[name] = replace(self.threads[name], doing=doing)

    # -- one method for each type

    def _turn_created(self, _event: Json) -> None:
        """Nothing to remember."""

    def _delta(self, event: Json) -> None:
        name = event["thread_id"]
        fold = self.folds.setdefault(name, Fold(name))
        for rule, mistake in fold.add(event):
            self.blame(rule, mistake)
        self._set(name, Doing.SPEAKING)
        if event.get("finish_reason") is not None:
            self._message_done(self.folds.pop(name))

    def _message_done(self, fold: Fold) -> None:
        for rule, mistake in fold.flaws():
            self.blame(rule, mistake)
        for call in fold.calls.values():
            if call.id in self.calls:
                self.blame("TOO-1", f"the id of call {call.id} was used before")
            self.calls[call.id] = Made(call.id, fold.thread_id, _gate(call.info))
        self.output.append(fold)
        self.said[fold.thread_id] = fold
        self._set(fold.thread_id, Doing.IDLE)

    def _tool_response(self, event: Json) -> None:
        call = self.calls.get(event["tool_call_id"])
        if call is None:
            self.blame("TOO-1", f"a response to {event['tool_call_id']}, which nobody called")
            return
        if call.thread != event["thread_id"]:
            self.blame("TOO-1", f"{call.id} was called in {call.thread} and answered in {event['thread_id']}")
        if call.answered:
            self.blame("TOO-1", f"{call.id} is answered a second time")
        if call.gate and call.fresh:
            self.blame("TOO-2", f"{call.id} waits for the user, and is answered in the turn that made it")
        self.calls[call.id] = replace(call, answered=True)

    def _pause(self, event: Json) -> None:
        self._set(event["thread_id"], Doing.PAUSED)
        self.output.append(event)
        for ref in event["tool_calls"]:
            call = self.calls.get(ref["id"])
            if call is None or call.thread != event["thread_id"] or call.answered:
                self.blame("TOO-2", f"the pause names {ref['id']}, no open call of thread {event['thread_id']}")
            elif call.gate and call.gate != event["type"]:
                self.blame("TOO-2", f"{call.id} has to be named by {call.gate}")
            else:
                self.calls[call.id] = replace(call, named=True)

    def _thread_created(self, event: Json) -> None:
        name, parent = event["thread_id"], event["parent"]
        if name == MAIN:
            self.blame("THR-1", "main is no sub-agent; it has no thread.created")
            return
        if name in self.ids:
            self.blame("THR-2", f"the session has had a thread {name} before")
        above, call = self.threads.get(parent["thread_id"]), self.calls.get(parent["tool_call_id"])
        if above is None or above.doing is Doing.ENDED:
            self.blame("THR-2", f"the parent thread {parent['thread_id']} is not there")
        if call is None or call.thread != parent["thread_id"] or call.answered:
            self.blame("THR-2", f"the parent's call {parent['tool_call_id']} was not made before")
        self.ids |= {name}
        self.threads[name] = Thread(name, parent["thread_id"], parent["tool_call_id"])

    def _thread_done(self, event: Json) -> None:
        name, parent = event["thread_id"], event["parent"]
        thread = self.threads[name]
        if (thread.parent, thread.call) != (parent["thread_id"], parent["tool_call_id"]):
            self.blame("THR-2", f"thread {name} was created by {thread.parent} with {thread.call}, not as it says now")
        for child in self._open_children(name):
            self.blame("THR-2", f"thread {name} ends before its sub-agent {child.id}")
        said, output = self.said.get(name), event.get("output")
        if said is not None and isinstance(output, dict):
            for rule, mistake in said.differences(output):
                self.blame(rule, f"the output of thread {name} is not its last message: {mistake}")
        self.folds.pop(name, None)
        self._set(name, Doing.ENDED)

    def _open_children(self, name: str) -> list[Thread]:
        children = (thread for thread in self.threads.values() if thread.parent == name)
        return [thread for thread in children if thread.doing is not Doing.ENDED]

    def _mcp_initialize(self, _event: Json) -> None:
        """Fields only."""

    def _auth_required(self, event: Json) -> None:
        self.output.append(event)
        for name in _threads_named(event):
            if is_name(name):
                thread = self.threads.get(name)
                if thread is None or thread.doing is Doing.ENDED:
                    self.blame("THR-2", f"authorisation is asked for in thread {name}, which is not there")
                else:
                    self._set(name, Doing.PAUSED)

    def _sandbox_created(self, _event: Json) -> None:
        if self.sandbox:
            self.blame("SBX-1", "the session has made its sandbox before")
        self.sandbox = True

    # -- the end

    def _turn_done(self, event: Json) -> None:
        paused = any(not isinstance(item, Fold) for item in self.output)
        status = event.get("status")
        if status == "done":
            self._settled()
            if isinstance(event.get("output"), list):
                self._mirror([item for item in event["output"] if isinstance(item, dict)])
            return
        if paused and not self._busy():
            self.blame("STR-3", f"the turn waits for the user, and ends as {status}")
        for thread in self.threads.values():
            if thread.id != MAIN and thread.doing is not Doing.ENDED:
                self.blame("THR-2", f"the turn is {status}, and thread {thread.id} has not ended")
        self.threads = {MAIN: Thread(MAIN)}

    def _busy(self) -> list[Thread]:
        """The threads that work: not paused, and not waiting for a sub-agent of their own."""
        alive = [thread for thread in self.threads.values() if thread.doing is not Doing.ENDED]
        return [thread for thread in alive if thread.doing is not Doing.PAUSED and not self._open_children(thread.id)]

    def _settled(self) -> None:
        """Nothing may be left half-done, but what waits for the user."""
        for thread in self.threads.values():
            if thread.doing is Doing.SPEAKING:
                self.blame("MSG-2", f"the message in thread {thread.id} has no finish_reason")
        for thread in self._busy():
            if thread.id != MAIN:
                self.blame("THR-2", f"the turn is done, and thread {thread.id} neither ended nor waits for the user")
        for call in self.calls.values():
            if call.fresh and call.gate and not call.named:
                self.blame("TOO-2", f"{call.id} waits for the user, and no {call.gate} names it")

    def _mirror(self, output: Sequence[Json]) -> None:
        """TRN-3: the assembled messages and the pause events, in order."""
        types = [item.get("type") for item in output]
        due = ["model.message" if isinstance(item, Fold) else item["type"] for item in self.output]
        if types != due:
            self.blame("EVT-2", f"the output has {types}; the stream gave {due}")
            return
        for item, seen in zip(output, self.output, strict=True):
            if isinstance(seen, Fold):
                wrong = [("EVT-4", mistake) for rule, mistake in event_mistakes(item, stored=True) if rule == "EVT-4"]
                wrong = wrong or list(seen.differences(item))
            else:
                wrong = [("EVT-2", "a pause event differs from the stream's")] if not _same(item, seen) else []
            for rule, mistake in wrong:
                self.blame(rule, f"output: {mistake}", item)


def _threads_named(event: Json) -> list[Any]:
    """The threads for which authorisation is asked."""
    servers = event.get("servers")
    listed = servers if isinstance(servers, list) else []
    named = [server.get("thread_ids") for server in listed if isinstance(server, dict)]
    return [name for names in named if isinstance(names, list) for name in names]


def _gate(info: Json) -> str:
    """The pause event that has to name a call."""
    if info.get("is_approval_required"):
        return "tool.approval_required"
    return "tool.response_required" if info.get("is_client_side") else ""


def _same(item: Json, event: Json) -> bool:
    return {**item, "sequence_id": 0} == {**event, "sequence_id": 0}


TAKE: Mapping[str, Callable[[Judge, Json], None]] = {
    "turn.created": Judge._turn_created,
    "turn.done": Judge._turn_done,
    "model.message": Judge._delta,
    "tool.response": Judge._tool_response,
    "tool.approval_required": Judge._pause,
    "tool.response_required": Judge._pause,
    "thread.created": Judge._thread_created,
    "thread.done": Judge._thread_done,
    "mcp.initialize": Judge._mcp_initialize,
    "mcp.auth_required": Judge._auth_required,
    "sandbox.created": Judge._sandbox_created,
}


def judge(events: Iterable[Json], past: Past | None = None) -> list[Violation]:
    """All violations of a whole stream."""
    found = Judge(past)
    for event in events:
        found.feed(event)
    return found.finish()


def judge_turns(turns: Iterable[Iterable[Json]]) -> list[Violation]:
    """All violations of a chain of turns, each of which inherits from the one before."""
    past, found = Past(), []
    for events in turns:
        one = Judge(past)
        for event in events:
            one.feed(event)
        found += one.finish()
        past = one.past()
    return found
