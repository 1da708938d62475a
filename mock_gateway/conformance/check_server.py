"""Checking a gateway from beginning to end: which rules, the run, the document.

Owns: that order, as `check.py` does for clients. Must not know: flags, files, terminals, single rules.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from msgspec import Struct

from mock_gateway.conformance.baseline import Entry, hold
from mock_gateway.conformance.own_gateway import HEARTBEAT, own_gateway
from mock_gateway.conformance.results import Client, Document, counts_of, level_of
from mock_gateway.conformance.server.client import KEY
from mock_gateway.conformance.server.contracts import CONTRACTS
from mock_gateway.conformance.server.hooks import Hooks
from mock_gateway.conformance.server.http11 import ConnectionBroken
from mock_gateway.conformance.server.rule import Rule
from mock_gateway.conformance.server.trials import AT_ONCE, Aim, reach, results_of
from mock_gateway.conformance.verdicts import Result

PROBE = 5.0
"""Seconds that a gateway may take to be there."""


class Unreachable(Exception):
    """Nobody answers at the address."""


class Plan(Struct, frozen=True, kw_only=True):
    """What to check. url: empty starts a mock of our own. dialects: empty is every one.

    run, skip: patterns of ids. levels, origins: of rules; empty is all. how: the flags that aim at it. The rest is as
    in `trials.Aim`.
    """

    url: str = ""
    key: str = KEY
    dialects: tuple[str, ...] = ()
    run: tuple[str, ...] = ("*",)
    skip: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    at_once: int = AT_ONCE
    patience: float = 10.0
    heartbeat: float = 15.0
    tries: int = 2
    hooks: Hooks | None = None
    how: str = ""
    baseline: tuple[Entry, ...] = ()


class Job(Struct, frozen=True):
    """One rule of one contract."""

    rule: Rule
    dialect: str


def chosen(plan: Plan) -> list[Job]:
    """The rules to check."""
    return [
        Job(rule, name)
        for name, contract in CONTRACTS.items()
        if name in (plan.dialects or CONTRACTS)
        for rule in contract.rules.values()
        if _fits(rule.id, plan.run)
        and not _fits(rule.id, plan.skip)
        and rule.level in (plan.levels or (rule.level,))
        and rule.origin in (plan.origins or (rule.origin,))
    ]


def _fits(id: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(id, pattern) for pattern in patterns)


def check(plan: Plan, jobs: Sequence[Job], tell: Callable[[Result], None] = lambda _result: None) -> Document:
    """Check the rules. tell: is told of each result as it comes. Raises `Unreachable`."""
    at, started = datetime.now(UTC), time.monotonic()
    results: list[Result] = []
    notes: dict[str, str] = {}
    with own_gateway() if not plan.url else nullcontext(plan.url) as url:
        _see_to_it(url)
        for name in CONTRACTS:
            rules = [job.rule for job in jobs if job.dialect == name]
            if rules:
                found, noted = asyncio.run(results_of(_aim(plan, url, name), rules, tell))
                results += found
                notes |= noted
    known, problems = hold(plan.baseline, results, at.date())
    return Document(
        client=Client(
            name=url if plan.url else "mock-gateway",
            version="",
            command=url,
            transport="http",
            dialects=tuple(dict.fromkeys(job.dialect for job in jobs)),
            capabilities=tuple(f"{name}={reading}" for name, reading in sorted(notes.items())),
        ),
        seed=0,
        at=at.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - started, 3),
        level=level_of(results),
        counts=counts_of(results),
        results=results,
        known=known,
        problems=problems,
        side="server",
    )


def _aim(plan: Plan, url: str, dialect: str) -> Aim:
    heartbeat = plan.heartbeat if plan.url else HEARTBEAT
    return Aim(
        url,
        dialect,
        key=plan.key,
        patience=plan.patience,
        heartbeat=heartbeat,
        at_once=plan.at_once,
        tries=plan.tries,
        hooks=plan.hooks,
        how=plan.how,
        is_ours=not plan.url,
    )


def _see_to_it(url: str) -> None:
    try:
        asyncio.run(reach(url, PROBE))
    except (ConnectionBroken, TimeoutError) as error:
        raise Unreachable(str(error) or f"nothing came for {PROBE:g} s") from None
