"""The published contract as a machine: whatever is asked, in whatever order, a gateway answers as the model says.

Hypothesis invents conversations; the model below knows what waits for the user on every branch. Every stream is judged
by `grammar.py` with what its turn inherits, every list by `ledger.py`. The readings are the default ones. Nothing is
left to chance: the same conversations are held in each run.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from contract_tests.broken.edits import Make
from contract_tests.broken.layers import Layer
from contract_tests.broken.serving import real_app, serving
from contract_tests.v1.broken.zoo import every
from mock_gateway.conformance.server.beta.worlds import Pending, allow, message, pages, reply_to, respond
from mock_gateway.conformance.server.client import Json, Stream
from mock_gateway.conformance.server.v1.grammar import Judge, Past
from mock_gateway.conformance.server.v1.ledger import judge_list
from mock_gateway.conformance.server.v1.place import Place, arrived
from mock_gateway.conformance.server.v1.scenes import numbered
from mock_gateway.conformance.server.v1.shapes import turn_mistakes
from mock_gateway.conformance.server.v1.worlds import SESSIONS, Heard, Talk, turn_id
from mock_gateway.conformance.server.violation import Violation, require, require_equal

pytestmark = pytest.mark.own_gateway

BUDGET = settings(
    max_examples=80,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
"""3200 steps of a few milliseconds each."""
HUNT = settings(BUDGET, max_examples=500, phases=[Phase.generate], report_multiple_bugs=False)
"""The same for a gateway that is broken: the first thing that is wrong will do."""

TEXTS: Mapping[str, tuple[str, ...]] = {
    "contract-gate": ("approve", "ask", "approve and ask", "ask in threads", "ask twice", "something else"),
    "contract-talk": ("hello", "tool", "fail", "many"),
}
HOLDS = "contract-talk"
STRANGER = Pending("main", "call_nobody_made", "tool.approval_required")


def _other_kind(call: Pending) -> Json:
    return respond(call, "no") if call.type == "tool.approval_required" else allow(call)


WRONG: Mapping[str, Callable[[list[Pending]], list[Json]]] = {
    "one missing": lambda calls: [reply_to(call) for call in calls[1:]],
    "one doubled": lambda calls: [reply_to(call) for call in [*calls, *calls[:1]]],
    "an unknown id": lambda calls: [reply_to(call) for call in [*calls, STRANGER]],
    "another thread": lambda calls: [reply_to(Pending("nowhere", call.call_id, call.type)) for call in calls],
    "another kind": lambda calls: [_other_kind(call) for call in calls],
    "a message": lambda _calls: [message("hello")],
    "a message and the answers": lambda calls: [message("hello"), *map(reply_to, calls)],
}
"""From the calls that are pending. Without any, each of the answers is wrong too."""


@dataclass(slots=True)
class Turn:
    """What the model knows of a turn that is over. past: what the next one inherits; events: of its stream."""

    id: str
    previous: Turn | None
    status: object
    pending: list[Pending]
    past: Past
    numbers: list[str]
    events: list[Json]

    def chain(self) -> Iterator[Turn]:
        """This turn and those before it."""
        turn: Turn | None = self
        while turn is not None:
            yield turn
            turn = turn.previous


@dataclass(slots=True)
class Session:
    """What the model knows of a session. held: its running turn's stream; before: the turn that this one follows."""

    talk: Talk
    agent: str
    turns: list[Turn] = field(default_factory=list)
    held: Stream | None = None
    before: Turn | None = None

    @property
    def last(self) -> Turn | None:
        """The latest turn that is over."""
        return self.turns[-1] if self.turns else None

    def close(self, stream: Stream, previous: Turn | None) -> Turn:
        """Judge a stream that was read to its end, and remember its turn. Raises `Violation`."""
        heard = Heard(self.talk, stream)
        judge = Judge(previous.past if previous else None)
        for number, event in numbered(heard):
            judge.feed(number, event)
        for violation in judge.finish():
            raise violation
        found = heard.events[0].get("previous_turn_id")
        require_equal(found, previous and previous.id, "V1-TRN-6", "previous_turn_id")
        pending = heard.pending if heard.status == "done" else []
        turn = Turn(heard.id, previous, heard.status, pending, judge.past(), heard.numbers, heard.events)
        self.turns.append(turn)
        return turn

    async def ask(self, items: list[Json], previous: Turn | None, **fields: Any) -> None:
        """A turn that has to be accepted, read to its end."""
        stream = await self.talk.start(body={"input": items, **fields})
        await stream.rest()
        self.close(stream, previous)

    async def refused(self, items: list[Json], **fields: Any) -> None:
        """A turn that has to be refused, which changes nothing."""
        answer = await self.talk.post({"input": items, **fields})
        require(answer.status in (400, 422), "V1-INP-3", f"{items} was taken", answer.shown())

    async def release(self, rule: str) -> None:
        """The stream of the turn that was cancelled, to its end. rule: blamed when there is none."""
        assert self.held is not None
        stream, self.held = self.held, None
        await stream.rest(rule)
        self.close(stream, self.before)


