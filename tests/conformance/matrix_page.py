"""The page of the published matrix: who passes what, then each finding with the smallest stream that shows it.

Owns: the words and the layout of docs/client-matrix.md. Must not know: how clients are run (`matrix.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import indent

import yaml
from msgspec import Struct

from mock_gateway.conformance.baseline import NOT_AS_IT_SHOULD_BE, Entry
from mock_gateway.conformance.cases import Case
from mock_gateway.conformance.check import catalogue
from mock_gateway.conformance.results import Document
from mock_gateway.conformance.verdicts import BAD, Asked, Result, Verdict

HEAD = """# Clients, side by side

Every client here went through the whole catalogue of [conformance](conformance.md), in each contract that it speaks,
and then through the fuzzer. `python -m tests.conformance.matrix` makes this page. *SDK* is `truefoundry-gateway-sdk` as
its index has it, unchanged, by its synchronous client; *reference* is `mock_gateway.client`; *small* is the client of
which the zoo has versions with one bug each; *fetch* is a client on plain `fetch`, in Node and, as *browser*, in a page
of headless Chromium.

A number alone: so many results, all passed. Otherwise: passed / SHOULD not kept / MUST not kept. What a client does not
claim to do, and open points of the contract, are not counted.
"""
FINDINGS = """
## What was found

Each with the case that shows it in the fewest bytes; `mock-gateway explain CASE` tells more, and
`mock-gateway check client --command "..." --run CASE` runs it. The streams are as the server wrote them, a line for
each write.
"""
FUZZED = """
## What the fuzzer found

