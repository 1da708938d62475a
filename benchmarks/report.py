"""Showing what was measured: a table for the terminal, the figures of `docs/benchmarks.md`, a JSON file."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from gates import Line
from rounds import Taken

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
HEADINGS = ("what", "product", "yardstick", "judged", "gate", "stretch", "verdict")


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def _bound(line: Line, value: float | None) -> str:
    return "" if value is None else f"{'>=' if line.gate.at_least else '<='} {value:g}"


def cells(line: Line) -> tuple[str, ...]:
    """A line of the table, as texts in the order of `HEADINGS`."""
    gate, unit = line.gate, line.gate.unit
    return (
        gate.title,
        f"{_number(line.product)} {unit}",
        f"{_number(line.yardstick)} {unit}",
        f"{_number(line.value)} {unit}" if gate.absolute else f"{line.value:.2f}",
        _bound(line, gate.gate),
        _bound(line, gate.stretch),
        line.verdict,
    )


def table(lines: Sequence[Line]) -> str:
    """The table for a terminal."""
    rows = [HEADINGS, *map(cells, lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def conditions(rounds: int, load: float) -> str:
    """One sentence on the machine. load: its load average before."""
    names = " ".join(f"{name} {version(name)}" for name in ("uvicorn", "uvloop", "httptools"))
    when = datetime.now(UTC).date().isoformat()
    return (
        f"Measured {when} on {os.cpu_count()} cores of {_processor()} ({platform.system()} {platform.release()}), "
        f"Python {platform.python_version()}, {names}; {rounds} rounds, load average {load:.1f} before."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def markdown(lines: Sequence[Line], sentence: str) -> str:
    """The figures for the documentation."""
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *map(cells, lines)]
    return "\n".join([sentence, "", *("| " + " | ".join(row) + " |" for row in rows)])


def write_docs(page: Path, text: str) -> None:
    """Put figures between the two marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def write_json(path: Path, taken: Taken, lines: Sequence[Line], sentence: str) -> None:
    """Everything that was measured."""
    judged = [dict(zip(HEADINGS, cells(line), strict=True)) for line in lines]
    path.write_text(json.dumps({"conditions": sentence, "lines": judged, "figures": taken}, indent=1), encoding="utf-8")
