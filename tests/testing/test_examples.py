"""The programs in examples/: each is run as its first lines say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.cli_runs import PATIENCE, ROOT, Told

EXAMPLES = ROOT / "examples"
DONE = "Let me look that up.Refund RF-9914 was processed.\n"


def run(*command: str) -> Told:
    """Run a command in the checkout, its package in reach."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=3 * PATIENCE, check=False
    )
    return Told(done.returncode, done.stdout, done.stderr)


def in_gateway(*command: str) -> Told:
    """Run a command with a server around it that plays the scenario of the examples, strictly."""
    options = ("--scenarios", "examples/scenarios", "--speed", "0", "--strict")
    return run(sys.executable, "-m", "mock_gateway", "exec", *options, "--", *command)


def test_the_program_in_python_gets_its_refund() -> None:
    assert in_gateway(sys.executable, "examples/python/refunds.py") == (0, DONE, "")


def test_its_tests_pass_with_the_fixture() -> None:
    code, out, _ = run(sys.executable, "-m", "pytest", "-p", "mock_gateway.testing.plugin", "examples/python")

    assert code == 0, out
    assert "3 passed" in out


def test_the_program_for_the_shell_gets_its_refund() -> None:
    code, out, err = in_gateway("sh", "examples/curl/refunds.sh")

    assert (code, out.splitlines()[-1], err) == (0, "Refund RF-9914 was processed.", "")


@pytest.mark.node
def test_the_program_for_node_gets_its_refund() -> None:
    assert in_gateway("node", "examples/node/refunds.mjs") == (0, DONE, "")


@pytest.mark.node
def test_its_tests_pass_in_worlds_of_their_own() -> None:
    code, out, err = in_gateway("node", "--test", "examples/node")

    assert (code, err) == (0, ""), out
    assert "# pass 3" in out and "# fail 0" in out


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.*")), ids=lambda path: path.name)
def test_every_example_is_run_or_belongs_to_one_that_is(path: Path) -> None:
    if path.is_dir() or "__pycache__" in path.parts:
        return
    assert path.name in {
        "billing.yaml",
        "refunds.py",
        "test_refunds.py",
        "refunds.sh",
        "refunds.mjs",
        "refunds.test.mjs",
    }
