"""Time in somebody's hands: the clock of one session, and that of a whole world.

Owns: what can be done to a clock and what is told of it afterwards. Time that passes here plays what is due on the way,
in its order; nothing is left out. Must not know: how time passes by itself (`runtime.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import inf, isfinite
from typing import Any

from mock_gateway.control.errors import Cause, ControlError, unknown
from mock_gateway.control.facts import Json, facts_json, seconds, turn_json
from mock_gateway.core.authorise import allowed_by_itself_at
from mock_gateway.core.clock import Rate
from mock_gateway.core.quantities import DURATION
from mock_gateway.core.state import Session, Turn
from mock_gateway.gateway import Gateway
from mock_gateway.wire.dialect import Dialect
from mock_gateway.wire.projection import view_of
from mock_gateway.wire.times import iso_time
from mock_gateway.worlds import World

MODES: Mapping[str, Rate] = {
    "real": Rate(1.0),
    "scaled": Rate(1.0),
    "virtual": Rate(0.0),
    "skipping": Rate(0.0, skipping=True),
}
"""The ways in which time can go; `scaled` takes a speed."""
FASTEST = 1_000_000.0
"""Session seconds per second; more than that is `virtual`."""


LATEST = 32_503_680_000.0
"""The year 3000: no clock goes beyond it by hand, and every time can be written as a date."""
ROUNDING = 0.000_002
"""Seconds that sums of times since the epoch may be wrong by."""


def rate_of(mode: str, speed: float | None) -> Rate:
    """How a clock goes in a mode. speed: session seconds per second, for `scaled` alone. Raises `ControlError`."""
    rate = MODES.get(mode)
    if rate is None:
        raise unknown("mode of a clock", mode, MODES, field="mode")
    if mode != "scaled":
        if speed is not None:
            message = f"a speed means something only with the mode 'scaled', not with {mode!r}"
            raise ControlError(Cause.INVALID, message, field="speed", hint="leave one of them out")
        return rate
    if speed is None:
        raise ControlError(Cause.INVALID, "the mode 'scaled' needs a speed", field="speed", hint="for example 60")
    if not 0 < speed <= FASTEST:
        message = f"the speed is {speed:g}; it is more than 0 and at most {FASTEST:g} session seconds per second"
        raise ControlError(Cause.INVALID, message, field="speed", hint="time that stands still is mode 'virtual'")
    return Rate(float(speed))


def rate_json(rate: Rate, *, paused: bool) -> Json:
    """A rate by the name of its mode."""
    if rate.speed == 0:
        mode = "skipping" if rate.skipping else "virtual"
    else:
        mode = "real" if rate.speed == 1 else "scaled"
    return {"mode": mode, "speed": rate.speed, "paused": paused}


def clock_json(gateway: Gateway, session: Session) -> Json:
    """A session's clock: how it goes, its time, and what comes next."""
    now, due = gateway.now(session), _next_time(session)
    coming = {"in": seconds(max(0.0, due - now)), "at": iso_time(due)} if due < inf else None
    rate = rate_json(session.clock.rate, paused=session.clock.paused is not None)
    return rate | {"now": iso_time(now), "elapsed": seconds(now - session.created_at), "next": coming}


def seconds_of(value: float | str) -> float:
    """Seconds from a number, or from a text as in a scenario (`10m`). Raises `ControlError`."""
    worth: float | None = DURATION.parse(value) if isinstance(value, str) else float(value)
    if worth is None or not isfinite(worth) or worth < 0:
        hint = f"write seconds as a number, or {DURATION.example}"
        raise ControlError(Cause.INVALID, f"{value!r} is no time to advance by", field="seconds", hint=hint)
    return worth


def _check_time(time: float) -> None:
    if time > LATEST:
        message = f"time would go {time - LATEST:.0f} seconds beyond the year 3000"
        raise ControlError(Cause.INVALID, message, field="seconds", hint="advance by less")


def _next_time(session: Session) -> float:
    """When something happens by itself: in the running turn, or a server that allows itself."""
    if session.running is not None:
        return session.running.next_due()
    allowed_at = allowed_by_itself_at(session)
    return inf if allowed_at is None else allowed_at


