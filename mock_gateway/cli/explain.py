"""`mock-gateway explain`: what a rule asks for, where that comes from, what puts it to the test, who breaks it.

Owns: the words. Look next: `conformance/rules.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import msgspec

from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import OK, UsageError, write
from mock_gateway.conformance.cases import Case
from mock_gateway.conformance.check import catalogue
from mock_gateway.conformance.reports.terminal import told_fault
from mock_gateway.conformance.rules import Check, Rule, every_rule
from mock_gateway.scenario.errors import did_you_mean

ORIGINS = {
    "documented": "the contract says so",
    "observed": "seen on a gateway that runs",
    "standard": "a standard says so",
    "chosen": "nothing says so; it was chosen",
}
HOW = {
    "check server": "of a gateway",
    "check client": "of a client, through an adapter",
    "judge": "in a journal",
}
"""What puts rules to the test, in words."""


def run(arguments: Sequence[str]) -> int:
    """The command. Raises `UsageError` for a name that nobody knows."""
    parser = Parser("explain")
    parser.add_argument("what", metavar="RULE", help="A rule of a contract, as TRN-3, or a case, as LIFE-DONE.")
    parser.add_argument("--json", action="store_true", help="Print it as JSON.")
    flags = parser.read(arguments)
    name, cases = str(flags["what"]), catalogue()
    rules = every_rule(cases)
    if name not in rules:
        raise UsageError(f"there is no case and no rule {name!r}", did_you_mean(name, sorted(rules)))
    if flags.get("json"):
        write(msgspec.json.format(msgspec.json.encode(rules[name]), indent=1).decode() + "\n")
        return OK
    lines = [*told(rules[name]), *(line for case in cases if case.id == name for line in played(case))]
    write("\n".join(lines) + "\n")
    return OK


def told(rule: Rule) -> Iterator[str]:
    """A rule for a person."""
    yield f"{rule.id} ({rule.level}, {', '.join(rule.dialects)})"
    yield rule.says
    yield f"origin: {ORIGINS.get(rule.origin, rule.origin)}"
    yield from _listed("rules", rule.refs)
    yield from _listed("needs" if rule.side == "client" else "its cases need", rule.needs)
    yield from _listed("shown by", rule.evidence)
    for by, checks in groupby(rule.checks, lambda check: check.by):
        yield from _checked(rule, by, [*checks])
    yield f"kept: {rule.good}"
    yield from (f"broken by {one}" for one in rule.bad)


def _checked(rule: Rule, by: str, checks: Sequence[Check]) -> Iterator[str]:
    if [check.id for check in checks] == [rule.id]:
        yield f"checked {HOW[by]}: mock-gateway {by} --run {rule.id}"
        return
    yield f"checked {HOW[by]}, mock-gateway {by}:"
    yield from (f"  {check.id:<22} {check.says}" for check in checks)


def played(case: Case) -> Iterator[str]:
    """What happens in a case."""
    if case.why:
        yield f"why: {case.why}"
    yield f"written in {case.place}"
    yield "the client is asked to:"
    yield from (f"  {step.op}" for step in case.steps)
    for fault in case.faults:
        yield f"fault: {told_fault(fault)}"
    yield "the agent:"
    yield from (f"  {line}" for line in case.scenario.strip().splitlines())


def _listed(what: str, names: Iterable[str]) -> Iterator[str]:
    text = ", ".join(names)
    if text:
        yield f"{what}: {text}"
