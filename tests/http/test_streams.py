"""The stream loop by itself: a turn, a reader, and what each of them may do to the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from mock_gateway.http.streams import HEARTBEAT, Message, Streams
from mock_gateway.wire.projection import Projection, view_of
from tests.stories import BETA, Story, story

QUIET = 3600.0
"""A heartbeat that never comes."""
HOLD = """
agent: a
turns: [{ say: Hello., then: { wait: cancel } }]
"""
LONG = """
agent: a
turns: [{ say: { words: 400 } }]
"""


class Line:
    """A connection with the seam: notes what it is told."""

    def __init__(self) -> None:
        self.on_lost: Callable[[], None] | None = None
        self.aborted = False

    def lose(self) -> None:
        """The client has gone."""
        assert self.on_lost is not None
        self.on_lost()

    def abort(self) -> None:
        self.aborted = True

    def flush(self) -> None:
        """A head that waits goes out."""

    def keep_next(self) -> None:
        """The next head waits for its body."""


class Client:
    """Who reads: keeps what was sent, and can be waited for."""

    def __init__(self, name: str = "", log: list[str] | None = None) -> None:
        self.parts: list[bytes] = []
        self.is_over = False
        self.line = Line()
        self._name = name
        self._log = log if log is not None else []
        self._news = asyncio.Event()
        self._gone = asyncio.Event()

    async def send(self, message: Message) -> None:
        assert not self.is_over, "nothing follows the end"
        self.parts.append(message["body"])
        self.is_over = not message["more_body"]
        self._log.append(self._name)
        self._news.set()

    async def receive(self) -> Message:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    def leave(self) -> None:
        """Hang up, where there is no seam."""
        self._gone.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Return when something is so, looking after each part."""
        async with asyncio.timeout(10):
            while not is_so():
                self._news.clear()
                await self._news.wait()

    def has_some(self) -> bool:
        """Whether anything was sent."""
        return bool(self.parts)

    @property
    def body(self) -> bytes:
        """All parts that are no comments."""
        return b"".join(part for part in self.parts if part != HEARTBEAT)


def whole(view: Projection, cursor: int = 0) -> bytes:
    """All frames after a cursor."""
    body = b""
    while True:
        part, cursor = view.take(cursor)
        if not part:
            return body
        body += part


def held(skipping: bool = True) -> tuple[Story, Projection]:
    """A turn that runs until it is cancelled, and its view."""
    played = story(HOLD, skipping=skipping)
    return played, view_of(played.say(), BETA)


def run(test: Coroutine[Any, Any, None]) -> None:
    """Run a test inside of a loop."""
    asyncio.run(test)


def test_a_finished_turn_is_sent_whole_and_ends_once() -> None:
    async def check() -> None:
        view, client = view_of(story(LONG).say(), BETA), Client()

        await Streams(QUIET).follow(view, 0, client.receive, client.send, client.line)

        assert client.body == whole(view)
        assert client.is_over

    run(check())


@pytest.mark.parametrize("cursor", [1, 2, 64, 65, 399])
def test_a_reader_gets_what_comes_after_its_cursor(cursor: int) -> None:
    async def check() -> None:
        view, client = view_of(story(LONG).say(), BETA), Client()

        await Streams(QUIET).follow(view, cursor, client.receive, client.send, client.line)

        assert client.body == whole(view, cursor)
        assert client.body.startswith(b"id: %d\n" % (cursor + 1))

    run(check())


def test_a_live_reader_gets_each_event_as_it_happens() -> None:
    async def check() -> None:
        played, view = held(skipping=False)
        client = Client()
        following = asyncio.create_task(Streams(QUIET).follow(view, 0, client.receive, client.send, client.line))
        await client.until(lambda: client.body == whole(view))
        before = len(client.parts)

        played.cancel()
        played.pass_time(60)
        await following

        assert len(client.parts) > before
        assert client.body == whole(view)
        assert b'"turn.done"' in client.parts[-1]

    run(check())


