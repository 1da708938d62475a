"""What two clients do about every fault: the reference client here, the published SDK in an environment of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from mock_gateway.client import (
    ProtocolError,
    RateLimited,
    SequenceGap,
    TransportError,
    TrueFoundryGateway,
    TurnCancelledState,
)
from mock_gateway.faults.catalogue import FAULTS
from mock_gateway.faults.clients import ASKS, COPES, RESUMES, SDK, SILENT, TRIALS, Trial
from mock_gateway.testing import MockGateway
from tests.faults.outcomes import outcome
from tests.faults.reference_client import PATIENCE, Conversation
from tests.faults.trying import SCENARIO, Try, fault_of, follows, said
from tests.v1.releases import ALL, ROOT, environment

Json = dict[str, Any]
ALL_TRIALS = [(name, trial) for name, rows in TRIALS.items() for trial in rows]
GOES_ON = [(name, trial) for name, trial in ALL_TRIALS if trial.reference == RESUMES and "{ event: 3" in trial.keys]


def called(name: str, trial: Trial) -> str:
    """What a trial is called."""
    return f"{name} {trial.keys}".strip()


def each(trials: list[tuple[str, Trial]]) -> pytest.MarkDecorator:
    """A test for each trial."""
    return pytest.mark.parametrize(("name", "trial"), trials, ids=[called(*one) for one in trials])


@pytest.fixture(scope="module")
def gateway() -> Iterator[MockGateway]:
    """A server for all of them."""
    with MockGateway(SCENARIO) as running:
        yield running


@pytest.fixture(scope="module")
def plain(gateway: MockGateway) -> Any:
    """The conversation without a fault, as it is when the turn is joined or not, by what is said."""

    @cache
    def talk(say: str, joins: bool) -> Json:
        attempt = Try(gateway, "reference", runs=joins)
        conversation = Conversation(attempt.world.url, lambda _: attempt.go_on() if joins else None)
        return conversation.talk(attempt.session, say, follows=joins) | {"state": conversation.state}

    return talk


def limits_of(fault: Json, trial: Trial) -> dict[str, float]:
    """How long the client waits: only where the fault makes it wait, so that a slow machine changes nothing."""
    if trial.patience is None:
        return {}
    return {"timeout" if fault.get("on") == "get_session" else "stream_timeout": trial.patience}


def test_every_fault_has_a_trial() -> None:
    assert TRIALS.keys() == FAULTS.keys()
    assert all(TRIALS.values())


def test_the_reference_client_copes_with_what_keeps_the_contract_and_is_never_silent() -> None:
    kept = {name for name, kind in FAULTS.items() if not kind.breaks_contract}

    assert {name for name in kept if TRIALS[name][0].reference not in COPES} == set()
    assert {trial.reference for rows in TRIALS.values() for trial in rows}.isdisjoint(SILENT)


@each(ALL_TRIALS)
def test_the_reference_client_does_what_the_page_says(
    gateway: MockGateway, plain: Any, name: str, trial: Trial
) -> None:
    fault = fault_of(name, trial)
    joins, say = follows(fault), said(fault)
    attempt = Try(gateway, "reference", runs=joins)

    def on_stream(number: int) -> None:
        if joins and number == 2:
            attempt.go_on()

    conversation = Conversation(attempt.world.url, on_stream, **limits_of(fault, trial))
    with attempt.fault(fault):
        seen = conversation.talk(attempt.session, say, follows=joins)

    assert outcome(seen, plain(say, joins)) == trial.reference, (conversation.error, seen)
    assert sum(request.endswith("/turns") for request in seen["requests"]) <= 1, "a turn was asked for twice"
    assert conversation.error is not None or conversation.state == plain(say, joins)["state"]


@each(GOES_ON)
def test_the_reference_client_misses_nothing_of_a_turn_that_still_runs(
    gateway: MockGateway, plain: Any, name: str, trial: Trial
) -> None:
    """Time stands still until the client has come back; otherwise the turn has ended by then."""
    fault = fault_of(name, trial)
    joins = follows(fault)
    attempt = Try(gateway, "reference", runs=True)

    def on_stream(number: int) -> None:
        if number == 2:
            attempt.go_on()

    conversation = Conversation(attempt.world.url, on_stream, **limits_of(fault, trial))
    with attempt.fault(fault):
        seen = conversation.talk(attempt.session, "hi", follows=joins)

    assert conversation.error is None
    assert seen["events"] == plain("hi", joins)["events"]


# -- what a row cannot say ---------------------------------------------------------------------------------------------


def test_a_gap_that_stays_is_named(gateway: MockGateway) -> None:
    attempt = Try(gateway, "reference", runs=True)
    conversation = Conversation(attempt.world.url)

    with attempt.fault({"fault": "skip-event", "at": {"event": 3}, "every": True}):
        conversation.talk(attempt.session, "hi", follows=False)

    assert isinstance(conversation.error, SequenceGap)
    assert len(conversation.slept) == 5


@pytest.mark.parametrize(("value", "first"), [("70", 0.07), ("soon", 0.25)])
def test_a_client_comes_back_when_it_was_asked_to(gateway: MockGateway, value: str, first: float) -> None:
    attempt = Try(gateway, "reference")
    conversation = Conversation(attempt.world.url)

    with (
        attempt.fault({"fault": "retry-line", "at": {"event": 1}, "value": value}),
        attempt.fault({"fault": "drop", "at": {"event": 3}}),
    ):
        conversation.talk(attempt.session, "hi", follows=False)

    assert conversation.slept == [first]


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_client_waits_as_long_as_a_refusal_says(gateway: MockGateway, form: str) -> None:
    attempt = Try(gateway, "reference")
    conversation = Conversation(attempt.world.url)

    with attempt.fault({"fault": "retry-after", "on": "get_session", "after": "30s", "form": form}):
        conversation.talk(attempt.session, "hi", follows=False)

    (slept,) = conversation.slept
    assert 29 <= slept <= 33


def test_a_refusal_of_what_is_not_repeated_says_how_long_to_wait(gateway: MockGateway) -> None:
    attempt = Try(gateway, "reference")
    conversation = Conversation(attempt.world.url)

    with attempt.fault({"fault": "retry-after", "on": "create_turn", "after": "30s"}):
        conversation.talk(attempt.session, "hi", follows=False)

    assert isinstance(conversation.error, RateLimited)
    assert conversation.error.retry_after == 30


def test_a_turn_whose_answer_was_lost_can_be_found(gateway: MockGateway) -> None:
    attempt = Try(gateway, "reference")
    conversation = Conversation(attempt.world.url)

    with attempt.fault({"fault": "reset-before-headers", "on": "create_turn", "effect": "after"}):
        conversation.talk(attempt.session, "hi", follows=False)

    assert isinstance(conversation.error, TransportError)
    with TrueFoundryGateway(attempt.world.url, "any") as client:
        (turn,) = client.agents.get_session(attempt.session).list_turns()
        assert turn.wait().status == "done"


def test_a_turn_that_says_done_in_its_stream_was_cancelled_all_the_same(gateway: MockGateway) -> None:
    attempt = Try(gateway, "reference")
    conversation = Conversation(attempt.world.url)

    with attempt.fault({"fault": "cancelled-says-done"}):
        seen = conversation.talk(attempt.session, "hold", follows=False)

    assert seen["events"][-1]["status"] == "done"
    assert isinstance(conversation.state, TurnCancelledState)


def test_what_follows_a_body_is_no_answer_to_the_next_request(gateway: MockGateway) -> None:
    attempt = Try(gateway, "reference")

    with (
        TrueFoundryGateway(attempt.world.url, "any") as client,
        attempt.fault({"fault": "wrong-content-length", "by": -5, "on": "get_session"}),
    ):
        with pytest.raises(ProtocolError):
            client.agents.get_session(attempt.session)

        assert client.agents.get_session(attempt.session).id == attempt.session


# -- the published SDK -------------------------------------------------------------------------------------------------


class Published:
    """The published SDK, in its environment: conversations go in, what came of them comes out."""

    def __init__(self) -> None:
        command = [str(environment(SDK)), "-m", "tests.faults.sdk_client"]
        pipe = subprocess.PIPE
        self._running = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT)

    def talk(self, attempt: Try, say: str, *, joins: bool, patience: float | None = None) -> Json:
        """Hold one."""
        assert self._running.stdin is not None and self._running.stdout is not None
        asked = {"url": attempt.world.url, "session": attempt.session, "say": say, "follows": joins}
        self._running.stdin.write(json.dumps(asked | {"patience": patience}) + "\n")
        self._running.stdin.flush()
        return dict(json.loads(self._running.stdout.readline()))

    def close(self) -> None:
        """No more of them."""
        self._running.communicate(timeout=PATIENCE)


@pytest.fixture(scope="module")
def published() -> Iterator[Published]:
    """One for all conversations: it takes its time to start."""
    running = Published()
    yield running
    running.close()


def test_the_release_that_is_tried_is_the_newest() -> None:
    assert ALL[-1] == SDK


BY_CHANCE = {"refuse-connection request: 1": ASKS}
"""A reset that is there before `connect` returns is a connection that failed, and the SDK repeats those; one that comes
a moment later is an answer that failed, which it does not. No client can tell when the reset will be there."""


@pytest.mark.index
def test_the_published_sdk_does_what_the_page_says(gateway: MockGateway, published: Published) -> None:
    @cache
    def plain(say: str, joins: bool) -> Json:
        return published.talk(Try(gateway, "sdk"), say, joins=joins)

    wrong = {}
    for name, trial in ALL_TRIALS:
        fault = fault_of(name, trial)
        joins, say = follows(fault), said(fault)
        attempt, without = Try(gateway, "sdk"), plain(say, joins)
        with attempt.fault(fault):
            seen = published.talk(attempt, say, joins=joins, patience=trial.patience)
        known = called(name, trial)
        if (found := outcome(seen, without)) not in (trial.sdk, BY_CHANCE.get(known)):
            wrong[known] = f"{found}, not {trial.sdk}"

    assert wrong == {}
