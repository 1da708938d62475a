"""Commands, flags and exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mock_gateway.cli.commands import COMMANDS
from tests.cli.cli_runs import PATIENCE, ROOT, child, told

Capture = pytest.CaptureFixture[str]


def broken() -> object:
    """Stands for a defect."""
    raise KeyError("missing")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["srve"], "there is no command 'srve'"),
        (["--port", "1", "serve"], "--port stands before the command"),
        (["serve", "--prot", "1"], "there is no flag --prot"),
        (["serve", "scenarios"], "serve cannot use 'scenarios'"),
        (["serve", "--port"], "argument --port: expected one argument"),
        (["lint", "nowhere.yaml"], "there is no scenario file or folder nowhere.yaml"),
        (["play"], "the following arguments are required: AGENT_OR_FILE"),
        (["init", "--agent", "../up"], "--agent is '../up'"),
    ],
)
def test_what_makes_no_sense_ends_with_2_and_one_message(capsys: Capture, arguments: list[str], message: str) -> None:
    code, out, err = told(capsys, *arguments)

    assert (code, out) == (2, "")
    assert err.startswith(f"mock-gateway: {message}")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "nearest"), [(["srve"], "serve"), (["serve", "--prot"], "--port"), (["lint", "--jsn"], "--json")]
)
def test_the_nearest_valid_name_is_told(capsys: Capture, arguments: list[str], nearest: str) -> None:
    assert f"did you mean {nearest}?" in told(capsys, *arguments).err


def test_no_command_at_all_is_answered_with_what_there_is(capsys: Capture) -> None:
    code, _, err = told(capsys)

    assert code == 2
    assert [name for name in COMMANDS if f"  {name}" not in err] == []


def test_the_help_has_one_example_for_each_command(capsys: Capture) -> None:
    code, out, _ = told(capsys, "--help")

    assert code == 0
    assert [command.example for command in COMMANDS.values() if command.example not in out] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_its_own_help(capsys: Capture, name: str) -> None:
    code, out, _ = told(capsys, name, "--help")

    assert code == 0
    assert COMMANDS[name].example in out


def test_the_version_is_told(capsys: Capture) -> None:
    code, out, _ = told(capsys, "--version")

    assert code == 0
    assert out.startswith("mock-gateway ")


def test_a_defect_of_ours_ends_with_4_and_says_how_to_see_more(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mock_gateway.cli.schema.json_schema", broken)

    code, _, err = told(capsys, "schema")

    assert code == 4
    assert "KeyError: 'missing'" in err
    assert "MOCK_GATEWAY_DEBUG=1" in err
    assert "Traceback" not in err


def test_the_traceback_of_a_defect_is_shown_when_asked_for(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_gateway.cli.schema.json_schema", broken)
    monkeypatch.setenv("MOCK_GATEWAY_DEBUG", "1")

    assert "Traceback" in told(capsys, "schema").err


def test_an_interrupt_ends_with_130(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mock_gateway.cli.schema.json_schema", interrupt)

    assert told(capsys, "schema") == (130, "", "")


def test_a_full_disk_under_stdout_ends_with_2() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mock_gateway", "openapi"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    assert done.returncode == 2
    assert done.stderr == "mock-gateway: stdout cannot be written: No space left on device\n"


def test_a_reader_that_has_seen_enough_is_no_failure() -> None:
    command = [sys.executable, "-m", "mock_gateway", "openapi"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None and program.stderr is not None
        program.stdout.read(10)
        program.stdout.close()

        assert program.stderr.read() == b""
    assert program.returncode == 0


def test_the_program_runs_from_another_folder(tmp_path: Path) -> None:
    code, out, _ = child("list", "--json", cwd=tmp_path)

    assert code == 0
    assert '"name": "support-bot"' in out


def test_the_page_has_every_command() -> None:
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")

    assert [name for name in COMMANDS if f"| `{name}" not in page] == []
