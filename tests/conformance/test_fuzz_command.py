"""`mock-gateway fuzz` from the command line: exit codes, and the files of a find."""

from __future__ import annotations

import json
import sys
from importlib import util
from pathlib import Path

import pytest

from mock_gateway.conformance.fuzz.features import FEATURES
from mock_gateway.conformance.stories import Stories
from mock_gateway.core.errors import MockGatewayError
from tests.cli.cli_runs import told

Capture = pytest.CaptureFixture[str]
SMALL = f"{sys.executable} -m contract_tests.mutants"
BROKEN = f"{SMALL} error-is-done"


def fuzz(capsys: Capture, command: str, *arguments: str) -> tuple[int, str, str]:
    return told(capsys, "fuzz", "--command", command, *arguments)


def test_a_client_in_which_nothing_is_found_is_worth_0(capsys: Capture) -> None:
    code, out, _ = fuzz(capsys, SMALL, "--only", "model.call", "--stories", "60", "--dialect", "beta")

    assert code == 0
    assert out.endswith(" stories, seed 0: no finds\n")


def test_a_find_is_worth_1_and_its_files_repeat_it(capsys: Capture, tmp_path: Path) -> None:
    out_folder, file = tmp_path / "finds", tmp_path / "all.json"
    limits = ("--only", "model.fails", "--stories", "120", "--finds", "1", "--dialect", "beta")
    code, out, _ = fuzz(capsys, BROKEN, *limits, "--out", str(out_folder), "--json", str(file))

    assert code == 1
    assert out.startswith("FUZZ-1-STATUS (beta): first: status: expected 'error', got 'done'")
    assert sorted(one.name for one in out_folder.iterdir()) == [
        f"fuzz-1-status.{kind}" for kind in ("bytes", "txt", "yaml")
    ]
    assert b"turn.done" in (out_folder / "fuzz-1-status.bytes").read_bytes()
    assert "Again:\n  mock-gateway check client --command" in (out_folder / "fuzz-1-status.txt").read_text("utf-8")
    assert [one["bucket"] for one in json.loads(file.read_text("utf-8"))["finds"]] == ["FAIL:status"]
    case = str(out_folder / "fuzz-1-status.yaml")
    assert told(capsys, "check", "client", "--command", BROKEN, "--cases", case)[0] == 1
    assert told(capsys, "check", "client", "--command", SMALL, "--cases", case)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--only", "nothing.*"), "no feature fits 'nothing.*'"),
        (("--stories", "0"), "--stories is 0; expected a whole number from 1"),
        (("--seed", "x"), "--seed is 'x'; expected"),
        (("--dialect", "v9"), "--dialect is 'v9'"),
    ],
)
def test_a_flag_that_makes_no_sense_is_worth_2(capsys: Capture, arguments: tuple[str, ...], message: str) -> None:
    code, _, err = fuzz(capsys, SMALL, *arguments)

    assert code == 2
    assert message in err


def test_a_folder_that_cannot_be_made_is_worth_2(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    code, _, err = fuzz(capsys, BROKEN, "--only", "model.fails", "--finds", "1", "--out", str(tmp_path / "file"))

    assert code == 2
    assert "--out" in err


def test_an_adapter_that_does_not_start_is_worth_3(capsys: Capture) -> None:
    code, _, err = fuzz(capsys, "no-such-command-at-all")

    assert code == 3
    assert "the adapter does not start" in err


def test_a_defect_of_ours_is_worth_4(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise MockGatewayError("the scenario makes no sense")

    monkeypatch.setattr(Stories, "tell", broken)

    code, _, err = fuzz(capsys, SMALL)

    assert code == 4
    assert "nothing is held against the client" in err


def test_without_hypothesis_it_says_what_to_install(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    find = util.find_spec
    monkeypatch.setattr("mock_gateway.cli.fuzz.find_spec", lambda name: None if name == "hypothesis" else find(name))

    code, _, err = fuzz(capsys, SMALL)

    assert code == 2
    assert "pip install 'mock-gateway[check]'" in err


def test_all_features_are_listed(capsys: Capture) -> None:
    code, out, _ = told(capsys, "fuzz", "--list")

    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [*FEATURES]
