"""The stream: frames, following, resuming (V1-STR)."""

from __future__ import annotations

import asyncio
import json

from mock_gateway.conformance.server.beta.checks.scenes import expect
from mock_gateway.conformance.server.beta.worlds import message
from mock_gateway.conformance.server.client import SSE, Json, Stream
from mock_gateway.conformance.server.v1.checks.transport import NOBODY, require_error
from mock_gateway.conformance.server.v1.place import Place
from mock_gateway.conformance.server.v1.rules import rule
from mock_gateway.conformance.server.v1.scenes import all_events, judged, numbered, scene
from mock_gateway.conformance.server.v1.worlds import DELTA, SESSIONS, Talk, of_type, turn_id
from mock_gateway.conformance.server.violation import require, require_equal

BAD_CURSORS: tuple[object, ...] = (-1, "3", 1.5, True, [1])


async def _held(place: Place, agent: str = "contract-talk") -> tuple[Talk, Stream]:
    """A turn that waits to be cancelled, with everything read that comes before."""
    talk = await place.talk(agent)
    if agent == "contract-talk":
        return talk, await talk.hold()
    stream = await talk.start(message("hold"))
    await stream.until(
        lambda events: len([event for event in of_type(events, DELTA) if event.get("finish_reason")]) >= 3
    )
    return talk, stream


@rule("V1-STR-1", "Each frame is one line of JSON with a type, and a line with a whole number for its id.")
async def str_1(place: Place) -> None:
    """The newest clients stop at a frame without a number."""
    for agent in ("contract-talk", "contract-crew"):
        for heard in await scene(place, agent):
            numbered(heard)
            between = heard.stream.reader.is_between
            require(between, "V1-STR-1", "the last frame has no blank line behind it, so no client hears it")
            for frame in heard.stream.frames:
                require("\n" not in frame.data, "V1-STR-1", "an event is on several lines", frame.data)


@rule("V1-STR-2", "The numbers are 1, 2, 3 and so on within the turn; deltas count.", origin="observed")
async def str_2(place: Place) -> None:
    """Dense, from 1."""
    await judged(place, "V1-STR-2")


@rule("V1-STR-3", "A stream begins with turn.created, ends with turn.done, and is closed; there is no other end mark.")
async def str_3(place: Place) -> None:
    """One beginning, one end, and then nothing."""
    await judged(place, "V1-STR-3", "turn.created", "turn.done")
    talk, stream = await _held(place)
    async with stream:
        await talk.cancel()
        await stream.until(lambda events: events[-1]["type"] == "turn.done")
        ended = await stream.end(min(2.0, place.patience))
        require(ended and not stream.broken, "V1-STR-3", f"the stream stays open after turn.done {stream.broken}")
        require_equal(stream.events[-1]["type"], "turn.done", "V1-STR-3", "the last event")


@rule("V1-STR-4", "A stream has the type text/event-stream, whoever opened it.")
async def str_4(place: Place) -> None:
    """Anything else is an error to clients."""
    heard = (await scene(place, "contract-talk"))[0]
    other = await heard.talk.try_follow(heard.id, 1)
    await other.rest()
    for stream in (heard.stream, other):
        kind = stream.headers.get("content-type", "")
        require(kind.startswith(SSE), "V1-STR-4", f"the content type is {kind!r}")


@rule("V1-STR-5", "POST subscribe without a cursor, or with 0, gives the whole stream.")
async def str_5(place: Place) -> None:
    """From turn.created on, with the numbers of the first reader."""
    for heard in (await scene(place, "contract-talk"))[:3]:
        for cursor in (None, 0):
            other = await heard.talk.follow(heard.id, cursor)
            require_equal(other.status, 200, "V1-STR-5", "the status of following")
            await other.rest("V1-STR-5")
            require_equal(other.events, heard.events, "V1-STR-5", f"the stream after {cursor}")
            require_equal([frame.id for frame in other.frames], heard.numbers, "V1-STR-5", "its numbers")


async def _suffixes(heard_at: tuple[Talk, str, list[Json]], rule: str) -> None:
    talk, id, events = heard_at
    for cursor in range(1, len(events) + 1):
        async with await talk.try_follow(id, cursor) as other:
            require_equal(other.status, 200, rule, f"the status after {cursor}")
            await expect(other, events[cursor:], rule, f"the stream after {cursor}")