class SessionClock:
    """The clock of one session.

    find: gives the session, or raises `ControlError` when it is gone; so does every call then. dialects: of the server;
    the first one is stepped in by default.
    """

    def __init__(self, gateway: Gateway, find: Callable[[], Session], dialects: Sequence[Dialect]) -> None:
        self._gateway = gateway
        self._find = find
        self._dialects = dialects

    @property
    def _session(self) -> Session:
        return self._find()

    def show(self) -> Json:
        """How it goes (`mode`, `speed`, `paused`), its time (`now`, `elapsed` seconds of the session), and what comes
        next: `in` how many seconds and `at` what time, or null."""
        return clock_json(self._gateway, self._session)

    def set(self, mode: str, speed: float | None = None) -> Json:
        """Let time go on in another mode, from where it is: `real`, `scaled` (speed times as fast), `virtual` (it
        stands still until it is advanced), `skipping` (it jumps over every wait). Raises `ControlError`."""
        self._gateway.runtime.go(self._session, rate_of(mode, speed))
        return self.show()

    def advance(self, duration: float | str) -> Json:
        """Let time pass at once. duration: seconds, or text such as `10m`. Raises `ControlError`.

        What is due on the way is played, in its order. Tells how far time `moved`, and what `happened`.
        """
        until = self._gateway.now(self._session) + seconds_of(duration)
        due = _next_time(self._session)
        # Two advances of five minutes reach what is due in ten, whatever was rounded on the way.
        return self._telling(lambda: self._to(due if until < due <= until + ROUNDING else until))

    def next(self) -> Json:
        """Let time pass until the next thing that happens, and no further: an event, a timeout, a server that allows
        itself. When nothing is ahead, time stays."""

        def move() -> None:
            due = _next_time(self._session)
            if due < inf:
                self._to(due)

        return self._telling(move)

    def finish(self) -> Json:
        """Let time pass until the running turn has ended, or is paused for an answer.

        A turn that waits for a cancel ends by its timeout.
        """

        def move() -> None:
            turn = self._session.running
            while turn is not None and turn.is_running and turn.next_due() < inf:
                self._to(turn.next_due())

        return self._telling(move)

    def pause(self) -> Json:
        """Stop time, and show readers no more than they could see by now; `step` and `resume` go on."""
        self._gateway.runtime.pause(self._session)
        return self.show()

    def resume(self) -> Json:
        """Let time go on as it went before the pause, and show readers everything again."""
        self._gateway.runtime.resume(self._session)
        return self.show()

    def step(self, dialect: str | None = None) -> Json:
        """Show readers exactly one more event of a dialect, by default the first one that the server speaks.

        Time moves only when nothing is left to show, and then to what is due next. Another dialect shows what lies
        before that event. Tells the `event`, null when no turn has one. Raises `ControlError` when time is not paused.
        """
        renderer = self._dialect(dialect)
        if self._session.clock.paused is None:
            message = f"session {self._session.id} is not paused"
            raise ControlError(Cause.CONFLICT, message, hint="pause its clock first")
        shown: list[Json] = []
        return self._telling(lambda: shown.extend(self._steps(renderer))) | {
            "dialect": renderer.name,
            "event": shown[0] if shown else None,
        }

    # -- parts -----------------------------------------------------------------------------------------------------

    def _dialect(self, name: str | None) -> Dialect:
        for dialect in self._dialects:
            if name in (None, dialect.name):
                return dialect
        raise unknown("dialect", str(name), [dialect.name for dialect in self._dialects], field="dialect")

    def _to(self, time: float) -> None:
        _check_time(time)
        self._gateway.runtime.advance(self._session, time)

    def _telling(self, move: Callable[[], None]) -> Json:
        """Do something, and tell how far time moved, what happened, and how things are now."""
        session, start = self._session, self._gateway.now(self._session)
        before = {turn: len(turn.log.facts) for turn in session.turns[-1:]}
        move()
        moved = max(0.0, self._gateway.now(session) - start)
        happened = [
            entry for turn in session.turns[-1:] for entry in facts_json(turn, self._dialects, before.get(turn, 0))
        ]
        return {
            "moved": seconds(moved),
            "clock": self.show(),
            "happened": happened,
            "turn": turn_json(session.turns[-1]) if session.turns else None,
        }

    def _steps(self, dialect: Dialect) -> Iterator[Json]:
        """At most one event: of the oldest turn that still has one behind its gate."""
        for turn in self._session.turns:
            if turn.gate is not None and self._step(turn, dialect):
                yield _last_shown(turn, dialect)
                _drop_gate(turn)
                turn.log.wake()
                return

    def _step(self, turn: Turn, dialect: Dialect) -> bool:
        """Open a turn's gate by one frame; play on when there is none to show yet."""
        gate = turn.gate
        assert gate is not None
        while not gate.step(turn.log.facts, dialect.weigh):
            if not self._gateway.runtime.play_next(turn):
                return False
        return True