NUMBER = st.integers(0, 7)
LIMIT = st.integers(1, 9)


class ContractMachine(RuleBasedStateMachine):
    """Conversations in a world of their own. run: of the loop in which everything happens."""

    def __init__(self, run: Callable[[Any], Any], place: Place) -> None:
        super().__init__()
        self.run, self.town = run, place.town()
        self.sessions: list[Session] = []

    def some(self, number: int, test: Callable[[Session], object] = bool) -> Session:
        """One of the sessions that pass a test."""
        found = [session for session in self.sessions if test(session)]
        return found[number % len(found)]

    @initialize()
    def begin(self) -> None:
        """One session of each agent."""
        for agent in TEXTS:
            self.open(agent)

    @precondition(lambda self: len(self.sessions) < 4)
    @rule(agent=st.sampled_from(sorted(TEXTS)))
    def open(self, agent: str) -> None:
        """V1-SES-1."""
        self.sessions.append(Session(self.run(self.town.talk(agent)), agent))

    @rule(number=NUMBER, which=NUMBER, previous=st.sampled_from([{}, {"previous_turn_id": "auto"}]))
    def say(self, number: int, which: int, previous: Json) -> None:
        """A text: welcome where nothing waits. A turn that runs makes way for it (V1-TRN-8)."""
        session = self.some(number)
        texts = TEXTS[session.agent]
        item = message(texts[which % len(texts)])
        if session.held is not None:
            self.run(self.supersede(session, item))
        elif session.last is not None and session.last.pending:
            self.run(session.refused([item], **previous))
        else:
            self.run(session.ask([item], session.last, **previous))

    async def supersede(self, session: Session, item: Json) -> None:
        """The running turn is cancelled for the new one."""
        stream = await session.talk.start(item)
        await session.release("V1-TRN-8")
        running = session.turns[-1]
        state = running.events[-1]["state"]
        require_equal(state.get("reason"), "cancelled-for-next-turn", "V1-TRN-8", "the reason")
        await stream.rest()
        session.close(stream, running)

    @precondition(lambda self: any(session.last and session.last.pending for session in self.sessions))
    @rule(number=NUMBER, reverse=st.booleans(), streamed=st.booleans())
    def answer(self, number: int, reverse: bool, streamed: bool) -> None:
        """V1-INP-3: what is pending is answered as it should be, in any order."""
        session = self.some(number, lambda session: session.last and session.last.pending)
        assert session.last is not None
        calls = session.last.pending[::-1] if reverse else session.last.pending
        items = [reply_to(call) for call in calls]
        if streamed:
            self.run(session.ask(items, session.last))
        else:
            self.run(self.unstreamed(session, items))

    async def unstreamed(self, session: Session, items: list[Json]) -> None:
        """V1-TRN-2: begun without a stream, then followed."""
        previous = session.last
        turn = await session.talk.queue(*items)
        stream = await session.talk.follow(turn["id"])
        await stream.rest()
        session.close(stream, previous)

    @rule(number=NUMBER, how=st.sampled_from(sorted(WRONG)))
    def answer_wrongly(self, number: int, how: str) -> None:
        """V1-INP-1, V1-INP-3, V1-INP-4, V1-INP-10."""
        session = self.some(number)
        pending = session.last.pending if session.last is not None and session.held is None else []
        items = WRONG[how](pending or [STRANGER])
        is_fine = how == "a message" and not pending
        empty = not items or (session.held is not None)
        if not (is_fine or empty):
            self.run(session.refused(items))

    @rule(number=NUMBER, body=st.sampled_from([{}, {"input": []}, {"input": None}]))
    def send_nothing(self, number: int, body: Json) -> None:
        """V1-TRN-15: runs the agent again, where nothing waits."""
        session = self.some(number, lambda session: session.held is None)
        if session.last is not None and session.last.pending:
            answer = self.run(session.talk.post(body))
            require(answer.status in (400, 422), "V1-INP-3", "nothing was taken for an answer", answer.shown())
        else:
            self.run(session.ask([], session.last))

    @precondition(lambda self: any(session.turns and session.held is None for session in self.sessions))
    @rule(number=NUMBER, which=NUMBER, answers=st.booleans())
    def fork(self, number: int, which: int, answers: bool) -> None:
        """V1-TRN-6, V1-TRN-7: from any turn, also one that waits, also one that was cancelled."""
        session = self.some(number, lambda session: session.turns and session.held is None)
        turn = session.turns[which % len(session.turns)]
        items = [reply_to(call) for call in turn.pending] if answers and turn.pending else [message("something else")]
        fits = bool(turn.pending) == (answers and bool(turn.pending))
        if fits:
            self.run(session.ask(items, turn, previous_turn_id=turn.id))
        else:
            self.run(session.refused(items, previous_turn_id=turn.id))

    @rule(number=NUMBER)
    def begin_again(self, number: int) -> None:
        """V1-TRN-6: a new root."""
        session = self.some(number, lambda session: session.held is None)
        self.run(session.ask([message("something else")], None, previous_turn_id="none"))

    @rule(number=NUMBER)
    def fork_from_nowhere(self, number: int) -> None:
        """V1-TRN-6: a turn that there is not."""
        body = {"input": [message("hello")], "previous_turn_id": "nobody-has-this-id"}
        answer = self.run(self.some(number).talk.post(body))
        require_equal(answer.status, 404, "V1-TRN-6", "the status for an unknown turn")

    @rule(number=NUMBER)
    def hold(self, number: int) -> None:
        """A turn that runs until something ends it."""
        session = self.some(number, lambda session: session.agent == HOLDS)
        if session.held is None:
            session.before = session.last
            session.held = self.run(session.talk.hold())

    @precondition(lambda self: any(session.held is not None for session in self.sessions))
    @rule(number=NUMBER, cursor=st.integers(0, 5), by_header=st.booleans())
    def drop(self, number: int, cursor: int, by_header: bool) -> None:
        """V1-STR-17: the connection is lost, and another reader goes on."""
        session = self.some(number, lambda session: session.held is not None)
        self.run(self.dropped(session, cursor, by_header=by_header))

    async def dropped(self, session: Session, cursor: int, *, by_header: bool) -> None:
        """Hang up, resume after a number, and read what was read before."""
        stream = session.held
        assert stream is not None
        id, so_far = turn_id(stream.events), list(stream.events)
        await stream.close()
        headers = {"last-event-id": str(cursor)} if by_header else {}
        other = await session.talk.follow(id, None if by_header else cursor, headers)
        await other.count(len(so_far) - cursor)
        require_equal(other.events, so_far[cursor:], "V1-STR-17", f"the stream resumed after {cursor}")
        await other.close()
        session.held = await session.talk.follow(id)
        await session.held.count(len(so_far))

    @rule(number=NUMBER, times=st.integers(1, 2))
    def cancel(self, number: int, times: int) -> None:
        """V1-CAN-1, V1-CAN-2: what runs, or nothing."""
        session = self.some(number)
        for _ in range(times):
            answer = self.run(session.talk.cancel())
            require_equal((answer.status, answer.json), (200, {}), "V1-CAN-2", "the answer")
        if session.held is not None:
            self.run(session.release("V1-CAN-1"))
            state = session.turns[-1].events[-1]["state"]
            require_equal(state.get("reason"), "client-cancelled", "V1-CAN-1", "the reason")

    @precondition(lambda self: any(session.turns for session in self.sessions))
    @rule(number=NUMBER, which=NUMBER, cursor=st.integers(0, 30), by_header=st.booleans())
    def follow(self, number: int, which: int, cursor: int, by_header: bool) -> None:
        """V1-STR-6, V1-STR-10: a turn that is over."""
        session = self.some(number, lambda session: session.turns)
        turn = session.turns[which % len(session.turns)]
        headers = {"last-event-id": str(cursor)} if by_header else {}
        stream = self.run(session.talk.follow(turn.id, None if by_header else cursor, headers))
        self.run(stream.end(5.0))
        require_equal(stream.events, turn.events[cursor:], "V1-STR-6", f"the stream after {cursor}")
        require_equal([frame.id for frame in stream.frames], turn.numbers[cursor:], "V1-STR-2", "its numbers")

    @rule(number=NUMBER, limit=LIMIT)
    def list_turns(self, number: int, limit: int) -> None:
        """V1-TRN-14, V1-PAG-1."""
        session = self.some(number)
        turns = self.run(session.talk.turns(limit=limit))
        chain = session.before if session.held is not None else session.last
        due = [turn.id for turn in chain.chain()] if chain is not None else []
        if session.held is not None:
            due.insert(0, turn_id(session.held.events))
        require_equal([turn["id"] for turn in turns], due, "V1-TRN-14", "the turns")
        for turn in turns:
            for found in turn_mistakes(turn):
                raise Violation(*found, turn)

    @precondition(lambda self: any(session.turns for session in self.sessions))
    @rule(number=NUMBER, which=NUMBER, limit=LIMIT, order=st.sampled_from(["asc", "desc"]))
    def list_events(self, number: int, which: int, limit: int, order: str) -> None:
        """V1-LOG-1, V1-LOG-3, V1-MSG-2, V1-PAG-1."""
        session = self.some(number, lambda session: session.turns)
        turn = session.turns[which % len(session.turns)]
        listed = self.run(session.talk.log(turn.id, limit=limit, order=order))
        for violation in judge_list(turn.events, listed if order == "asc" else listed[::-1], "V1-LOG-1"):
            raise violation

    @rule(number=NUMBER, which=NUMBER, limit=st.integers(5, 100), anchored=st.booleans())
    def list_session_events(self, number: int, which: int, limit: int, anchored: bool) -> None:
        """V1-SEV-1 to V1-SEV-3."""
        session = self.some(number)
        last, query = session.before if session.held is not None else session.last, {}
        if anchored and session.turns:
            last = session.turns[which % len(session.turns)]
            query = {"last_turn_id": last.id}
        items = self.run(session.talk.diary(limit=limit, **query))
        listed: dict[str, list[Json]] = {}
        for item in items:
            listed.setdefault(item["turn_id"], []).insert(0, item["event"])
        chain = list(last.chain()) if last is not None else []
        require_equal(list(listed), [turn.id for turn in chain], "V1-SEV-2", "the turns whose events are listed")
        for turn in chain:
            for violation in judge_list(turn.events, listed[turn.id], "V1-SEV-1", ends=True):
                raise violation

    @rule(limit=LIMIT, agent=st.sampled_from(sorted(TEXTS)))
    def list_sessions(self, limit: int, agent: str) -> None:
        """V1-SES-5, V1-PAG-1."""
        query = {"agent_name": agent, "limit": limit}
        found = self.run(pages(self.town.speaker, SESSIONS, "V1-SES-5", query))
        ids = [session["id"] for page in found for session in page["data"]]
        due = [session.talk.id for session in self.sessions if session.agent == agent]
        require_equal(ids, due[::-1], "V1-SES-5", f"the sessions of {agent}")

    def teardown(self) -> None:
        """Whatever was done, every turn and every list is as the streams said."""
        if sys.exc_info()[1] is not None:
            return  # a violation is on its way, and what was going on then is no evidence of another one
        for session in self.sessions:
            self.run(self.finish(session))

    async def finish(self, session: Session) -> None:
        """End what runs, go on from there if nothing waits, and look at everything once more."""
        if session.held is not None:
            await session.talk.cancel()
            await session.release("V1-CAN-1")
        if session.last is not None and session.last.pending:
            await session.refused([message("hello")])
        else:
            await session.ask([message("hello")], session.last)
        for turn in session.turns:
            state = await session.talk.state(turn.id)
            require_equal(state, turn.events[-1]["state"], "V1-TRN-11", "the state in the end")
            for violation in judge_list(turn.events, await session.talk.log(turn.id), "V1-LOG-1"):
                raise violation