The fuzzer knows nothing of the cases. It ends with the smallest story in which a client still goes wrong, here as a
case that `mock-gateway check client --cases FILE` runs. It has a minute for each client, and ends after ten finds. The
SDK is not led in a circle (`ask.circle`): it follows a list for ever, as PAGE-LOOP shows, and that would be all.
"""
SAME_AS = {
    "ask.odd_id": "REQ-PATH",
    "ask.circle": "PAGE-LOOP",
    "ask.pages": "PAGE-EMPTY",
    "tolerance.bad-json": "LIFE-BADJSON",
    "tolerance.double-event": "RES-DUP",
    "tolerance.skip-event": "RES-GAP",
    "tolerance.unknown-word": "LIFE-UNK-ENUM",
    "wire.byte-order-mark": "WIRE-BOM-1",
    "wire.charset": "WIRE-UTF8-6",
    "wire.held": "WIRE-EOL-CRHELD",
    "wire.mark": "WIRE-BOM-1",
    "wire.odd-content-type": "WIRE-MIME-2",
}
"""By feature of the fuzzer: the case whose reason explains a find with it."""
MOST_WRITES = 5
MOST_LETTERS = 180


class Fuzzed(Struct):
    """One find of the fuzzer. case: the text of a file of cases."""

    features: list[str]
    says: str
    verdict: str
    message: str
    case: str
    dialect: str


class Row(Struct):
    """One client of the matrix. entries: what is known of it."""

    name: str
    command: str
    document: Document
    entries: list[Entry]
    finds: list[Fuzzed]


class Shown(Struct):
    """A result of a client."""

    client: str
    result: Result


def page(rows: Sequence[Row]) -> str:
    """All of it."""
    return "\n".join([HEAD, *_table(rows), *_findings(rows), *_finds(rows)]) + "\n"


# -- the table ---------------------------------------------------------------------------------------------------------


def _table(rows: Sequence[Row]) -> Iterable[str]:
    families = list(dict.fromkeys(case.family for case in catalogue()))
    yield "| | " + " | ".join(row.name for row in rows) + " |"
    yield "|---" * (len(rows) + 1) + "|"
    for family in families:
        cells = [_cell([one for one in row.document.results if one.family == family]) for row in rows]
        yield f"| {family} | " + " | ".join(cells) + " |"
    yield "| **all** | " + " | ".join(_cell(row.document.results) for row in rows) + " |"
    yield "| level | " + " | ".join(row.document.level for row in rows) + " |"
    if any(row.finds for row in rows):
        yield "| found by the fuzzer | " + " | ".join(str(len(row.finds)) for row in rows) + " |"


def _cell(results: Sequence[Result]) -> str:
    passed = sum(one.verdict is Verdict.PASS for one in results)
    should = sum(one.verdict is Verdict.NON_STRICT for one in results)
    must = sum(one.verdict in BAD for one in results)
    if not passed + should + must:
        return "-"
    return f"{passed} / {should} / {must}" if should or must else str(passed)


# -- what was found ----------------------------------------------------------------------------------------------------


def _findings(rows: Sequence[Row]) -> Iterable[str]:
    groups: dict[str, list[Shown]] = {}
    for row in rows:
        for result in row.document.results:
            if result.verdict in NOT_AS_IT_SHOULD_BE:
                groups.setdefault(_reason(row.entries, result), []).append(Shown(row.name, result))
    if groups:
        yield FINDINGS
    for reason, found in groups.items():
        yield from _finding(reason, found)


def _reason(entries: Sequence[Entry], result: Result) -> str:
    known = (entry.reason for entry in entries if entry.covers(result))
    return next(known, f"{result.case}: {result.says}")


def _finding(reason: str, found: Sequence[Shown]) -> Iterable[str]:
    title, _, rest = reason.partition(". ")
    best = min(found, key=lambda one: _size(one.result))
    yield f"### {title.rstrip('.')}\n"
    if rest:
        yield f"{rest}\n"
    yield f"- {_clients(found)}"
    yield f"- {_cases(found)}"
    got = f"expected {best.result.expected}, got {best.result.got}" if best.result.expected else best.result.message
    yield f"- {best.client}, {best.result.case}: {best.result.field or best.result.verdict}: {_plain(got)}\n"
    yield from _smallest(best.result)


def _clients(found: Sequence[Shown]) -> str:
    return ", ".join(dict.fromkeys(one.client for one in found))


def _cases(found: Sequence[Shown]) -> str:
    said = {f"{one.result.case} ({one.result.level})": None for one in found}
    return ", ".join(said)


def _plain(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{' '.join(text.split())}{fence}"


def _size(result: Result) -> int:
    """How much was written to the client."""
    return sum(asked.size or 0 for asked in _streams(result)) or 10**9


def _streams(result: Result) -> list[Asked]:
    asked = result.evidence.asked if result.evidence else []
    return [one for one in asked if one.events or one.faults] or asked[-1:]


def _smallest(result: Result) -> Iterable[str]:
    case = next((case for case in catalogue() if case.id == result.case), None)
    lines = _yaml(case, result) if case is not None else []
    for asked in _streams(result)[:1]:
        lines += ["", f"# {asked.request} -> {asked.status}", *_writes(asked)]
    yield "```yaml"
    yield "\n".join(lines)
    yield "```\n"


def _writes(asked: Asked) -> Iterable[str]:
    """What was written, from a little before the first fault."""
    at = min((fault.at_ms for fault in asked.faults), default=0.0)
    place = next((number for number, write in enumerate(asked.writes) if write.at_ms >= at), 0)
    first = max(0, min(place - 1, len(asked.writes) - MOST_WRITES))
    if first:
        yield "# ..."
    for write in asked.writes[first : first + MOST_WRITES]:
        yield f"# {_cut(repr(write.data)[1:])}"
    if len(asked.writes) > first + MOST_WRITES:
        yield "# ..."


def _cut(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}..."


def _yaml(case: Case, result: Result) -> list[str]:
    scenario = result.evidence.scenario if result.evidence and result.evidence.scenario else case.scenario
    faults = result.evidence.faults if result.evidence else [dict(fault) for fault in case.faults]
    lines = [f"# {case.says}", "scenario:", indent(scenario.strip(), "  ")]
    if faults:
        lines.append("faults:")
        lines += [f"  - {_cut(yaml.safe_dump(fault, default_flow_style=True, width=1000).strip())}" for fault in faults]
    return lines


# -- the fuzzer --------------------------------------------------------------------------------------------------------


def _explained(rows: Sequence[Row], features: Sequence[str]) -> str:
    cases = [SAME_AS.get(feature) for feature in features]
    known = (entry.reason for row in rows for entry in row.entries if entry.case in cases)
    reason = next(known, "")
    return f"It is not so: {reason}" if reason else "It is not so."


def _finds(rows: Sequence[Row]) -> Iterable[str]:
    groups: dict[tuple[str, ...], list[tuple[str, Fuzzed]]] = {}
    for row in rows:
        for find in row.finds:
            groups.setdefault(tuple(find.features), []).append((row.name, find))
    if groups:
        yield FUZZED
    for features, found in groups.items():
        best = min((find for _, find in found), key=lambda find: len(find.case))
        yield f"### {', '.join(features) or 'a plain story'}\n"
        yield f"{best.says} {_explained(rows, features)}\n"
        yield f"- {', '.join(dict.fromkeys(name for name, _ in found))}"
        yield f"- {_plain(best.message)}\n"
        yield f"```yaml\n{best.case.strip()}\n```\n"
