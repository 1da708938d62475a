"""What is seen while cases run: a line for each, or, on a terminal, one line that is written anew.

Owns: that line, and what stays above it. Must not know: how a run is done, what a result means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mock_gateway.conformance.reports.terminal import QUIET, line
from mock_gateway.conformance.verdicts import BAD, Result, Verdict

CLEAR = "\r\x1b[K"
BAR = 20
"""Characters of the bar."""


class Progress:
    """Tells of results. write: to stdout. total: how many there will be. known: reasons by case and dialect.

    width: columns of the terminal; None when it is none, and every result gets a line of its own.
    """

    def __init__(
        self,
        write: Callable[[str], None],
        total: int,
        known: Mapping[tuple[str, str], str],
        *,
        width: int | None = None,
        colours: bool = False,
    ) -> None:
        self._write = write
        self._total = total
        self._known = known
        self._width = width
        self._colours = colours
        self._done = 0
        self._failed = 0

    def tell(self, result: Result) -> None:
        """Take a result; one at a time."""
        reason = self._known.get((result.case, result.dialect)) or self._known.get((result.case, ""), "")
        self._done += 1
        self._failed += result.verdict in (*BAD, Verdict.HARNESS_ERROR) and not reason
        told = line(result, reason, colours=self._colours) + "\n"
        if self._width is None:
            self._write(told)
            return
        # What passes goes by in the line; what does not stays.
        stays = "" if result.verdict in QUIET else told
        self._write(CLEAR + stays + self._line(result, self._width))

    def _line(self, result: Result, width: int) -> str:
        filled = BAR * self._done // max(1, self._total)
        bar = "━" * filled + " " * (BAR - filled)
        failed = f"{self._failed} failed  " if self._failed else ""
        # A line as wide as the terminal would break.
        return f"{bar} {self._done}/{self._total}  {failed}{result.case} ({result.dialect})"[: max(1, width - 1)]

    def close(self) -> None:
        """Take the line away."""
        if self._width is not None and self._done:
            self._write(CLEAR)
