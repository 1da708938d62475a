"""From what was seen of some turns to what the agent did: facts to steps, thread by thread.

Owns: `weave`. A play begins with a message and goes on over the turns that answer its pauses. Events of several threads
are taken apart here, and what had to be answered becomes an outcome of its step.
Must not know: dialects, YAML, which plays belong to one rule (`rules.py`). Look next: `listed.py`, for what no script
can say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from mock_gateway.core.commands import Item, ToolAnswer, ToolApproval, UserMessage
from mock_gateway.core.state import MAIN
from mock_gateway.recording.program import Attached, Call, Decision, Outcome, Play, Script, Step, Tape
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
    Locked,
    Over,
    Spoke,
    Started,
    Waits,
)

CANCELLED, TIMEOUT = "cancel", "timeout"
"""Why a step holds."""
_TIMED_OUT = "server-execution-timeout"


class Thread(Struct):
    """An agent at work. script: where its next step goes. free: when it could go on. heard: how many
    pieces of all threads there were then. parent, call: whose call it answers.
    born: in which turn."""

    name: str
    script: Script
    free: float
    parent: str | None = None
    call: Call | None = None
    born: int = 0
    step: Step | None = None
    began: float = 0.0
    spoke: float = 0.0
    heard: int = 0
    paused: bool = False
    ended: bool = False


class Weaver:
    """Builds one play. Feed it the turns of one chain, oldest first."""

    def __init__(self, items: Sequence[Item] | None) -> None:
        self.play = Play(message_of(items), files_of(items))
        self.threads: dict[str, Thread] = {MAIN: Thread(MAIN, self.play.script, 0.0)}
        self.calls: dict[str, Call] = {}
        self.owners: dict[str, str] = {}
        self.locked: tuple[str, ...] = ()
        self.asks: dict[str, int] = {}
        self.odd = ""
        self.turns = 0
        self.pieces = 0
        self.now = 0.0

    def add(self, tape: Tape) -> None:
        """One more turn."""
        self.now = 0.0
        self.turns += 1
        if self.locked:
            self._unlock(tape)
        else:
            self._decide(tape.items or ())
        for thread in self.threads.values():
            thread.free, thread.heard = 0.0, self.pieces
        for at, fact in tape.seen:
            self.now = max(0.0, at - tape.began)
            take = TAKE.get(type(fact))
            if take is not None:
                take(self, fact)

    # -- what the user said --------------------------------------------------------------------------------------------

    def _decide(self, items: Sequence[Item]) -> None:
        answers = {item.call_id: item for item in items if not isinstance(item, UserMessage)}
        for thread in self.threads.values():
            if not thread.paused or thread.step is None:
                continue
            places = enumerate(thread.step.calls)
            made = tuple(_decision(place, answers[call.id]) for place, call in places if call.id in answers)
            outcome = Outcome(made)
            thread.step.outcomes.append(outcome)
            thread.script, thread.paused = outcome.script, False

    def _unlock(self, tape: Tape) -> None:
        """After an authorisation was asked for: it goes on, asks again, or a person has refused."""
        asked = {server.name for _, fact in tape.seen if isinstance(fact, Locked) for server in fact.servers}
        used = {fact.server for _, fact in tape.seen if isinstance(fact, Called) and fact.server}
        used |= {one.name for _, fact in tape.seen if isinstance(fact, Connected) for one in fact.servers}
        gone = [name for name in self.locked if name not in asked]
        self.locked = ()
        main = self.threads[MAIN]
        if not asked and gone and not used & set(gone) and not self.play.script:
            self.play.refused = main.script = []
            return
        for name in gone:
            self.play.locked[name] = self.asks[name]

    # -- what was seen -------------------------------------------------------------------------------------------------

    def started(self, fact: Started) -> None:
        """A message begins."""
        self._open(fact.thread)

    def _open(self, thread_id: str) -> tuple[Thread, Step]:
        """The message that a thread is in the middle of; a new one when there is none."""
        thread = self.threads.get(thread_id)
        if thread is None:
            # The beginning of the thread was not seen.
            thread = self.threads[thread_id] = Thread(thread_id, [], self.now)
        step = thread.step
        if step is None or step.finish is not None or not step.speaks:
            if step is not None and any(_is_open(call) for call in step.calls) and not step.outcomes:
                self.odd = self.odd or "a message came before the results of the one before it"
            step = thread.step = Step(speaks=True)
            thread.script.append(step)
            thread.began = thread.spoke = self.now
        return thread, step

    def _piece(self, thread_id: str) -> Step:
        thread, step = self._open(thread_id)
        if not step.count:
            step.first = self.now - thread.free
            thread.began = self.now
        step.count += 1
        self.pieces += 1
        thread.spoke = self.now
        if step.count > 1:
            step.gap = (self.now - thread.began) / (step.count - 1)
        if thread.parent is not None and thread.born == self.turns:
            above = self.threads[thread.parent].step
            if above is not None:
                above.order.append(thread.name)
        return step

    def spoke(self, fact: Spoke) -> None:
        """A piece of text."""
        getattr(self._piece(fact.thread), fact.kind).append(fact.text)

    def called(self, fact: Called) -> None:
        """A call."""
        step = self._piece(fact.thread)
        call = Call(fact.id, fact.name, fact.server, deferred=fact.deferred)
        step.calls.insert(fact.index, call)
        self.calls[fact.id] = call
        self.owners[fact.id] = fact.thread

    def argued(self, fact: Argued) -> None:
        """A piece of arguments."""
        step = self._piece(fact.thread)
        if fact.index < len(step.calls):
            step.calls[fact.index].arguments.append(fact.text)

    def finished(self, fact: Finished) -> None:
        """The end of a message."""
        step = self._piece(fact.thread)
        step.finish, step.usage = fact.reason, fact.usage
        self.threads[fact.thread].free, self.threads[fact.thread].heard = self.now, self.pieces

    def got(self, fact: Got) -> None:
        """A result: of a tool, or of a sub-agent that ends next."""
        call, thread = self.calls.get(fact.call), self.threads.get(fact.thread)
        if call is None or thread is None:
            return
        call.takes, call.late = self.now - thread.free, self.pieces != thread.heard
        call.closed = True
        if not _is_denied(thread, call):
            call.content, call.fails = fact.content, fact.fails
        if call.sub_agent is None:
            self._check_order(thread, call)
            if all(not _is_open(one) for one in thread.step.calls) if thread.step else True:
                thread.free = self.now

    def _check_order(self, thread: Thread, call: Call) -> None:
        calls = thread.step.calls if thread.step is not None else []
        before = calls[: calls.index(call)] if call in calls else []
        if any(_is_open(one) for one in before if not one.client):
            self.odd = self.odd or "results came in another order than their calls"

    def waits(self, fact: Waits) -> None:
        """A pause."""
        for call_id in fact.calls:
            if call_id in self.calls:
                call = self.calls[call_id]
                call.approval, call.client = fact.kind == "approval", fact.kind == "answer"
        if fact.thread in self.threads:
            self.threads[fact.thread].paused = True

    def began(self, fact: Began) -> None:
        """A sub-agent."""
        call = self.calls.get(fact.call)
        if call is None:
            return
        call.sub_agent, call.task = fact.name, fact.task
        above = self.threads[fact.parent].step
        beside = above.calls if above is not None else []
        if any(_is_open(one) and one.sub_agent is None and not _spawns(one) for one in beside):
            self.odd = self.odd or "a sub-agent began before the results of the calls beside it"
        if not _spawns(call):
            self.odd = self.odd or f"{call.name} began a sub-agent"
        self.threads[fact.thread] = Thread(fact.name, call.script, self.now, fact.parent, call, self.turns)

    def ended(self, fact: Ended) -> None:
        """The end of a sub-agent."""
        thread = self.threads.get(fact.thread)
        if thread is None or thread.call is None or thread.parent is None:
            return
        thread.ended = True
        if not thread.call.closed and fact.error is None:
            self.odd = self.odd or "a sub-agent ended before its call had a result"
        elif not thread.call.closed:
            thread.ended = False  # it was alive when the turn was cancelled, and is told to hold then
            return
        if fact.error is not None:
            thread.script.append(Step(fail=fact.error))
        self.threads[thread.parent].free = self.now

    def locked_now(self, fact: Locked) -> None:
        """Servers that have to be authorised."""
        self.locked = tuple(server.name for server in fact.servers)
        for name in self.locked:
            self.asks[name] = self.asks.get(name, 0) + 1
            self.play.locked.setdefault(name, 0)

    def boxed(self, _fact: Boxed) -> None:
        """The sandbox: a call of the latest message that has no result yet runs in it."""
        for thread in self.threads.values():
            for call in thread.step.calls if thread.step is not None and thread.step.finish else ():
                call.sandbox = call.sandbox or (_is_open(call) and not _spawns(call) and not call.client)

    def over(self, fact: Over) -> None:
        """The end of the turn."""
        main = self.threads[MAIN]
        if fact.cost is not None and main.step is not None and main.step.usage is not None:
            main.step.cost = fact.cost
        if fact.status == "error":
            main.script.append(Step(fail=fact.text))
        elif fact.status == "cancelled":
            why = TIMEOUT if fact.text == _TIMED_OUT else CANCELLED
            for thread in [one for one in self.threads.values() if self._is_leaf(one)]:
                thread.script.append(Step(holds=why))
        elif any(_is_open(call) and not call.client for call in self.calls.values()) and not self._rests():
            self.odd = self.odd or "the turn ended before the results of all calls"

    def _rests(self) -> bool:
        return bool(self.locked) or any(thread.paused for thread in self.threads.values())

    def _is_leaf(self, thread: Thread) -> bool:
        """Whether a thread was at work itself, not waiting for its sub-agents."""
        alive = [one for one in self.threads.values() if not one.ended]
        parents = [self.threads[one.parent] for one in alive if one.parent is not None]
        return not thread.ended and not thread.paused and not any(parent is thread for parent in parents)


def _spawns(call: Call) -> bool:
    return call.server is None and call.name == "create_sub_agent"


def _is_open(call: Call) -> bool:
    return not call.closed and not call.client


def _is_denied(thread: Thread, call: Call) -> bool:
    outcomes = thread.step.outcomes if thread.step is not None else []
    decisions = outcomes[-1].decisions if outcomes else ()
    return any(not made.allow and thread.step.calls[made.place] is call for made in decisions if thread.step)


def _decision(place: int, item: Item) -> Decision:
    if isinstance(item, ToolApproval):
        return Decision(place, item.allow, item.reason)
    assert isinstance(item, ToolAnswer)
    return Decision(place, answer=item.content)


def message_of(items: Sequence[Item] | None) -> str | None:
    """The text of the user messages of a turn; None when there are none."""
    messages = [item for item in items or () if isinstance(item, UserMessage)]
    return "\n".join(message.text for message in messages) if messages else None


def files_of(items: Sequence[Item] | None) -> tuple[Attached, ...]:
    """The files of a turn, without what is in them."""
    messages = [item for item in items or () if isinstance(item, UserMessage)]
    return tuple(Attached(file.name, file.mime, file.is_image) for message in messages for file in message.files)


def weave(tapes: Sequence[Tape]) -> tuple[Play, str]:
    """The play of a chain of turns, the first of which began it; and why no script can say it, or nothing."""
    weaver = Weaver(tapes[0].items)
    for tape in tapes:
        weaver.add(tape)
    return weaver.play, weaver.odd


TAKE: Mapping[type[Fact], Callable[[Weaver, Any], None]] = {
    Started: Weaver.started,
    Spoke: Weaver.spoke,
    Called: Weaver.called,
    Argued: Weaver.argued,
    Finished: Weaver.finished,
    Got: Weaver.got,
    Waits: Weaver.waits,
    Began: Weaver.began,
    Ended: Weaver.ended,
    Locked: Weaver.locked_now,
    Boxed: Weaver.boxed,
    Over: Weaver.over,
}
