"""The clock of a session: wall time, scaled time, or virtual time; and whether somebody has stopped it.

Owns: the relation of session time to wall time. Session time is in seconds since the epoch, as a float; whatever is
done to a clock, it goes on from where it is.
Must not know: how anybody waits. The runtime asks when something is due and reads the wall clock; nothing here does.
"""

from __future__ import annotations

from msgspec import Struct


class Rate(Struct, frozen=True):
    """How a clock goes.

    speed: session seconds per wall second; 0 is virtual time, which stands still until it is advanced.
    skipping: with virtual time, whether to jump ahead whenever every task of the session only waits.
    """

    speed: float = 1.0
    skipping: bool = False


class Clock(Struct):
    """A session's time.

    speed, skipping: as in `Rate`. paused: how it goes on when it is resumed; until then it stands still.
    """

    origin: float
    started: float
    speed: float = 1.0
    skipping: bool = False
    paused: Rate | None = None

    @property
    def is_virtual(self) -> bool:
        """Whether wall time has no effect."""
        return self.speed == 0

    @property
    def rate(self) -> Rate:
        """How it goes, or will go when it is resumed."""
        return self.paused or Rate(self.speed, self.skipping)

    def read(self, wall: float) -> float:
        """Session time at a wall time."""
        return self.origin + (wall - self.started) * self.speed

    def wall(self, time: float) -> float:
        """The wall time at which it will be `time`; only for a clock that runs by itself."""
        return self.started + (time - self.origin) / self.speed

    def advance_to(self, time: float) -> None:
        """Set virtual time forward; never back."""
        self.origin = max(self.origin, time)

    def jump(self, time: float, wall: float) -> None:
        """Set any clock forward, at a wall time; never back."""
        self.origin, self.started = max(self.read(wall), time), wall

    def go(self, rate: Rate, wall: float) -> None:
        """Go on at another rate, from the time that it is; a clock that is paused takes it when it is resumed."""
        if self.paused is not None:
            self.paused = rate
            return
        self.jump(self.origin, wall)
        self.speed, self.skipping = rate.speed, rate.skipping

    def pause(self, wall: float) -> None:
        """Stand still."""
        if self.paused is None:
            rate = self.rate
            self.go(Rate(0.0), wall)
            self.paused = rate

    def resume(self, wall: float) -> None:
        """Go on."""
        if self.paused is not None:
            rate, self.paused = self.paused, None
            self.go(rate, wall)
