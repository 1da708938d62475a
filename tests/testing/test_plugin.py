"""The pytest plugin: a world per test, the marker, the settings, what fails a test that passed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

import mock_gateway.testing.fixtures  # noqa: F401  # loaded once, not once in every run below
from tests.testing.testing_talk import GREETING, REFUND

pytest_plugins = ["pytester", "tests.inner_runs"]

Run = Callable[..., pytest.RunResult]
PLUGIN = "mock_gateway.testing.plugin"

START = '''
import pytest

GREETING = """\\
{greeting}"""
REFUND = """\\
{refund}"""


def begin(client):
    created = client.post("/sessions", json={{"agent_name": "desk"}})
    return f"/sessions/{{created.json()['data']['id']}}/turns"


def say(gateway, text, **more):
    with gateway.client() as client:
        body = {{"input": [{{"type": "user.message", "content": text}}], **more}}
        return client.post(begin(client), json=body).text
'''


@pytest.fixture
def run(inner_runs: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs tests with the plugin; they have two scenarios and `say`."""
    # Whether the package is installed or not, the plugin is loaded once.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (inner_runs.path / "scenarios").mkdir()
    (inner_runs.path / "scenarios" / "desk.yaml").write_text(GREETING)

    def run(tests: str, *arguments: str, plugins: tuple[str, ...] = ()) -> pytest.RunResult:
        inner_runs.makepyfile(test_it=START.format(greeting=GREETING, refund=REFUND) + dedent(tests))
        loaded = [part for name in (PLUGIN, *plugins) for part in ("-p", name)]
        return inner_runs.runpytest_inprocess(*loaded, *arguments)

    return run


# ---- the fixture


def test_a_test_has_a_gateway_with_the_scenarios_of_its_project(run: Run) -> None:
    done = run("""
        def test_it(gateway):
            assert "Good" in say(gateway, "hello")
            assert gateway.url.startswith("http://127.0.0.1:")
            assert [agent["name"] for agent in gateway.scenarios()] == ["desk"]
    """)

    done.assert_outcomes(passed=1)


def test_each_test_has_a_world_of_its_own_named_after_it(run: Run) -> None:
    done = run("""
        seen = []

        @pytest.mark.parametrize("text", ["hello", "hello again / & so on"])
        def test_it(gateway, text):
            say(gateway, text)
            seen.append(gateway.prefix)
            assert len(gateway.sessions()) == 1

        def test_both():
            assert len(set(seen)) == 2
            assert all(prefix.startswith("/test-it-hello") for prefix in seen)
    """)

    done.assert_outcomes(passed=3)


def test_what_is_given_by_the_fixture_is_all_there(run: Run) -> None:
    done = run("""
        def test_it(gateway):
            assert gateway.play(REFUND) == gateway.agent == "desk"
            gateway.faults.put("reset", at={"event": 3})
            assert gateway.clock.show()["mode"] == "skipping"
            assert gateway.journal.entries() == []
            gateway.faults.clear()
            gateway.strictness = None
    """)

    done.assert_outcomes(passed=1)


def test_async_tests_use_the_same_fixture(run: Run) -> None:
    done = run(
        """
        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.mark.anyio
        async def test_it(gateway):
            async with gateway.async_client() as client:
                created = await client.post("/sessions", json={"agent_name": "desk"})
                assert created.status_code == 201
        """,
        plugins=("anyio.pytest_plugin",),
    )

    done.assert_outcomes(passed=1)


def test_fixtures_of_others_may_use_it(run: Run) -> None:
    done = run("""
        @pytest.fixture
        def desk(gateway):
            with gateway.client() as client:
                yield begin(client)
                assert client.get("/sessions?agent_name=desk").status_code == 200

        def test_it(desk):
            assert desk.startswith("/sessions/sess-")
    """)

    done.assert_outcomes(passed=1)


# ---- the marker


def test_a_marker_plays_scenarios_by_name_text_and_path(run: Run, pytester: pytest.Pytester) -> None:
    (pytester.path / "near.yaml").write_text(GREETING.replace("desk", "near"))

    done = run("""
        @pytest.mark.gateway(scenario="desk")
        def test_name(gateway):
            assert gateway.agent == "desk"

        @pytest.mark.gateway(scenario=["near.yaml", GREETING.replace("desk", "text")], strict=False)
        def test_path_and_text(gateway):
            assert gateway.agent == "text"
            assert [agent["name"] for agent in gateway.scenarios()] == ["desk", "near", "text"]
    """)

    done.assert_outcomes(passed=2)


