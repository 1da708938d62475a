"""Making time pass: who plays a turn when it is due.

Owns: one heap and one timer for all turns; skipping ahead on virtual time; what a person does to a session's clock
(another rate, a jump, a pause, a step). Deadlines are absolute, so nothing drifts.
Must not know: what happens in a turn (`core/engine.py`), who asks (`control/`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from heapq import heapify, heappop, heappush
from math import inf

from mock_gateway.core.authorise import allowed_by_itself_at
from mock_gateway.core.clock import Rate
from mock_gateway.core.engine import advance, play_next
from mock_gateway.core.gate import Gate
from mock_gateway.core.state import Session, Turn

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
            if clock.paused is not None:
                self._hold(turn)
                return
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

    def _hold(self, turn: Turn) -> None:
        """On a clock that is paused nothing is played: a step does. A new turn begins behind its gate."""
        if turn.gate is None:
            turn.gate = Gate()
        if not turn.is_running:
            self.on_end(turn)

    def _wait(self, turn: Turn, wall: float) -> None:
        """Arrange for a later time; without a loop nobody waits."""

    # -- a clock in somebody's hands -------------------------------------------------------------------------------

    def go(self, session: Session, rate: Rate) -> None:
        """Let a session's time go on at another rate."""
        session.clock.go(rate, self.wall())
        self._go_on(session)

    def advance(self, session: Session, until: float) -> None:
        """Set a session's time forward; what is due on the way is played in its order, whatever the clock."""
        turn = session.running
        session.clock.jump(until, self.wall())
        if turn is None:
            return
        if session.clock.paused is None:
            self.arrange(turn)
            return
        advance(turn, until)
        if not turn.is_running:
            self.on_end(turn)

    def pause(self, session: Session) -> None:
        """Stop a session's time, and close a gate behind what has happened."""
        session.clock.pause(self.wall())
        turn = session.running
        if turn is not None and turn.gate is None:
            turn.gate = Gate(len(turn.log.facts))

    def resume(self, session: Session) -> None:
        """Let time go on, and open every gate."""
        session.clock.resume(self.wall())
        for turn in session.turns:
            if turn.gate is not None:
                turn.gate = None
                turn.log.wake()
        self._go_on(session)

    def play_next(self, turn: Turn) -> bool:
        """Play the one thing that is due first; the clock goes there. False when nothing ever will be."""
        due = turn.next_due()
        if due == inf:
            return False
        turn.session.clock.jump(due, self.wall())
        play_next(turn)
        if not turn.is_running:
            self.on_end(turn)
        return True

    def forget(self, turns: Collection[Turn]) -> None:
        """Never play these turns again, and end their streams at once."""
        for turn in turns:
            if turn.is_running or turn.log.readers:
                turn.gate = Gate(shut=True)
                turn.log.wake()

    def _go_on(self, session: Session) -> None:
        if session.running is not None:
            self.arrange(session.running)


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
        turn.timer = self._count
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
            _, number, turn = heappop(self._heap)
            if turn.timer == number:  # whoever changes a clock sets another timer, and this one is left behind
                due.append(turn)
        for turn in due:
            if turn.is_running:
                self._play(turn, now)
        if self._heap and self._heap[0][0] < self._timer_at:
            self._set_timer(self._heap[0][0])

    def _play(self, turn: Turn, now: float) -> None:
        clock = turn.session.clock
        if clock.is_virtual:
            return
        advance(turn, clock.read(now + RESOLUTION))
        if turn.is_running:
            self._wait(turn, clock.wall(turn.next_due()))
        else:
            self.on_end(turn)

    def forget(self, turns: Collection[Turn]) -> None:
        """Never play these turns again, and end their streams at once."""
        super().forget(turns)
        gone = set(turns)
        self._heap = [entry for entry in self._heap if entry[2] not in gone]
        heapify(self._heap)
        for turn in gone:
            turn.timer = 0

    def close(self) -> None:
        """Forget everything that was arranged."""
        if self._timer is not None:
            self._timer.cancel()
        self._heap.clear()
