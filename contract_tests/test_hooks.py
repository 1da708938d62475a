"""Hooks: agents with other names and other words stand in for those that the checks talk to."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests.broken.serving import HEARTBEAT, serving
from mock_gateway.conformance.server import SCENARIOS
from mock_gateway.conformance.server.contracts import CONTRACTS
from mock_gateway.conformance.server.hooks import BadHooks, Hooks, Stand, read_hooks
from mock_gateway.conformance.server.needs import WORDS, WORLD
from mock_gateway.conformance.server.trials import Aim, results_of
from mock_gateway.conformance.verdicts import Result, Verdict
from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.runtime import LoopRuntime
from mock_gateway.scenario.library import Library
from mock_gateway.settings import Settings

pytestmark = pytest.mark.own_gateway


def reworded(value: Any, texts: dict[str, str], key: str = "") -> Any:
    """A scenario that does the same on other texts, and says other words."""
    if isinstance(value, dict):
        # YAML reads the key `on` as true.
        pairs = ((str(name) if name is not True else "on", one) for name, one in value.items())
        return {name: reworded(one, texts, name) for name, one in pairs}
    if isinstance(value, list):
        return [reworded(one, texts) for one in value]
    if key == "equals":
        return texts.setdefault(str(value), f"Please do {value}.")
    if key in ("say", "text") and isinstance(value, str):
        return re.sub(r"[A-Za-z]{2,}", "ha", re.sub(r"\{\{.*?\}\}", "ho", value, flags=re.S))
    return value


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Stand]]:
    """Scenarios of other agents, and the hooks to them."""
    folder, stands = tmp_path_factory.mktemp("strangers"), {}
    for file in SCENARIOS.glob("*.yaml"):
        scenario, texts = yaml.safe_load(file.read_text("utf-8")), {"*": "About {text}."}
        name = scenario["agent"]
        other = {**reworded(scenario, texts), "agent": f"other-{name}"}
        (folder / file.name).write_text(yaml.safe_dump(other, allow_unicode=True), "utf-8")
        stands[name] = Stand(other["agent"], texts)
    return folder, stands


class OneWorld:
    """A gateway on which paths before the endpoints are nothing."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.streams = app.streams

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if str(scope.get("path")).startswith("/contract-"):
            scope = {**scope, "path": "/nothing", "raw_path": b"/nothing"}
        await self.app(scope, receive, send)


async def results_on(folder: Path, hooks: Hooks, dialect: str, patterns: tuple[str, ...] = ()) -> list[Result]:
    app = App(Gateway(dict(Library.load([folder]).agents), Settings(heartbeat=HEARTBEAT), runtime=LoopRuntime()))
    rules = CONTRACTS[dialect].rules
    chosen = [rules[id] for id in patterns] if patterns else rules.values()
    async with serving(app if hooks.worlds else OneWorld(app)) as url:
        aim = Aim(url, dialect, patience=8.0, heartbeat=HEARTBEAT, hooks=hooks)
        return (await results_of(aim, chosen))[0]


@pytest.mark.parametrize("worlds", [True, False], ids=["worlds", "one world"])
@pytest.mark.parametrize("dialect", ["beta", "v1"])
def test_every_rule_passes_on_agents_that_stand_in_or_says_what_it_takes(
    dialect: str, worlds: bool, strangers: tuple[Path, dict[str, Stand]]
) -> None:
    folder, stands = strangers

    results = asyncio.run(results_on(folder, Hooks(stands, worlds), dialect))

    bad = {one.case: f"{one.verdict} {one.message}" for one in results if one.verdict is not Verdict.PASS}
    needs = WORDS if worlds else WORDS | WORLD
    assert bad.keys() == {one.case for one in results} & needs, bad
    assert {one.verdict for one in results} == {Verdict.PASS, Verdict.UNTESTABLE}


def test_a_rule_without_its_hook_is_untestable_and_never_passed(strangers: tuple[Path, dict[str, Stand]]) -> None:
    folder, stands = strangers
    talk = stands["contract-talk"]
    hooks = Hooks({"contract-talk": Stand(talk.agent, {"hello": "Hello to you."})})

    results = asyncio.run(results_on(folder, hooks, "beta", ("TRN-2", "MCP-1", "API-1")))

    told = {one.case: (one.verdict, one.message) for one in results}
    assert told["API-1"][0] is Verdict.PASS
    assert told["MCP-1"] == (Verdict.UNTESTABLE, "there is no hook for the agent contract-auth")
    assert told["TRN-2"][0] is Verdict.UNTESTABLE and "no hook for what contract-talk does on" in told["TRN-2"][1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("agents: [", "no YAML"),
        ("agent: {}", "unknown field `agent`"),
        ("agents: {contract-talk: {texts: {}}}", "missing required field `agent`"),
        ("worlds: 3", "Expected `bool`"),
    ],
)
def test_hooks_that_make_no_sense_say_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(BadHooks, match=re.escape(said)):
        read_hooks(text)


def test_the_needs_name_rules_that_there_are() -> None:
    every = {id for contract in CONTRACTS.values() for id in contract.rules}

    assert every >= WORDS | WORLD
