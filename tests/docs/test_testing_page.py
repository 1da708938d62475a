"""docs/testing.md: its tests and programs run, and its tables have everything that there is."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
import yaml

import mock_gateway.testing.fixtures
from mock_gateway.control import Control
from mock_gateway.testing import MockGateway, plugin
from mock_gateway.testing.checks import KINDS
from mock_gateway.testing.environment import environment_of
from mock_gateway.testing.world import Clock, GatewayWorld
from tests.docs.pages import Page
from tests.docs.terminals import ROOT, pattern_of

pytest_plugins = ["pytester", "tests.inner_runs"]

PAGE = Page("testing.md")

ODD = '''
import pytest

REFUND = """
agent: desk
turns: [{ call: { tool: refund, approval: required, returns: done }, on_allow: { say: Refunded. } }]
"""


@pytest.mark.gateway(scenario=REFUND)
def test_refund(gateway):
    with gateway.client() as client:
        session = client.post("/sessions", json={"agent_name": "desk"}).json()["data"]["id"]
        message = {"input": [{"type": "user.message", "content": "refund"}]}
        client.post(f"/sessions/{session}/turns", json=message)
'''


def rows(subject: str) -> dict[str, tuple[str, ...]]:
    """The rows of a table by the names in their first cells; several names may share a row."""
    [table] = [table for table in PAGE.tables if table.subjects == (subject,)]
    return {name: row for row in table.rows for name in re.findall(r"`(?:clock\()?(\w+)", row[0])}


def public(kind: type) -> set[str]:
    """What somebody can use."""
    return {name for name in dir(kind) if not name.startswith("_")}


@pytest.fixture
def run(inner_runs: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Runs tests in a folder of their own."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return inner_runs


def test_the_tests_of_the_page_pass(run: pytest.Pytester) -> None:
    blocks = [block.text for block in PAGE.blocks if (block.language, block.note) == ("python", "tests")]
    run.makepyfile(test_page="\n\n".join(blocks))

    done = run.runpytest_inprocess("-p", "mock_gateway.testing.plugin", "-p", "anyio.pytest_plugin")

    done.assert_outcomes(passed="\n".join(blocks).count("def test_"))


def test_the_programs_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    program = "\n".join(block.text for block in PAGE.blocks if (block.language, block.note) == ("python", ""))

    exec(compile(program, "docs/testing.md", "exec"), {"__name__": "testing_page"})


def test_a_report_looks_as_the_page_shows_it(run: pytest.Pytester) -> None:
    [shown] = [block.text for block in PAGE.blocks if block.language == "text"]
    run.makepyfile(test_odd=ODD)

    printed = run.runpytest_inprocess("-p", "mock_gateway.testing.plugin").stdout.str() + "\n"

    assert re.search(pattern_of(shown), printed), printed


def test_every_fixture_has_its_row() -> None:
    fixtures = {name for name, value in vars(plugin).items() if "FixtureFunctionDefinition" in type(value).__name__}

    assert set(rows("fixtures")) == fixtures == {"gateway", "mock_gateway_server"}


def test_every_argument_of_the_marker_has_its_row() -> None:
    assert tuple(rows("marker")) == mock_gateway.testing.fixtures.ARGUMENTS
    assert [name for name in rows("marker") if f"{name}: " not in plugin.MARKER] == []


def test_every_setting_has_its_row_with_its_flag_and_default() -> None:
    assert list(rows("settings")) == [setting.ini for setting in plugin.SETTINGS]
    for setting in plugin.SETTINGS:
        row = rows("settings")[setting.ini]
        assert row[1] == f"`{setting.flag}`"
        assert setting.default is None or row[2] == f"`{setting.default}`"


def test_every_kind_of_oddity_has_its_row() -> None:
    assert list(rows("kinds")) == list(KINDS)


def test_every_argument_of_a_gateway_has_its_row_with_its_default() -> None:
    parameters = list(inspect.signature(MockGateway).parameters.values())

    assert list(rows("arguments")) == [parameter.name for parameter in parameters]
    for parameter in parameters:
        shown = rows("arguments")[parameter.name][1].strip("`")
        default = parameter.default
        text = (
            f'"{default}"' if isinstance(default, str) else "0" if default == 0.0 and default is not False else default
        )
        assert parameter.default is inspect.Parameter.empty or shown == str(text)


def test_everything_that_a_gateway_can_do_has_its_row() -> None:
    assert set(rows("gateway")) == public(GatewayWorld) | {"agent"}


def test_the_clock_of_a_gateway_has_all_of_its_methods_there() -> None:
    assert [name for name in public(Clock) if f"`{name}(" not in rows("gateway")["clock"][1]] == []


def test_a_gateway_can_do_all_that_control_can() -> None:
    # A test may read the files of its machine, which is what `play_text` is not for.
    assert public(Control) - {"play_text"} <= public(GatewayWorld)


def test_every_variable_has_its_row() -> None:
    assert list(rows("variables")) == list(environment_of("http://127.0.0.1:4010", token="t"))


def test_every_input_of_the_action_has_its_row_with_its_default() -> None:
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]

    [table] = [table for table in PAGE.tables if table.subjects == ("inputs",)]
    assert [row[0].strip("`") for row in table.rows] == list(inputs)
    for name, _, _ in (row for row in table.rows if inputs[row[0].strip("`")]["default"]):
        row = next(row for row in table.rows if row[0] == name)
        assert row[1] == f"`{inputs[name.strip('`')]['default']}`"


def test_files_that_the_page_links_to_are_there() -> None:
    targets = [link.partition("#")[0] for link in PAGE.links() if not link.startswith(("http", "#"))]

    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []
