"""Settings: their values, where they come from, what is said about wrong ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mock_gateway.cli.options import OPTIONS, markdown_table
from mock_gateway.cli.resolve import choose
from mock_gateway.cli.serve import settings_of
from mock_gateway.settings import Keys, Settings
from tests.cli.cli_runs import ROOT, Told, told

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and no variables of ours."""
    monkeypatch.chdir(tmp_path)
    for option in OPTIONS.values():
        monkeypatch.delenv(option.variable, raising=False)
    return tmp_path


def explained(capsys: Capture, *arguments: str) -> dict[str, tuple[str, str]]:
    """Value and origin of every setting."""
    run = told(capsys, "serve", "--explain", "--json", *arguments)
    assert run.code == 0, run.err
    rows = [json.loads(line) for line in run.out.splitlines()]
    return {row["setting"]: (row["value"], row["source"]) for row in rows}


def refused(capsys: Capture, *arguments: str) -> str:
    """What is said about settings that make no sense; nothing is on stdout."""
    run: Told = told(capsys, "serve", "--explain", *arguments)
    assert (run.code, run.out) == (2, "")
    return run.err


def test_a_flag_goes_before_a_variable_before_the_file_before_the_default(
    capsys: Capture, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "mock-gateway.yaml").write_text("port: 1\nseed: 2\nspeed: 3\n")
    monkeypatch.setenv("MOCK_GATEWAY_PORT", "4")
    monkeypatch.setenv("MOCK_GATEWAY_SEED", "5")

    found = explained(capsys, "--port", "6")

    assert found["port"] == ("6", "flag --port")
    assert found["seed"] == ("5", "variable MOCK_GATEWAY_SEED")
    assert found["speed"] == ("3", "mock-gateway.yaml:3:1")
    assert found["heartbeat"] == ("15s", "default")


def test_explain_is_a_line_for_each_setting(capsys: Capture) -> None:
    code, out, _ = told(capsys, "serve", "--explain")

    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == list(OPTIONS)


def test_no_truth_takes_back_what_the_file_says(capsys: Capture, folder: Path) -> None:
    (folder / "mock-gateway.yaml").write_text("strict: yes\nwatch: false\n")

    found = explained(capsys, "--no-strict")

    assert found["strict"] == ("false", "flag --no-strict")
    assert found["watch"] == ("false", "mock-gateway.yaml:2:1")


def test_the_defaults_are_those_of_the_gateway(folder: Path) -> None:
    assert settings_of(choose({}, {}, folder)) == Settings()


def test_every_setting_of_the_gateway_can_be_set(folder: Path) -> None:
    flags = {
        "seed": "7",
        "speed": "0.5",
        "strict": "true",
        "heartbeat": "300ms",
        "body-limit": "2 KB",
        "subject": "eve@example.test",
        "key": ["s3cret=ada@example.test", "k=bob=x"],
        "only-keys": "true",
        "refuse-key": ["bad"],
        "forbid-key": ["poor"],
        "cancel": "session",
        "running-turn-events": "snapshot",
        "concurrent-turn": "supersede",
    }

    assert settings_of(choose(flags, {}, folder)) == Settings(
        seed=7,
        speed=0.5,
        strict=True,
        heartbeat=0.3,
        body_limit=2048,
        subject="eve@example.test",
        keys=Keys(
            {"s3cret": "ada@example.test", "k": "bob=x"}, frozenset({"bad"}), frozenset({"poor"}), only_known=True
        ),
        cancel="session",
        running_turn_events="snapshot",
        concurrent_turn="supersede",
    )


@pytest.mark.parametrize(
    ("written", "value"),
    [("city=Ghent", "Ghent"), ("n=5", 5), ("n=true", True), ('n="5"', "5"), ("n=", ""), ("n=a=b", "a=b")],
)
def test_a_parameter_that_reads_as_a_number_is_one(folder: Path, written: str, value: object) -> None:
    chosen = choose({"param": [written]}, {}, folder)

    assert list(chosen["param"].values()) == [value]


def test_several_values_are_repeated_or_listed(capsys: Capture, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "mock-gateway.yaml").write_text("refuse-key: [aaa, bbb]\nkey: { ccc: ada }\n")
    monkeypatch.setenv("MOCK_GATEWAY_SCENARIOS", "one.yaml, two")
    monkeypatch.setenv("MOCK_GATEWAY_PARAM", "a=1,5\nb=2")

    found = explained(capsys, "--forbid-key", "ddd", "eee", "--forbid-key", "fff")

    assert found["scenarios"][0] == "one.yaml, two"
    assert found["param"][0] == "a=1,5, b=2"
    assert found["refuse-key"][0] == "aa…, bb…"
    assert found["key"][0] == "cc…=ada"
    assert found["forbid-key"][0] == "dd…, ee…, ff…"


