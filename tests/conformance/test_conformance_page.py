"""docs/conformance.md: its tables are those of the code, its adapter works, its case runs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from mock_gateway.conformance.adapters.process import ProcessChannel
from mock_gateway.conformance.adapters.selftest import selftest
from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.cases import load_cases
from mock_gateway.conformance.expectations import KINDS
from mock_gateway.conformance.runner import Job, Runner
from mock_gateway.conformance.tables import filled
from mock_gateway.conformance.verdicts import Verdict
from tests.conformance.conftest import REFERENCE

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
TEXT = PAGE.read_text("utf-8")


@pytest.fixture
def example(tmp_path: Path) -> Path:
    found = re.search(r"<!-- example: adapter.py -->\n```python\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    path = tmp_path / "adapter.py"
    path.write_text(found[1])
    return path


def test_the_tables_are_those_of_the_code() -> None:
    assert filled(TEXT) == TEXT, f"run: python -m mock_gateway.conformance.tables {PAGE}"


def test_the_example_adapter_has_less_than_sixty_lines_and_passes_the_selftest(bench: Bench, example: Path) -> None:
    channel = ProcessChannel(f"{sys.executable} {example}")
    try:
        wrong = [finding for finding in selftest(channel, bench) if finding.wrong and not finding.is_warning]
    finally:
        channel.close()

    assert wrong == []
    assert len(example.read_text().splitlines()) < 60


def test_the_example_case_is_one_that_the_reference_client_passes(bench: Bench, tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "own.yaml").write_text(next(block for block in blocks if block.startswith("- id:")))
    (case,) = load_cases(tmp_path, KINDS)
    channel = ProcessChannel(REFERENCE)
    try:
        result = Runner(bench, lambda: channel).judge(Job(case, "beta"), channel)
    finally:
        channel.close()

    assert (result.verdict, result.message) == (Verdict.PASS, "")