@rule("V1-STR-6", "The cursor is exclusive: after n comes n + 1, on a running turn and on a finished one.")
async def str_6(place: Place) -> None:
    """Every n."""
    heard = (await scene(place, "contract-talk"))[1]
    await _suffixes((heard.talk, heard.id, heard.events), "V1-STR-6")
    talk, stream = await _held(place)
    async with stream:
        await _suffixes((talk, turn_id(stream.events), list(stream.events)), "V1-STR-6")
        await talk.stop(stream)


@rule("V1-STR-7", "Last-Event-ID is the cursor when the body has none.")
async def str_7(place: Place) -> None:
    """Absent and null; a cursor in the body goes first."""
    heard = (await scene(place, "contract-talk"))[0]
    path = f"{heard.talk.turn_path(heard.id)}/subscribe"
    bodies: list[tuple[Json, int]] = [({}, 3), ({"after_sequence_number": None}, 3), ({"after_sequence_number": 5}, 5)]
    for body, after in bodies:
        async with await heard.talk.speaker.open("POST", path, json=body, headers={"last-event-id": "3"}) as other:
            require_equal(other.status, 200, "V1-STR-7", "the status")
            await other.rest("V1-STR-7")
            require_equal(other.events, heard.events[after:], "V1-STR-7", f"the stream for {body} and Last-Event-ID 3")


@rule("V1-STR-8", "A cursor that is no whole number from 0 is a 400.")
async def str_8(place: Place) -> None:
    """In the body and in the header."""
    heard = (await scene(place, "contract-talk"))[0]
    path = f"{heard.talk.turn_path(heard.id)}/subscribe"
    for cursor in BAD_CURSORS:
        answer = await heard.talk.speaker.send("POST", path, json={"after_sequence_number": cursor})
        require_error(answer, (400,), "V1-STR-8", f"the cursor {cursor!r}")
    for header in ("abc", "-1", "1.5"):
        answer = await heard.talk.speaker.send("POST", path, json={}, headers={"last-event-id": header})
        require_error(answer, (400,), "V1-STR-8", f"Last-Event-ID {header!r}")


@rule("V1-STR-9", "A cursor beyond the end is no mistake: nothing comes until there is more.", origin="observed")
async def str_9(place: Place) -> None:
    """It waits, and is closed at the end."""
    talk, stream = await _held(place)
    async with stream, await talk.try_follow(turn_id(stream.events), 9999) as other:
        require_equal(other.status, 200, "V1-STR-9", "the status for a cursor beyond the end")
        await talk.stop(stream)
        ended = await other.end(place.patience)
        require(ended, "V1-STR-9", "the stream stays open after the end of its turn")
        require_equal(other.events, [], "V1-STR-9", "what came")


@rule(
    "V1-STR-10",
    "A finished turn can be followed for a while: everything again, then the stream is closed.",
    origin="observed",
)
async def str_10(place: Place) -> None:
    """However it ended."""
    talk = await place.talk()
    for heard in (await talk.say("hello"), await talk.say("fail"), (await talk.held())[1]):
        async with await talk.try_follow(heard.id) as other:
            require_equal(other.status, 200, "V1-STR-10", f"the status for a turn that is {heard.status}")
            require(await other.end(place.patience), "V1-STR-10", "the stream stays open")
            require_equal(other.events, heard.events, "V1-STR-10", f"the stream of a turn that is {heard.status}")


@rule("V1-STR-11", "A turn that ended long ago cannot be followed: 412.")
async def str_11(place: Place) -> None:
    """Its events are still listed."""
    talk = Talk(place.speaker(), "contract-seed-1")
    turn = (await talk.turns())[0]
    answer = await talk.speaker.send("POST", f"{talk.turn_path(turn['id'])}/subscribe", json={})
    require_error(answer, (412,), "V1-STR-11", "a turn that ended long ago")
    require(await talk.log(turn["id"]), "V1-STR-11", "the events of a turn that ended long ago are gone")


