"""`MockGateway`: a gateway for the length of a block."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

import mock_gateway.testing
from mock_gateway.control import ControlError
from mock_gateway.scenario import ScenarioErrors
from mock_gateway.testing import MockGateway
from mock_gateway.testing.checks import NotMet, Odd
from mock_gateway.testing.thread import GatewayEnded
from tests.testing.testing_talk import GREETING, REFUND, SLOW, begin, client_of, events_of, message, said


def open_files() -> int:
    """Descriptors of this program."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_a_text_is_played_to_whoever_has_the_url() -> None:
    with MockGateway(GREETING) as gateway, client_of(gateway.url) as client:
        assert said(client, "hello") == "Good day."


def test_files_folders_and_texts_are_played_together(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(GREETING.replace("desk", "one"))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "two.yaml").write_text(GREETING.replace("desk", "two"))

    with MockGateway([tmp_path / "one.yaml", str(tmp_path / "more"), GREETING]) as gateway:
        assert [agent["name"] for agent in gateway.scenarios()] == ["desk", "one", "two"]


def test_without_scenarios_there_is_the_gallery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with MockGateway() as gateway, gateway.client() as client:
        assert said(client, "Hello!", agent="hello")


def test_the_scenarios_of_the_working_directory_go_before_the_gallery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "mine.yaml").write_text(GREETING)
    monkeypatch.chdir(tmp_path)

    with MockGateway() as gateway:
        assert [agent["name"] for agent in gateway.scenarios()] == ["desk"]


def test_mistakes_in_a_scenario_are_told_before_anything_is_served() -> None:
    before = open_files()

    with pytest.raises(ScenarioErrors, match="scenario:1:1"), MockGateway("agnt: desk\nturns: []\n"):
        pass

    assert open_files() == before


def test_a_history_that_its_script_does_not_allow_is_a_mistake() -> None:
    wrong = f"{GREETING}sessions: [{{ history: [{{ allow: nothing }}] }}]\n"

    with pytest.raises(ScenarioErrors, match="nothing is pending"), MockGateway(wrong):
        pass


def test_nothing_is_left_when_the_block_ends_not_even_under_an_open_stream() -> None:
    before, threads = open_files(), threading.active_count()
    with MockGateway(SLOW, speed=1) as gateway, client_of(gateway.url) as client:
        stream = client.send(client.build_request("POST", begin(client), json=message("hold")), stream=True)
        lines = stream.iter_lines()
        assert next(lines) == "id: 1"

        gateway.stop()

        with pytest.raises(httpx.RemoteProtocolError):
            list(lines)
    assert threading.active_count() == threads
    assert open_files() == before


def test_a_gateway_can_be_used_from_an_event_loop_that_it_does_not_need() -> None:
    async def talk() -> str:
        async with MockGateway(GREETING) as gateway, httpx.AsyncClient(base_url=gateway.url) as client:
            gateway.faults.clear()
            answer = await client.get("/__admin/health")
            return answer.text

    assert asyncio.run(talk()) == '{"status":"ok"}'


def test_what_ended_or_never_began_says_so() -> None:
    gateway = MockGateway(GREETING)
    with pytest.raises(GatewayEnded, match="has not been started"):
        gateway.sessions()
    with gateway:
        pass
    with pytest.raises(GatewayEnded, match="has ended"):
        gateway.sessions()
    with pytest.raises(GatewayEnded, match="once"):
        gateway.start()


def test_a_port_that_is_taken_is_an_os_error_and_leaves_nothing() -> None:
    with MockGateway(GREETING) as gateway:
        before = open_files()
        port = httpx.URL(gateway.url).port

        with pytest.raises(OSError), MockGateway(GREETING, port=port):
            pass

        assert open_files() == before


@pytest.mark.parametrize(("settings", "error"), [({"speed": -1}, ValueError), ({"sped": 1}, TypeError)])
def test_a_setting_that_makes_no_sense_is_told_before_anything_starts(
    settings: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error, match="spe"):
        MockGateway(GREETING, **settings)


def test_the_package_has_only_what_it_says() -> None:
    with pytest.raises(AttributeError, match="MockGatway"):
        getattr(mock_gateway.testing, "MockGatway")  # noqa: B009  # a type checker would tell


def test_the_environment_is_what_programs_look_for() -> None:
    with MockGateway(GREETING) as gateway:
        world = gateway.world("a")

        assert world.environment == {
            "GATEWAY_BASE_URL": f"{gateway.url}/a",
            "TFY_API_KEY": "any-key",
            "MOCK_GATEWAY_URL": f"{gateway.url}/a",
            "MOCK_GATEWAY_ADMIN_URL": f"{gateway.url}/__admin",
        }


