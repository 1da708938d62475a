"""The zoo and the catalogue, each against the other.

Every mutant fails the cases that it names, every case has a mutant that fails it, and the client without a bug passes
all. The clients run in this process, several side by side: most of the time they wait for the clock.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from contract_tests.mutants.adapter import Adapter, Parts
from contract_tests.mutants.in_process import InProcess
from contract_tests.mutants.zoo import MODULES, MUTANTS, Mutant
from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.cases import Case
from mock_gateway.conformance.check import catalogue
from mock_gateway.conformance.runner import Job, Outcome, Runner, select
from mock_gateway.conformance.verdicts import Verdict

# A client that crashes leaves its sockets to whoever cleans up after its program, and here that is this one.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

CASES: Mapping[str, Case] = {case.id: case for case in catalogue()}
KILLED = (Verdict.FAIL, Verdict.NON_STRICT, Verdict.INFO, Verdict.CRASH, Verdict.TIMEOUT)
SIDE_BY_SIDE = 8
TRIES = 3
"""A busy machine may make a client late that is not, and pauses uneven that are even: what is seen once is so."""
NO_MUTANT: Mapping[str, str] = {}
"""Cases that no client with one bug can fail, with the reason."""


@pytest.fixture(autouse=True)
def quick_turns() -> Iterator[None]:
    """Let threads take turns often: whoever has bytes to read must not wait for whoever reckons."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    yield
    sys.setswitchinterval(before)


def clean() -> Adapter:
    return Adapter("", Parts())


def attempted(bench: Bench, make: Callable[[], Adapter], job: Job) -> Outcome:
    channel = InProcess(make)
    return Runner(bench, lambda: channel).attempt(job, channel)


def until(wanted: Sequence[Verdict], bench: Bench, make: Callable[[], Adapter], job: Job) -> Outcome:
    """The first of a few outcomes that is as wanted, or the last one."""
    outcome = attempted(bench, make, job)
    for _ in range(TRIES - 1):
        if outcome.verdict in wanted:
            break
        outcome = attempted(bench, make, job)
    return outcome


def side_by_side(judge: Callable[[Job], Outcome], jobs: Sequence[Job]) -> list[tuple[Job, Outcome]]:
    """Every outcome; those first that wait in real time."""
    ordered = sorted(jobs, key=lambda job: job.case.clock != "real")
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return list(zip(ordered, pool.map(judge, ordered), strict=True))


def named_jobs(mutant: Mutant) -> list[Job]:
    named = [CASES[case] for case in (mutant.case, *mutant.also)]
    return [Job(case, dialect) for case in named for dialect in mutant.dialects if dialect in case.dialects]


def of(module: str) -> dict[str, Mutant]:
    home = f"contract_tests.mutants.{module}"
    return {name: mutant for name, mutant in MUTANTS.items() if mutant.part.__module__ == home}


@pytest.mark.parametrize("module", MODULES)
def test_every_mutant_fails_the_cases_that_it_names(bench: Bench, module: str) -> None:
    jobs = {id(job): (name, job) for name, mutant in of(module).items() for job in named_jobs(mutant)}

    def judge(job: Job) -> Outcome:
        name, _ = jobs[id(job)]
        return until(KILLED, bench, lambda: MUTANTS[name].adapter(name), job)

    outcomes = side_by_side(judge, [job for _, job in jobs.values()])

    assert [
        f"{jobs[id(job)][0]} survives {job.case.id} in {job.dialect}: {outcome.verdict} {outcome.message}"
        for job, outcome in outcomes
        if outcome.verdict not in KILLED
    ] == []


@pytest.mark.parametrize("dialect", ["beta", "v1"])
def test_the_client_without_a_bug_passes_every_case(bench: Bench, dialect: str) -> None:
    outcomes = side_by_side(lambda job: until([Verdict.PASS], bench, clean, job), select(CASES.values(), [dialect]))

    assert [
        f"{job.case.id}: {outcome.verdict} {outcome.message}"
        for job, outcome in outcomes
        if outcome.verdict is not Verdict.PASS
    ] == []


def test_the_cases_that_mutants_name_are_there() -> None:
    assert [
        f"{name} names {case}"
        for name, mutant in MUTANTS.items()
        for case in (mutant.case, *mutant.also)
        if case not in CASES
    ] == []


def test_every_case_has_a_mutant_that_fails_it() -> None:
    named = {case for mutant in MUTANTS.values() for case in (mutant.case, *mutant.also)}

    assert sorted(set(CASES) - named - set(NO_MUTANT)) == []
    assert sorted(set(NO_MUTANT) & named) == []


def test_a_mutant_shows_in_every_dialect_that_it_names() -> None:
    assert [
        name for name, mutant in MUTANTS.items() if {job.dialect for job in named_jobs(mutant)} != {*mutant.dialects}
    ] == []