@contextmanager
def machines(layer: Make) -> Iterator[type[ContractMachine]]:
    """Machines against a gateway of our own with a layer around it, in one event loop."""

    async def enter(stack: AsyncExitStack) -> Place:
        url = await stack.enter_async_context(serving(layer(real_app())))
        return await stack.enter_async_context(arrived(url, patience=5.0))

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        place = runner.run(enter(stack))

        class Machine(ContractMachine):
            def __init__(self) -> None:
                super().__init__(runner.run, place)

        try:
            yield Machine
        finally:
            runner.run(stack.aclose())


def test_every_conversation_goes_as_the_model_says() -> None:
    with machines(Layer) as machine:
        run_state_machine_as_test(machine, settings=BUDGET)


SEED = 1
"""Of the hunts below: what Hypothesis makes of its own digest of a test is another search in every environment."""

DEFECTS: Mapping[str, set[str]] = {
    # Seen by whoever follows a turn by the header: one that is over, or one that runs.
    "Last-Event-ID is ignored": {"V1-STR-6", "V1-STR-17"},
    # Results are listed in a turn's events only, and all else in that list is as it should be.
    "a stored result is another one": {"V1-LOG-3"},
    "beginnings are left out of a session's events": {"V1-SEV-1"},
    # Once a session was cancelled, "hello" begins a new root there. It is chained to nothing; it is taken although
    # calls wait for answers, which are not on its branch.
    "a cancelled turn is left out of the chain": {"V1-TRN-6", "V1-INP-3"},
}
"""Gateways that are wrong, with all rules that the machine can see broken there. Which comes first is the search's."""


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_found_by_the_machine(name: str) -> None:
    with machines(every()[name].make) as machine, pytest.raises(Violation) as found:
        run_state_machine_as_test(seed(SEED)(machine), settings=HUNT)

    assert found.value.rule in DEFECTS[name], str(found.value)
