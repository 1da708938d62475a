"""Laws of streams in the published contract: what holds at every cursor, for every reader, however they come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract_tests.broken.serving import real_app, serving
from mock_gateway.conformance.server.beta.worlds import message
from mock_gateway.conformance.server.client import Stream, parse_event
from mock_gateway.conformance.server.v1.place import Place, arrived
from mock_gateway.conformance.server.v1.scenes import SCENES, numbered, scene
from mock_gateway.conformance.server.v1.worlds import Heard, turn_id
from mock_gateway.conformance.server.violation import require, require_equal
from mock_gateway.conformance.sse import Message
from mock_gateway.http.app import App

pytestmark = pytest.mark.own_gateway

REPLAY = 240.0
"""Session seconds for which a turn that has ended can be followed."""
BUDGET = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@asynccontextmanager
async def at_home(**more: float) -> AsyncIterator[tuple[App, Place]]:
    """A gateway of our own, and somebody in front of it."""
    app = real_app(**more)
    async with serving(app) as url, arrived(url) as place:
        yield app, place


def pass_time(app: App, session_id: str, seconds: float) -> None:
    """Let time pass in a session, at once."""
    for world in app.gateway.worlds.values():
        if session_id in world.sessions:
            world.sessions[session_id].clock.origin += seconds


async def frames_of(stream: Stream) -> list[Message]:
    """The frames of a stream to its end."""
    require_equal(stream.status, 200, "V1-STR-6", "the status")
    await stream.rest("V1-STR-6")
    return [Message(frame.data, frame.id, frame.event) for frame in stream.frames]


async def suffixes(heard: Heard) -> None:
    """After every number, said in the body and in the header, comes the rest and nothing else."""
    whole = [Message(frame.data, frame.id, frame.event) for frame in heard.stream.frames]
    require_equal([number for number, _ in numbered(heard)], list(range(1, len(whole) + 1)), "V1-STR-2", "the numbers")
    for cursor in range(len(whole) + 2):
        found = await frames_after(heard, cursor)
        require_equal(found, [whole[cursor:]] * 2, "V1-STR-6", f"the streams after {cursor}")


async def frames_after(heard: Heard, cursor: int) -> list[list[Message]]:
    """What comes after a number, by the body and by the header."""
    found = []
    for after, headers in ((cursor, {}), (None, {"last-event-id": str(cursor)})):
        stream = await heard.talk.try_follow(heard.id, after, headers)
        ended = stream.status == 200 and await stream.end(5.0)
        require(ended, "V1-STR-10", f"after {cursor} the stream is {stream.status}, or stays open")
        found.append([Message(frame.data, frame.id, frame.event) for frame in stream.frames])
        await stream.close()
    return found


@pytest.mark.parametrize("agent", SCENES)
def test_a_stream_after_any_number_is_the_rest_of_the_stream(agent: str) -> None:
    async def law() -> None:
        async with at_home(speed=0.0) as (_, place):
            for heard in await scene(place, agent):
                await suffixes(heard)

    asyncio.run(law())


def test_a_stream_is_the_same_for_as_long_as_it_can_be_had_and_then_refused_at_every_number() -> None:
    async def law() -> None:
        async with at_home() as (app, place):
            heard = (await scene(place, "contract-gate"))[0]
            log = await heard.log()
            pass_time(app, heard.talk.id, REPLAY - 30)
            await suffixes(heard)
            pass_time(app, heard.talk.id, 31)
            for cursor in (None, *range(len(heard.events) + 2)):
                async with await heard.talk.try_follow(heard.id, cursor) as gone:
                    require_equal(gone.status, 412, "V1-STR-11", f"the status after {cursor}")
            require_equal(await heard.log(), log, "V1-LOG-3", "the events after that")

    asyncio.run(law())


CUTS = st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=1, max_size=8)
"""How many events each connection reads before it is dropped, and whether the next one says so in the header."""


@pytest.fixture(scope="module")
def home() -> Iterator[tuple[asyncio.Runner, Place]]:
    """A gateway whose time is five times as fast, for many stories in one loop."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        _, place = runner.run(stack.enter_async_context(at_home(speed=5.0)))
        try:
            yield runner, place
        finally:
            runner.run(stack.aclose())


@pytest.mark.parametrize("text", ["slow", "hello", "tool"])
def test_dropping_and_resuming_a_turn_while_it_runs_loses_nothing(
    home: tuple[asyncio.Runner, Place], text: str
) -> None:
    runner, place = home

    @BUDGET
    @given(cuts=CUTS)
    def law(cuts: Sequence[tuple[int, bool]]) -> None:
        runner.run(resumed(place, text, cuts))

    law()


async def resumed(place: Place, text: str, cuts: Sequence[tuple[int, bool]]) -> None:
    """One turn, read in pieces; a second reader has it whole."""
    talk = await place.talk()
    stream = await talk.start(message(text))
    await stream.count(1)
    id = turn_id(stream.events)
    other = await talk.follow(id)
    got: list[Message] = []
    for length, by_header in cuts:
        got += await first_frames(stream, length)
        await stream.close()
        if is_end(got[-1]):
            break
        last = got[-1].id
        headers = {"last-event-id": last} if by_header else {}
        stream = await talk.try_follow(id, None if by_header else int(last), headers)
    if not is_end(got[-1]):
        got += await frames_of(stream)
    due = await frames_of(other)
    require_equal(got, due, "V1-STR-17", "what was read in many connections, next to what one reader had")


async def first_frames(stream: Stream, length: int) -> list[Message]:
    """So many frames of a stream, or all there are."""
    while len(stream.frames) < length and await stream.pull():
        pass
    return [Message(frame.data, frame.id, frame.event) for frame in stream.frames[:length]]


def is_end(frame: Message) -> bool:
    """Whether it is turn.done."""
    return bool(parse_event(frame)["type"] == "turn.done")


@BUDGET
@given(cursors=st.lists(st.integers(0, 40), min_size=2, max_size=6))
def test_all_readers_of_a_running_turn_have_the_same_from_their_number_on(
    home: tuple[asyncio.Runner, Place], cursors: list[int]
) -> None:
    runner, place = home

    async def law() -> None:
        talk = await place.talk("contract-crew")
        stream = await talk.start(message("parallel"))
        await stream.count(1)
        readers = [await talk.follow(turn_id(stream.events), cursor) for cursor in cursors]
        ended = await asyncio.gather(*(reader.end(5.0) for reader in readers))
        await stream.rest()
        require(all(ended), "V1-STR-13", "a stream stays open after its turn")
        for cursor, reader in zip(cursors, readers, strict=True):
            require_equal(reader.events, stream.events[cursor:], "V1-STR-13", f"what the reader after {cursor} had")

    runner.run(law())
