"""The one stream loop: follow a turn from a cursor, whoever created it (section 6).

Owns: waiting for more, joining what is ready, heartbeats, noticing that a reader has gone, ending at shutdown.
Must not know: what a frame holds (`wire/`), why a turn goes on (`core/`). A reader that leaves changes nothing (TRN-8).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from mock_gateway.journal import Sent
from mock_gateway.wire.projection import MOST_FRAMES, Projection

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

ALONE = 4 * MOST_FRAMES
"""Frames that the only open stream sends at once; among others it sends fewer, then they have their turn."""
HEARTBEAT = b": hb\n"
"""One line, no blank line: a comment that no client takes for an event (STR-4)."""


class Injected(Exception):
    """A fault has ended the answer: nothing more is to be sent."""


class Connection(Protocol):
    """The seam to the server's socket (`http/server.py`)."""

    on_lost: Callable[[], None] | None

    def abort(self) -> None:
        """Close the socket without a word."""

    def keep_next(self) -> None:
        """Keep what is written next, the head, until something follows it."""

    def flush(self) -> None:
        """Let what was kept go."""


class Reader:
    """One open stream. quiet: ticks of the heartbeat since something was sent."""

    __slots__ = ("_waiting", "gone", "heartbeat_due", "quiet")

    def __init__(self) -> None:
        self._waiting: asyncio.Future[None] | None = None
        self.gone = False
        self.heartbeat_due = False
        self.quiet = 0

    def wait(self) -> asyncio.Future[None]:
        """What is done when there is something to look at."""
        self._waiting = asyncio.get_running_loop().create_future()
        return self._waiting

    @property
    def is_waiting(self) -> bool:
        """Whether it has nothing to send."""
        return self._waiting is not None

    def wake(self) -> None:
        """Let the loop look again."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def lose(self) -> None:
        """The client has gone."""
        self.gone = True
        self.wake()


class Streams:
    """All open streams of a server. heartbeat: seconds of silence before a comment."""

    def __init__(self, heartbeat: float) -> None:
        self.readers: set[Reader] = set()
        self.closing = False
        self._tick = max(0.01, heartbeat / 4)
        self._timer: asyncio.TimerHandle | None = None

    async def follow(
        self,
        view: Projection,
        cursor: int,
        receive: Receive,
        send: Send,
        connection: Connection | None,
        sent: Sent | None = None,
        *,
        singly: bool = False,
    ) -> None:
        """Send everything after `cursor`, live, until the turn is over or the client has gone.

        The response has been started; this sends its body. sent: where each write is noted. singly: one frame in each
        message, which somebody else sends and notes.
        """
        reader = Reader()
        self.readers.add(reader)
        view.turn.log.readers.append(reader.wake)
        watch = self._watch(reader, receive, connection)
        if connection is not None and not view.has_more(cursor):
            connection.flush()
        if self._timer is None:
            self._arm()
        try:
            await self._run(reader, view, cursor, send, None if singly else sent, singly=singly)
        finally:
            self.readers.discard(reader)
            view.turn.log.readers.remove(reader.wake)
            if connection is not None:
                connection.on_lost = None
            if watch is not None:
                watch.cancel()
        if self.closing and connection is not None:
            connection.abort()

    async def _run(
        self, reader: Reader, view: Projection, cursor: int, send: Send, sent: Sent | None, *, singly: bool
    ) -> None:
        most = 1  # the first frame does not wait for the others to be made
        while not (reader.gone or self.closing):
            before = cursor
            body, cursor = view.take(cursor, most)
            over = view.is_over(cursor)
            if body:
                reader.quiet = 0
                if sent is not None:
                    sent.wrote(cursor - before, body)
                await send({"type": "http.response.body", "body": body, "more_body": not over})
                if most > 1 and cursor < view.last:
                    await asyncio.sleep(0)
            elif over:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            else:
                await reader.wait()
                if reader.heartbeat_due and not reader.gone:
                    reader.heartbeat_due = False
                    if sent is not None:
                        sent.wrote(0, HEARTBEAT)
                    await send({"type": "http.response.body", "body": HEARTBEAT, "more_body": True})
            if over:
                return
            most = 1 if singly else ALONE if len(self.readers) == 1 else MOST_FRAMES

    def _watch(self, reader: Reader, receive: Receive, connection: Connection | None) -> asyncio.Task[None] | None:
        """See to it that a lost connection is noticed: by the seam, or by a task where there is none."""
        if connection is not None:
            connection.on_lost = reader.lose
            return None

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            reader.lose()

        return asyncio.get_running_loop().create_task(watch())

    def _arm(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._tick, self._beat)

    def _beat(self) -> None:
        """A quarter of the heartbeat has passed: whoever was quiet four times in a row gets a comment."""
        self._timer = None
        for reader in self.readers:
            reader.quiet += 1
            if reader.quiet > 4 and reader.is_waiting:
                reader.quiet = 0
                reader.heartbeat_due = True
                reader.wake()
        if self.readers:
            self._arm()

    def close(self) -> None:
        """End every stream at once."""
        self.closing = True
        if self._timer is not None:
            self._timer.cancel()
        for reader in self.readers:
            reader.wake()
