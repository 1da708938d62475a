"""`mock-gateway check server`: the exit codes, the mock, and gateways that answer nonsense."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from contract_tests.broken.layers import Layer
from contract_tests.broken.serving import HEARTBEAT, real_app, serving, serving_in_a_thread
from contract_tests.broken.zoo import every
from mock_gateway.cli.main import main
from mock_gateway.conformance import check_server
from mock_gateway.conformance.server.contracts import CONTRACTS, data_of
from mock_gateway.conformance.server.rule import Rule
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.trials import Aim, results_of
from mock_gateway.conformance.verdicts import Result, Verdict

pytestmark = pytest.mark.own_gateway
SERVER = Path(check_server.__file__).parent / "server"


class Reply(NamedTuple):
    """One answer to everything."""

    status: int
    kind: bytes
    body: bytes


ODD_STREAM = b"".join(
    b"id: %d\ndata: %s\n\n" % (number, json.dumps(event).encode())
    for number, event in enumerate(
        [
            {"type": "turn.created", "turn_id": "t"},
            {"type": "model.message", "thread_id": "main", "sequence_id": "a", "content": 5, "tool_calls": [1, {}]},
            {"type": "thread.created", "parent": 3, "agent_info": []},
            {"type": "turn.done", "status": {}, "output": [3]},
        ]
    )
)
JSON, SSE = b"application/json", b"text/event-stream"
NONSENSE = {
    "an empty object": Reply(200, JSON, b"{}"),
    "null": Reply(200, JSON, b'{"data": null}'),
    "a list of numbers": Reply(201, JSON, b'{"data": [1, 2]}'),
    "an object of nothing": Reply(201, JSON, b'{"data": {"id": "x", "state": {}}}'),
    "a page": Reply(200, b"text/html", b"<html>"),
    "a refusal": Reply(404, JSON, b'{"error": []}'),
    "a failure": Reply(500, b"text/plain", b"no"),
    "an odd stream": Reply(200, SSE, ODD_STREAM),
}


class Same:
    """A gateway that always gives one answer, or to the making of sessions a good one."""

    def __init__(self, reply: Reply, *, has_sessions: bool = False) -> None:
        self.reply = reply
        self.has_sessions = has_sessions
        self.streams = real_app().streams

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        makes = scope["method"] == "POST" and scope["path"].endswith("sessions")
        reply = Reply(201, JSON, b'{"data": {"id": "s1"}}') if makes and self.has_sessions else self.reply
        headers = [(b"content-type", reply.kind), (b"content-length", b"%d" % len(reply.body))]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})


async def results_on(app: Any, dialect: str, rules: list[Rule] | None = None) -> list[Result]:
    async with serving(app) as url:
        aim = Aim(url, dialect, patience=0.5, heartbeat=0.2)
        return (await results_of(aim, rules or CONTRACTS[dialect].rules.values()))[0]


@pytest.mark.parametrize("dialect", ["beta", "v1"])
@pytest.mark.parametrize("has_sessions", [False, True], ids=["", "with sessions"])
@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_the_fault_of_the_gateway(name: str, has_sessions: bool, dialect: str) -> None:
    results = asyncio.run(results_on(Same(NONSENSE[name], has_sessions=has_sessions), dialect))

    found = {one.verdict for one in results}
    assert Verdict.HARNESS_ERROR not in found
    assert Verdict.FAIL in found
    passed = [one.case for one in results if one.verdict is Verdict.PASS]
    assert len(passed) < len(results) / 8, passed


async def stumbles(_target: Target) -> None:
    raise OSError("the disk is full")


def test_a_defect_of_ours_is_not_held_against_the_gateway() -> None:
    rule = Rule("NET-1", "Something.", stumbles, "MUST", "chosen")

    (result,) = asyncio.run(results_on(Layer(real_app()), "beta", [rule]))

    assert result.verdict is Verdict.HARNESS_ERROR
    assert result.message == "OSError: the disk is full"


def test_the_mock_keeps_every_rule_of_both_contracts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code = main(["check", "server", "--quiet", "--json", str(tmp_path / "results.json")])

    document = json.loads((tmp_path / "results.json").read_text("utf-8"))
    every_rule = [(name, id) for name, contract in CONTRACTS.items() for id in contract.rules]
    assert [(one["dialect"], one["case"]) for one in document["results"]] == every_rule
    assert document["counts"] == {"PASS": len(every_rule)}, capsys.readouterr().out
    assert (code, document["side"], document["level"]) == (0, "server", "Full")
    assert "reading:cancel=turn" in document["client"]["capabilities"]


def test_a_broken_gateway_fails_with_what_was_asked_and_heard(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    broken = next(one for one in every().values() if one.red == {"SEQ-1"})
    with serving_in_a_thread(lambda: broken.make(real_app())) as url:
        flags = ["--url", url, "--dialect", "beta", "--run", "SEQ-1", "--heartbeat", str(HEARTBEAT)]
        code = main(["check", "server", *flags, "--tries", "1", "--json", str(tmp_path / "results.json")])

    (result,) = json.loads((tmp_path / "results.json").read_text("utf-8"))["results"]
    assert code == 1
    assert (result["verdict"], result["case"]) == ("FAIL", "SEQ-1")
    assert result["repeat"] == f"mock-gateway check server --url {url} --dialect beta --run SEQ-1"
    asked = result["evidence"]["asked"][-1]
    assert asked["request"].startswith("POST") and asked["status"] == 200 and asked["writes"]
    assert "contract-key" not in json.dumps(result)
    assert "SEQ-1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (["--run", "NOPE-*"], 1, "no rule was selected"),
        (["--run", "NOPE-*", "--dry-run"], 1, ""),
        (["--url", "http://127.0.0.1:1"], 3, "is not reached"),
        (["--url", "ftp://somewhere"], 2, "http://127.0.0.1:4010"),
        (["--level", "MAY"], 2, "MUST, SHOULD"),
        (["--patience", "soon"], 2, "seconds above 0"),
        (["--hooks", "/nowhere/hooks.yml"], 2, "no such file"),
        (["--dialect", "v2"], 2, "beta, v1"),
    ],
)
def test_exit_codes(flags: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "server", *flags]) == code
    assert said in capsys.readouterr().err


def test_rules_are_chosen_by_patterns_level_and_origin(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "server", "--list", "--run", "S*", "--skip", "SES-*", "--origin", "documented"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == ["STR-2", "STR-3", "STR-5", "STR-7", "SEQ-2", "SBX-1"]
    assert main(["check", "server", "--list", "--level", "SHOULD", "--dialect", "beta"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["STR-4", "LOG-2"]


def test_the_scenarios_of_the_checks_can_be_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "server", "--print-scenarios"]) == 0
    assert (Path(capsys.readouterr().out.strip()) / "talk.yaml").is_file()


def test_the_judge_of_gateways_knows_no_gateway() -> None:
    code = "import sys, mock_gateway.conformance.server.trials; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ours = {name.split(".")[1] for name in run.stdout.split() if name.startswith("mock_gateway.")}

    assert ours == {"conformance"}


def test_rules_as_data_have_what_explain_shows() -> None:
    rules = data_of("v1")

    assert {"id", "says", "level", "origin", "family"} == rules[0].keys()
    assert {one["level"] for one in rules} == {"MUST", "SHOULD"}