def test_worlds_keep_their_scenarios_sessions_and_records_to_themselves() -> None:
    with MockGateway(GREETING) as gateway:
        one, two = gateway.world("one"), gateway.world("/two/")
        one.play(GREETING.replace("Good day.", "Good evening."))

        with one.client() as first, two.client() as second:
            assert (said(first, "hello"), said(second, "hello")) == ("Good evening.", "Good day.")

        assert len(one.sessions()) == len(two.sessions()) == 1
        assert {entry.world for entry in one.journal.entries()} == {"/one"}
        one.forget()
        assert (one.sessions(), len(one.journal.entries()), len(two.sessions())) == ([], 0, 1)


def test_a_text_may_be_indented_as_a_whole() -> None:
    with MockGateway(GREETING) as gateway:
        name = gateway.world("a").play("""
            agent: other
            turns: [{ say: Yes. }]
        """)

        assert name == "other"


def test_a_name_that_is_not_there_is_refused_with_the_nearest() -> None:
    with MockGateway(GREETING) as gateway, pytest.raises(ControlError, match="desk"):
        gateway.play("dseks")


def test_ten_minutes_pass_at_once() -> None:
    with MockGateway(SLOW) as gateway, gateway.client() as client:
        gateway.clock.set("virtual")
        turns = begin(client)
        with client.stream("POST", turns, json=message("hold")) as stream:
            lines = stream.iter_lines()
            assert next(lines) == "id: 1"
            gateway.clock.advance("10m")
            rest = events_of("\n".join(lines))

        assert rest[-1]["cancellation_reason"] == "server-execution-timeout"


def test_the_clock_of_one_session_leaves_the_others_alone() -> None:
    with MockGateway(SLOW) as gateway, gateway.client() as client:
        gateway.clock.set("virtual")
        begin(client), begin(client)
        one, two = (session["id"] for session in gateway.sessions())

        gateway.clock(one).advance(60)

        assert gateway.clock(one).show()["elapsed"] == 60
        assert gateway.clock(two).show()["elapsed"] == 0


def test_expectations_are_verified_and_say_what_came_instead() -> None:
    with MockGateway(GREETING) as gateway, gateway.client() as client:
        said(client, "hello")
        gateway.verify({"sent": {"operation": "create_turn"}, "times": 1}, {"steps_played": "desk"})

        with pytest.raises(NotMet, match="POST /sessions -> 201"):
            gateway.verify({"never": {"operation": "create_session"}})


def test_faults_are_written_with_keyword_arguments() -> None:
    with MockGateway(GREETING) as gateway:
        fault = gateway.faults.put("reset", at={"event": 3}, request=2)

        (listed,) = gateway.faults.listed()
        assert listed["id"] == fault
        assert listed["spec"] == {"fault": "reset", "at": {"event": 3}, "request": [2]}
        gateway.faults.remove(fault)
        assert gateway.faults.listed() == []


def test_the_journal_has_requests_turns_and_frames() -> None:
    with MockGateway(GREETING) as gateway, gateway.client() as client:
        said(client, "hello")

        (begun,) = gateway.journal.exchanges(operation="create_turn")
        (turn,) = gateway.journal.turns()
        assert turn.turn_id == begun.turn_id
        assert [frame.type for frame in gateway.journal.frames(begun)][-1] == "turn.done"
        assert [entry["kind"] for entry in gateway.journal.json(status="2xx")] == ["exchange", "exchange"]
        gateway.journal.clear()
        assert gateway.journal.entries() == []


def test_a_strict_gateway_fails_at_its_end_and_shows_what_happened() -> None:
    with pytest.raises(Odd) as odd, MockGateway(REFUND, strict=True) as gateway, gateway.client() as client:
        turns = begin(client)
        client.post(turns, json=message("A refund, please."))
        client.get("/session")

    kinds = [found.kind for found in odd.value.found]
    assert kinds == ["unmet", "violations"]
    assert "it waits for answers to refund" in str(odd.value)
    assert "GET /session -> 404" in str(odd.value)
    assert 'model.message "Let me look that up."' in str(odd.value)


def test_a_strict_gateway_looks_at_all_of_its_worlds() -> None:
    with pytest.raises(Odd) as odd, MockGateway(REFUND, strict=True) as gateway:
        with gateway.client() as client:
            client.get("/nowhere")
        with gateway.world("other").client() as client:
            client.post(begin(client), json=message("A refund, please."))

    assert [found.kind for found in odd.value.found] == ["violations", "unmet"]


def test_a_strict_gateway_does_not_hide_the_error_of_its_block() -> None:
    with pytest.raises(ZeroDivisionError), MockGateway(REFUND, strict=True) as gateway, gateway.client() as client:
        client.get("/session")
        raise ZeroDivisionError


def test_calls_from_many_threads_are_done_one_after_the_other() -> None:
    with MockGateway(GREETING) as gateway:
        played: list[str] = []
        threads = [
            threading.Thread(target=lambda name=f"w-{number}": played.append(gateway.world(name).play(GREETING)))
            for number in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

        assert played == ["desk"] * 8
