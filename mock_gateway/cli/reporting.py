"""Showing and writing results, for every command that has some.

Owns: the flags of the reports, the files, whether stdout is a terminal. Look next: `conformance/reports/`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import UsageError, write
from mock_gateway.cli.terminal import has_colours
from mock_gateway.conformance.baseline import Entry, written
from mock_gateway.conformance.reports import REPORTS, Report, renderer, terminal
from mock_gateway.conformance.reports.progress import Progress
from mock_gateway.conformance.results import Document

WRITE_BASELINE = "write-baseline"


def add_flags(parser: Parser) -> None:
    """A flag for each report."""
    for report in REPORTS:
        parser.add_argument(f"--{report.flag}", metavar="FILE", help=report.says)


def asked_for(flags: Mapping[str, object]) -> list[tuple[Report, Path]]:
    """The reports that were asked for, with their files. Raises `UsageError` for one that has no place to be."""
    for flag in [*(report.flag for report in REPORTS), WRITE_BASELINE]:
        # It is known before a run of a minute, and not after it.
        path = Path(str(flags.get(flag, "file")))
        if path.is_dir():
            raise UsageError(f"--{flag} {path} is a folder", "expected a file to write")
        if not path.parent.is_dir():
            raise UsageError(f"--{flag} {path}: there is no folder {path.parent}", "make it first")
    return [(report, Path(str(flags[report.flag]))) for report in REPORTS if report.flag in flags]


def save(wanted: Sequence[tuple[Report, Path]], documents: Sequence[Document]) -> None:
    """Write the reports. Raises `UsageError` for a file that cannot be written."""
    for report, path in wanted:
        _write(report.flag, path, renderer(report)(documents))


def save_baseline(flags: Mapping[str, object], document: Document, entries: Sequence[Entry]) -> None:
    """Write what fails now as a baseline. entries: of the one that there was. Raises `UsageError`."""
    path = Path(str(flags[WRITE_BASELINE]))
    today = datetime.fromisoformat(document.at).date()
    text = written(document.results, entries, today, strict=bool(flags.get("strict")))
    _write(WRITE_BASELINE, path, text)
    write(f"wrote {path}: {text.count('- case: ')} entries; give each its reason\n")


def _write(flag: str, path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"--{flag} {path}: {(error.strerror or str(error)).lower()}") from None


def progress(total: int, known: Mapping[tuple[str, str], str]) -> Progress:
    """What tells of results as they come. known: reasons by case and dialect."""
    width = shutil.get_terminal_size().columns if _can_draw() else None
    return Progress(write, total, known, width=width, colours=has_colours(os.environ))


def _can_draw() -> bool:
    """Whether stdout is a terminal on which a line can be written anew."""
    out = sys.stdout
    if out is None or not out.isatty() or os.environ.get("TERM") == "dumb":
        return False
    return (out.encoding or "").lower().startswith("utf")


def show(document: Document) -> None:
    """Print what is not as it should be, and the end."""
    colours = has_colours(os.environ)
    lines = [*terminal.explained(document, colours=colours), *terminal.summary(document)]
    write("".join(f"{one}\n" for one in lines))