def test_the_marker_of_a_test_goes_before_that_of_its_class(run: Run) -> None:
    done = run("""
        @pytest.mark.gateway(scenario="desk", time="virtual")
        class TestIt:
            @pytest.mark.gateway(time="real")
            def test_closer(self, gateway):
                assert (gateway.agent, gateway.clock.show()["mode"]) == ("desk", "real")

            def test_wider(self, gateway):
                assert gateway.clock.show()["mode"] == "virtual"
    """)

    done.assert_outcomes(passed=2)


def test_a_marker_sets_how_time_goes(run: Run) -> None:
    done = run("""
        @pytest.mark.gateway(speed=60)
        def test_scaled(gateway):
            assert gateway.clock.show()["speed"] == 60

        @pytest.mark.gateway(speed=0)
        def test_at_once(gateway):
            assert gateway.clock.show()["mode"] == "skipping"
    """)

    done.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ('scenari="desk"', "*the marker gateway has no argument scenari; it has, by name: scenario, time*"),
        ('"desk"', "*the marker gateway has no argument 'desk'*"),
        ('strict="unmed"', "*strict is 'unmed'; it is on, off, or some of unmet, unexpected*"),
        ('time="fast"', "*there is no mode of a clock 'fast'*"),
        ('scenario="dsek"', "*there is no scenario 'dsek'*did you mean 'desk'*"),
    ],
)
def test_a_marker_that_makes_no_sense_is_an_error_of_its_test(run: Run, marker: str, message: str) -> None:
    done = run(f"""
        @pytest.mark.gateway({marker})
        def test_it(gateway):
            pass
    """)

    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines([message])


# ---- what fails a test that passed

ODD = """
    @pytest.mark.gateway(scenario=REFUND)
    def test_it(gateway):
        say(gateway, "A refund, please.")
        say(gateway, "Something else.")
        with gateway.client() as client:
            client.get("/session")
"""


def test_unmet_steps_and_unexpected_requests_fail_a_test_with_the_transcript(run: Run) -> None:
    done = run(ODD)

    done.assert_outcomes(failed=1)
    text = done.stdout.str()
    for line in (
        "the gateway saw what it should not have:",
        "of desk: it waits for answers to refund; its script goes on there",
        "/session: request there is no endpoint",
        "no rule of desk fits 'Something else.'; tried: <text>:3:5: ",
        "- mock-gateway -",
        'model.message "Let me look that up."',
        "tool.approval_required",
    ):
        assert line in text, line
    assert "During handling" not in text


@pytest.mark.parametrize(
    ("setting", "left"),
    [
        ("on", ["unmet", "unexpected", "violations"]),
        ("off", []),
        ("unmet", ["unmet"]),
        ("unexpected", ["unexpected"]),
        ("unmet, violations", ["unmet", "violations"]),
    ],
)
def test_a_project_says_what_fails_a_test(run: Run, setting: str, left: list[str]) -> None:
    done = run(ODD, "-o", f"mock_gateway_strict={setting}")

    text = done.stdout.str()
    assert [kind for kind in ("unmet", "unexpected", "violations") if f"  {kind}: " in text] == left
    assert done.ret == (1 if left else 0)


def test_the_flag_goes_before_the_ini_file_and_the_marker_before_the_flag(run: Run) -> None:
    marked = ODD.replace("scenario=REFUND", 'scenario=REFUND, strict="unexpected"')

    assert run(ODD, "-o", "mock_gateway_strict=on", "--mock-gateway-strict=off").ret == 0
    assert "unmet: " not in run(marked, "--mock-gateway-strict=unmet").stdout.str()


@pytest.mark.parametrize(
    ("marker", "passes"),
    [
        ("", False),
        ("allow_violations=True", True),
        ('allow_violations="body /input*"', True),
        ('allow_violations=["body /stream*"]', False),
        ('strict=("unmet", "unexpected")', True),
    ],
)
def test_a_request_that_breaks_the_contract_fails_its_test_unless_that_is_meant(
    run: Run, marker: str, passes: bool
) -> None:
    done = run(f"""
        @pytest.mark.gateway({marker})
        def test_it(gateway):
            with gateway.client() as client:
                assert client.post(begin(client), json={{"input": 5}}).status_code == 400
    """)

    done.assert_outcomes(passed=passes, failed=not passes)


