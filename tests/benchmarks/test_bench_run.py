"""The whole benchmark, so small that its figures mean nothing: every part of it works on this machine."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from gates import GATES
from report import BEGIN, END, write_docs

from tests.benchmarks.conftest import BENCHMARKS


def benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of the program."""
    command = [sys.executable, str(BENCHMARKS / "run.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_quick_run_takes_every_measure_of_both_candidates(tmp_path):
    done = benchmark("--quick", "--out", str(tmp_path / "figures.json"))

    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / "figures.json").read_text())
    wanted = {gate.measure for gate in GATES}
    for candidate in ("product", "yardstick"):
        taken = written["figures"][candidate]
        assert taken.keys() == wanted
        assert [figures.get("bad", 0) for rounds in taken.values() for figures in rounds] == [0] * len(wanted)
    assert len(written["lines"]) == len(GATES)
    assert all(gate.title in done.stdout for gate in GATES)


@pytest.mark.parametrize("wrong", ["--only=nothing", "--rounds=-1", "--sideways"])
def test_a_wrong_flag_is_told_and_nothing_is_measured(wrong):
    done = benchmark("--quick", wrong)
    assert done.returncode == 2
    assert "usage" in done.stderr and not done.stdout


def test_the_figures_of_the_page_are_renewed_and_the_rest_stays(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    write_docs(page, "new")
    write_docs(page, "newer")

    assert page.read_text() == f"before\n{BEGIN}\n\nnewer\n\n{END}\nafter\n"
