"""A fault while it is delivered to one request.

Owns: whether it has happened, and telling so once. Must not know: what it does.
"""

from __future__ import annotations

from collections.abc import Callable

from mock_gateway.faults.board import Chosen
from mock_gateway.faults.frames import Frame, Words, hits
from mock_gateway.faults.specs import FaultSpec

Tell = Callable[[str, str, str, str], None]
"""Takes the name of a fault, its id, the place in words, and what was done."""


class Injection:
    """One fault of one request. tell: told when it happens for the first time."""

    __slots__ = ("_chosen", "_frame", "_tell", "is_done", "spec")

    def __init__(self, chosen: Chosen, tell: Tell) -> None:
        self._chosen = chosen
        self._tell = tell
        self._frame: Frame | None = None
        self.spec: FaultSpec = chosen.spec
        self.is_done = False

    @property
    def name(self) -> str:
        """Which fault it is."""
        return self.spec.fault

    def done(self, what: str, place: str | None = None) -> None:
        """It happens. what: in a few words. place: where; that of the fault when left out."""
        if not self.is_done:
            self.is_done = True
            self._chosen.count()
            self._tell(self.name, self._chosen.id, str(self.spec.at or "") if place is None else place, what)

    def cannot(self, what: str) -> None:
        """It cannot happen here. what: why, and what is done instead. It does not count as injected."""
        if not self.is_done:
            self.is_done = True
            self._tell(self.name, self._chosen.id, str(self.spec.at or ""), f"cannot be done here: {what}")

    def is_for(self, frame: Frame, words: Words) -> bool:
        """Whether it is for a frame: any event, without a place; otherwise the first that is at its place."""
        at = self.spec.at
        if frame is self._frame:
            return True
        if not hits(at, frame, words) or (at is not None and self.is_done):
            return False
        self._frame = frame
        return True