def test_two_readers_take_turns() -> None:
    async def check() -> None:
        view = view_of(story(LONG).say(), BETA)
        order: list[str] = []
        readers = [Client(name, order) for name in "ab"]
        streams = Streams(QUIET)

        await asyncio.gather(*(streams.follow(view, 0, one.receive, one.send, one.line) for one in readers))

        assert len(order) > 8
        # The first frame goes out alone, and nobody waits for it.
        assert "".join(order) == "aabb" + "ab" * ((len(order) - 4) // 2)

    run(check())


def test_a_silent_stream_gets_comments_and_no_events() -> None:
    async def check() -> None:
        _, view = held()
        client = Client()
        streams = Streams(0.04)
        following = asyncio.create_task(streams.follow(view, 0, client.receive, client.send, client.line))

        await client.until(lambda: client.parts.count(HEARTBEAT) == 3)
        client.line.lose()
        await following

        assert client.body == whole(view)
        assert HEARTBEAT.startswith(b":") and HEARTBEAT.endswith(b"\n")

    run(check())


def test_a_stream_that_speaks_gets_no_comments() -> None:
    async def check() -> None:
        played, view = held(skipping=False)
        client, streams = Client(), Streams(QUIET)
        following = asyncio.create_task(streams.follow(view, 0, client.receive, client.send, client.line))
        await client.until(lambda: bool(client.parts))

        played.cancel()
        played.pass_time(60)
        await following

        assert HEARTBEAT not in client.parts

    run(check())


@pytest.mark.parametrize("seam", [True, False], ids=["with the seam", "without the seam"])
def test_a_lost_client_leaves_nothing_behind_and_changes_nothing(seam: bool) -> None:
    async def check() -> None:
        played, view = held()
        client, streams = Client(), Streams(QUIET)
        line = client.line if seam else None
        following = asyncio.create_task(streams.follow(view, 0, client.receive, client.send, line))
        await client.until(lambda: client.body == whole(view))
        sent, facts = len(client.parts), len(played.turn.log.facts)

        client.line.lose() if seam else client.leave()
        await following

        assert (streams.readers, played.turn.log.readers, client.line.on_lost) == (set(), [], None)
        assert (len(client.parts), len(played.turn.log.facts)) == (sent, facts)
        assert played.turn.is_running
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(check())


@pytest.mark.parametrize("seam", [True, False], ids=["with the seam", "without the seam"])
def test_closing_ends_every_stream_at_once(seam: bool) -> None:
    async def check() -> None:
        _, view = held()
        clients, streams = [Client() for _ in range(3)], Streams(0.04)
        lines = [client.line if seam else None for client in clients]
        following = [
            asyncio.create_task(streams.follow(view, 0, client.receive, client.send, line))
            for client, line in zip(clients, lines, strict=True)
        ]
        for client in clients:
            await client.until(client.has_some)

        streams.close()
        await asyncio.gather(*following)

        assert streams.readers == set()
        assert [client.line.aborted for client in clients] == [seam] * 3

    run(check())


def test_a_stream_that_begins_while_the_server_closes_ends_too() -> None:
    async def check() -> None:
        _, view = held()
        client, streams = Client(), Streams(QUIET)
        streams.close()

        async with asyncio.timeout(10):
            await streams.follow(view, 0, client.receive, client.send, client.line)

        assert client.parts == []

    run(check())


def test_a_reader_that_fails_is_forgotten() -> None:
    async def check() -> None:
        played, view = held()
        client, streams = Client(), Streams(QUIET)

        async def send(_: Message) -> None:
            raise OSError("the line is broken")

        with pytest.raises(OSError, match="broken"):
            await streams.follow(view, 0, client.receive, send, client.line)

        assert (streams.readers, played.turn.log.readers) == (set(), [])

    run(check())