def _last_shown(turn: Turn, dialect: Dialect) -> Json:
    """The last event before a turn's gate."""
    assert turn.gate is not None
    view = view_of(turn, dialect)
    number = turn.gate.frames(turn.log.facts, dialect.name, dialect.weigh)
    body, _ = view.take(number - 1, 1)
    data = next(line for line in body.split(b"\n") if line.startswith(b"data: "))
    event: Any = json.loads(data[6:])
    return {"turn_id": turn.id, "sequence_id": number, "data": event}


def _drop_gate(turn: Turn) -> None:
    """A turn that has ended and shown everything needs no gate."""
    if turn.gate is not None and not turn.is_running and turn.gate.facts == len(turn.log.facts):
        turn.gate = None


class WorldClock:
    """The clocks of a world: of all its sessions, and of those that come."""

    def __init__(self, gateway: Gateway, world: World, clock_of: Callable[[str], SessionClock]) -> None:
        self._gateway = gateway
        self._world = world
        self._clock_of = clock_of

    def show(self) -> Json:
        """How the clock of the next session will go (`mode`, `speed`, `paused`) and its time; the `sessions` by id."""
        clock = self._gateway.new_clock(self._world)
        rate = rate_json(clock.rate, paused=clock.paused is not None)
        now = clock.read(self._gateway.runtime.wall())
        return rate | {"now": iso_time(now), "sessions": {one: self._clock_of(one).show() for one in self._ids()}}

    def set(self, mode: str, speed: float | None = None) -> Json:
        """How the clocks of later sessions go, whatever the server's speed is; those there are stay as they are.

        mode, speed: as in `SessionClock.set`. Raises `ControlError`.
        """
        self._world.rate = rate_of(mode, speed)
        return self.show()

    def advance(self, duration: float | str) -> Json:
        """Let time pass in every session, and for those that come. Tells it by session id. Raises `ControlError`."""
        step = seconds_of(duration)
        for session in self._world.sessions.values():
            _check_time(self._gateway.now(session) + step)
        told = self._each(lambda clock: clock.advance(step))
        self._world.advanced += step
        return told

    def next(self) -> Json:
        """Let time pass in every session until the first thing that happens in any of them."""
        now = self._gateway.now
        waits = [_next_time(session) - now(session) for session in self._world.sessions.values()]
        first = max(0.0, min(waits, default=inf))
        return self.advance(first if first < inf else 0.0)

    def finish(self) -> Json:
        """Let every running turn go to its end, or to its pause."""
        return self._each(lambda clock: clock.finish())

    def pause(self) -> Json:
        """Stop time in every session; those that come begin paused."""
        self._world.paused = True
        return self._each(lambda clock: clock.pause())

    def resume(self) -> Json:
        """Let time go on in every session, and in those that come."""
        self._world.paused = False
        return self._each(lambda clock: clock.resume())

    def step(self, dialect: str | None = None) -> Json:  # noqa: ARG002  # as that of a session
        """A step is one session's. Raises `ControlError`."""
        message = "a step shows one event, and that is one session's"
        raise ControlError(
            Cause.INVALID, message, field="session_id", allowed=self._ids(), hint="say which session to step"
        )

    def _ids(self) -> list[str]:
        return list(self._world.sessions)

    def _each(self, act: Callable[[SessionClock], Json]) -> Json:
        return {"sessions": {one: act(self._clock_of(one)) for one in self._ids()}}
