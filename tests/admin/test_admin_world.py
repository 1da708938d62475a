"""The operations on the server, its scenarios, its sessions and its clocks; each answer fits openapi.admin.yaml."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.admin.control_desk import ControlDesk
from tests.http.asgi import call

GREETER = b"agent: greeter\nturns:\n  - say: Hello.\n"


@pytest.fixture
def desk() -> ControlDesk:
    return ControlDesk()


def names(desk: ControlDesk, world: str = "") -> list[str]:
    return [one["name"] for one in desk.get("list_scenarios", world=world)["scenarios"]]


def ids(desk: ControlDesk, world: str = "") -> list[str]:
    return [one["id"] for one in desk.get("list_sessions", world=world)["sessions"]]


def test_ready_tells_what_the_server_has_and_why_it_takes_nothing(desk: ControlDesk) -> None:
    ready = desk.get("get_ready")
    desk.app.ready = False
    loading = desk.ask("get_ready")
    desk.app.ready = True
    desk.app.streams.close()
    ending = desk.ask("get_ready")

    assert (ready["status"], ready["agents"]) == ("ready", 1)
    assert (loading.status, json.loads(loading.body)) == (503, {"status": "loading"})
    assert (ending.status, json.loads(ending.body)) == (503, {"status": "ending"})


def test_version_tells_which_world_was_asked(desk: ControlDesk) -> None:
    assert desk.get("get_version", world="/team/a b".replace(" ", "%20"))["world"] == "/team/a b"
    assert desk.get("get_version")["contracts"] == ["beta", "v1"]


def test_worlds_are_listed_with_what_runs_in_them(desk: ControlDesk) -> None:
    desk.begin(desk.session(), "hold")
    desk.session("/one")

    worlds = {world["world"]: world for world in desk.get("list_worlds")["worlds"]}

    assert (worlds[""]["sessions"], worlds[""]["running"]) == (2, 1)
    assert (worlds["/one"]["sessions"], worlds["/one"]["running"]) == (2, 0)


# -- scenarios ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [GREETER, {"text": GREETER.decode()}, {"text": GREETER.decode(), "name": "my.yaml"}])
def test_a_scenario_is_added_to_one_world_only(desk: ControlDesk, body: Any) -> None:
    reply = desk.ask("play_scenario", body, world="/one")

    assert (reply.status, json.loads(reply.body)) == (201, {"name": "greeter"})
    assert names(desk, "/one") == ["desk", "greeter"]
    assert names(desk) == ["desk"]
    assert desk.get("get_scenario", world="/one", scenario="greeter")["source"].strip() == GREETER.decode().strip()


def test_a_scenario_with_mistakes_changes_nothing_and_each_mistake_has_its_place(desk: ControlDesk) -> None:
    status, error = desk.error("play_scenario", {"text": "agent: x\nturns:\n  - sya: Hello.\n", "name": "x.yaml"})

    assert (status, error["code"], error["param"]) == (422, "scenario_invalid", "text")
    (mistake,) = error["mistakes"]
    assert (mistake["file"], mistake["line"], mistake["column"]) == ("x.yaml", 3, 5)
    assert mistake["hint"] == "did you mean `say`?"
    assert names(desk) == ["desk"]


@pytest.mark.parametrize("text", [b"FILE", b"agent: x\ninclude: [FILE]\nturns:\n  - say: Hello.\n"])
def test_no_file_of_the_machine_is_read_for_whoever_sends_a_text(
    desk: ControlDesk, tmp_path: Path, text: bytes
) -> None:
    file = tmp_path / "private.yaml"
    file.write_text("agent: private\nturns:\n  - say: Hello.\n")

    reply = desk.ask("play_scenario", text.replace(b"FILE", str(file).encode()))

    assert reply.status == 422
    assert names(desk) == ["desk"] and "Hello" not in reply.text


def test_yaml_that_is_sent_as_json_is_told_how_to_be_sent(desk: ControlDesk) -> None:
    reply = call(desk.app, "POST", "/__admin/scenarios", GREETER, content_type="application/x-www-form-urlencoded")

    assert (reply.status, json.loads(reply.body)["error"]["hint"]) == (
        400,
        "send YAML with Content-Type: application/yaml",
    )


def test_a_scenario_of_the_server_comes_back_by_its_name(desk: ControlDesk) -> None:
    desk.get("remove_scenario", scenario="desk")
    removed = names(desk)

    desk.get("play_scenario", {"name": "desk"})

    assert (removed, names(desk)) == ([], ["desk"])


@pytest.mark.parametrize(("body", "status"), [({"name": "nobody"}, 404), ({}, 422)])
def test_what_is_nothing_to_play_is_refused(desk: ControlDesk, body: object, status: int) -> None:
    assert desk.error("play_scenario", body)[0] == status


def test_a_scenario_is_replaced_under_its_own_name_only(desk: ControlDesk) -> None:
    status, error = desk.error("replace_scenario", GREETER, scenario="desk")
    replaced = desk.get("replace_scenario", b"agent: desk\nturns:\n  - say: New.\n", scenario="desk")

    assert (status, error["code"]) == (409, "agent_conflict")
    assert replaced == {"name": "desk"}
    assert names(desk) == ["desk"]
    session = desk.session()
    assert "New" in json.dumps(desk.play(session, "hi"))


def test_an_unknown_scenario_is_404_and_the_answer_lists_those_there_are(desk: ControlDesk) -> None:
    for name in ("get_scenario", "remove_scenario"):
        status, error = desk.error(name, scenario="dsek")

        assert (status, error["allowed"]) == (404, ["desk"])


def test_a_selected_scenario_plays_names_that_nobody_knows(desk: ControlDesk) -> None:
    before = desk.get("get_selection")
    desk.get("select_scenario", {"name": "desk"})

    made = call(desk.app, "POST", "/sessions", '{"agent_name": "anybody"}')
    chosen = desk.get("get_selection")
    desk.get("select_scenario", {"name": None})
    refused = call(desk.app, "POST", "/sessions", '{"agent_name": "anybody"}')

    assert (before, chosen) == ({"name": None}, {"name": "desk"})
    assert (made.status, refused.status) == (201, 404)
    assert desk.error("select_scenario", {"name": "nobody"})[0] == 404


# -- sessions ----------------------------------------------------------------------------------------------------------


def test_a_session_is_shown_with_its_timeline(desk: ControlDesk) -> None:
    session = desk.session("/one")
    desk.play(session, "hi", "/one")

    shown = desk.get("get_session", world="/one", session_id=session)

    (turn,) = shown["turns"]
    assert (turn["state"], turn["input"], turn["rule"]) == ("done", "hi", "app.yaml:10:5")
    assert turn["facts"][-1]["type"] == "turn.done"
    assert session in ids(desk, "/one")
    assert session not in ids(desk) or desk.get("get_session", session_id=session)["turns"] == []


def test_an_id_may_hold_a_slash_and_a_blank(desk: ControlDesk) -> None:
    assert desk.get("get_session", session_id="a/b c")["title"] == "Seeded"


def test_a_session_is_deleted_with_its_running_turn(desk: ControlDesk) -> None:
    session = desk.session()
    desk.begin(session, "hold")

    desk.get("delete_session", session_id=session)

    assert session not in ids(desk)
    assert call(desk.app, "GET", f"/sessions/{session}").status == 404
    assert desk.error("delete_session", session_id=session)[0] == 404


def test_an_event_is_pushed_into_the_running_turn(desk: ControlDesk) -> None:
    session = desk.session()
    desk.begin(session, "hold")

    pushed = desk.get("push_event", {"message": {"say": "Still here."}}, session_id=session)

    assert "Still here." in [fact.get("text") for fact in pushed["happened"]]


@pytest.mark.parametrize(
    ("text", "event", "status", "code"),
    [
        ("hi", {"message": {"say": "Late."}}, 409, "event_conflict"),
        ("hold", {"tool_response": {"call": "none", "content": "x"}}, 409, "event_conflict"),
        ("hold", {"message": {"say": 5}}, 422, "event_invalid"),
        ("hold", {"massage": {}}, 400, "malformed"),
    ],
)
def test_an_event_that_cannot_happen_is_refused(
    desk: ControlDesk, text: str, event: object, status: int, code: str
) -> None:
    session = desk.session()
    desk.begin(session, text)

    found, error = desk.error("push_event", event, session_id=session)

    assert (found, error["code"]) == (status, code)


# -- time --------------------------------------------------------------------------------------------------------------


def test_ten_minutes_pass_at_once(desk: ControlDesk) -> None:
    desk.get("set_clock", {"mode": "virtual"})
    session = desk.session()
    desk.begin(session, "slow")
    waiting = desk.get("get_session_clock", session_id=session)

    short = desk.get("advance_session_clock", {"seconds": 1.5}, session_id=session)
    moved = desk.get("advance_session_clock", {"seconds": "10m"}, session_id=session)

    assert (waiting["mode"], waiting["next"]["in"]) == ("virtual", 300.0)
    assert (short["moved"], short["turn"]["state"]) == (1.5, "running")
    assert (moved["moved"], moved["turn"]["state"]) == (600.0, "done")


def test_time_goes_to_the_next_thing_and_to_the_end(desk: ControlDesk) -> None:
    desk.get("set_clock", {"mode": "virtual"})
    session = desk.session()
    desk.begin(session, "slow")

    following = desk.get("advance_session_clock", {"to": "next"}, session_id=session)
    end = desk.get("advance_clock", {"to": "end"})["sessions"][session]

    assert following["moved"] == 300.0
    assert end["turn"]["state"] == "done"


def test_a_step_shows_exactly_one_event(desk: ControlDesk) -> None:
    desk.get("pause_clock")
    session = desk.session()
    desk.begin(session, "hi")

    steps = [desk.get("step_session_clock", session_id=session) for _ in range(2)]
    other = desk.get("step_session_clock", {"dialect": "v1"}, session_id=session)

    assert [step["event"]["sequence_id"] for step in steps] == [1, 2]
    assert other["dialect"] == "v1"


def test_a_clock_that_is_not_paused_takes_no_step(desk: ControlDesk) -> None:
    session = desk.session()
    desk.get("pause_session_clock", session_id=session)
    resumed = desk.get("resume_session_clock", session_id=session)

    status, error = desk.error("step_session_clock", session_id=session)

    assert not resumed["paused"]
    assert (status, error["hint"]) == (409, "pause its clock first")


def test_the_clocks_of_a_world_are_shown_and_go_on_together(desk: ControlDesk) -> None:
    session = desk.session()

    paused = desk.get("pause_clock")["sessions"][session]
    shown = desk.get("get_clock")
    resumed = desk.get("resume_clock")["sessions"][session]

    assert (paused["paused"], shown["paused"], resumed["paused"]) == (True, True, False)
    assert desk.get("set_session_clock", {"mode": "scaled", "speed": 60}, session_id=session)["speed"] == 60


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"mode": "scaled"}, 422, "speed"),
        ({"mode": "real", "speed": 2}, 422, "speed"),
        ({"mode": "fast"}, 400, "mode"),
        ({"mode": "scaled", "speed": 0}, 400, "speed"),
        ({}, 400, "mode"),
    ],
)
def test_a_setting_of_a_clock_that_makes_no_sense_is_refused(
    desk: ControlDesk, body: object, status: int, param: str
) -> None:
    found, error = desk.error("set_clock", body)

    assert (found, error["param"]) == (status, param)
    assert desk.get("get_clock")["mode"] == "skipping"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"seconds": 1, "to": "end"}, 400),
        ({"seconds": -1}, 400),
        ({"seconds": "soon"}, 400),
        ({"seconds": "99999999d"}, 422),
        ({"to": "infinity"}, 400),
    ],
)
def test_time_is_advanced_by_something_that_makes_sense(desk: ControlDesk, body: object, status: int) -> None:
    assert desk.error("advance_clock", body)[0] == status


# -- reset and state ---------------------------------------------------------------------------------------------------


def test_a_reset_names_its_scope_and_leaves_other_worlds_alone(desk: ControlDesk) -> None:
    desk.session()
    desk.session("/one")
    desk.get("play_scenario", GREETER, world="/one")

    assert desk.get("reset", {"scope": "sessions"}, world="/one") == {"scope": "sessions"}
    assert (len(ids(desk, "/one")), len(ids(desk))) == (1, 2)
    assert names(desk, "/one") == ["desk", "greeter"]
    desk.get("reset", {"scope": "world"}, world="/one")
    assert names(desk, "/one") == ["desk"]


@pytest.mark.parametrize("body", [None, {}, {"scope": "everything"}, {"scope": "server", "really": True}])
def test_a_reset_without_a_scope_that_there_is_deletes_nothing(desk: ControlDesk, body: object) -> None:
    desk.session()

    status, _ = desk.error("reset", body)

    assert status == 400
    assert len(ids(desk)) == 2


def test_the_server_is_reset_at_the_root_only(desk: ControlDesk) -> None:
    desk.session()

    status, error = desk.error("reset", {"scope": "server"}, world="/one")
    kept = len(ids(desk))
    desk.get("reset", {"scope": "server"})

    assert (status, error["code"], kept) == (409, "not_the_root", 2)
    assert len(ids(desk)) == 1


def test_a_world_is_exported_and_imported_into_another_server(desk: ControlDesk) -> None:
    session = desk.session()
    before = desk.play(session, "hi")
    other = ControlDesk()

    other.get("import_state", desk.get("export_state"), world="/copy")

    events = call(other.app, "GET", f"/copy/sessions/{session}/turns/{before[0]['turn_id']}/events?limit=100")
    again = call(desk.app, "GET", f"/sessions/{session}/turns/{before[0]['turn_id']}/events?limit=100")
    assert (events.status, events.body) == (200, again.body)


def test_a_state_that_is_none_changes_nothing(desk: ControlDesk) -> None:
    session = desk.session()
    state = desk.get("export_state")

    wrong = desk.error("import_state", {**state, "sessions": [{"id": 5}]})
    strange = desk.error("import_state", {**state, "more": 1})

    assert (wrong[0], strange[0]) == (422, 400)
    assert session in ids(desk)
