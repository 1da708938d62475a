"""What a server costs: CPU time and memory of it and its children, read from /proc (Linux)."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; the name before it may hold blanks."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                children.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def _cpu_of(pid: int) -> float:
    """Seconds. `schedstat` counts in ns, but only threads that still live; `stat` counts all, in ticks of 10 ms."""
    threads = (PROC / str(pid) / "task").glob("*/schedstat")
    exact = sum(int(file.read_text().split()[0]) for file in threads) / 1e9
    fields = _stat(pid)
    return max(exact, (int(fields[11]) + int(fields[12])) / TICKS)


def cpu_seconds(pid: int) -> float:
    """CPU seconds that a process and its descendants have used."""
    total = 0.0
    for one in family(pid):
        try:
            total += _cpu_of(one)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def resident_kb(pid: int) -> int:
    """Resident memory in KB."""
    total = 0
    for one in family(pid):
        for line in (PROC / str(one) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Rss:"):
                total += int(line.split()[1])
    return total
