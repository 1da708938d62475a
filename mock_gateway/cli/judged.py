"""What all commands that judge have in common: the flags of a choice, the baseline, the exit code.

Owns: those. Must not know: what is judged, how it is shown (`reporting.py`). Look next: `check_server.py`, `judge.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from mock_gateway.cli import reporting
from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import CHECKS_FAILED, OK, UsageError, complain
from mock_gateway.cli.kinds import whole
from mock_gateway.conformance.baseline import Entry, read_baseline, unknown
from mock_gateway.conformance.results import Document
from mock_gateway.conformance.verdicts import Result, exit_code
from mock_gateway.scenario import ScenarioErrors
from mock_gateway.wire.dialects import voices


def add_choice(parser: Parser, what: str) -> None:
    """Which of them. what: cases or rules."""
    parser.add_argument(
        "--dialect", action="append", metavar="NAME", help="beta or v1; repeatable. By itself every one."
    )
    parser.add_argument(
        "--run", action="append", metavar="PATTERN", help=f"Ids of {what} to run, as 'WIRE-*'; repeatable."
    )
    parser.add_argument("--skip", action="append", metavar="PATTERN", help=f"Ids of {what} to leave out; repeatable.")
    parser.add_argument("--list", action="store_true", help=f"Print all {what}, and run none.")


def add_reports(parser: Parser) -> None:
    """What comes of them."""
    parser.add_argument("--baseline", metavar="FILE", help="What is known to fail, with reasons.")
    parser.add_argument("--strict", action="store_true", help="SHOULD counts as MUST.")
    parser.add_argument("--quiet", "-q", action="store_true", help="Print the end only.")
    reporting.add_flags(parser)


def dialects(flags: dict[str, Any]) -> tuple[str, ...]:
    """Those that were chosen; none is all. Raises `UsageError`."""
    names = [voice.dialect.name for voice in voices()]
    strange = [name for name in flags.get("dialect", ()) if name not in names]
    if strange:
        raise UsageError(f"--dialect is {strange[0]!r}", f"expected one of {', '.join(names)}")
    return tuple(flags.get("dialect", ()))


def baseline(flags: dict[str, Any], known: Collection[str]) -> tuple[Entry, ...]:
    """The entries of `--baseline`. known: all ids that there are. Raises `UsageError`."""
    try:
        return tuple(read_baseline(Path(flags["baseline"]), known)) if "baseline" in flags else ()
    except ScenarioErrors as errors:
        raise UsageError(str(errors)) from None


def number(flags: dict[str, Any], name: str, default: int, least: int = 1) -> int:
    """A whole number from a flag. Raises `UsageError`."""
    try:
        found = int(str(whole(flags[name]))) if name in flags else default
    except ValueError as error:
        raise UsageError(f"--{name} is {flags[name]!r}; expected {error}") from None
    if found < least:
        raise UsageError(f"--{name} is {found}; expected a whole number from {least}")
    return found


def watched(
    run: Callable[[Callable[[Result], None]], Document], number: int, entries: Sequence[Entry], *, quiet: bool
) -> Document:
    """Run something that tells of its results, and print each as it comes. number: how many there will be."""
    if quiet:
        return run(lambda _result: None)
    progress = reporting.progress(number, {(entry.case, entry.dialect): entry.reason for entry in entries})
    try:
        return run(progress.tell)
    finally:
        progress.close()


def code(document: Document, *, strict: bool, none: str = "no case was selected") -> int:
    """The exit code of a run. none: what is said of one without any result."""
    if not document.results:
        complain(none, "--list shows all of them, --dry-run those that would be run")
        return CHECKS_FAILED
    new = unknown(document.results, document.known)
    return (exit_code(new, strict=strict) if new else OK) or (CHECKS_FAILED if document.problems else OK)
