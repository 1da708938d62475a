"""All rules as data, with everything that puts each of them to the test.

Owns: bringing together the rules of the contracts (`server/`), the cases for clients (`cases/`), what a journal shows
(`judge/`), and the examples of who breaks them (`rules.examples.json`, written by `python -m contract_tests.examples`).
Must not know: how anything is checked, how it is told (`cli/explain.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from mock_gateway.conformance.cases import Case
from mock_gateway.conformance.judge.judging import every_id
from mock_gateway.conformance.judge.law import LAWS, Law
from mock_gateway.conformance.server.contracts import CONTRACTS
from mock_gateway.conformance.server.rule import Rule as Asked

Side = Literal["client", "server", "both"]
EXAMPLES_FILE = Path(__file__).with_name("rules.examples.json")
GOOD = {
    "server": "mock-gateway serve keeps it",
    "client": "mock_gateway.client keeps it",
    "both": "mock-gateway serve and mock_gateway.client keep it",
}
"""Who keeps the rules, by side; tests hold them to it."""
STANDARDS = ("WHATWG", "RFC")


class Check(Struct, frozen=True):
    """Something that puts a rule to the test. by: the command. evidence: adapter, journal, both, or wire."""

    by: str
    id: str
    level: str
    says: str
    evidence: str


class Rule(Struct, frozen=True, kw_only=True):
    """A rule.

    level: MUST, SHOULD, MAY or INFO. origin: `documented`, `observed` on a gateway that runs, `standard`, or `chosen`
    where nothing says it. side: whose rule it is. evidence: what shows it, as of checks. refs: what it rests on. needs:
    capabilities of a client. checks: what puts it to the test. good: who keeps it. bad: who breaks it, and how.
    """

    id: str
    says: str
    level: str
    origin: str
    side: Side
    dialects: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    good: str = ""
    bad: tuple[str, ...] = ()


@lru_cache(1)
def examples() -> Mapping[str, tuple[str, ...]]:
    """For rules and cases: clients or gateways that break them, in a few words each."""
    return msgspec.json.decode(EXAMPLES_FILE.read_bytes(), type=dict[str, tuple[str, ...]])


def every_rule(cases: Sequence[Case]) -> dict[str, Rule]:
    """All rules by id: of the contracts, of the cases, of journals, and sections of standards that these name."""
    found = {rule.id: rule for rule in (*_of_contracts(cases), *_of_standards(cases))}
    origins = {rule.id: rule.origin for rule in found.values()}
    for case in cases:
        found[case.id] = _of_case(case, origins)
    for law in LAWS.values():
        found.setdefault(law.id, _of_law(law, origins))
    return found


def _of_contracts(cases: Sequence[Case]) -> Iterator[Rule]:
    in_journals = every_id(cases)
    for contract in CONTRACTS.values():
        for asked in contract.rules.values():
            yield _of_contract(asked, contract.name, cases, in_journal=asked.id in in_journals)


def _of_contract(asked: Asked, dialect: str, cases: Sequence[Case], *, in_journal: bool) -> Rule:
    by_clients = (*_by_cases(asked.id, cases), *_by_laws(asked.id))
    by_servers = [Check("check server", asked.id, asked.level, asked.text, "wire")]
    if in_journal:
        by_servers.append(Check("judge", asked.id, asked.level, asked.text, "journal"))
    side: Side = "both" if by_clients else "server"
    return Rule(
        id=asked.id,
        says=asked.text,
        level=asked.level,
        origin=asked.origin,
        side=side,
        dialects=(dialect,),
        evidence=_evidence((*by_servers, *by_clients)),
        needs=_needs(asked.id, cases),
        checks=(*by_servers, *by_clients),
        good=GOOD[side],
        bad=examples().get(asked.id, ()),
    )


def _by_cases(id: str, cases: Sequence[Case]) -> list[Check]:
    named = [case for case in cases if id in case.refs]
    return [Check("check client", case.id, case.level, case.says, case.evidence) for case in named]


def _by_laws(id: str) -> list[Check]:
    return [Check("judge", law.id, law.level, law.says, "journal") for law in LAWS.values() if id in law.refs]


def _evidence(checks: Sequence[Check]) -> tuple[str, ...]:
    named = [("adapter", "journal") if one.evidence == "both" else (one.evidence,) for one in checks]
    return tuple(dict.fromkeys(part for parts in named for part in parts))


def _needs(id: str, cases: Sequence[Case]) -> tuple[str, ...]:
    return tuple(sorted({one for case in cases if id in case.refs for one in case.capabilities}))


def _of_standards(cases: Sequence[Case]) -> Iterator[Rule]:
    refs = (*(case.refs for case in cases), *(law.refs for law in LAWS.values()))
    for ref in dict.fromkeys(ref for named in refs for ref in named if ref.startswith(STANDARDS)):
        checks = (*_by_cases(ref, cases), *_by_laws(ref))
        yield Rule(
            id=ref,
            says="A section of a standard.",
            level="MUST",
            origin="standard",
            side="client",
            dialects=tuple(CONTRACTS),
            evidence=_evidence(checks),
            needs=_needs(ref, cases),
            checks=checks,
            good=GOOD["client"],
            bad=tuple(dict.fromkeys(bad for check in checks for bad in examples().get(check.id, ()))),
        )


def _of_case(case: Case, origins: Mapping[str, str]) -> Rule:
    check = Check("check client", case.id, case.level, case.says, case.evidence)
    also = [Check("judge", law.id, law.level, law.says, "journal") for law in LAWS.values() if law.id == case.id]
    return Rule(
        id=case.id,
        says=case.says,
        level=case.level,
        origin=_origin(case.refs, origins),
        side="client",
        dialects=case.dialects,
        evidence=_evidence((check, *also)),
        refs=case.refs,
        needs=tuple(sorted(case.capabilities)),
        checks=(check, *also),
        good=GOOD["client"],
        bad=examples().get(case.id, ()),
    )


def _of_law(law: Law, origins: Mapping[str, str]) -> Rule:
    return Rule(
        id=law.id,
        says=law.says,
        level=law.level,
        origin=_origin(law.refs, origins),
        side="client",
        dialects=tuple(CONTRACTS),
        evidence=("journal",),
        refs=law.refs,
        checks=(Check("judge", law.id, law.level, law.says, "journal"),),
        good=GOOD["client"],
        bad=examples().get(law.id, ()),
    )


def _origin(refs: Sequence[str], origins: Mapping[str, str]) -> str:
    """The firmest of what it rests on."""
    found = {origins.get(ref, "chosen") for ref in refs}
    return next((one for one in ("documented", "observed", "standard") if one in found), "chosen")
