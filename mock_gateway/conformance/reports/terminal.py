"""The report for a terminal: a line per result as it comes, the failures explained at the end.

Owns: the words and their colours. Must not know: whether there is a terminal (`progress.py`), how a run is done.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from mock_gateway.conformance.evidence import around
from mock_gateway.conformance.reports.text import one_line, printable
from mock_gateway.conformance.results import Document
from mock_gateway.conformance.verdicts import BAD, Asked, Evidence, Result, Verdict, Write

QUIET = (Verdict.PASS, Verdict.INFO, Verdict.UNSUPPORTED)
"""Verdicts that are not explained."""
COLOURS: Mapping[Verdict, str] = {
    Verdict.PASS: "32",
    Verdict.NON_STRICT: "33",
    Verdict.INFO: "33",
    Verdict.UNSUPPORTED: "2",
    Verdict.NOT_OBSERVED: "2",
    **dict.fromkeys((*BAD, Verdict.HARNESS_ERROR), "31"),
}
MOST_ASKED = 24
"""Requests of a failure that are printed."""
ROOM = 100
"""Bytes of a write that are printed."""
LAST = 8
"""Lines of stderr that are printed."""


def verdict(result: Result, *, colours: bool, width: int = 0) -> str:
    """A verdict in its colour."""
    text = f"{result.verdict.value:<{width}}"
    return f"\x1b[{COLOURS[result.verdict]}m{text}\x1b[0m" if colours else text


def line(result: Result, known: str = "", *, colours: bool = False) -> str:
    """One result on a line."""
    told = f"{verdict(result, colours=colours, width=13)} {one_line(result.case):<20} {one_line(result.dialect):<5}"
    said = known and f"known: {known}"
    return f"{told} {one_line(said or result.message)}".rstrip()


def explained(document: Document, *, colours: bool = False) -> Iterator[str]:
    """Everything that is not as it should be, with its evidence; what fails the run last."""
    known = {(one.case, one.dialect) for one in document.known}
    told = [one for one in document.results if one.verdict not in QUIET and (one.case, one.dialect) not in known]
    for result in sorted(told, key=lambda one: one.verdict in (*BAD, Verdict.HARNESS_ERROR)):
        yield from _failure(result, colours=colours)


def _failure(result: Result, *, colours: bool) -> Iterator[str]:
    yield ""
    yield f"{verdict(result, colours=colours)} {one_line(f'{result.case} ({result.dialect}, {result.level})')}"
    yield one_line(f"  {result.says}" + (f" [{', '.join(result.refs)}]" if result.refs else ""))
    if result.field:
        yield f"  {one_line(result.field)}"
        yield f"    expected  {one_line(result.expected)}"
        yield f"    got       {one_line(result.got)}"
    else:
        yield f"  {one_line(result.message)}"
    if result.evidence is not None:
        yield from _evidence(result.evidence)
    yield f"  again: {one_line(result.repeat, 2000)}"


def _evidence(evidence: Evidence) -> Iterator[str]:
    for fault in evidence.faults:
        yield f"  fault: {one_line(told_fault(fault))}"
    for asked in evidence.asked[:MOST_ASKED]:
        yield from _asked(asked)
    left_out = len(evidence.asked) - MOST_ASKED
    if left_out > 0:
        yield f"             and {left_out} more requests"
    if evidence.stderr:
        yield "  stderr:"
        yield from (f"    {printable(one)}" for one in evidence.stderr.rstrip().splitlines()[-LAST:])


def told_fault(fault: Mapping[str, object]) -> str:
    """A fault as its name and what else it says."""
    rest = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fault.items() if name != "fault"]
    return "  ".join([str(fault.get("fault", "")), *rest])


def _asked(asked: Asked) -> Iterator[str]:
    yield f"  {asked.at_ms:>6} ms  {one_line(asked.request)} -> {asked.status or 'the client left'}"
    for fault in asked.faults:
        yield f"             {one_line(fault.place + ': ' if fault.place else '')}{one_line(fault.what)}"
        yield from (f"               {_bytes(write)}" for write in around(asked, fault))


def _bytes(write: Write) -> str:
    whole = write.size or len(write.data)
    if whole <= ROOM:
        return f"{write.at_ms:>8.1f} ms  {write.data!r}"
    ends = f"{write.data[: ROOM // 2]!r} … " + (f"{write.data[-ROOM // 2 :]!r} " if not write.size else "")
    return f"{write.at_ms:>8.1f} ms  {ends}({whole} bytes)"


def summary(document: Document) -> Iterator[str]:
    """The last lines."""
    counts = ", ".join(f"{number} {verdict}" for verdict, number in document.counts.items())
    client = document.client
    name = one_line(f"{client.name} {client.version}".strip())
    yield ""
    yield f"{name}: {counts or 'no case was selected'} in {document.seconds:.1f} s"
    if document.known:
        yield f"known, and not counted as failures: {len(document.known)}"
    yield from map(one_line, document.problems)
    yield f"level: {one_line(document.level)}"
