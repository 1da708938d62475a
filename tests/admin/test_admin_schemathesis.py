"""Random requests by the book: schemathesis drives the admin API with all that its document allows and forbids."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from mock_gateway.admin.operations import OPERATIONS
from mock_gateway.testing.process import running_server

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOKEN = "s3cret"
PATIENCE = 300.0
"""Seconds for a whole run; it takes about fifteen."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is over. asked: how often, by operation, kind of data and status."""

    code: int
    output: str
    asked: Mapping[tuple[str, str, int], int]


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("admin")
    scenarios = [str(ROOT / "scenarios" / f"{name}.yaml") for name in ("hello", "history")]
    with running_server("--speed", "0", "--admin-token", TOKEN, "--scenarios", *scenarios) as url:
        begin_feed(url)
        return schemathesis_run(url, folder)


def begin_feed(url: str) -> None:
    """Let there be something to read in the feed."""
    headers = {"X-Admin-Token": TOKEN}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/__admin/events", headers=headers)) as feed:
        assert feed.read(1) == b":"
    request = urllib.request.Request(f"{url}/__admin/reset", b'{"scope": "journal"}', headers)
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


def schemathesis_run(url: str, folder: Path) -> Run:
    report = folder / "report.ndjson"
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run"]
    command += [str(ROOT / "openapi.admin.yaml"), "--url", url, "--no-color", "--report-ndjson-path", str(report)]
    env = {**os.environ, "GATEWAY_URL": url, "GATEWAY_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, check=False
    )
    output = done.stdout.decode("utf-8", "replace")
    assert report.is_file(), output
    return Run(done.returncode, output, read(report))


def read(report: Path) -> Counter[tuple[str, str, int]]:
    """How often each operation was asked for, with what kind of data and result."""
    ids = {(operation.method, f"/__admin{operation.path}"): operation.name for operation in OPERATIONS}
    asked: Counter[tuple[str, str, int]] = Counter()
    for line in report.read_text("utf-8").splitlines():
        recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder") or {}
        for key, interaction in recorder.get("interactions", {}).items():
            case = recorder["cases"][key]["value"]
            name = ids.get((case["method"], case["path"]), "")
            mode = (case.get("meta") or {}).get("generation", {}).get("mode", "")
            asked[name, mode, (interaction["response"] or {}).get("status_code", 0)] += 1
    return asked


# One test, so that the run is one, however tests are shared out.
def test_schemathesis_finds_nothing_and_gets_to_every_operation(run: Run) -> None:
    granted = {name for name, _, status in run.asked if 200 <= status < 300}
    modes = Counter[str]()
    for (_, mode, _), count in run.asked.items():
        modes[mode] += count

    assert run.code == 0, run.output
    assert {operation.name for operation in OPERATIONS} <= granted
    assert modes["positive"] >= 100
    assert modes["negative"] >= 300