@rule(
    "V1-STR-12", "Silence is bridged by comments of one line each, with no blank line.", level="SHOULD", origin="chosen"
)
async def str_12(place: Place) -> None:
    """A blank line makes the older clients warn."""
    talk, stream = await _held(place)
    async with stream:
        raw, before = b"", len(stream.events)
        heard = await talk.try_follow(turn_id(stream.events), before)
        while b"\n" not in raw:
            try:
                piece = await heard.exchange.piece(2 * place.heartbeat + place.patience)
            except TimeoutError:
                piece = b""
            require(piece, "V1-STR-12", f"no comment in {2 * place.heartbeat} seconds of silence")
            raw += piece
        good = raw.startswith(b":") and b"data" not in raw and b"\n\n" not in raw
        require(good, "V1-STR-12", f"silence is bridged by {raw!r}")
        await heard.close()
        await talk.stop(stream)


@rule("V1-STR-13", "Any number of readers get every event once and in order, with the same numbers.")
async def str_13(place: Place) -> None:
    """The one who made the turn, and five more."""
    talk, stream = await _held(place, "contract-crew")
    id, so_far = turn_id(stream.events), list(stream.events)
    readers = list(await asyncio.gather(*(talk.follow(id) for _ in range(5))))
    for reader in readers:
        await expect(reader, so_far, "V1-STR-13", "what one of several readers gets")
    await readers.pop().close()
    every = await talk.stop(stream)
    for reader in readers:
        await reader.rest()
        require_equal(reader.events, every, "V1-STR-13", "what one of several readers got")


@rule("V1-STR-14", "Following a running turn gives what was, then what comes, to turn.done.")
async def str_14(place: Place) -> None:
    """Live, from three places."""
    talk, stream = await _held(place)
    so_far = list(stream.events)
    cursors = (None, 4, len(so_far))
    async with stream:
        others = [await talk.follow(turn_id(so_far), cursor) for cursor in cursors]
        for cursor, other in zip(cursors, others, strict=True):
            await expect(other, so_far[cursor or 0 :], "V1-STR-14", f"the stream after {cursor}")
        every = await talk.stop(stream)
        require(len(every) > len(so_far), "V1-STR-14", "nothing came after the cancellation", every)
        for cursor, other in zip(cursors, others, strict=True):
            await other.rest("V1-STR-14")
            require_equal(other.events, every[cursor or 0 :], "V1-STR-14", f"the stream after {cursor}, live")


@rule("V1-STR-15", "Following a session or turn that there is not is a 404.")
async def str_15(place: Place) -> None:
    """Before the first byte of a stream."""
    talk = await place.talk()
    heard = await talk.say("hello")
    for path in (talk.turn_path(NOBODY), f"{SESSIONS}/{NOBODY}/turns/{heard.id}"):
        answer = await talk.speaker.send("POST", f"{path}/subscribe", json={})
        require_error(answer, (404,), "V1-STR-15", path)


@rule("V1-STR-16", "An event is smaller than 1 MiB.")
async def str_16(place: Place) -> None:
    """A client gives up on a longer line."""
    for event in await all_events(place):
        size = len(json.dumps(event, ensure_ascii=False).encode("utf-8", "replace"))
        require(size < 1 << 20, "V1-STR-16", f"a {event['type']} has {size} bytes")


@rule("V1-STR-17", "Dropping and resuming, anywhere and any number of times, gives what one read gives.")
async def str_17(place: Place) -> None:
    """Three events to a connection."""
    talk, stream = await _held(place, "contract-crew")
    id, so_far = turn_id(stream.events), list(stream.events)
    got: list[Json] = []
    while len(got) < len(so_far):
        async with await talk.follow(id, len(got) or None) as other:
            due = so_far[len(got) : len(got) + 3]
            await expect(other, due, "V1-STR-17", f"the stream resumed after {len(got)} events")
            got += due
    last = await talk.follow(id, len(got))
    every = await talk.stop(stream)
    await last.rest("V1-STR-17")
    require_equal(got + last.events, every, "V1-STR-17", "what was read in many connections")
    require_equal(len(of_type(got + last.events, "turn.done")), 1, "V1-STR-17", "the number of ends")
