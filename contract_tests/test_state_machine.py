"""The contract as a machine: whatever is asked, in whatever order, a gateway answers as the model says it has to.

Hypothesis invents conversations of many sessions; `model.py` says what each request has to lead to; every stream is
judged by `grammar.py`, every log by `ledger.py`. The readings are the default ones. Nothing is left to chance: the
same conversations are held in each run. A defect that is put into a gateway has to be found, too.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from contract_tests.broken.serving import real_app, serving
from contract_tests.broken.zoo import every
from contract_tests.model import MACHINE, STORIES, Session, Turn
from contract_tests.runs import Address
from contract_tests.talks import Talk
from mock_gateway.conformance.server.beta.worlds import (
    Conversation,
    Pending,
    allow,
    deny,
    file_part,
    message,
    reply_to,
    respond,
    text_part,
    walk,
)
from mock_gateway.conformance.server.client import Json
from mock_gateway.conformance.server.target import Target, opened
from mock_gateway.conformance.server.violation import Violation, require, require_equal

BUDGET = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
"""2400 steps of a few milliseconds each."""
HUNT = settings(BUDGET, max_examples=400, phases=[Phase.generate], report_multiple_bugs=False)
"""The same for a gateway that is broken: the first thing that is wrong will do, however long the way to it."""

IMAGE = file_part("a.png", "data:image/png;base64,iVBORw0KGgo=")
PAPER = file_part("a.pdf", "data:application/pdf;base64,JVBERi0xLjQ=")
STRANGER = Pending("main", "call_nobody_made", "tool.approval_required")


# -- input that is wrong, most of the time -------------------------------------------------------------------------


def _other_kind(call: Pending) -> Json:
    return respond(call, "no") if call.type == "tool.approval_required" else allow(call)


def _moved(call: Pending) -> Pending:
    return Pending("nowhere", call.call_id, call.type)


WRONG: Mapping[str, Callable[[list[Pending], list[Pending]], list[Json]]] = {
    "nothing": lambda _calls, _before: [],
    "one missing": lambda calls, _before: [reply_to(call) for call in calls[1:]],
    "one doubled": lambda calls, _before: [reply_to(call) for call in [*calls, *calls[:1]]],
    "an unknown id": lambda calls, _before: [reply_to(call) for call in [*calls, STRANGER]],
    "an unknown id instead": lambda calls, _before: [reply_to(call) for call in [*calls[1:], STRANGER]],
    "another thread": lambda calls, _before: [reply_to(_moved(call)) for call in calls],
    "another kind": lambda calls, _before: [_other_kind(call) for call in calls],
    "answered before": lambda calls, before: [reply_to(call) for call in [*calls, *before[-1:]]],
    "a message": lambda _calls, _before: [message("plain")],
    "a message and the answers": lambda calls, _before: [message("plain"), *map(reply_to, calls)],
    "the answers and a message": lambda calls, _before: [*map(reply_to, calls), message("plain")],
}
"""From the calls that are pending, and those that were answered before. The model knows whether it is wrong."""


# -- the machine ---------------------------------------------------------------------------------------------------

NUMBER = st.integers(0, 7)
LIMIT = st.integers(1, 5)
ORDER = st.sampled_from(["asc", "desc"])
STREAMED = st.sampled_from([{}, {}, {"stream": True}, {"stream": False}])
TEXT = st.sampled_from(sorted(MACHINE))
EMPTY = st.sampled_from([{}, {"input": []}, {"input": None}])
FILES = st.sampled_from([[IMAGE], [PAPER], [IMAGE, PAPER]])

ORIGINS: Mapping[str, Callable[[Turn], bool]] = {
    "any": lambda _turn: True,
    "waiting": lambda turn: turn.waits,
    "failed": lambda turn: turn.status == "error",
    # Whether a slow turn was cancelled in time is left to the gateway, and must not decide what is asked next.
    "cancelled": lambda turn: turn.status == "cancelled" and not turn.story.slow,
}
"""Kinds of turns from which another one can branch."""


def has(test: Callable[[Talk], object]) -> Callable[[Any], bool]:
    """Whether there is such a session."""
    return lambda machine: any(map(test, machine.talks))


def is_free(talk: Talk) -> bool:
    """Whether a message may be sent."""
    return not talk.model.refusals({"input": [message("plain")]})


class ContractMachine(RuleBasedStateMachine):
    """Conversations in a world of their own. run: of the loop in which everything happens."""

    def __init__(self, run: Callable[[Any], Any], target: Target) -> None:
        super().__init__()
        self.run, self.world = run, target.world()
        self.talks: list[Talk] = []

    def some(self, number: int, test: Callable[[Talk], object] = bool) -> Talk:
        """One of the sessions that pass a test."""
        found = [talk for talk in self.talks if test(talk)]
        return found[number % len(found)]

    @initialize()
    def begin(self) -> None:
        """There is always a session."""
        self.open("contract-machine")

    @precondition(lambda self: len(self.talks) < 4)
    @rule(agent=st.sampled_from(["contract-machine", *sorted(STORIES)]))
    def open(self, agent: str) -> None:
        """SES-1."""
        made = self.run(self.world.create(agent, title=f"Session {len(self.talks)}"))
        require_equal(made.get("agent_name"), agent, "SES-2", "agent_name")
        require(made["id"] not in {talk.model.id for talk in self.talks}, "SES-2", "an id is used twice", made)
        self.talks.append(Talk(Conversation(self.world.speaker, made["id"]), Session(agent, made["id"])))

    @rule(number=NUMBER, text=TEXT, streamed=STREAMED, previous=st.sampled_from([{}, {"previous_turn_id": "auto"}]))
    def say(self, number: int, text: str, streamed: Json, previous: Json) -> None:
        """A text; what it means depends on the agent. Mostly where it is welcome."""
        welcome = any(map(is_free, self.talks)) and number
        talk = self.some(number, is_free if welcome else bool)
        known = sorted(STORIES[talk.model.agent])
        text = text if talk.model.agent == "contract-machine" else known[len(text) % len(known)]
        self.run(talk.ask({"input": [message(text)], **streamed, **previous}))

    @rule(number=NUMBER, text=TEXT, files=FILES)
    def send_files(self, number: int, text: str, files: list[Json]) -> None:
        """INP-7, SBX-1."""
        self.run(self.some(number).ask({"input": [message([text_part(text), *files])]}))

    @precondition(has(lambda talk: talk.pending))
    @rule(number=NUMBER, reverse=st.booleans(), yes=st.booleans(), streamed=STREAMED)
    def answer(self, number: int, reverse: bool, yes: bool, streamed: Json) -> None:
        """What is pending is answered as it should be, in any order."""
        talk = self.some(number, lambda talk: talk.pending)
        calls = talk.pending[::-1] if reverse else talk.pending
        items = [reply_to(call) if yes or call.type == "tool.response_required" else deny(call) for call in calls]
        self.run(talk.ask({"input": items, **streamed}))

    @rule(number=NUMBER, how=st.sampled_from(sorted(WRONG)))
    def answer_wrongly(self, number: int, how: str) -> None:
        """INP-1, INP-3, INP-4, INP-6: mostly to a session in which something is pending."""
        talk = self.some(number, (lambda talk: talk.pending) if has(lambda talk: talk.pending)(self) else bool)
        self.run(talk.ask({"input": WRONG[how](list(talk.pending), talk.model.answered)}))

    @precondition(has(lambda talk: talk.pages))
    @rule(number=NUMBER, body=EMPTY)
    def resume(self, number: int, body: Json) -> None:
        """INP-5: too early or not, also when it was done before."""
        self.run(self.some(number, lambda talk: talk.pages).ask(dict(body)))

    @precondition(has(lambda talk: talk.pages))
    @rule(number=NUMBER, choice=st.sampled_from(["allow", "allow", "refuse"]))
    def authorise(self, number: int, choice: str) -> None:
        """A person opens the page."""
        talk = self.some(number, lambda talk: talk.pages)
        self.run(talk.choose(sorted(talk.pages)[0], choice))

    @precondition(has(lambda talk: talk.model.turns))
    @rule(number=NUMBER, which=NUMBER, kind=st.sampled_from(sorted(ORIGINS)), text=TEXT, answers=st.booleans())
    def branch(self, number: int, which: int, kind: str, text: str, answers: bool) -> None:
        """From any turn: an older one, one that was cancelled, one that still waits for answers (TRN-4, TRN-5)."""
        fits = ORIGINS[kind]
        known = any(fits(turn) for talk in self.talks for turn in talk.model.turns.values())
        fits = fits if known else ORIGINS["any"]
        talk = self.some(number, lambda talk: any(map(fits, talk.model.turns.values())))
        turns = [turn for turn in talk.model.turns.values() if fits(turn)]
        turn = turns[which % len(turns)]
        items = [reply_to(call) for call in turn.pending] if answers or kind == "waiting" else [message(text)]
        self.run(talk.ask({"input": items, "previous_turn_id": turn.id}))

    @precondition(has(lambda talk: talk.model.turns))
    @rule(number=NUMBER, other=NUMBER)
    def branch_from_nowhere(self, number: int, other: int) -> None:
        """From a turn that there is not, or that is another session's."""
        talk, stranger = self.some(number), self.some(other, lambda talk: talk.model.turns)
        turn = stranger.model.latest
        name = "nobody-has-this-id" if turn is None or stranger is talk else turn.id
        self.run(talk.ask({"input": [message("plain")], "previous_turn_id": name}))

    @precondition(has(is_free))
    @rule(number=NUMBER, cut=st.integers(1, 5), cancelled=st.booleans())
    def hurry(self, number: int, cut: int, cancelled: bool) -> None:
        """A turn that is left, and cancelled, while it speaks."""
        talk = self.some(number, is_free)
        if talk.model.agent == "contract-machine":
            self.run(talk.hurry(cut, cancelled=cancelled))

    @precondition(has(lambda talk: talk.held))
    @rule(number=NUMBER, cuts=st.lists(st.integers(0, 4), max_size=4), by_header=st.booleans())
    def drop(self, number: int, cuts: list[int], by_header: bool) -> None:
        """SEQ-2."""
        self.run(self.some(number, lambda talk: talk.held).drop(cuts, by_header=by_header))

    @precondition(has(lambda talk: talk.held))
    @rule(number=NUMBER, times=st.integers(1, 2), whole_session=st.booleans())
    def cancel(self, number: int, times: int, whole_session: bool) -> None:
        """CAN-1, CAN-4: what runs."""
        talk = self.some(number, lambda talk: talk.held)
        self.run(talk.cancel(None if whole_session else talk.model.running, times))

    @rule(number=NUMBER, which=NUMBER)
    def cancel_anything(self, number: int, which: int) -> None:
        """SES-6, CAN-4: a turn that is over, or the session."""
        talk = self.some(number)
        turns = [None, *talk.model.turns.values()]
        self.run(talk.cancel(turns[which % len(turns)], 1))

    @precondition(has(lambda talk: talk.ended))
    @rule(number=NUMBER, which=NUMBER, cursor=st.none() | NUMBER)
    def follow_ended(self, number: int, which: int, cursor: int | None) -> None:
        """STR-6."""
        talk = self.some(number, lambda talk: talk.ended)
        self.run(talk.follow_ended(talk.ended[which % len(talk.ended)], cursor))

    @precondition(has(lambda talk: talk.model.turns))
    @rule(number=NUMBER, which=NUMBER, limit=LIMIT, order=ORDER)
    def list_log(self, number: int, which: int, limit: int, order: str) -> None:
        """LOG-1, PAG-1."""
        talk = self.some(number, lambda talk: talk.model.turns)
        turns = list(talk.model.turns.values())
        self.run(talk.log_pages(turns[which % len(turns)], limit, order))

    @rule(number=NUMBER, limit=LIMIT, order=ORDER)
    def list_turns(self, number: int, limit: int, order: str) -> None:
        """TRN-6, PAG-1."""
        talk = self.some(number)
        turns = self.run(talk.real.turns(limit=limit, order=order))
        talk.check_turns(turns if order == "asc" else turns[::-1])

    @rule(agent=st.sampled_from(sorted(STORIES)), limit=LIMIT)
    def list_sessions(self, agent: str, limit: int) -> None:
        """SES-3, PAG-1."""
        query = {"agent_name": agent, "limit": limit}
        found = [made["id"] for made in self.run(walk(self.world.speaker, "/sessions", "API-2", query))]
        due = [talk.model.id for talk in self.talks if talk.model.agent == agent]
        require_equal(found, due[::-1], "SES-3", f"the sessions of {agent}")

    def teardown(self) -> None:
        """Whatever was done, in the end everything is as the model says."""
        if sys.exc_info()[1] is not None:
            return  # a violation is on its way, and what was going on then is no evidence of another one
        for talk in self.talks:
            if talk.held is not None:
                self.run(talk.cancel(None, 1))
            talk.check_turns(self.run(talk.real.turns(order="asc")))


