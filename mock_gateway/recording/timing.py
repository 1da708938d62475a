"""Times as a person writes them: rates and durations of a digit or two.

Owns: rounding, and which pace is the agent's. Must not know: scripts beyond their steps' times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from statistics import median

from msgspec import Struct

from mock_gateway.recording.program import Play, Script, Step

QUICK = 0.015
"""Seconds below which nothing was waited for."""
_FASTEST = 400.0
"""Pieces in a second from which on they came at once."""
_ALIKE = 1.6
"""How many times as fast a message may be and still have the agent's pace."""


class Tempo(Struct, frozen=True):
    """A pace. first: seconds before the first piece; rate: pieces in a second, 0 for all at once."""

    first: float = 0.0
    rate: float = 0.0

    def written(self) -> object:
        """As it stands under `pace`."""
        parts: dict[str, object] = {}
        if self.first:
            parts["first"] = duration(self.first)
        if self.rate:
            parts["rate"] = f"{self.rate:g} tokens/s"
        if not parts:
            return "instant"
        return parts["rate"] if [*parts] == ["rate"] else parts


def rounded(value: float, digits: int = 2) -> float:
    """A number with so many digits."""
    return float(f"{value:.{digits}g}")


def duration(seconds: float) -> str:
    """A duration in the unit that suits it."""
    if seconds < 1:
        return f"{max(1, round(rounded(seconds) * 1000)):g}ms"
    if seconds < 120:
        return f"{rounded(seconds):g}s"
    if seconds < 7200:
        return f"{round(seconds / 60):g}m"
    return f"{round(seconds / 3600):g}h"


def tempo_of(step: Step) -> Tempo:
    """The pace of a message as it was seen."""
    rate = 1 / step.gap if step.gap > 0 else 0.0
    return Tempo(
        rounded(step.first) if step.first >= QUICK else 0.0,
        rounded(rate) if step.count > 2 and 0 < rate < _FASTEST else 0.0,
    )


def common_tempo(plays: Iterable[Play]) -> Tempo:
    """The pace that most messages have, about."""
    seen = [tempo_of(step) for play in plays for step in _messages(play.script)]
    rates = [tempo.rate for tempo in seen if tempo.rate]
    firsts = [tempo.first for tempo in seen]
    rate = rounded(median(rates)) if rates and 2 * len(rates) >= len(seen) else 0.0
    first = rounded(median(firsts)) if firsts else 0.0
    return Tempo(first if first >= QUICK else 0.0, rate)


def differs(one: Tempo, common: Tempo, pieces: int) -> bool:
    """Whether a message has to say its own pace."""
    return _far(one.first, common.first, 0.15) or (pieces > 2 and _far(one.rate, common.rate, 0.0))


def _far(one: float, other: float, little: float) -> bool:
    if abs(one - other) <= little:
        return False
    low, high = sorted((one, other))
    return low == 0 or high / low > _ALIKE


def _messages(script: Script) -> Iterator[Step]:
    for step in script:
        if step.count > 1:
            yield step
        for call in step.calls:
            yield from _messages(call.script)
        for outcome in step.outcomes:
            yield from _messages(outcome.script)
