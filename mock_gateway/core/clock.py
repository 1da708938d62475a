"""The clock of a session: wall time, scaled time, or virtual time.

Owns: the relation of session time to wall time. Session time is in seconds since the epoch, as a float.
Must not know: how anybody waits. The runtime asks when something is due and reads the wall clock; nothing here does.
"""

from __future__ import annotations

from msgspec import Struct


class Clock(Struct):
    """A session's time.

    speed: session seconds per wall second; 0 is virtual time, which stands still until it is advanced.
    skipping: with virtual time, whether to jump ahead whenever every task of the session only waits.
    """

    origin: float
    started: float
    speed: float = 1.0
    skipping: bool = False

    @property
    def is_virtual(self) -> bool:
        """Whether wall time has no effect."""
        return self.speed == 0

    def read(self, wall: float) -> float:
        """Session time at a wall time."""
        return self.origin + (wall - self.started) * self.speed

    def wall(self, time: float) -> float:
        """The wall time at which it will be `time`; only for a clock that runs by itself."""
        return self.started + (time - self.origin) / self.speed

    def advance_to(self, time: float) -> None:
        """Set virtual time forward; never back."""
        self.origin = max(self.origin, time)
