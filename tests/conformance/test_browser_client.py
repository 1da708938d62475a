"""The small client in a page: headless Chromium through the catalogue."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from mock_gateway.conformance.adapters.channel import NotStarted
from mock_gateway.conformance.adapters.process import ProcessChannel
from mock_gateway.conformance.adapters.selftest import selftest
from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.cases import Case
from mock_gateway.conformance.check import Plan, catalogue, check, chosen, greet
from mock_gateway.conformance.verdicts import Verdict
from tests.conformance.adapters import BROWSER
from tests.conformance.clients import is_chance

pytestmark = pytest.mark.browser


BREAKING = {"drop", "reset", "reset-before-headers"}
"""A browser throws away what it has not handed over yet when a connection breaks off, and sends a request again by
itself when a connection that it used before is reset: see docs/conformance.md."""


def faults_of(case: Case) -> set[str]:
    """The faults of a case in all its variants."""
    return {str(fault["fault"]) for one in (case, *case.variants) for fault in one.faults if "fault" in fault}


def test_the_adapter_passes_the_selftest(bench: Bench) -> None:
    channel = ProcessChannel(BROWSER)
    try:
        wrong = [finding for finding in selftest(channel, bench) if finding.wrong]
    finally:
        channel.close()

    assert wrong == []


def test_a_page_passes_every_case_in_which_no_connection_breaks_off() -> None:
    broken = [case.id for case in catalogue() if BREAKING & faults_of(case)]
    plan = Plan(make=partial(ProcessChannel, BROWSER), command=BROWSER, dialects=("beta",), skip=tuple(broken), jobs=2)
    hello = greet(plan)

    document = check(plan, hello, chosen(plan, hello, catalogue()))

    failed = [one for one in document.results if one.verdict is not Verdict.PASS and not is_chance(one)]
    assert [f"{one.case}: {one.message}" for one in failed] == []
    assert len(document.results) >= 80


def test_a_browser_that_there_is_not_is_asked_for(tmp_path: Path) -> None:
    channel = ProcessChannel(f"{BROWSER} --chromium {tmp_path / 'nowhere'}")

    with pytest.raises(NotStarted) as refused:
        channel.hello()

    assert "nowhere on PATH; install chromium, or say where it is" in refused.value.stderr
