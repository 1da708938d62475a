"""The judge: the grammar of a turn's stream in the published contract, as one state machine over numbered events.

    NEW --turn.created--> WORKING --mcp.auth_required--> ASKED
    WORKING, ASKED --turn.done--> OVER

and below it one small machine for each thread:

    IDLE --base--> SPEAKING --delta with finish_reason--> IDLE --pause--> PAUSED        any --thread.done--> ENDED

Owns: order, who may do what when, and which rule is broken when something else comes. Every violation is kept, so that
one stream can be judged by all rules at once. What is remembered from turn to turn is in `Past`.
Must not know: HTTP, SSE, what a script meant to do. Fields are `shapes.py`'s business, stored lists `ledger.py`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mock_gateway.conformance.server.beta.grammar import MAIN, Doing, Phase, Thread
from mock_gateway.conformance.server.beta.shapes import NAME, Shape, mistakes
from mock_gateway.conformance.server.v1.fold import Fold
from mock_gateway.conformance.server.v1.shapes import EVENTS, PARENT, REFS, WIDE, event_mistakes
from mock_gateway.conformance.server.violation import Violation

Json = dict[str, Any]
Numbered = tuple[int, Json]
PAUSES = ("tool.response_required", "tool.approval_required", "mcp.auth_required")
"""In the order in which they come."""

NEXT: Mapping[Phase, Mapping[str, Phase]] = {
    Phase.NEW: {"turn.created": Phase.WORKING},
    Phase.WORKING: {
        **dict.fromkeys(sorted(EVENTS.keys() - {"turn.created"}), Phase.WORKING),
        "mcp.auth_required": Phase.ASKED,
        "turn.done": Phase.OVER,
    },
    Phase.ASKED: {"turn.done": Phase.OVER},
    Phase.OVER: {},
}
"""What may come in each phase. A missing cell breaks V1-TOO-4 after authorisation was asked for, else V1-STR-3."""

_TIED: Shape = {"thread_id": NAME}
NEEDED: Mapping[str, Shape] = {
    "model.message": {"id": NAME, **_TIED},
    "model.message.delta": {"id": NAME, **_TIED, "tool_calls": EVENTS["model.message.delta"][1]["tool_calls"]},
    "tool.response": {**_TIED, "tool_call_id": NAME},
    "tool.approval_required": {**_TIED, "tool_calls": REFS},
    "tool.response_required": {**_TIED, "tool_calls": REFS},
    "thread.created": {**_TIED, "parent": PARENT},
    "thread.done": {**_TIED, "parent": PARENT},
    "mcp.initialize": _TIED,
}
"""What an event must have so that the machine can take it; without the rest its fields are blamed, not its place."""


@dataclass(frozen=True, slots=True)
class Made:
    """A tool call as it was seen. source: the message that made it; index: its place there.

    fresh: made in the turn that is judged. asked: a pause event of this turn named it. thread: of the sub-agent that it
    started.
    """

    id: str
    home: str
    source: str
    index: int
    fresh: bool = True
    asked: bool = False
    answered: bool = False
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """What a turn inherits from those before it in its chain. ids: of threads and events that the session ever had."""

    threads: Mapping[str, Thread] = field(default_factory=dict)
    calls: Mapping[str, Made] = field(default_factory=dict)
    ids: frozenset[str] = frozenset()
    sandbox: bool = False


class Judge:
    """Judges one stream, event by event; `violations` fills as it goes. past: what the turn inherits."""

    def __init__(self, past: Past | None = None) -> None:
        past = past or Past()
        self.phase = Phase.NEW
        self.count = 0
        self.threads: dict[str, Thread] = {MAIN: Thread(MAIN)}
        for thread in past.threads.values():
            if thread.doing is not Doing.ENDED:
                self.threads[thread.id] = replace(thread, doing=Doing.IDLE)
        self.ids = past.ids
        self.calls = {call.id: replace(call, fresh=False, asked=False) for call in past.calls.values()}
        self.sandbox = past.sandbox
        self.folds: dict[str, Fold] = {}
        self.said: dict[str, Fold] = {}
        self.pauses: list[Json] = []
        self.answered: dict[str, int] = {}
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

    def feed(self, number: int, event: Json) -> None:
        """Take the next event."""
        self.last = event
        if number != self.count + 1:
            self.blame("V1-STR-2", f"the event has number {number}; {self.count + 1} was due")
        self.count = number
        kind = event["type"]
        if kind not in EVENTS:
            return
        phase = NEXT[self.phase].get(kind)
        if phase is None:
            rule = "V1-TOO-4" if self.phase is Phase.ASKED else "V1-STR-3"
            self.blame(rule, f"{kind} cannot come while the stream is {self.phase}")
            return
        self.phase = phase
        for rule, mistake in event_mistakes(event):
            self.blame(rule, mistake)
        self._identify(event)
        if kind in PAUSES:
            self.pauses.append(event)
        if not any(mistakes(event, NEEDED.get(kind, {}))) and self._may_act(event):
            TAKE[kind](self, event)

    def finish(self) -> list[Violation]:
        """The stream has ended: all violations."""
        if self.phase is not Phase.OVER:
            self.blame("V1-STR-3", f"the stream ended while it was {self.phase}; its last event has to be turn.done")
        return self.violations

    def _identify(self, event: Json) -> None:
        id = event.get("id")
        if event["type"] == "model.message.delta" or not isinstance(id, str):
            return
        if id in self.ids:
            self.blame("V1-EVT-1", f"the id {id} was used before")
        self.ids |= {id}

    def _may_act(self, event: Json) -> bool:
        """Whether the event's thread can have such an event now."""
        kind = event["type"]
        if kind in WIDE or kind == "thread.created":
            return True
        name = event["thread_id"]
        if name == MAIN and kind == "thread.done":
            self.blame("V1-THR-1", "main is no sub-agent; it has no thread.done")
            return False
        thread = self.threads.get(name)
        if thread is None or thread.doing is Doing.ENDED:
            state = "was never created" if thread is None else "has ended"
            self.blame("V1-THR-2", f"{kind} in thread {name}, which {state}")
            return False
        if thread.doing is Doing.PAUSED and kind not in PAUSES and kind != "thread.done":
            self.blame("V1-TOO-4", f"{kind} in thread {name}, which waits for the user")
        if thread.doing is Doing.SPEAKING and kind != "model.message.delta" and not _is_cut_off(event):
            self.blame("V1-MSG-6", f"{kind} in thread {name}, whose message has no finish_reason yet")
        return True

    def _set(self, name: str, doing: Doing) -> None:
        self.threads[name] = replace(self.threads[name], doing=doing)

    # -- one method for each type

    def _fields_only(self, _event: Json) -> None:
        """Nothing to remember."""

    def _base(self, event: Json) -> None:
        self.folds[event["id"]] = Fold({name: event[name] for name in event if event[name] is not None})
        self._set(event["thread_id"], Doing.SPEAKING)

    def _delta(self, event: Json) -> None:
        fold = self.folds.get(event["id"])
        if fold is None or fold.thread != event["thread_id"]:
            self.blame("V1-MSG-1", f"a delta of {event['id']} in {event['thread_id']}, where no such message was begun")
            fold = self._begun_without_base(event)
        was_finished = fold.finished
        for rule, mistake in fold.add(event):
            self.blame(rule, mistake)
        if fold.finished and not was_finished:
            self._message_done(fold)

    def _begun_without_base(self, delta: Json) -> Fold:
        made = {"type": "model.message", "id": delta["id"], "thread_id": delta["thread_id"]}
        fold = self.folds[delta["id"]] = Fold(made, baseless=True)
        self._set(fold.thread, Doing.SPEAKING)
        return fold

    def _message_done(self, fold: Fold) -> None:
        for rule, mistake in fold.flaws():
            self.blame(rule, mistake)
        for index, call in sorted(fold.calls.items()):
            if call["id"] in self.calls:
                self.blame("V1-TOO-1", f"the id of call {call['id']} was used before")
            self.calls[call["id"]] = Made(call["id"], fold.thread, fold.id, index)
        self.said[fold.thread] = fold
        self._set(fold.thread, Doing.IDLE)

    def _tool_response(self, event: Json) -> None:
        call = self.calls.get(event["tool_call_id"])
        if call is None:
            self.blame("V1-TOO-1", f"a response to {event['tool_call_id']}, which nobody called")
            return
        if call.home != event["thread_id"]:
            self.blame("V1-TOO-1", f"{call.id} was called in {call.home} and answered in {event['thread_id']}")
        if call.answered:
            self.blame("V1-TOO-1", f"{call.id} is answered a second time")
        if not call.thread:
            if self.answered.get(call.source, -1) > call.index:
                self.blame("V1-TOO-2", f"{call.id} is answered after a call that comes later in its message")
            self.answered[call.source] = call.index
            self._held_back(call.source)
        self.calls[call.id] = replace(call, answered=True)

    def _held_back(self, source: str) -> None:
        asked = [call.id for call in self.calls.values() if call.source == source and call.asked]
        if asked and source in self.answered:
            self.blame("V1-TOO-3", f"a call ran in the turn in which its message waits for the user to decide {asked}")

    def _pause(self, event: Json) -> None:
        kind, name = event["type"], event["thread_id"]
        before = [pause["type"] for pause in self.pauses[:-1] if pause.get("thread_id") == name]
        if kind in before or "tool.approval_required" in before:
            self.blame("V1-TOO-4", f"{kind} in thread {name} after {before}")
        self._set(name, Doing.PAUSED)
        for ref in event["tool_calls"]:
            call = self.calls.get(ref["id"])
            if call is None or call.home != name or call.answered or call.asked:
                self.blame("V1-TOO-4", f"the pause names {ref['id']}, no open call of thread {name}")
                continue
            if ref["source_event_id"] != call.source:
                self.blame("V1-TOO-5", f"{call.id} was made by {call.source}, not by {ref['source_event_id']}")
            self.calls[call.id] = replace(call, asked=True)
            self._held_back(call.source)

    def _thread_created(self, event: Json) -> None:
        name, parent = event["thread_id"], event["parent"]
        if name == MAIN:
            self.blame("V1-THR-1", "main is no sub-agent; it has no thread.created")
            return
        if name in self.ids:
            self.blame("V1-THR-2", f"the session has had a thread {name} before")
        above, call = self.threads.get(parent["thread_id"]), self.calls.get(parent["tool_call_id"])
        if above is None or above.doing is Doing.ENDED:
            self.blame("V1-THR-2", f"the parent thread {parent['thread_id']} is not there")
        if call is None or call.home != parent["thread_id"] or call.answered:
            self.blame("V1-THR-2", f"the parent's call {parent['tool_call_id']} was not made before")
        else:
            self.calls[call.id] = replace(call, thread=name)
        self.ids |= {name}
        self.threads[name] = Thread(name, parent["thread_id"], parent["tool_call_id"])

    def _thread_done(self, event: Json) -> None:
        name, parent = event["thread_id"], event["parent"]
        thread = self.threads[name]
        if (thread.parent, thread.call) != (parent["thread_id"], parent["tool_call_id"]):
            self.blame("V1-THR-2", f"thread {name} was created by {thread.parent} with {thread.call}, not as it says")
        for child in self._open_children(name):
            self.blame("V1-THR-2", f"thread {name} ends before its sub-agent {child.id}")
        self._answered_above(event, thread)
        self._last_words(event)
        self._set(name, Doing.ENDED)

    def _answered_above(self, event: Json, thread: Thread) -> None:
        call = self.calls.get(thread.call)
        # A turn that is cut off ends its sub-agents without a result for anybody.
        if call is not None and not call.answered and (event.get("state") or {}).get("status") == "done":
            self.blame("V1-THR-3", f"thread {thread.id} is done, and its call {call.id} has no tool.response yet")

    def _last_words(self, event: Json) -> None:
        state = event.get("state")
        output = state.get("output") if isinstance(state, dict) else None
        said = self.said.get(event["thread_id"])
        if said is None or not isinstance(output, dict):
            return
        wrong = list(event_mistakes(output, stored=True))
        wrong = wrong or [
            ("V1-THR-5", f"it is not the last message: {mistake}") for mistake in said.differences(output)
        ]
        for rule, mistake in wrong:
            self.blame(rule, f"the output of a thread: {mistake}")

    def _open_children(self, name: str) -> list[Thread]:
        children = (thread for thread in self.threads.values() if thread.parent == name)
        return [thread for thread in children if thread.doing is not Doing.ENDED]

    def _sandbox_created(self, _event: Json) -> None:
        if self.sandbox:
            self.blame("V1-SBX-1", "the session has made its sandbox before")
        self.sandbox = True

    # -- the end

    def _turn_done(self, event: Json) -> None:
        state = event.get("state")
        if not isinstance(state, dict):
            return
        if state.get("status") == "done":
            self._settled()
            self._mirror(state)
            return
        if self.pauses and state.get("status") == "error":
            self.blame("V1-TRN-18", "the turn waits for the user, and ends with an error")
        if state.get("required_actions"):
            self.blame("V1-CAN-4", f"a turn that is {state.get('status')} asks for something")
        self.threads = {MAIN: Thread(MAIN)}

    def _settled(self) -> None:
        """Nothing may be left half-done, but what waits for the user."""
        locked = any(pause["type"] == "mcp.auth_required" for pause in self.pauses)
        for thread in self.threads.values():
            if thread.doing is Doing.SPEAKING:
                self.blame("V1-MSG-4", f"the message in thread {thread.id} has no finish_reason")
            left = thread.id != MAIN and thread.doing is Doing.IDLE and not self._open_children(thread.id)
            if left and not locked:
                self.blame("V1-THR-2", f"the turn is done, and thread {thread.id} neither ended nor waits for the user")

    def _mirror(self, state: Json) -> None:
        """What the end says, and what came."""
        required, output = state.get("required_actions"), state.get("output")
        if isinstance(required, list) and required != [_bare(pause) for pause in self.pauses]:
            self.blame("V1-TOO-6", "required_actions are not the very events that came", [required, self.pauses])
        if self.pauses and output is not None:
            self.blame("V1-TRN-18", "the turn waits for the user, and has an output")
        said = self.said.get(MAIN)
        if self.pauses or said is None:
            return
        if not isinstance(output, dict):
            self.blame("V1-TRN-17", "there is no output")
            return
        wrong = list(event_mistakes(output, stored=True))
        wrong = wrong or [("V1-TRN-17", f"not the last message of main: {found}") for found in said.differences(output)]
        for rule, mistake in wrong:
            self.blame(rule, f"output: {mistake}")


def _is_cut_off(event: Json) -> bool:
    # A sub-agent that fails leaves its message as it is.
    state = event.get("state")
    return bool(event["type"] == "thread.done" and isinstance(state, dict) and state.get("status") == "error")


def _bare(event: Json) -> Json:
    return {name: value for name, value in event.items() if name not in ("sequence_id", "sequence_number")}


TAKE: Mapping[str, Callable[[Judge, Json], None]] = {
    **dict.fromkeys(("turn.created", "mcp.initialize", "mcp.auth_required"), Judge._fields_only),
    "turn.done": Judge._turn_done,
    "model.message": Judge._base,
    "model.message.delta": Judge._delta,
    "tool.response": Judge._tool_response,
    "tool.approval_required": Judge._pause,
    "tool.response_required": Judge._pause,
    "thread.created": Judge._thread_created,
    "thread.done": Judge._thread_done,
    "sandbox.created": Judge._sandbox_created,
}


def judge_turns(turns: Iterable[Iterable[Numbered]]) -> list[Violation]:
    """All violations of a chain of turns, each of which inherits from the one before."""
    past, found = Past(), []
    for turn in turns:
        one = Judge(past)
        for number, event in turn:
            one.feed(number, event)
        found += one.finish()
        past = one.past()
    return found
