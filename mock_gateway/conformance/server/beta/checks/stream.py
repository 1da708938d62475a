"""The stream: its frames, its order, following and resuming (API-8, STR-1 to STR-7, SEQ-1, SEQ-2)."""

from __future__ import annotations

from mock_gateway.conformance.server.beta.checks.scenes import acquit, converse, expect, judged, open_all
from mock_gateway.conformance.server.beta.grammar import judge_turns
from mock_gateway.conformance.server.beta.worlds import PAUSES, Conversation, message, of_type, turn_id
from mock_gateway.conformance.server.client import SSE, Json, Stream
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.violation import require, require_equal


async def _held(target: Target, agent: str) -> tuple[Conversation, Stream]:
    """A turn that waits to be cancelled, with everything read that comes before."""
    session = await target.session(agent)
    if agent == "contract-talk":
        return session, await session.hold()
    stream = await session.start(message("hold"))
    await stream.until(lambda events: len([event for event in events if event.get("finish_reason")]) == 3)
    return session, stream


async def api_8(target: Target) -> None:
    """Following a turn that runs."""
    session, stream = await _held(target, "contract-talk")
    async with stream, await session.try_follow(turn_id(stream.events), 0) as other:
        require_equal(other.status, 200, "API-8", "the status")
        kind = other.headers.get("content-type", "")
        require(kind.startswith(SSE), "API-8", f"the content type is {kind!r}")
        for cursor in ("x", "-1", "1.5", "0x10", "1e3", " 1"):
            refused = await session.try_follow(turn_id(stream.events), cursor)
            require_equal(refused.status, 400, "API-8", f"the status for the cursor {cursor!r}")
            await refused.close()
        async with await session.try_follow("nobody-has-this-id", 0) as unknown:
            require_equal(unknown.status, 404, "API-8", "the status for an unknown turn")
        await session.stop(stream)


async def str_1(target: Target) -> None:
    """Frames, and the sequence id as the standard's event id."""
    for agent, text in (("contract-talk", "tool"), ("contract-crew", "nested")):
        told = (await converse(target, agent, text))[0]
        kind = told.stream.headers.get("content-type", "")
        require(kind.startswith(SSE), "STR-1", f"the content type is {kind!r}")
        for frame, event in zip(told.stream.frames, told.events, strict=True):
            require(frame.own_id, "STR-1", "a frame has no id", frame.data)
            require_equal(frame.id, str(event.get("sequence_id")), "STR-1", "the id of a frame")
        between = told.stream.reader.is_between
        require(between, "STR-1", "the last frame has no blank line behind it, so no client hears it")
    await _last_event_id(target)


async def _last_event_id(target: Target) -> None:
    session, stream = await _held(target, "contract-talk")
    id, events = turn_id(stream.events), list(stream.events)
    numbers = [0, *(event["sequence_id"] for event in events)]
    cases: list[tuple[object, int, int]] = [(None, 2, 2), (None, 4, 4), (numbers[3], 1, 3), (0, 4, 0)]
    for query, header, after in cases:
        async with await session.follow(id, query, {"last-event-id": str(numbers[header])}) as other:
            what = f"the stream for Last-Event-ID {header} and the query {query}"
            await expect(other, events[after:], "STR-1", what)
    await session.stop(stream)
    await stream.close()


async def str_2(target: Target) -> None:
    """One beginning, one end, and then nothing."""
    told = await converse(target, "contract-talk", "hello", "fail", "tool")
    told += await converse(target, "contract-gate", "approve")
    acquit("STR-2", judge_turns(one.events for one in told))
    session, stream = await _held(target, "contract-talk")
    async with stream:
        await session.cancel()
        await stream.until(lambda events: events[-1]["type"] == "turn.done")
        ended = await stream.end(min(2.0, target.patience))
        require(ended and not stream.broken, "STR-2", f"the stream stays open after turn.done {stream.broken}")
        require_equal(stream.events[-1]["type"], "turn.done", "STR-2", "the last event")
        require(stream.reader.is_between, "STR-2", "there is something behind turn.done")


