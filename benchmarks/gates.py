"""The speed that the product has to have, as a table, and the verdict on figures.

Owns: gates and the arithmetic of ratios. A ratio is taken within a round, where both candidates saw the same machine;
the median of the rounds' ratios is judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from statistics import median

Rounds = Sequence[Mapping[str, float]]
"""The figures of one measure of one candidate, a round each."""
Results = Mapping[str, Mapping[str, Rounds]]
"""By candidate and measure."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One line of the verdict.

    gate, stretch: the bound and the better one; None only shows the figure. at_least: bounds are lower ones.
    unit: of both candidates' own figures; absolute: these are judged and not their ratio.
    """

    title: str
    measure: str
    figure: str
    gate: float | None
    stretch: float | None
    at_least: bool = False
    absolute: bool = False
    unit: str = "ms"

    def verdict(self, value: float) -> str:
        """`stretch`, `pass` or `MISS`; empty without a gate."""
        if self.gate is None or self.stretch is None:
            return ""
        sign = -1 if self.at_least else 1
        if sign * value <= sign * self.stretch:
            return "stretch"
        return "pass" if sign * value <= sign * self.gate else "MISS"


@dataclass(frozen=True, slots=True)
class Line:
    """What came of a gate. value: judged; product, yardstick: medians of their own figures."""

    gate: Gate
    value: float
    product: float
    yardstick: float

    @property
    def verdict(self) -> str:
        """See `Gate.verdict`."""
        return self.gate.verdict(self.value)


US = "us"
PER_S = "/s"
GATES = (
    Gate("CPU per event, 1 stream", "stream", "cpu_us_per_event", 0.50, 0.35, unit=US),
    Gate("CPU per event, 50 streams", "fanout", "cpu_us_per_event", 0.50, 0.35, unit=US),
    Gate("events per second, 1 stream, eager reader", "eager", "events_per_s", 4, 7, at_least=True, unit=PER_S),
    Gate("time to first event", "first", "first_ms", 1.8, 1.4),
    Gate("time to first event while 50 streams run", "fanout", "first_ms", 0.2, 0.12),
    Gate("memory per held stream", "hold", "rss_kb_per_stream", 21, 16, absolute=True, unit="KB"),
    Gate("lateness of 5,000 streams, median", "crowd", "late_p50_ms", 1, 0.6, absolute=True),
    Gate("lateness of 5,000 streams, 99 %", "crowd", "late_p99_ms", 10, 3, absolute=True),
    Gate("cold start to first 200", "start", "start_ms", 1.6, 1.2),
    Gate("GET /sessions/{id} per second", "get", "per_s", 0.45, 0.6, at_least=True, unit=PER_S),
    Gate("POST /sessions per second", "post", "per_s", 0.30, 0.5, at_least=True, unit=PER_S),
    Gate("GET /sessions (20 of 500) per second", "list", "per_s", None, None, unit=PER_S),
    Gate("POST turns, stream: false, per second", "turn", "per_s", None, None, unit=PER_S),
    Gate("CPU per GET", "get", "cpu_us", None, None, unit=US),
    Gate("CPU per POST", "post", "cpu_us", None, None, unit=US),
)


def ratio(product: Rounds, yardstick: Rounds, figure: str) -> float:
    """The median over the rounds of product / yardstick; NaN when there is none."""
    pairs = [(one[figure], other[figure]) for one, other in zip(product, yardstick, strict=False)]
    ratios = [one / other for one, other in pairs if other]
    return median(ratios) if ratios else nan


def typical(rounds: Rounds, figure: str) -> float:
    """The median over the rounds; NaN when there is none."""
    return median(one[figure] for one in rounds) if rounds else nan


def judge(results: Results, gates: Sequence[Gate] = GATES) -> list[Line]:
    """A line for every gate whose measure was taken. results: of `product` and `yardstick`."""
    lines = []
    for gate in gates:
        product, yardstick = (results[name].get(gate.measure, ()) for name in ("product", "yardstick"))
        if product:
            own, theirs = typical(product, gate.figure), typical(yardstick, gate.figure)
            value = own if gate.absolute else ratio(product, yardstick, gate.figure)
            lines.append(Line(gate, value, own, theirs))
    return lines
