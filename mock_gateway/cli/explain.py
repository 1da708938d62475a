"""`mock-gateway explain`: a case, or what a rule of the contract is checked by.

Owns: the words. Look next: `conformance/cases/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import OK, UsageError, write
from mock_gateway.conformance.cases import Case
from mock_gateway.conformance.check import catalogue
from mock_gateway.scenario.errors import did_you_mean


def run(arguments: Sequence[str]) -> int:
    """The command. Raises `UsageError` for a name that nobody knows."""
    parser = Parser("explain")
    parser.add_argument("what", metavar="CASE_OR_RULE", help="A case, as LIFE-DONE, or a rule, as TRN-3.")
    name = str(parser.read(arguments)["what"])
    cases = catalogue()
    found = [case for case in cases if name == case.id] or [case for case in cases if name in case.refs]
    if not found:
        known = sorted({case.id for case in cases} | {ref for case in cases for ref in case.refs})
        raise UsageError(f"there is no case and no rule {name!r}", did_you_mean(name, known))
    if found[0].id != name:
        write(f"{name} is checked by:\n" + "".join(f"  {case.id:<20} {case.says}\n" for case in found))
    else:
        write("\n".join(told(found[0])) + "\n")
    return OK


def told(case: Case) -> Iterator[str]:
    """A case for a person."""
    yield f"{case.id} ({case.level}, {', '.join(case.dialects)})"
    yield case.says
    if case.why:
        yield case.why
    yield from _listed("rules", case.refs)
    yield from _listed("needs", sorted(case.capabilities))
    yield f"written in {case.place}"
    yield "the client is asked to:"
    yield from (f"  {step.op}" for step in case.steps)
    for fault in case.faults:
        yield f"fault: {fault}"
    yield "the agent:"
    yield from (f"  {line}" for line in case.scenario.strip().splitlines())


def _listed(what: str, names: Iterable[str]) -> Iterator[str]:
    text = ", ".join(names)
    if text:
        yield f"{what}: {text}"
