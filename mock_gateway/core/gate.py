"""A gate before the facts of a turn: what lies behind it has happened, and no reader of a stream sees it yet.

Owns: where the gate stands, opening it by one frame, counting what lies before it. A fact can be many frames
(`Deltas`), so a gate may stand inside one. Must not know: dialects; whoever asks says how many frames a fact is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct, field

from mock_gateway.core.events import Deltas, Fact

Weigh = Callable[[Fact], int]


class Gate(Struct, eq=False):
    """facts: how many lie before it whole. pieces: of the fact after those, when it is a run of deltas.

    shut: the turn was taken away; its streams end without another frame.
    counted: by dialect, up to which fact frames have been counted, and how many; so that a step costs the same at the
    end of a long turn as at its beginning.
    """

    facts: int = 0
    pieces: int = 0
    shut: bool = False
    counted: dict[str, tuple[int, int]] = field(default_factory=dict)

    def frames(self, log: Sequence[Fact], dialect: str, weigh: Weigh) -> int:
        """How many frames of a dialect lie before it."""
        if self.shut:
            return 0
        done, frames = self.counted.get(dialect, (0, 0))
        for fact in log[done : self.facts]:
            frames += weigh(fact)
        self.counted[dialect] = (self.facts, frames)
        if self.pieces:
            run = log[self.facts]
            assert isinstance(run, Deltas)
            frames += weigh(Deltas(run.at, run.message, run.first, run.first + self.pieces))
        return frames

    def step(self, log: Sequence[Fact], weigh: Weigh) -> bool:
        """Let one more frame through, and before it what is no frame in this dialect; False when there is none."""
        while self.facts < len(log):
            fact = log[self.facts]
            if isinstance(fact, Deltas):
                shown = self._step_inside(fact, weigh)
            else:
                self.facts += 1
                shown = weigh(fact) > 0
            if shown:
                return True
        return False

    def _step_inside(self, run: Deltas, weigh: Weigh) -> bool:
        """Go on within a run of deltas, to its next piece that the dialect shows, or to its end."""
        shown = False
        while not shown and run.first + self.pieces < run.stop:
            place = run.first + self.pieces
            self.pieces += 1
            shown = weigh(Deltas(run.at, run.message, place, place + 1)) > 0
        if run.first + self.pieces == run.stop:
            self.facts, self.pieces = self.facts + 1, 0
        return shown
