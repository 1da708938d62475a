"""Writing lines to stdout without ever waiting for who reads them.

Owns: lines that are not written yet, at most `MOST`. A terminal that was stopped or a pipe that nobody empties must
not stop the server; what does not fit is left out, and that is said. Must not know: what the lines mean.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable
from select import select

MOST = 10_000
CHUNK = 4096
"""Bytes that a pipe takes at once when it says that it takes any."""


class Output:
    """Lines on their way to a descriptor. descriptor: None throws everything away. left_out: tells a count of lines."""

    def __init__(
        self, descriptor: int | None, left_out: Callable[[int], str] = "({} lines are left out)".format
    ) -> None:
        self._descriptor = descriptor
        self._left_out = left_out
        self._lines: deque[str] = deque()
        self._rest = b""
        self._lost = 0

    def put(self, line: str) -> None:
        """Add a line; the oldest one goes when there are too many."""
        if len(self._lines) >= MOST:
            self._lines.popleft()
            self._lost += 1
        self._lines.append(line)

    def flush(self) -> bool:
        """Write what is taken right now. True when nothing is left."""
        while self._rest or self._lines:
            if self._descriptor is None:
                self._lines.clear()
                return True
            if not self._rest:
                self._rest = self._next_chunk()
            try:
                if not is_taken(self._descriptor):
                    return False
                written = os.write(self._descriptor, self._rest[:CHUNK])
            except OSError:
                # The reader has gone, or its disk is full. The server goes on.
                self._descriptor, self._rest = None, b""
            else:
                self._rest = self._rest[written:]
        return True

    def _next_chunk(self) -> bytes:
        lines = []
        if self._lost:
            lines.append(self._left_out(self._lost))
            self._lost = 0
        size = 0
        while self._lines and size < CHUNK:
            line = self._lines.popleft()
            size += len(line)
            lines.append(line)
        return "".join([line + "\n" for line in lines]).encode("utf-8", "backslashreplace")


def is_taken(descriptor: int) -> bool:
    """Whether a write would not wait."""
    if sys.platform == "win32":
        return True
    return bool(select([], [descriptor], [], 0)[1])


def stdout_descriptor() -> int | None:
    """Where stdout goes; None when it is closed."""
    try:
        return sys.stdout.fileno() if sys.stdout is not None else None
    except OSError:
        return None
