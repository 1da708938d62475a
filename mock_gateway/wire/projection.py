"""A dialect's view of a turn: which facts it shows, numbered from 1 without gaps (SEQ-1).

Owns: the relation of facts to sequence ids, and cutting out what comes after a cursor (SEQ-2). Facts that a dialect
does not show have no number there; so both dialects can follow the same turn, each with its own dense numbering.
Readers get what lies before the turn's gate; numbers and stored lists take no notice of it (`core/gate.py`).
Must not know: what a frame looks like (the dialect renders), who reads it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Protocol

from mock_gateway.core.events import Fact
from mock_gateway.core.state import Turn

MOST_FRAMES = 64
"""Frames that leave in one write when others wait."""
BYTES_A_FRAME = 256
"""What a write is sized for; the frames that fill it are still sent whole."""


class Renderer(Protocol):
    """The part of a dialect that a projection needs."""

    name: str

    def weigh(self, fact: Fact) -> int:
        """How many frames a fact is."""

    def frames(self, turn: Turn, view: Projection, fact: Fact, number: int, skip: int, limit: int) -> list[bytes]:
        """The frames of a fact from the `skip`-th on, at most `limit`; `number` is the sequence id of its first."""


class Projection:
    """What one dialect shows of one turn."""

    __slots__ = ("facts", "last", "renderer", "seen", "starts", "stored", "turn")

    def __init__(self, turn: Turn, renderer: Renderer) -> None:
        self.turn = turn
        self.renderer = renderer
        self.facts: list[Fact] = []
        self.starts: list[int] = []
        self.seen = 0
        self.last = 0
        self.stored: list[dict[str, object]] | None = None

    def sync(self) -> None:
        """Number the facts that are new."""
        facts = self.turn.log.facts
        if self.seen == len(facts):
            return
        for fact in facts[self.seen :]:
            frames = self.renderer.weigh(fact)
            if frames:
                self.facts.append(fact)
                self.starts.append(self.last + 1)
                self.last += frames
        self.seen = len(facts)

    def has_more(self, cursor: int) -> bool:
        """Whether there are frames after a cursor now."""
        return cursor < self._open()

    def _open(self) -> int:
        """The last frame that readers may see now: all there are, or what lies before the turn's gate."""
        self.sync()
        gate = self.turn.gate
        if gate is None:
            return self.last
        return gate.frames(self.turn.log.facts, self.renderer.name, self.renderer.weigh)

    def take(self, cursor: int, most: int = MOST_FRAMES) -> tuple[bytes, int]:
        """The next frames after a cursor, joined, and the cursor after them; empty when there are none yet.

        most: how many; fewer when they are large.
        """
        last = self._open()
        parts: list[bytes] = []
        room, size = most, 0
        while room > 0 and size < most * BYTES_A_FRAME and cursor < last:
            index = bisect_right(self.starts, cursor + 1) - 1
            start = self.starts[index]
            limit = min(room, MOST_FRAMES, last - cursor)
            frames = self.renderer.frames(self.turn, self, self.facts[index], start, cursor + 1 - start, limit)
            parts.append(b"".join(frames))
            cursor += len(frames)
            room -= len(frames)
            size += len(parts[-1])
        return b"".join(parts), cursor

    def between(self, cursor: int, end: int) -> Iterator[bytes]:
        """The frames with the sequence ids from `cursor + 1` to `end`, one by one, the same bytes as ever.

        Only those that were numbered before: nothing is changed, so a test may ask from a thread of its own.
        """
        end = min(end, self.last)
        while cursor < end:
            index = bisect_right(self.starts, cursor + 1) - 1
            start = self.starts[index]
            fact, limit = self.facts[index], end - cursor
            frames = self.renderer.frames(self.turn, self, fact, start, cursor + 1 - start, limit)
            yield from frames
            cursor += len(frames)

    def numbered(self) -> Iterator[tuple[int, Fact]]:
        """Every shown fact with the sequence id of its last frame."""
        self.sync()
        ends = [*(start - 1 for start in self.starts[1:]), self.last]
        return zip(ends, self.facts, strict=True)

    def is_over(self, cursor: int) -> bool:
        """Whether nothing more will come after a cursor."""
        gate = self.turn.gate
        return not self.turn.is_running and cursor >= self.last if gate is None else gate.shut


def view_of(turn: Turn, renderer: Renderer) -> Projection:
    """A dialect's view of a turn, made once."""
    view = turn.views.get(renderer.name)
    if not isinstance(view, Projection):
        view = turn.views[renderer.name] = Projection(turn, renderer)
    return view