def test_a_request_to_no_endpoint_is_of_the_test_that_sent_it(run: Run) -> None:
    done = run("""
        def test_it(gateway):
            with gateway.client() as client:
                client.get("/nowhere")
    """)

    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*violations: x-* GET /test-it-*/nowhere: request there is no endpoint*"])


def test_a_rule_of_a_text_that_was_not_played_is_unmet_and_one_of_a_file_is_not(run: Run) -> None:
    done = run("""
        @pytest.mark.gateway(scenario=GREETING)
        def test_text(gateway):
            pass

        @pytest.mark.gateway(scenario="scenarios/desk.yaml")
        def test_file(gateway):
            pass
    """)

    done.assert_outcomes(failed=1, passed=1)
    done.stdout.fnmatch_lines(["*unmet: <text>:3:5: this rule of desk was never played"])


def test_a_turn_that_still_runs_is_unmet_and_a_cancelled_one_is_not(run: Run) -> None:
    done = run("""
        HOLD = "agent: desk\\nturns: [{ say: Wait., then: { wait: cancel } }]\\n"

        @pytest.mark.gateway(scenario=HOLD, time="virtual")
        @pytest.mark.parametrize("cancelled", [True, False])
        def test_it(gateway, cancelled):
            with gateway.client() as client:
                turns = begin(client)
                body = {"input": [{"type": "user.message", "content": "go"}], "stream": False}
                turn = client.post(turns, json=body).json()["data"]["id"]
                if cancelled:
                    client.post(f"{turns}/{turn}/cancel")
                    gateway.clock.advance(1)
    """)

    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*unmet: turn * of desk: it waits for a cancel, or its timeout*"])


def test_a_test_that_is_expected_to_fail_may_fail_by_this(run: Run) -> None:
    run(ODD.replace("@pytest", "@pytest.mark.xfail(strict=True)\n    @pytest", 1)).assert_outcomes(xfailed=1)


def test_a_history_that_waits_is_nobodys_fault(run: Run) -> None:
    done = run("""
        WAITS = REFUND.replace("desk", "till") + "sessions: [{ history: [{ message: refund }] }]\\n"

        @pytest.mark.gateway(scenario=WAITS)
        def test_it(gateway):
            assert len(gateway.sessions()) == 1
    """)

    done.assert_outcomes(passed=1)


# ---- the transcript

FAILS = """
    def test_it(gateway):
        say(gateway, "hello")
        assert not gateway
"""


@pytest.mark.parametrize(("reported", "is_there"), [("failed", True), ("always", True), ("never", False)])
def test_a_failed_test_shows_its_transcript(run: Run, reported: str, is_there: bool) -> None:
    text = run(FAILS, f"--mock-gateway-transcript={reported}").stdout.str()

    assert ('model.message "Good day."' in text) == is_there


@pytest.mark.parametrize(("reported", "is_there"), [("failed", False), ("always", True)])
def test_a_passed_test_shows_it_when_asked_to(run: Run, reported: str, is_there: bool) -> None:
    passes = FAILS.replace("not gateway", "gateway")
    text = run(passes, "-o", f"mock_gateway_transcript={reported}", "-rP").stdout.str()

    assert ('model.message "Good day."' in text) == is_there


@pytest.mark.parametrize("setting", ["mock_gateway_transcript=sometimes", "mock_gateway_seed=x"])
def test_a_setting_that_makes_no_sense_is_told(run: Run, setting: str) -> None:
    done = run(FAILS, "-o", setting)

    done.assert_outcomes(errors=1)
    assert setting.partition("=")[0] in done.stdout.str()


# ---- what it costs who does not use it


def test_a_suite_that_does_not_use_it_loads_nothing_and_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        dedent("""
            import sys

            def test_it(request):
                ours = {name for name in sys.modules if name.startswith("mock_gateway")}
                assert ours == {"mock_gateway", "mock_gateway.testing", "mock_gateway.testing.plugin"}
                assert not {"httpx", "msgspec", "uvicorn", "uvloop", "yaml"} & set(sys.modules)
                plugin = request.config.pluginmanager.get_plugin("mock_gateway.testing.plugin")
                called = {hook.name for hook in request.config.pluginmanager.get_hookcallers(plugin)}
                assert called == {"pytest_addoption", "pytest_configure"}
        """)
    )
    command = [sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", str(tmp_path), "-c", "/dev/null"]
    root = str(Path(__file__).parents[2])
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": root}

    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
