"""Checking a client from beginning to end: who it is, which cases, the run, the document.

Owns: that order. The command line (`cli/check.py`) and tests call this. Must not know: flags, files, terminals.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from mock_gateway.conformance.adapters.channel import Channel, Hello
from mock_gateway.conformance.baseline import Entry, hold
from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.cases import Case, load_cases
from mock_gateway.conformance.expectations import KINDS
from mock_gateway.conformance.results import Client, Document, counts_of, level_of
from mock_gateway.conformance.runner import Job, Runner, select
from mock_gateway.conformance.verdicts import Result


class Plan(Struct, frozen=True, kw_only=True):
    """What to check. make: gives a way to the adapter; command and transport: how, in words; how: as flags.

    dialects: empty is every one that the client speaks. run, skip: patterns of ids. jobs: adapters side by side.
    """

    make: Callable[[], Channel]
    command: str
    transport: str = "process"
    how: str = ""
    dialects: tuple[str, ...] = ()
    run: tuple[str, ...] = ("*",)
    skip: tuple[str, ...] = ()
    jobs: int = 4
    seed: int = 0
    tries: int = 3
    baseline: tuple[Entry, ...] = ()


def catalogue() -> tuple[Case, ...]:
    """All cases. Raises `ScenarioErrors`: a mistake of ours."""
    return load_cases(kinds=KINDS)


def greet(plan: Plan) -> Hello:
    """Who the client is. Raises `NotStarted`."""
    channel = plan.make()
    try:
        return channel.hello()
    finally:
        channel.close()


def chosen(plan: Plan, hello: Hello, cases: Sequence[Case]) -> list[Job]:
    """The cases to run."""
    spoken = [name for name in hello.dialects if name in (plan.dialects or hello.dialects)]
    return select(cases, spoken, plan.run, plan.skip)


def check(
    plan: Plan, hello: Hello, jobs: Sequence[Job], tell: Callable[[Result], None] = lambda _result: None
) -> Document:
    """Run the cases. tell: is told of each result as it comes."""
    at, started = datetime.now(UTC), time.monotonic()
    results: list[Result] = []
    if jobs:
        with Bench(plan.seed) as bench:
            runner = Runner(bench, plan.make, plan.how, jobs=plan.jobs, tries=plan.tries, tell=tell)
            results = runner.run(jobs)
    known, problems = hold(plan.baseline, results, at.date())
    return Document(
        client=Client(
            hello.name, hello.version, plan.command, plan.transport, hello.dialects, tuple(sorted(hello.capabilities))
        ),
        seed=plan.seed,
        at=at.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - started, 3),
        level=level_of(results),
        counts=counts_of(results),
        results=results,
        known=known,
        problems=problems,
    )
