"""What a rule is to the passive judge: a sentence, and somebody who looks at a client's requests.

Owns: the table that the modules of rules fill, and what their looks come to. A rule that nothing in the journal puts to
the test is NOT-OBSERVED. Must not know: single rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from mock_gateway.conformance.evidence import asked_of
from mock_gateway.conformance.judge.story import Client
from mock_gateway.conformance.verdicts import BY_LEVEL, Evidence, Result, Verdict
from mock_gateway.journal import Exchange

MOST = 6
"""Requests that the evidence of one rule has."""


class Look(Struct, frozen=True):
    """One request that put a rule to the test. expected, got: empty when it is kept. more: requests that show why."""

    exchange: Exchange
    expected: str = ""
    got: str = ""
    more: tuple[Exchange, ...] = ()

    @property
    def is_bad(self) -> bool:
        """Whether the rule is broken."""
        return bool(self.expected)


class Law(Struct, frozen=True):
    """A rule. look: every request of a client in one contract that puts it to the test. refs: of the contracts."""

    id: str
    says: str
    level: str
    refs: tuple[str, ...]
    look: Callable[[Client], Iterator[Look]]


LAWS: dict[str, Law] = {}
"""All rules, by id."""

Looker = Callable[[Client], Iterator[Look]]


def law(id: str, says: str, *refs: str, level: str = "MUST") -> Callable[[Looker], Looker]:
    """Puts somebody who looks into the table."""

    def add(look: Looker) -> Looker:
        assert id not in LAWS, f"there are two of {id}"
        LAWS[id] = Law(id, says, level, refs, look)
        return look

    return add


def come_to(one: Law, dialect: str, looks: list[Look], repeat: str) -> Result:
    """What looks come to."""
    bad = [look for look in looks if look.is_bad]
    verdict, message, first = Verdict.PASS, f"{len(looks)} requests put it to the test", None
    if not looks:
        verdict, message = Verdict.NOT_OBSERVED, "nothing in the journal puts it to the test"
    elif bad:
        verdict, first = BY_LEVEL[one.level], bad[0]
        message = f"{len(bad)} of {len(looks)}; {first.exchange.id}: {first.got}; expected {first.expected}"
    return Result(
        case=one.id,
        dialect=dialect,
        verdict=verdict,
        level=one.level,
        says=one.says,
        family=one.id.partition("-")[0].lower(),
        refs=one.refs,
        message=message,
        field="" if first is None else f"{len(bad)} of {len(looks)} requests, first {first.exchange.id}",
        expected="" if first is None else first.expected,
        got="" if first is None else first.got,
        bucket="" if first is None else f"{one.id}:{first.expected[:40]}",
        repeat=f"{repeat} --run {one.id}",
        evidence=None if first is None else _evidence(first, bad),
    )


def _evidence(first: Look, bad: list[Look]) -> Evidence:
    shown = {one.number: one for one in (*first.more, first.exchange, *(look.exchange for look in bad))}
    kept = sorted(list(shown.values())[:MOST], key=lambda one: one.number)
    return Evidence(asked=[asked_of(one, kept[0].at) for one in kept])
