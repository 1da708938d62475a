"""Making time pass: who plays a turn when it is due.

Owns: one heap and one timer for all turns; skipping ahead on virtual time. Deadlines are absolute, so nothing drifts.
Must not know: what happens in a turn (`core/engine.py`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from heapq import heappop, heappush
from math import inf

from mock_gateway.core.authorise import allowed_by_itself_at
from mock_gateway.core.engine import advance
from mock_gateway.core.state import Turn

RESOLUTION = 0.0005
"""Seconds: what is due within this is played now, so that one wake-up serves many turns."""


class Runtime:
    """Time without an event loop: virtual clocks skip ahead, nothing else moves by itself."""

    def __init__(self) -> None:
        self.on_end: Callable[[Turn], None] = lambda _turn: None

    def wall(self) -> float:
        """Wall time, seconds since the epoch."""
        return time.time()

    def arrange(self, turn: Turn) -> None:
        """Play what is due now, and see to it that the rest is played when it is due."""
        clock = turn.session.clock
        if clock.is_virtual:
            advance(turn, clock.origin)
            if clock.skipping:
                self._skip(turn)
        else:
            advance(turn, clock.read(self.wall()))
            if turn.is_running:
                self._wait(turn, clock.wall(turn.next_due()))
        if not turn.is_running:
            self.on_end(turn)

    def _skip(self, turn: Turn) -> None:
        clock = turn.session.clock
        while turn.is_running:
            due = turn.next_skip()
            if due == inf:
                return
            clock.advance_to(due)
            advance(turn, due)
        allowed_at = allowed_by_itself_at(turn.session)
        if turn.rest and allowed_at is not None:
            clock.advance_to(allowed_at)

    def _wait(self, turn: Turn, wall: float) -> None:
        """Arrange for a later time; without a loop nobody waits."""


class LoopRuntime(Runtime):
    """Time on the running event loop."""

    def __init__(self) -> None:
        super().__init__()
        self._heap: list[tuple[float, int, Turn]] = []
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = inf
        self._offset = time.time() - time.monotonic()

    def wall(self) -> float:
        """Wall time that never goes back."""
        return time.monotonic() + self._offset

    def _wait(self, turn: Turn, wall: float) -> None:
        if wall == inf:
            return
        self._count += 1
        heappush(self._heap, (wall, self._count, turn))
        if wall < self._timer_at:
            self._set_timer(wall)

    def _set_timer(self, wall: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = wall
        delay = max(0.0, wall - self.wall())
        self._timer = asyncio.get_running_loop().call_later(delay, self._tick)

    def _tick(self) -> None:
        self._timer, self._timer_at = None, inf
        now = self.wall()
        due: list[Turn] = []
        while self._heap and self._heap[0][0] <= now + RESOLUTION:
            due.append(heappop(self._heap)[2])
        for turn in due:
            if turn.is_running:
                self._play(turn, now)
        if self._heap and self._heap[0][0] < self._timer_at:
            self._set_timer(self._heap[0][0])

    def _play(self, turn: Turn, now: float) -> None:
        clock = turn.session.clock
        advance(turn, clock.read(now + RESOLUTION))
        if turn.is_running:
            self._wait(turn, clock.wall(turn.next_due()))
        else:
            self.on_end(turn)

    def close(self) -> None:
        """Forget everything that was arranged."""
        if self._timer is not None:
            self._timer.cancel()
        self._heap.clear()
