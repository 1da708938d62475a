"""Random requests by the book: schemathesis drives a live gateway with all that `openapi.v1.yaml` allows and forbids.

The run is one program, as anybody would start it: its settings are in `schemathesis.toml`, what it cannot know about
the contract is in `hooks_schemathesis.py`. The tests read its report, so that a run that asked for nothing is none.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from schemathesis.checks import CHECKS, load_all_checks

from contract_tests.broken.edits import Make
from contract_tests.broken.serving import real_app, serving_in_a_thread
from contract_tests.v1.broken.zoo import every
from mock_gateway.conformance.server import SCENARIOS
from mock_gateway.conformance.server.client import KEY, SSE
from mock_gateway.settings import Keys
from mock_gateway.testing.process import running_server

pytestmark = pytest.mark.own_gateway

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DOCUMENT = ROOT / "openapi.v1.yaml"
SUBJECT = "ada@example.test"
PATIENCE = 180.0
"""Seconds for a whole run; it takes about thirty."""
PHASES = {"examples", "coverage", "fuzzing", "stateful"}
OWN_CHECK = "published_stream"
SHIPPED_CHECK = "gateway_stream"
METHODS = ("get", "post", "patch")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a run, as the report has it. failed: what its failed checks said, by name."""

    phase: str
    mode: str
    operation: str
    status: int
    media_type: str
    checks: frozenset[str]
    failed: dict[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is over. output: what it printed."""

    code: int
    output: str
    asked: list[Asked]

    def good(self, operation: str, media_type: str = "") -> list[Asked]:
        """The requests of an operation that were granted, with this type of answer."""
        mine = [asked for asked in self.asked if asked.operation == operation and 200 <= asked.status < 300]
        return [asked for asked in mine if asked.media_type.startswith(media_type)]

    def failures(self) -> dict[str, str]:
        """What failed checks said, by their names; one text for each."""
        return {name: text for asked in self.asked for name, text in asked.failed.items()}


def operations() -> dict[str, str]:
    """The ids of all operations of the document, by method and path."""
    paths = yaml.safe_load(DOCUMENT.read_text("utf-8"))["paths"]
    return {
        f"{method.upper()} {path}": item[method]["operationId"]
        for path, item in paths.items()
        for method in METHODS
        if method in item
    }


def server(layer: Make) -> Callable[[], Any]:
    """The gateway of the run with a layer around it that breaks something."""
    keys = Keys(subjects={KEY: SUBJECT}, only_known=True)
    return lambda: layer(real_app(speed=0.0, keys=keys))


def schemathesis_run(url: str, folder: Path, *options: str) -> Run:
    """Run it against a gateway. folder: where its report and whatever else it writes may be."""
    report = folder / "report.ndjson"
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"), "run"]
    command += [str(DOCUMENT), "--url", url, "--no-color", "--report-ndjson-path", str(report), *options]
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    env = {**os.environ, "GATEWAY_URL": url, "GATEWAY_KEY": KEY, "PYTHONPATH": paths}
    done = subprocess.run(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, check=False
    )
    output = done.stdout.decode("utf-8", "replace")
    assert report.is_file(), output
    return Run(done.returncode, output, list(read(report)))


def read(report: Path) -> Iterator[Asked]:
    """All requests in a report."""
    ids = operations()
    for line in report.read_text("utf-8").splitlines():
        finished = json.loads(line).get("ScenarioFinished")
        recorder = finished["recorder"] if finished else {}
        for key, interaction in recorder.get("interactions", {}).items():
            case, checks = recorder["cases"][key]["value"], recorder["checks"].get(key, [])
            response = interaction["response"] or {}
            yield Asked(
                phase=finished["phase"],
                mode=(case.get("meta") or {}).get("generation", {}).get("mode", ""),
                operation=ids.get(f"{case['method']} {case['path']}", ""),
                status=response.get("status_code", 0),
                media_type=next(iter(response.get("headers", {}).get("content-type", ())), ""),
                checks=frozenset(check["name"] for check in checks),
                failed={check["name"]: json.dumps(check) for check in checks if check["status"] != "success"},
            )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run, of everything there is."""
    keys = ("--key", f"{KEY}={SUBJECT}", "--only-keys")
    # The server as anybody starts it: what is no HTTP is answered by its own protocol, and not by uvicorn's. However
    # long a run is, the turns that it found can be followed; that this ends some day is for other tests (V1-STR-11).
    told = ("--speed", "0", "--v1-replay", "1000h", "--scenarios", str(SCENARIOS))
    with running_server(*told, *keys) as url:
        return schemathesis_run(url, tmp_path_factory.mktemp("schemathesis"))


def test_schemathesis_finds_nothing(run: Run) -> None:
    assert run.code == 0, run.output
    assert run.failures() == {}


@pytest.mark.parametrize("operation", sorted(operations().values()))
def test_every_operation_was_granted_and_refused(run: Run, operation: str) -> None:
    statuses = {asked.status for asked in run.asked if asked.operation == operation}

    assert len(run.good(operation)) >= 5
    assert 401 in statuses


def test_there_are_seventeen_operations(run: Run) -> None:
    assert len(operations()) == 17
    assert {asked.operation for asked in run.asked if asked.operation} == set(operations().values())


@pytest.mark.parametrize("phase", sorted(PHASES))
def test_every_phase_sent_data(run: Run, phase: str) -> None:
    modes = [asked.mode for asked in run.asked if asked.phase == phase]

    assert modes.count("positive") >= 30
    assert modes.count("negative") >= 10 or phase == "examples"


def test_every_check_was_made(run: Run) -> None:
    made = frozenset[str]().union(*(asked.checks for asked in run.asked))

    load_all_checks()
    # The check that is shipped for others is the same as the own one; a test beside this one may have registered it.
    assert made == {*CHECKS.get_all_names(), OWN_CHECK, "max_response_time"} - {SHIPPED_CHECK}


@pytest.mark.parametrize("operation", ["create_turn", "subscribe_turn"])
def test_streams_were_put_before_the_judge(run: Run, operation: str) -> None:
    judged = [asked for asked in run.good(operation, SSE) if OWN_CHECK in asked.checks]

    assert len(judged) >= 20


@pytest.mark.parametrize(
    ("defect", "blamed"),
    [("there is a gap before the last number", "V1-STR-2"), ("turn.done has a turn_id", "V1-EVT-3")],
)
def test_a_defect_of_streams_is_found(tmp_path: Path, defect: str, blamed: str) -> None:
    # Both show in every stream, so that finding them does not depend on what was drawn.
    with serving_in_a_thread(server(every()[defect].make)) as url:
        run = schemathesis_run(url, tmp_path, "--include-operation-id", "create_turn", "--phases", "examples")

    assert run.code == 1, run.output
    assert blamed in run.failures()[OWN_CHECK]
