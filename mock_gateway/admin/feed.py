"""The live feed: everything that happens, to whoever listens, as server-sent events.

Owns: the last events with their ids, so that a reader can come back; listeners, each with a bounded queue. Nobody waits
for a slow one: it loses the oldest and is told how many. Nothing is noted before somebody has listened once; then the
journal's entries are the beginning. Must not know: HTTP, routes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping

from msgspec import Struct

from mock_gateway.core.state import json_bytes
from mock_gateway.gateway import Gateway
from mock_gateway.journal import Entry, Exchange
from mock_gateway.wire.times import iso_time

KEPT = 10_000
"""Events that are kept for readers that come back."""
ROOM = 1_000
"""Events that wait for one reader."""
HEARTBEAT = b": hb\n\n"


class Happened(Struct, frozen=True):
    """One event. number: its id. world: where; None concerns all of them. frame: as it is sent."""

    number: int
    world: str | None
    frame: bytes


class Listener:
    """One reader. world: the only one that it hears of; None is all. lost: events that it was too slow for."""

    def __init__(self, world: str | None) -> None:
        self._world = world
        self._waiting: deque[Happened] = deque()
        self._woken = asyncio.Event()
        self.lost = 0

    def hear(self, event: Happened) -> None:
        """Put an event into the queue, in the place of the oldest when it is full."""
        if self._world is not None and event.world not in (None, self._world):
            return
        if len(self._waiting) == ROOM:
            self._waiting.popleft()
            self.lost += 1
        self._waiting.append(event)
        self._woken.set()

    def take(self) -> bytes:
        """All that waits, as frames; first, how many were lost."""
        told, self.lost = self.lost, 0
        frames = [frame_of("lost", {"lost": told})] if told else []
        frames += [event.frame for event in self._waiting]
        self._waiting.clear()
        self._woken.clear()
        return b"".join(frames)

    async def wait(self, seconds: float) -> None:
        """Wait for something to take, but no longer than some seconds."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return


class Feed:
    """All listeners of a server."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._events: deque[Happened] = deque(maxlen=KEPT)
        self._listeners: set[Listener] = set()
        self._count = 0
        self._is_on = False

    def publish(self, kind: str, world: str | None, data: Mapping[str, object]) -> None:
        """Tell everybody. Before anybody listened it does nothing."""
        if not self._is_on:
            return
        self._count += 1
        event = Happened(self._count, world, frame_of(kind, {"world": world, **data}, self._count))
        self._events.append(event)
        for listener in self._listeners:
            listener.hear(event)

    async def follow(self, world: str | None, after: int | None) -> AsyncIterator[bytes]:
        """Frames, without an end. world: the only one to hear of; None is all. after: the last id that the reader has.

        What came after it and is still kept comes first, and how many are not. An id that was never given is another
        server's: then everything that is kept comes.
        """
        self._turn_on()
        listener = Listener(world)
        self._replay(listener, after)
        self._listeners.add(listener)
        try:
            yield b": the last event is %d\n\n" % self._count
            while True:
                frames = listener.take()
                yield frames or HEARTBEAT
                await listener.wait(self._gateway.settings.heartbeat)
        finally:
            self._listeners.discard(listener)

    def _replay(self, listener: Listener, after: int | None) -> None:
        if after is None:
            return
        first = 0 if after > self._count else after
        listener.lost = max(0, self._events[0].number - first - 1) if self._events else 0
        for event in self._events:
            if event.number > first:
                listener.hear(event)

    def _turn_on(self) -> None:
        if self._is_on:
            return
        self._is_on = True
        for entry in list(self._gateway.journal.entries):
            if not isinstance(entry, Exchange) or entry.is_complete:
                self._ended(entry)
        self._gateway.journal.listeners.append(self._ended)
        self._gateway.journal.starters.append(self._began)
        self._gateway.on_agents = self._reloaded

    def _began(self, exchange: Exchange) -> None:
        world = exchange.world if exchange.world is not None else self._gateway.nearest_world(exchange.path)
        self.publish("request.began", world, _request(exchange))

    def _reloaded(self, changed: Iterable[str], gone: Iterable[str]) -> None:
        self.publish("scenarios.reloaded", None, {"changed": list(changed), "removed": list(gone)})

    def _ended(self, entry: Entry) -> None:
        if isinstance(entry, Exchange):
            ended = {"entry_id": entry.id, "status": entry.status, "took": round(entry.took, 6)}
            faults = [fault.name for fault in entry.faults]
            rest = {"message": entry.message or None, "notes": list(entry.notes), "faults": faults}
            self.publish("request.ended", entry.world, {**_request(entry), **ended, **rest})
            return
        turn = {
            "entry_id": entry.id,
            "at": iso_time(entry.at),
            "session_id": entry.session_id,
            "turn_id": entry.turn_id,
            "agent_name": entry.agent,
            "state": entry.state,
            "seconds": round(entry.took, 6),
            "rule": entry.rule or None,
            "detail": entry.detail or None,
        }
        self.publish("turn.ended", entry.world, turn)


def _request(exchange: Exchange) -> dict[str, object]:
    return {
        "at": iso_time(exchange.at),
        "method": exchange.method,
        "path": exchange.path,
        "operation": exchange.operation or None,
        "session_id": exchange.session_id or None,
        "turn_id": exchange.turn_id or None,
    }


def frame_of(kind: str, data: Mapping[str, object], number: int | None = None) -> bytes:
    """An event as it is sent. Without a number it has no id, so it is not where a reader would go on."""
    head = b"" if number is None else b"id: %d\n" % number
    return b"%sevent: %s\ndata: %s\n\n" % (head, kind.encode(), json_bytes(data))
