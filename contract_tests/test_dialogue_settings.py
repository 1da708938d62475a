"""Stories that need a server with flags: keys, readings, strictness, scenario files that change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract_tests.runs import Address
from mock_gateway.conformance.server import SCENARIOS
from mock_gateway.conformance.server.beta.checks import readings
from mock_gateway.conformance.server.beta.worlds import Conversation, World, message, of_type, turn_id
from mock_gateway.conformance.server.client import Answer, Json
from mock_gateway.conformance.server.target import Target
from mock_gateway.testing.process import running_server

pytestmark = pytest.mark.own_gateway


def address_of(*flags: str) -> Iterator[Address]:
    """A server with the scenarios of these tests and these flags."""
    with running_server("--scenarios", str(SCENARIOS), *flags) as url:
        yield Address(url)


@pytest.fixture(scope="module")
def other_readings() -> Iterator[Address]:
    """A server that reads the contract the other way, wherever there is one."""
    flags = ("--cancel", "session", "--running-turn-events", "snapshot", "--concurrent-turn", "supersede")
    yield from address_of(*flags)


@pytest.fixture(scope="module")
def with_keys() -> Iterator[Address]:
    """A server that knows keys."""
    known = ("--key", "ada-key=ada@example.test", "--key", "bob-key=bob@example.test")
    yield from address_of(
        *known, "--refuse-key", "old-key", "--forbid-key", "poor-key", "--subject", "all@example.test"
    )


@pytest.fixture(scope="module")
def only_keys() -> Iterator[Address]:
    """A server that knows one key, and no other, and is strict."""
    yield from address_of("--key", "ada-key=ada@example.test", "--only-keys", "--strict")


# -- readings


@pytest.mark.parametrize("agent", ["contract-talk", "contract-other"])
def test_with_the_other_readings_the_checks_find_the_other_readings(other_readings: Address, agent: str) -> None:
    async def story(target: Target) -> Json:
        for check in (readings.cancel, readings.running_turn_events, readings.concurrent_turn):
            await check(target, agent)
        return dict(target.notes)

    assert list(other_readings.run(story).values()) == ["session", "snapshot", "supersede"]


def test_an_agent_can_choose_its_own_readings(address: Address) -> None:
    async def story(target: Target) -> tuple[Json, Json]:
        notes = []
        for agent in ("contract-talk", "contract-other"):
            for check in (readings.cancel, readings.running_turn_events, readings.concurrent_turn):
                await check(target, agent)
            notes.append(dict(target.notes))
        return notes[0], notes[1]

    usual, other = address.run(story)

    assert list(usual.values()) == ["turn", "refuse", "refuse"]
    assert list(other.values()) == ["session", "snapshot", "supersede"]


def test_a_turn_that_makes_way_says_so_and_is_followed_by_the_new_one(other_readings: Address) -> None:
    async def story(target: Target) -> tuple[Json, Json]:
        session = await target.session()
        async with await session.hold() as stream:
            first = turn_id(stream.events)
            told = await session.say("hello")
            ended = await stream.rest()
        return ended[-1], {"first": first, **await session.turn(told.id)}

    done, turn = other_readings.run(story)

    assert (done["status"], done["cancellation_reason"]) == ("cancelled", "cancelled-for-next-turn")
    assert turn["previous_turn_id"] == turn["first"]
    assert turn["state"]["status"] == "done"


def test_a_snapshot_grows_until_it_is_the_log(other_readings: Address) -> None:
    async def story(target: Target) -> tuple[list[Json], list[Json]]:
        session = await target.session("contract-crew")
        async with await session.start(message("hold")) as stream:
            await stream.until(lambda events: sum("finish_reason" in event for event in events) == 3)
            id = turn_id(stream.events)
            early = await session.log(id)
            await session.stop(stream)
        return early, await session.log(id)

    early, log = other_readings.run(story)

    assert early == log[: len(early)]
    assert [event["type"] for event in log[len(early) :]] == ["thread.done", "thread.done"]
    assert len(of_type(early, "model.message")) == 3


# -- keys


def test_a_key_stands_for_its_subject(with_keys: Address) -> None:
    async def story(target: Target) -> list[tuple[str, str]]:
        found = []
        base = target.speaker()
        for key in ("ada-key", "bob-key", "any-other"):
            world = World(base.as_(key))
            created = await world.create("contract-talk")
            told = await Conversation(world.speaker, created["id"]).say("hello")
            turn = await told.conversation.turn(told.id)
            found.append((created["created_by"], turn["created_by"]))
        listed = await World(base).sessions("contract-talk", created_by_subject_slug="bob@example.test")
        assert len(listed) == 1
        return found

    expected = ["ada@example.test", "bob@example.test", "all@example.test"]
    assert with_keys.run(story) == [(subject, subject) for subject in expected]


@pytest.mark.parametrize(("key", "status"), [("old-key", 401), ("poor-key", 403), ("ada-key", 200)])
def test_a_key_can_be_refused_or_forbidden(with_keys: Address, key: str, status: int) -> None:
    async def story(target: Target) -> Answer:
        return await target.speaker().as_(key).send("GET", "/sessions?agent_name=contract-talk")

    answer = with_keys.run(story)

    assert answer.status == status
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert status == 200 or answer.message()


def test_only_known_keys_are_let_in(only_keys: Address) -> None:
    async def story(target: Target) -> list[int]:
        path = "/sessions?agent_name=contract-talk"
        return [(await target.speaker().as_(key).send("GET", path)).status for key in ("ada-key", "any-other", None)]

    assert only_keys.run(story) == [200, 401, 401]


# -- strictness


@pytest.mark.parametrize(
    ("path", "body", "word"),
    [
        ("/sessions", {"agent_name": "contract-talk", "titel": "x"}, "title"),
        ("/sessions/{id}/turns", {"input": [{**message("hello"), "contents": 1}]}, "content"),
        ("/sessions/{id}/turns", {"inputs": []}, "input"),
    ],
)
def test_a_strict_server_refuses_unknown_fields_and_names_the_nearest(
    only_keys: Address, path: str, body: Json, word: str
) -> None:
    async def story(target: Target) -> Answer:
        world = World(target.speaker().as_("ada-key"))
        session = await world.session()
        return await world.speaker.send("POST", path.format(id=session.id), json=body)

    answer = only_keys.run(story)

    assert answer.status == 400
    assert f"nearest known: {word}" in answer.message()


# -- scenario files that change (SES-4)


def test_a_session_keeps_the_agent_that_it_began_with(tmp_path: Path) -> None:
    scenario = tmp_path / "changing.yaml"
    scenario.write_text("agent: contract-changing\notherwise: { say: Before. }\n")

    async def story(target: Target) -> tuple[str, str]:
        old = await target.session("contract-changing")
        assert (await old.say("hello")).text == "Before."
        scenario.write_text("agent: contract-changing\notherwise: { say: After it was changed. }\n")
        async with asyncio.timeout(20):
            while (new := (await (await target.session("contract-changing")).say("hello")).text) == "Before.":
                pass
        return (await old.say("hello")).text, new

    with running_server("--scenarios", str(tmp_path)) as url:
        assert Address(url).run(story) == ("Before.", "After it was changed.")
