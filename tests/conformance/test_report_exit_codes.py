"""Every exit code of `mock-gateway check client`, as a shell sees it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.cli.cli_runs import PATIENCE, ROOT, told, until
from tests.conformance.conftest import PLAIN

Capture = pytest.CaptureFixture[str]

CASE = """
- id: OWN
  says: A client greets.
  level: LEVEL
  scenario: "{ agent: a, turns: [{ say: hello }] }"
  do: [{ run_turn: { input: hello }, within: 0.5 }]
  expect: [{ seen: { text: TEXT } }]
"""

HANGS = """
import json, os, sys, threading
from pathlib import Path

for line in sys.stdin:
    request = json.loads(line)
    if request["op"] == "create_session":
        Path(f"{os.getpid()}.pid").touch()
        threading.Event().wait()
    result = {"name": "hangs", "dialects": ["beta"], "capabilities": []} if request["op"] == "hello" else {}
    print(json.dumps({"id": request["id"], "ok": True, "result": result}), flush=True)
"""
"""An adapter that says when it hangs."""


def own(folder: Path, level: str = "MUST", text: str = "hello", more: str = "") -> str:
    path = folder / "own.yaml"
    path.write_text(textwrap.dedent(CASE).replace("LEVEL", level).replace("TEXT", text) + more)
    return str(path)


def code(capsys: Capture, *arguments: str, command: str = PLAIN) -> int:
    which = ("--dialect", "beta", "--tries", "1")
    return told(capsys, "check", "client", "--command", command, *which, *arguments).code


@pytest.mark.parametrize(
    ("level", "text", "strict", "expected"),
    [
        ("MUST", "hello", True, 0),
        ("MUST", "goodbye", False, 1),
        ("SHOULD", "goodbye", False, 0),
        ("SHOULD", "goodbye", True, 1),
        ("INFO", "goodbye", True, 0),
    ],
)
def test_what_a_broken_rule_is_worth_depends_on_its_level(
    capsys: Capture, tmp_path: Path, level: str, text: str, strict: bool, expected: int
) -> None:
    flags = ["--strict"] if strict else []

    assert code(capsys, "--cases", own(tmp_path, level, text), *flags) == expected


@pytest.mark.parametrize("bug", ["crash", "hang", "print"])
def test_a_client_that_ends_hangs_or_talks_is_worth_1(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bug: str
) -> None:
    monkeypatch.setenv("PLAIN_BUG", bug)

    assert code(capsys, "--cases", own(tmp_path)) == 1


def test_no_case_is_worth_1_and_a_flag_without_sense_2(capsys: Capture, tmp_path: Path) -> None:
    assert code(capsys, "--run", "NONE") == 1
    assert code(capsys, "--jobs", "none") == 2
    assert code(capsys, "--html", str(tmp_path / "no" / "folder.html")) == 2
    assert code(capsys, "--baseline", str(tmp_path / "none.yaml")) == 2


def test_an_adapter_that_does_not_start_is_worth_3(capsys: Capture) -> None:
    assert code(capsys, "--run", "LIFE-DONE", command="no-such-adapter") == 3


def test_a_defect_of_ours_is_worth_4_even_where_a_baseline_is_written(capsys: Capture, tmp_path: Path) -> None:
    case = own(tmp_path, more="  faults: [{ fault: earthquake }]\n")
    baseline = tmp_path / "baseline.yaml"

    assert code(capsys, "--cases", case, "--write-baseline", str(baseline)) == 4
    assert not baseline.exists()


def test_an_interruption_is_worth_130_and_leaves_no_adapter(tmp_path: Path) -> None:
    (tmp_path / "adapter.py").write_text(HANGS)
    command = [sys.executable, "-m", "mock_gateway", "check", "client", "--run", "LIFE-DONE", "--command"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [*command, f"{sys.executable} adapter.py"], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL
    ) as running:
        until(lambda: [*tmp_path.glob("*.pid")], bool, PATIENCE)
        running.send_signal(signal.SIGINT)
        running.wait(PATIENCE)

    assert running.returncode == 130
    until(
        lambda: [one for one in tmp_path.glob("*.pid") if Path("/proc", one.stem).exists()],
        lambda left: not left,
        PATIENCE,
    )
