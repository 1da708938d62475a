"""Steps, pauses and resets as the readers of real sockets see them, in both dialects."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Coroutine
from typing import Any

import pytest

from mock_gateway.core.state import Session
from tests.control.wire import Reader, Wire, listening

BOT = """
agent: bot
limits: { timeout: 10m }
turns:
  - when: { message: hold }
    wait: cancel
  - say: one two three
    call: { tool: a.b, returns: 1 }
    then: { wait: 1m, then: { say: bye } }
"""


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(main)


async def begin(wire: Wire) -> str:
    found = await wire.ask("POST", "/sessions", {"agent_name": "bot"})
    return str(found["data"]["id"])


async def create(wire: Wire, session_id: str, text: str = "hello") -> Reader:
    """A turn, followed by whoever created it."""
    body = {"input": [{"type": "user.message", "content": text}]}
    return await wire.follow("POST", f"/sessions/{session_id}/turns", body)


async def subscribe(wire: Wire, session_id: str, dialect: str) -> Reader:
    """Another reader of the last turn."""
    turn = wire.control.timeline(session_id)["turns"][-1]["id"]
    method, path = SUBSCRIBE[dialect]
    return await wire.follow(method, path.format(session=session_id, turn=turn))


SUBSCRIBE = {
    "beta": ("GET", "/sessions/{session}/turns/{turn}/stream"),
    "v1": ("POST", "/v1/agents/sessions/{session}/turns/{turn}/subscribe"),
}


@pytest.mark.parametrize("dialect", ["beta", "v1"])
def test_each_step_brings_exactly_one_event(dialect: str) -> None:
    async def main() -> None:
        async with listening(BOT, speed=1) as wire:
            wire.control.clock().pause()
            session_id = await begin(wire)
            creator = await create(wire, session_id)
            reader = await subscribe(wire, session_id, dialect)
            clock, count = wire.control.clock(session_id), 0
            while True:
                assert await reader.is_silent()
                step = clock.step(dialect)
                count += 1
                chunk = await reader.chunk()
                assert chunk.count(b"\n\n") == 1
                assert chunk.startswith(b"id: %d\n" % count)
                assert json.loads(chunk.split(b"data: ")[1]) == step["event"]["data"]
                if step["event"]["data"]["type"] == "turn.done":
                    break
            assert await reader.rest() == b""
            assert (await creator.rest()).count(b"turn.done") == 1
            assert clock.step(dialect)["event"] is None

    run(main())


def test_a_reader_that_comes_during_a_pause_gets_what_was_shown_and_no_more() -> None:
    async def main() -> None:
        async with listening(BOT, speed=1) as wire:
            wire.control.clock().pause()
            session_id = await begin(wire)
            creator = await create(wire, session_id)
            clock = wire.control.clock(session_id)
            for _ in range(3):
                clock.step()
            reader = await subscribe(wire, session_id, "beta")
            shown = await reader.chunk()
            while shown.count(b"\n\n") < 3:
                shown += await reader.chunk()
            assert shown.count(b"\n\n") == 3
            assert await reader.is_silent()
            clock.set("skipping")
            clock.resume()
            assert (shown + await reader.rest()).count(b"\n\n") == (await creator.rest()).count(b"\n\n")

    run(main())


def test_real_time_stands_still_while_a_session_is_paused_and_goes_on_after_it() -> None:
    async def main() -> None:
        async with listening(BOT.replace("10m", "200ms"), speed=1) as wire:
            session_id = await begin(wire)
            clock = wire.control.clock(session_id)
            clock.pause()
            creator = await create(wire, session_id, "hold")
            # Another session's timeout comes, and this one's would have come before it.
            other = await create(wire, await begin(wire), "hold")
            assert b"server-execution-timeout" in await other.rest()
            assert await creator.is_silent()
            clock.resume()
            assert b"server-execution-timeout" in await creator.rest()
            assert wire.control.timeline(session_id)["turns"][0]["seconds"] == 0.2

    run(main())


def test_a_running_clock_can_be_made_faster_while_somebody_listens() -> None:
    async def main() -> None:
        async with listening(BOT, speed=1) as wire:
            session_id = await begin(wire)
            creator = await create(wire, session_id)
            assert b"turn.created" in await creator.chunk()
            wire.control.clock(session_id).set("scaled", 100_000)
            assert b"turn.done" in await creator.rest()

    run(main())


@pytest.mark.parametrize("scope", ["sessions", "world", "server"])
def test_a_reset_ends_open_streams_cleanly_and_leaves_nothing_behind(scope: str) -> None:
    async def main() -> None:
        async with listening(BOT, speed=1) as wire:
            session_id = await begin(wire)
            creator = await create(wire, session_id, "hold")
            reader = await subscribe(wire, session_id, "v1")
            await creator.chunk()
            await reader.chunk()
            readers = wire.gateway.world("").sessions[session_id].turns[0].log.readers
            assert len(readers) == 2

            wire.control.reset(scope)

            assert b"turn.done" not in await creator.rest()
            assert await reader.rest() == b""
            assert (readers, wire.control.sessions()) == ([], [])
            wire.control.reset("journal")
            assert await nothing_is_left(session_id)

    run(main())


async def nothing_is_left(session_id: str) -> bool:
    """Whether no object of a session is there any more, once the loop has got round."""
    for _ in range(10):
        await asyncio.sleep(0)
        gc.collect()
        if not any(isinstance(one, Session) and one.id == session_id for one in gc.get_objects()):
            return True
    return False
