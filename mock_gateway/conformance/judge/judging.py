"""Judging a journal from beginning to end: who was there, every rule, a document for each.

Owns: that order, and what is said of rules that no journal shows. Must not know: flags, files, terminals.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from msgspec import Struct

from mock_gateway.conformance.baseline import Entry, hold
from mock_gateway.conformance.cases import Case
from mock_gateway.conformance.evidence import asked_of
from mock_gateway.conformance.judge import again, requests, streams, turns
from mock_gateway.conformance.judge.law import LAWS, come_to
from mock_gateway.conformance.judge.story import Client, Story
from mock_gateway.conformance.results import Client as Checked
from mock_gateway.conformance.results import Document, counts_of, level_of
from mock_gateway.conformance.server.contracts import CONTRACTS, family_of
from mock_gateway.conformance.verdicts import BY_LEVEL, Evidence, Result, Verdict
from mock_gateway.journal import Entry as Noted

AREAS = (requests, turns, again)
"""The modules that fill the table of rules."""
RULES = tuple(sorted(LAWS.values(), key=lambda one: [area.__name__ for area in AREAS].index(one.look.__module__)))
"""All rules, those of single requests first."""
GATEWAY = "the gateway"
"""The name of the document about the streams."""
MOST = 4
"""Streams that the evidence of one rule has."""


class Plan(Struct, frozen=True, kw_only=True):
    """What to judge. file: the journal's name. clients: patterns of names; `the gateway` is one, too.

    dialects: empty is all. run, skip: patterns of ids.
    """

    file: str
    clients: tuple[str, ...] = ("*",)
    dialects: tuple[str, ...] = ()
    run: tuple[str, ...] = ("*",)
    skip: tuple[str, ...] = ()
    baseline: tuple[Entry, ...] = ()

    def takes(self, id: str) -> bool:
        """Whether a rule is to be judged."""
        return _fits(id, self.run) and not _fits(id, self.skip)


def _fits(text: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def every_id(cases: Sequence[Case]) -> set[str]:
    """All ids that results of a journal can have."""
    listed = {rule for rules in streams.LOOKED_AT.values() for rule in rules} | {*streams.AGAIN.values()}
    return {*LAWS, *listed, *_families(cases, None)}


def judge(plan: Plan, entries: Iterable[Noted], cases: Sequence[Case]) -> list[Document]:
    """A document for each client, and one for the gateway. cases: the catalogue of `check client`, to say what is left.

    Raises `CheckMissing` where jsonschema-rs is not installed.
    """
    story = Story(entries)
    spoken = [name for name in story.dialects if name in (plan.dialects or story.dialects)]
    documents = [
        _document(plan, client.name, "journal", _of_client(plan, client, cases))
        for client in story.clients.values()
        if _fits(client.name, plan.clients) and {one.dialect for one in client.exchanges} & {*spoken}
    ]
    if _fits(GATEWAY, plan.clients):
        results = (one for name in spoken for one in _of_gateway(plan, story, name))
        documents.append(_document(plan, GATEWAY, "server", results))
    return [one for one in documents if one.results]


def _of_client(plan: Plan, client: Client, cases: Sequence[Case]) -> Iterator[Result]:
    for dialect in dict.fromkeys(one.dialect for one in client.exchanges if one.dialect):
        if plan.dialects and dialect not in plan.dialects:
            continue
        mine = Client(client.story, client.world, client.agent)
        mine.exchanges = [one for one in client.exchanges if one.dialect in ("", dialect)]
        repeat = f"mock-gateway judge {plan.file} --dialect {dialect}"
        for one in RULES:
            if plan.takes(one.id):
                yield come_to(one, dialect, list(one.look(mine)), repeat)
        for family, number in _families(cases, dialect).items():
            if plan.takes(family):
                yield _not_observed(family, dialect, number)


def _families(cases: Sequence[Case], dialect: str | None) -> dict[str, int]:
    """The families of the catalogue, as `WIRE-*`, with how many of their cases take an adapter."""
    found = Counter(
        f"{case.id.partition('-')[0]}-*" for case in cases if case.evidence != "journal" and _speaks(case, dialect)
    )
    return dict(found)


def _speaks(case: Case, dialect: str | None) -> bool:
    return dialect is None or dialect in case.dialects


def _not_observed(family: str, dialect: str, number: int) -> Result:
    return Result(
        case=family,
        dialect=dialect,
        verdict=Verdict.NOT_OBSERVED,
        level="INFO",
        says="What a client understood of what it was sent.",
        family=family.removesuffix("-*").lower(),
        message=f"{number} cases look at what a client understood, which no journal shows",
        repeat=f"mock-gateway check client --command ... --dialect {dialect} --run '{family}'",
    )


def _of_gateway(plan: Plan, story: Story, dialect: str) -> Iterator[Result]:
    seen = streams.seen_in(story, dialect)
    for id, looks in seen.looks.items():
        if not plan.takes(id):
            continue
        rule, blames = CONTRACTS[dialect].rules[id], [one for one in seen.blames if one.rule == id]
        exchanges = list({one.exchange.number: one.exchange for one in blames}.values())[:MOST]
        passed = Verdict.PASS if looks else Verdict.NOT_OBSERVED
        told = f"{looks} streams put it to the test" if looks else "no stream in the journal puts it to the test"
        yield Result(
            case=id,
            dialect=dialect,
            verdict=BY_LEVEL[rule.level] if blames else passed,
            level=rule.level,
            says=rule.text,
            family=family_of(rule),
            refs=(rule.origin,),
            message=f"{blames[0].exchange.id}: {blames[0].message}" if blames else told,
            bucket=f"{id}:{id}" if blames else "",
            repeat=f"mock-gateway judge {plan.file} --dialect {dialect} --run {id}",
            evidence=Evidence(asked=[asked_of(one, exchanges[0].at) for one in exchanges]) if blames else None,
        )


def _document(plan: Plan, name: str, side: str, found: Iterable[Result]) -> Document:
    at, started = datetime.now(UTC), time.monotonic()
    results = list(found)
    known, problems = hold(plan.baseline, results, at.date())
    spoken = tuple(dict.fromkeys(one.dialect for one in results))
    return Document(
        client=Checked(name, "", plan.file, "journal", spoken, ()),
        seed=0,
        at=at.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - started, 3),
        level=level_of(results),
        counts=counts_of(results),
        results=results,
        known=known,
        problems=problems,
        side=side,
    )