async def str_3(target: Target) -> None:
    """A pause ends the agent's work, and the turn is done."""
    told = await judged(target, "STR-3", "contract-gate", ("approve", "ask", "approve and ask", "ask in threads"))
    told += await judged(target, "STR-3", "contract-auth", ("go", "in a thread"), "mcp.auth_required")
    paused = [one for one in told if of_type(one.events, *PAUSES)]
    require(len(paused) >= 5, "STR-3", "these turns have to pause", [one.done for one in told])
    for one in paused:
        require_equal(one.done.get("status"), "done", "STR-3", "the status of a turn that pauses")
    most = max(len(of_type(one.events, *PAUSES)) for one in paused)
    require(most >= 2, "STR-3", "several pauses have to come before one turn.done", most)


async def str_4(target: Target) -> None:
    """Silence is bridged by comments."""
    session, stream = await _held(target, "contract-talk")
    async with stream:
        before, heard = len(stream.events), stream.reader.comments
        try:
            while stream.reader.comments == heard and await stream.pull(2 * target.heartbeat + target.patience):
                pass
        except TimeoutError:
            pass
        require(stream.reader.comments > heard, "STR-4", f"no comment in {2 * target.heartbeat} seconds of silence")
        require_equal(len(stream.events), before, "STR-4", "the number of events while nothing happens")
        await session.stop(stream)


async def str_5(target: Target) -> None:
    """Everything after the cursor, and then what comes."""
    for read in (None, 0, 3, -1):
        session, stream = await _held(target, "contract-talk")
        so_far = list(stream.events)
        seen = 0 if read is None else read % len(so_far) if read >= 0 else len(so_far)
        cursor = None if read is None else so_far[seen - 1]["sequence_id"] if seen else 0
        async with stream, await session.follow(turn_id(so_far), cursor) as other:
            await expect(other, so_far[seen:], "STR-5", f"the stream after {cursor}")
            every = await session.stop(stream)
            require(len(every) > len(so_far), "STR-5", "nothing came after the cancellation", every)
            await other.rest("STR-5")
            require_equal(other.events, every[seen:], "STR-5", f"the stream after {cursor}, live")


async def str_6(target: Target) -> None:
    """A turn that does not run cannot be followed."""
    session = await target.session()
    for text in ("hello", "fail"):
        told = await session.say(text)
        for cursor in (None, 0, 1):
            async with await session.try_follow(told.id, cursor) as stream:
                require_equal(stream.status, 409, "STR-6", f"the status for a turn that is {told.done.get('status')}")


async def str_7(target: Target) -> None:
    """Any number of readers."""
    session, stream = await _held(target, "contract-crew")
    id, so_far = turn_id(stream.events), list(stream.events)
    readers = await open_all(session, id, [0] * 5)
    for reader in readers:
        await expect(reader, so_far, "STR-7", "what one of several readers gets")
    await readers.pop().close()
    every = await session.stop(stream)
    for reader in readers:
        await reader.rest()
        require_equal(reader.events, every, "STR-7", "what one of several readers got")


async def seq_1(target: Target) -> None:
    """1, 2, 3, ..."""
    await judged(target, "SEQ-1", "contract-talk", ("hello", "tool", "fail"))
    await judged(target, "SEQ-1", "contract-crew", ("parallel",))


async def seq_2(target: Target) -> None:
    """Dropping and resuming loses nothing and repeats nothing."""
    for agent in ("contract-talk", "contract-crew"):
        session, stream = await _held(target, agent)
        id, so_far = turn_id(stream.events), list(stream.events)
        for index, event in enumerate(so_far):
            async with await session.follow(id, event["sequence_id"]) as other:
                await expect(other, so_far[index + 1 :], "SEQ-2", f"the stream after {event['sequence_id']}")
        got = await _in_small_drops(session, id, so_far)
        last = await session.follow(id, got[-1]["sequence_id"])
        every = await session.stop(stream)
        got += await last.rest()
        require_equal(got, every, "SEQ-2", "what was read in many connections")


async def _in_small_drops(session: Conversation, id: str, so_far: list[Json]) -> list[Json]:
    got: list[Json] = []
    while len(got) < len(so_far):
        async with await session.follow(id, got[-1]["sequence_id"] if got else 0) as other:
            await expect(other, so_far[len(got) : len(got) + 2], "SEQ-2", f"the stream resumed after {len(got)} events")
            got += other.events[:2]
    return got[: len(so_far)]
