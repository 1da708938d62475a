"""The Dockerfile and the GitHub Action: read, and run as far as that goes without Docker and GitHub."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from mock_gateway.testing.process import running_server
from tests.cli.cli_runs import PATIENCE, ROOT, ask
from tests.testing.testing_talk import GREETING

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS: dict[str, dict[str, Any]] = {step["id"]: step for step in ACTION["runs"]["steps"]}
NEEDED = {"mock_gateway", "pyproject.toml", "README.md"}
"""What a wheel is made of, besides what its build takes from elsewhere."""


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile with their arguments, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def arguments(name: str) -> list[str]:
    """The arguments of all instructions of a name."""
    return [rest for known, rest in instructions() if known == name]


# ---- the image


def test_the_image_is_made_in_two_stages_of_one_small_pinned_base() -> None:
    build, final = (rest.split() for rest in arguments("FROM"))

    assert build[1:] == ["AS", "build"]
    assert build[0] == final[0]
    assert re.fullmatch(r"python:3\.\d+-alpine", final[0])
    assert arguments("COPY")[-1].startswith("--from=build ")


def test_the_image_runs_as_nobody_in_particular_on_one_port() -> None:
    names = [name for name, _ in instructions()]

    (user,) = arguments("USER")
    assert all(int(part) >= 1000 for part in user.split(":"))
    assert names.index("USER") > len(names) - 1 - names[::-1].index("COPY")
    assert arguments("EXPOSE") == ["4010"]


def test_the_image_serves_whatever_is_mounted_at_scenarios(tmp_path: Path) -> None:
    (folder,), (entry,), (command,) = arguments("WORKDIR"), arguments("ENTRYPOINT"), arguments("CMD")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "desk.yaml").write_text(GREETING)

    assert (folder, json.loads(entry), json.loads(command)) == ("/", ["mock-gateway"], ["serve", "--host", "0.0.0.0"])
    with running_server(cwd=tmp_path) as url:
        assert ask(url, "POST", "/sessions", {"agent_name": "desk"})["data"]["agent_name"] == "desk"


def test_the_health_check_looks_at_the_server_of_the_image() -> None:
    (check,) = arguments("HEALTHCHECK")
    program = json.loads(check.partition("CMD ")[2])
    assert program[0] == "python"

    def code(port: str) -> int:
        environment = {**os.environ, "MOCK_GATEWAY_PORT": port}
        done = subprocess.run([sys.executable, *program[1:]], env=environment, capture_output=True, check=False)
        return done.returncode

    with running_server() as url:
        assert code(url.rpartition(":")[2]) == 0
    assert code(url.rpartition(":")[2]) == 1


def test_docker_is_given_what_the_wheel_is_made_of_and_nothing_else() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"])

    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == NEEDED | included


@pytest.mark.index
def test_what_the_image_installs_and_runs_works(tmp_path: Path) -> None:
    (install,) = arguments("RUN")
    source, place = tmp_path / "source", tmp_path / "opt"
    given = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    source.mkdir()
    for name in given:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    script = install.replace("/opt/mock-gateway", str(place)).replace("/source", str(source))
    subprocess.run(script.replace("python -m", f"{sys.executable} -m"), shell=True, check=True, capture_output=True)

    server = subprocess.Popen(
        [place / "bin" / "mock-gateway", "serve", "--port", "0"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        url = server.stdout.readline().split()[-1]
        assert ask(url, "GET", "/__admin/health") == {"status": "ok"}
        assert ask(url, "POST", "/sessions", {"agent_name": "support-bot"})["data"]["agent_name"] == "support-bot"
    finally:
        server.terminate()
        server.wait(PATIENCE)
        assert server.stdout is not None
        server.stdout.close()


# ---- the action


def test_the_action_is_well_formed() -> None:
    assert ACTION["runs"]["using"] == "composite"
    for step in STEPS.values():
        assert ("uses" in step) != ("run" in step)
        assert "run" not in step or step["shell"] == "bash"
        assert "uses" not in step or re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"])


def test_the_action_names_only_what_there_is() -> None:
    expressions = re.findall(r"\$\{\{\s*(.+?)\s*\}\}", (ROOT / "action.yml").read_text())
    conditions = [step["if"] for step in STEPS.values() if "if" in step]

    for expression in [*expressions, *conditions]:
        kind, name = expression.split()[0].split(".")[:2]
        assert name in (ACTION["inputs"] if kind == "inputs" else STEPS), expression
    assert set(ACTION["inputs"]) == {
        text.split()[0].partition(".")[2] for text in [*expressions, *conditions] if text.startswith("inputs.")
    }


def test_no_input_of_the_action_is_pasted_into_a_script() -> None:
    assert [name for name, step in STEPS.items() if "${{" in step.get("run", "")] == []


class Runner:
    """A folder that looks to a step as a runner of GitHub does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = folder / "mock-gateway" / "bin" / "mock-gateway"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mock_gateway "$@"\n')
        program.chmod(0o755)
        self.group: int | None = None

    def step(self, name: str, **variables: str) -> tuple[int, str]:
        """Run a step; its exit code and what it printed."""
        files = {"GITHUB_OUTPUT": self.folder / "output", "GITHUB_ENV": self.folder / "env"}
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "RUNNER_TEMP": str(self.folder)}
        environment |= {key: str(path) for key, path in files.items()} | variables
        with subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]["run"]],
            env=environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as started:
            self.group = started.pid
            assert started.stdout is not None
            printed = started.stdout.read()
            return started.wait(PATIENCE), printed

    def told(self, name: str) -> dict[str, str]:
        """What a step has written to a file of the runner."""
        return dict(line.split("=", 1) for line in (self.folder / name).read_text().splitlines())

    def close(self) -> None:
        """End what a step has left running."""
        if self.group is not None:
            os.killpg(self.group, signal.SIGTERM)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    """A runner; what it runs is ended."""
    made = Runner(tmp_path)
    yield made
    made.close()


def test_the_action_starts_a_server_for_the_steps_that_follow(runner: Runner) -> None:
    code, printed = runner.step("start", MOCK_GATEWAY_SCENARIOS="", MOCK_GATEWAY_SPEED="0", OPTIONS="--seed 7")

    url = runner.told("output")["url"]
    assert (code, printed) == (0, "")
    assert ask(url, "GET", "/__admin/health") == {"status": "ok"}
    assert runner.told("env") == {
        "GATEWAY_BASE_URL": url,
        "TFY_API_KEY": "any-key",
        "MOCK_GATEWAY_URL": url,
        "MOCK_GATEWAY_ADMIN_URL": f"{url}/__admin",
    }


def test_the_action_shows_why_there_is_no_server(runner: Runner) -> None:
    code, printed = runner.step("start", MOCK_GATEWAY_SPEED="0", OPTIONS="--sped 7")
    runner.group = None

    assert code == 1
    assert "there is no flag --sped" in printed


def test_the_action_runs_a_command_with_a_server_around_it(runner: Runner) -> None:
    command = "curl -s $MOCK_GATEWAY_ADMIN_URL/health; exit 3"
    code, printed = runner.step("run", MOCK_GATEWAY_SPEED="0", OPTIONS="", COMMAND=command)
    runner.group = None

    assert (code, printed) == (3, '{"status":"ok"}')