# -- where it runs -------------------------------------------------------------------------------------------------


@contextmanager
def machines(url: str | None, layer: Callable[..., Any] | None = None) -> Iterator[type[ContractMachine]]:
    """Machines against a gateway, or against one of our own with a layer around it, in one event loop."""

    async def enter(stack: AsyncExitStack) -> Target:
        if url is not None:
            return await stack.enter_async_context(opened(url))
        assert layer is not None
        inner = await stack.enter_async_context(serving(layer(real_app())))
        await _reached(inner)
        # Long enough for a slow machine, short for a defect that leaves a stream without its end.
        return await stack.enter_async_context(opened(inner, patience=5.0))

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        target = runner.run(enter(stack))

        class Machine(ContractMachine):
            def __init__(self) -> None:
                super().__init__(runner.run, target)

        try:
            yield Machine
        finally:
            runner.run(stack.aclose())


async def _reached(url: str) -> None:
    """Wait until a server of this loop listens."""
    parts = urlsplit(url)
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection(parts.hostname, parts.port)
            except ConnectionRefusedError:
                await asyncio.sleep(0)
            else:
                writer.close()
                return


def test_every_conversation_goes_as_the_model_says(address: Address) -> None:
    with machines(address.url) as machine:
        run_state_machine_as_test(machine, settings=BUDGET)


SEED = 1
"""Of the hunts below: what Hypothesis makes of its own digest of a test is another search in every environment."""

DEFECTS: Mapping[str, set[str]] = {
    # A branch is shown with the wrong turn before it (TRN-4), where it is begun or in the list (API-6). It stands where
    # nothing, or something else, is pending: what fits is refused (API-5), what does not is taken (NET-4), and so is a
    # branch from nowhere.
    "a turn is always chained to the latest": {"TRN-4", "API-5", "API-6", "NET-4"},
    "following a finished turn is a 404": {"STR-6"},
    "cancelling a finished turn is a conflict": {"CAN-4"},
}
"""Gateways that are wrong, with all rules that the machine can see broken there. Which comes first is the search's."""


@pytest.mark.own_gateway
@pytest.mark.parametrize("name", DEFECTS)
def test_a_seeded_defect_is_found(name: str) -> None:
    with machines(None, every()[name].make) as machine, pytest.raises(Violation) as found:
        run_state_machine_as_test(seed(SEED)(machine), settings=HUNT)

    assert found.value.rule in DEFECTS[name], str(found.value)