def test_no_key_is_shown_in_full(capsys: Capture) -> None:
    _, out, err = told(capsys, "serve", "--explain", "--key", "s3cret=ada", "--refuse-key", "s3cret")

    assert "s3cret" not in out + err


@pytest.mark.parametrize(
    ("flag", "value", "expected"),
    [
        ("--port", "65536", "a whole number from 0 to 65535, where 0 takes any free port"),
        ("--port", "http", "a whole number from 0 to 65535, where 0 takes any free port"),
        ("--seed", "1.5", "a whole number"),
        ("--speed", "-1", "a number: 1 as written, 10 ten times faster, 0.5 half as fast, 0 at once"),
        ("--speed", "inf", "a number: 1 as written, 10 ten times faster, 0.5 half as fast, 0 at once"),
        ("--heartbeat", "15", "a time with its unit, as 300ms, 15s or 2m"),
        ("--heartbeat", "0s", "a time with its unit, as 300ms, 15s or 2m"),
        ("--body-limit", "5", "a size with its unit, as 512 B, 10 KB or 32 MB"),
        ("--cancel", "both", "turn or session"),
        ("--running-turn-events", "wait", "refuse or snapshot"),
        ("--concurrent-turn", "queue", "refuse or supersede"),
        ("--param", "city", "name=value, as company=Acme"),
        ("--host", " ", "some text"),
    ],
)
def test_a_value_that_makes_no_sense_is_told_with_what_was_expected(
    capsys: Capture, flag: str, value: str, expected: str
) -> None:
    assert refused(capsys, flag, value) == f"mock-gateway: {flag} is {value!r}; expected {expected}\n"


def test_a_key_that_makes_no_sense_is_not_repeated(capsys: Capture) -> None:
    message = refused(capsys, "--key", "s3cret")

    assert message == "mock-gateway: --key is not what it takes; expected KEY=SUBJECT, as s3cret=ada@example.test\n"


def test_a_variable_is_told_by_its_name(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCK_GATEWAY_STRICT", "maybe")

    assert refused(capsys) == "mock-gateway: MOCK_GATEWAY_STRICT is 'maybe'; expected true or false\n"


def test_an_empty_variable_is_not_set(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCK_GATEWAY_PORT", "")

    assert explained(capsys)["port"] == ("4010", "default")


def test_an_unknown_variable_is_remarked_on_with_the_nearest(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCK_GATEWAY_PROT", "1")

    code, _, err = told(capsys, "serve", "--explain")

    assert code == 0
    assert "there is no variable MOCK_GATEWAY_PROT; it is not used\n  did you mean MOCK_GATEWAY_PORT?" in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot: 1\n", "mock-gateway.yaml:1:1: there is no setting 'prot'\n  did you mean port?"),
        ("seed: 1\nport: x\n", "mock-gateway.yaml:2:1: port is 'x'; expected a whole number"),
        ("port: 1\nport: 2\n", "mock-gateway.yaml:2:1: port is set twice; first at mock-gateway.yaml:1:1"),
        ("port: [1, 2]\n", "mock-gateway.yaml:1:1: port takes one value"),
        ("scenarios: { a: b }\n", "mock-gateway.yaml:1:1: scenarios takes one value or a list"),
        ("param: { a: [1] }\n", "mock-gateway.yaml:1:1: a value in here is nested"),
        ("- port\n", "mock-gateway.yaml:1:1: the config file is no mapping"),
        ("port: [\n", "mock-gateway.yaml:2:1: the config file is no YAML"),
    ],
)
def test_a_mistake_in_the_config_file_is_told_with_its_place(
    capsys: Capture, folder: Path, text: str, message: str
) -> None:
    (folder / "mock-gateway.yaml").write_text(text)

    assert refused(capsys).startswith(f"mock-gateway: {message}")


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot be read: No such file or directory"), (b"port: \xff", "is not UTF-8 (byte 6)")],
)
def test_a_config_file_that_cannot_be_read_is_told(
    capsys: Capture, folder: Path, content: bytes | None, message: str
) -> None:
    if content is not None:
        (folder / "c.yaml").write_bytes(content)

    assert refused(capsys, "--config", "c.yaml") == f"mock-gateway: the config file c.yaml {message}\n"


def test_an_empty_config_file_sets_nothing(capsys: Capture, folder: Path) -> None:
    (folder / "mock-gateway.yaml").write_text("# nothing yet\n")

    assert {source for _, source in explained(capsys).values()} == {"flag --json", "default"}


def test_the_page_has_the_table_of_all_settings() -> None:
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")

    assert markdown_table() in page
