"""The small client on `fetch`, in Node: it passes every case; each of its one-bug versions fails the case it names."""

from __future__ import annotations

import json
import subprocess
from functools import partial
from pathlib import Path

import pytest

from mock_gateway.conformance.adapters.process import ProcessChannel
from mock_gateway.conformance.adapters.selftest import selftest
from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.check import Plan, catalogue, check, chosen, greet
from mock_gateway.conformance.runner import Runner, select
from mock_gateway.conformance.verdicts import Verdict
from tests.conformance.adapters import FETCH
from tests.conformance.clients import is_chance

pytestmark = pytest.mark.node

MUTANTS = Path(__file__).parents[2] / "contract_tests" / "mutants" / "node" / "fetch_mutants.mjs"


def test_the_adapter_passes_the_selftest(bench: Bench) -> None:
    channel = ProcessChannel(FETCH)
    try:
        wrong = [finding for finding in selftest(channel, bench) if finding.wrong]
    finally:
        channel.close()

    assert wrong == []


def test_the_client_passes_every_case() -> None:
    plan = Plan(make=partial(ProcessChannel, FETCH), command=FETCH)
    hello = greet(plan)

    document = check(plan, hello, chosen(plan, hello, catalogue()))

    failed = [one for one in document.results if one.verdict is not Verdict.PASS and not is_chance(one)]
    assert [f"{one.case} {one.dialect}: {one.message}" for one in failed] == []


def test_each_of_its_mutants_fails_the_case_that_it_names(bench: Bench) -> None:
    listed = json.loads(subprocess.run(["node", MUTANTS, "--list"], capture_output=True, check=True).stdout)
    verdicts = {}
    for mutant in listed:
        jobs = select(catalogue(), ("beta", "v1"), (mutant["case"],))
        command = f"node {MUTANTS} {mutant['name']}"
        results = Runner(bench, partial(ProcessChannel, command), jobs=1, tries=1).run(jobs)
        verdicts[mutant["name"]] = {result.verdict for result in results}

    alive = [name for name, found in verdicts.items() if not found or found & {Verdict.PASS, Verdict.UNSUPPORTED}]
    assert (alive, len(listed)) == ([], 14)


def test_a_mutant_that_there_is_not_is_refused() -> None:
    done = subprocess.run(["node", MUTANTS, "nobody"], capture_output=True, text=True)

    assert done.returncode == 2
    assert done.stderr.startswith("there is no mutant nobody; there are: chunk-is-text, ")
