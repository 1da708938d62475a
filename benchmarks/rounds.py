"""Rounds: every candidate takes every measure, interleaved, so that a noisy machine is noisy for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from candidates import Candidate
from engine import Figures
from measures import MEASURES, Plan, touch
from servers import served

Taken = dict[str, dict[str, list[Figures]]]
"""By candidate and measure, one entry a round."""
Tell = Callable[[str], None]


def take(
    candidates: Sequence[Candidate], plan: Plan, rounds: int, only: Sequence[str], folder: Path, tell: Tell
) -> Taken:
    """Measure. only: folders of scenarios to measure with. tell: is told of every figure as it comes."""
    taken: Taken = {candidate.name: {} for candidate in candidates}
    for number in range(rounds):
        first = number % len(candidates)
        for where in only:
            for candidate in (*candidates[first:], *candidates[:first]):
                for measure, figures in _round(candidate, plan, where, folder / where):
                    taken[candidate.name].setdefault(measure, []).append(figures)
                    shown = " ".join(f"{name}={value:.4g}" for name, value in figures.items())
                    tell(f"round {number + 1} {candidate.name:9} {measure:6} {shown}")
    return taken


def _round(candidate: Candidate, plan: Plan, where: str, folder: Path) -> Sequence[tuple[str, Figures]]:
    if where == "start":
        return [("start", _start(candidate, plan, folder))]
    found = []
    with served(candidate.command_in(folder), candidate.ready, candidate.env, candidate.cwd) as server:
        if where == "flow":
            touch(candidate, server)
        for name, measure in MEASURES[where].items():
            found.append((name, measure(candidate, server, plan)))
    return found


def _start(candidate: Candidate, plan: Plan, folder: Path) -> Figures:
    """The fastest of a few starts: what is slower was somebody else's work on the machine."""
    times = []
    for _ in range(plan.starts):
        with served(candidate.command_in(folder), candidate.ready, candidate.env, candidate.cwd) as server:
            times.append(server.start_ms)
    return {"start_ms": min(times)}
