"""`list`, `lint`, `schema`, `openapi`, `init`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from mock_gateway.scenario import json_schema
from tests.cli.cli_runs import REFUND, ROOT, told

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a folder of one scenario."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "refund.yaml").write_text(REFUND)
    return tmp_path


# ---- list


def test_list_shows_each_agent_on_a_line(capsys: Capture, folder: Path) -> None:
    (folder / "scenarios" / "b.yaml").write_text("# shows: nothing much\nagent: b\nsessions: [{ title: Old }]\n")

    code, out, _ = told(capsys, "list")

    assert code == 0
    assert out.splitlines() == [
        "b           0 rules  1 session  nothing much",
        "refund-bot  3 rules             a gated refund",
    ]


def test_list_as_json_has_the_same(capsys: Capture) -> None:
    _, out, _ = told(capsys, "list", "--json", "scenarios/refund.yaml")

    assert json.loads(out) == [
        {
            "name": "refund-bot",
            "description": "a gated refund",
            "file": "scenarios/refund.yaml",
            "rules": 3,
            "sessions": 0,
        }
    ]


# ---- lint


def test_a_clean_folder_passes(capsys: Capture) -> None:
    assert told(capsys, "lint") == (0, "1 agent, nothing to say\n", "")


def test_mistakes_of_all_files_are_told_with_their_places(capsys: Capture, folder: Path) -> None:
    (folder / "scenarios" / "a.yaml").write_text("agent: a\ntruns: []\n")
    (folder / "scenarios" / "b.yaml").write_text("agent: b\nsessions: [{ history: [{ allow: x }] }]\n")

    code, out, _ = told(capsys, "lint")

    assert code == 1
    assert "scenarios/a.yaml:2:1: " in out
    assert "scenarios/b.yaml:2:24: " in out
    assert out.splitlines()[-1].startswith("2 agents, 2 mistakes")


def test_mistakes_as_json_have_their_parts(capsys: Capture, folder: Path) -> None:
    (folder / "scenarios" / "a.yaml").write_text("agent: a\ntruns: []\n")

    code, out, _ = told(capsys, "lint", "--json")

    (mistake,) = json.loads(out)["mistakes"]
    assert code == 1
    assert (mistake["file"], mistake["line"], mistake["column"]) == ("scenarios/a.yaml", 2, 1)
    assert "turns" in mistake["hint"]


@pytest.mark.parametrize(("flags", "expected"), [((), 0), (("--strict",), 1)])
def test_warnings_fail_only_when_strict(capsys: Capture, folder: Path, flags: tuple[str, ...], expected: int) -> None:
    unused = "agent: a\nfragments: { bye: { say: Bye. } }\n"
    (folder / "scenarios" / "a.yaml").write_text(unused)

    code, out, _ = told(capsys, "lint", *flags)

    assert code == expected
    assert "scenarios/a.yaml:2:14: warning: " in out
    assert out.splitlines()[-1] == "2 agents, 1 warning"


def test_nothing_to_check_is_a_failure(capsys: Capture, folder: Path) -> None:
    (folder / "empty").mkdir()

    code, _, err = told(capsys, "lint", "empty")

    assert code == 2
    assert err.startswith("mock-gateway: there is no agent in empty\n")


def test_the_gallery_is_clean(capsys: Capture) -> None:
    assert told(capsys, "lint", "--strict", str(ROOT / "scenarios")).code == 0


# ---- documents


def test_the_schema_is_that_of_the_language(capsys: Capture) -> None:
    assert json.loads(told(capsys, "schema").out) == json_schema()


@pytest.mark.parametrize(
    ("flags", "document"),
    [
        ((), "openapi.yaml"),
        (("--contract", "beta"), "openapi.yaml"),
        (("--contract", "v1"), "openapi.v1.yaml"),
    ],
)
def test_a_document_is_the_one_that_is_shipped(capsys: Capture, flags: tuple[str, ...], document: str) -> None:
    text = (ROOT / document).read_text("utf-8")

    assert told(capsys, "openapi", *flags).out == text
    found = json.loads(told(capsys, "openapi", *flags, "--json").out)
    assert found["paths"].keys() == yaml.safe_load(text)["paths"].keys()


def test_a_contract_that_there_is_not_is_a_usage_error(capsys: Capture) -> None:
    result = told(capsys, "openapi", "--contract", "v2")

    assert (result.code, result.out) == (2, "")
    assert "'v2'" in result.err


# ---- init


def test_a_first_scenario_is_clean_and_can_be_played(capsys: Capture) -> None:
    code, out, _ = told(capsys, "init", "new", "--agent", "first-bot")

    assert code == 0
    assert out.splitlines() == [
        "wrote new/scenarios/first-bot.yaml",
        "wrote new/scenarios/scenario.schema.json",
        "next: mock-gateway play new/scenarios/first-bot.yaml",
    ]
    assert told(capsys, "lint", "--strict", "new/scenarios").code == 0
    talk = told(
        capsys, "play", "new/scenarios/first-bot.yaml", "--speed", "0", "--message", "refund", "--message", "yes"
    )
    assert "Done, the number is RF-1." in talk.out


def test_an_editor_finds_the_schema_from_the_scenario(capsys: Capture, folder: Path) -> None:
    told(capsys, "init")

    first_line = (folder / "scenarios" / "my-agent.yaml").read_text().splitlines()[0]
    name = first_line.removeprefix("# yaml-language-server: $schema=")
    assert json.loads((folder / "scenarios" / name).read_text()) == json_schema()


def test_nothing_is_written_over(capsys: Capture, folder: Path) -> None:
    code, _, err = told(capsys, "init", "--agent", "refund")

    assert code == 2
    assert err.startswith("mock-gateway: scenarios/refund.yaml is there already; nothing was written\n")
    assert [path.name for path in (folder / "scenarios").iterdir()] == ["refund.yaml"]


def test_an_older_schema_is_left_and_that_is_said(capsys: Capture, folder: Path) -> None:
    schema = folder / "scenarios" / "scenario.schema.json"
    schema.write_text("{}")

    _, out, _ = told(capsys, "init")

    assert schema.read_text() == "{}"
    assert "left scenarios/scenario.schema.json as it is; 'mock-gateway schema > " in out


def test_a_folder_that_cannot_be_made_is_told(capsys: Capture, folder: Path) -> None:
    (folder / "file").write_text("")

    code, _, err = told(capsys, "init", "file")

    assert code == 2
    assert err.startswith("mock-gateway: file/scenarios cannot be written: ")
