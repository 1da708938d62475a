"""JUnit XML: a suite for each family of cases, as continuous integration reads it.

Owns: which verdict is what there. A SHOULD that is not kept passes, with words in system-out; what does not count or is
known is skipped. Must not know: how a run is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from mock_gateway.conformance.reports.terminal import explained
from mock_gateway.conformance.reports.text import xml
from mock_gateway.conformance.results import Document
from mock_gateway.conformance.verdicts import BAD, Result, Verdict

FAILURE, ERROR, SKIPPED, PASSED = "failure", "error", "skipped", ""
KINDS = {
    **dict.fromkeys(BAD, FAILURE),
    Verdict.HARNESS_ERROR: ERROR,
    Verdict.UNSUPPORTED: SKIPPED,
    Verdict.NOT_OBSERVED: SKIPPED,
}


class Line(Struct):
    """One testcase. kind: the element that says what came of it. text: in that element. out: of one that passed."""

    name: str
    place: str
    seconds: float
    kind: str
    type: str
    message: str
    text: str
    out: str
    properties: tuple[tuple[str, str], ...] = ()


def render(documents: Sequence[Document]) -> str:
    """The whole file."""
    suites = [suite for document in documents for suite in _suites(document, named=len(documents) > 1)]
    lines = [line for _, _, lines in suites for line in lines]
    head = f'<testsuites name="mock-gateway conformance" {_numbers(lines)}>'
    body = [one for document, name, lines in suites for one in _suite(document, name, lines)]
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *body, "</testsuites>", ""])


def _suites(document: Document, *, named: bool) -> Iterator[tuple[Document, str, list[Line]]]:
    client = f"{document.client.name} {document.client.version}".strip()
    known = {(one.case, one.dialect): one.reason for one in document.known}
    families: dict[str, list[Line]] = {}
    for result in document.results:
        families.setdefault(result.family, []).append(_line(document, result, known))
    for place, problem in enumerate(document.problems, 1):
        line = Line(f"entry {place}", "baseline", 0, FAILURE, "baseline", problem, problem, "")
        families.setdefault("baseline", []).append(line)
    for family, lines in families.items():
        yield document, f"{client}: {family}" if named else family, lines


def _line(document: Document, result: Result, known: dict[tuple[str, str], str]) -> Line:
    kind = KINDS.get(result.verdict, PASSED)
    message = result.message
    reason = known.get((result.case, result.dialect))
    if reason is not None:
        kind, message = SKIPPED, f"known: {reason}"
    only_this = Document(document.client, document.seed, document.at, 0, "", {}, [result])
    text = "\n".join(explained(only_this)).strip()
    is_remark = kind == PASSED and result.verdict is not Verdict.PASS
    properties = [("level", result.level), ("verdict", result.verdict.value), ("says", result.says)]
    properties += [("rule", ref) for ref in result.refs]
    return Line(
        name=f"{result.case} ({result.dialect})",
        place=f"{result.family}.{result.dialect}",
        seconds=result.seconds,
        kind=kind,
        type=result.verdict.value,
        message=message,
        text=text if kind in (FAILURE, ERROR) else "",
        out=(text or f"{result.verdict.value}: {message}") if is_remark else "",
        properties=tuple(properties),
    )


def _numbers(lines: Sequence[Line]) -> str:
    kinds = [line.kind for line in lines]
    counts = f'failures="{kinds.count(FAILURE)}" errors="{kinds.count(ERROR)}" skipped="{kinds.count(SKIPPED)}"'
    return f'tests="{len(lines)}" {counts} time="{sum(line.seconds for line in lines):.3f}"'


def _suite(document: Document, name: str, lines: Sequence[Line]) -> Iterator[str]:
    client = document.client
    about = [("client", client.name), ("version", client.version), ("command", client.command)]
    about += [("seed", str(document.seed)), ("level", document.level)]
    yield f'  <testsuite name="{xml(name)}" {_numbers(lines)} timestamp="{xml(document.at[:19])}">'
    yield from _properties(about, "    ")
    for line in lines:
        yield from _case(line)
    yield "  </testsuite>"


def _case(line: Line) -> Iterator[str]:
    yield f'    <testcase name="{xml(line.name)}" classname="{xml(line.place)}" time="{line.seconds:.3f}">'
    yield from _properties(line.properties, "      ")
    if line.kind == SKIPPED:
        yield f'      <skipped message="{xml(line.message)}"/>'
    elif line.kind:
        yield f'      <{line.kind} type="{xml(line.type)}" message="{xml(line.message)}">{xml(line.text)}</{line.kind}>'
    elif line.out:
        yield f"      <system-out>{xml(line.out)}</system-out>"
    yield "    </testcase>"


def _properties(pairs: Sequence[tuple[str, str]], indent: str) -> Iterator[str]:
    if pairs:
        yield f"{indent}<properties>"
        yield from (f'{indent}  <property name="{xml(name)}" value="{xml(value)}"/>' for name, value in pairs)
        yield f"{indent}</properties>"
