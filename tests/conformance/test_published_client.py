"""The published Python client: its adapter with the first and the newest release, and what is known of the newest."""

from __future__ import annotations

import pytest

from mock_gateway.conformance.adapters.process import ProcessChannel
from mock_gateway.conformance.adapters.selftest import selftest
from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.check import catalogue, check, chosen, greet
from tests.conformance.adapters import sdk
from tests.conformance.clients import CLIENTS, NEWEST
from tests.conformance.matrix import wrong
from tests.v1.releases import ALL, environment

pytestmark = pytest.mark.index

SLOW = {"RATE-HUGE", "RATE-DATE"}
"""The client sleeps a minute in each; the matrix has them."""


@pytest.mark.parametrize("release", [ALL[0], NEWEST])
def test_the_adapter_passes_the_selftest_in_the_environment_of_a_release(bench: Bench, release: str) -> None:
    channel = ProcessChannel(sdk(environment(release)))
    try:
        hello = channel.hello()
        failed = [finding for finding in selftest(channel, bench) if finding.wrong and not finding.is_warning]
    finally:
        channel.close()

    assert (hello.version, failed) == (release, [])


def test_the_newest_release_does_what_is_known_of_it_and_nothing_else() -> None:
    newest = next(client for client in CLIENTS if client.name == f"SDK {NEWEST}")
    plan = newest.plan()
    hello = greet(plan)

    document = check(plan, hello, [job for job in chosen(plan, hello, catalogue()) if job.case.id not in SLOW])

    assert wrong(newest, document) == []
    assert len(document.results) >= 100
