"""The report for a terminal: a line per result as it comes, the failures explained at the end.

Owns: the words. Must not know: colours of a certain terminal, how a run is done.
"""

from __future__ import annotations

from collections.abc import Iterator

from mock_gateway.conformance.results import Document
from mock_gateway.conformance.verdicts import Evidence, Result, Verdict

QUIET = (Verdict.PASS, Verdict.INFO, Verdict.UNSUPPORTED)
"""Verdicts that are not explained."""


def line(result: Result, known: str = "") -> str:
    """One result on a line."""
    told = f"{result.verdict.value:<13} {result.case:<20} {result.dialect:<5}"
    said = known and f"known: {known}"
    return f"{told} {said or result.message}".rstrip()


def explained(document: Document) -> Iterator[str]:
    """Everything that is not as it should be, with its evidence."""
    known = {(one.case, one.dialect): one.reason for one in document.known}
    for result in document.results:
        if result.verdict not in QUIET and (result.case, result.dialect) not in known:
            yield from _failure(result)


def _failure(result: Result) -> Iterator[str]:
    yield ""
    yield f"{result.verdict.value} {result.case} ({result.dialect}, {result.level})"
    yield f"  {result.says}" + (f" [{', '.join(result.refs)}]" if result.refs else "")
    if result.field:
        yield f"  {result.field}"
        yield f"    expected  {result.expected}"
        yield f"    got       {result.got}"
    else:
        yield f"  {result.message}"
    if result.evidence is not None:
        yield from _evidence(result.evidence)
    yield f"  again: {result.repeat}"


def _evidence(evidence: Evidence) -> Iterator[str]:
    for fault in evidence.faults:
        yield f"  fault: {fault}"
    for asked in evidence.asked:
        done = f"  ({'; '.join(one.what for one in asked.faults)})" if asked.faults else ""
        yield f"  {asked.at_ms:>6} ms  {asked.request} -> {asked.status}{done}"
    if evidence.stderr:
        yield "  stderr:"
        yield from (f"    {one}" for one in evidence.stderr.rstrip().splitlines()[-8:])


def summary(document: Document) -> Iterator[str]:
    """The last lines."""
    counts = ", ".join(f"{number} {verdict}" for verdict, number in document.counts.items())
    client = document.client
    name = f"{client.name} {client.version}".strip()
    yield ""
    yield f"{name}: {counts or 'no case was selected'} in {document.seconds:.1f} s"
    if document.known:
        yield f"known and left out of the verdict: {len(document.known)}"
    yield from document.problems
    yield f"level: {document.level}"
