"""The operations on faults and the journal; each answer fits openapi.admin.yaml."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_gateway.faults.catalogue import FAULTS
from tests.admin.control_desk import ControlDesk
from tests.http.asgi import call

STATUS = {"fault": "status", "on": "get_session", "status": 503}


@pytest.fixture
def desk() -> ControlDesk:
    return ControlDesk()


def faults(desk: ControlDesk, world: str = "") -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = desk.get("list_faults", world=world)["faults"]
    return listed


# -- faults ------------------------------------------------------------------------------------------------------------


def test_the_catalogue_has_every_kind_of_fault_with_its_fields(desk: ControlDesk) -> None:
    kinds = {kind["name"]: kind for kind in desk.get("list_fault_kinds")["faults"]}

    assert kinds.keys() == FAULTS.keys()
    for name, kind in kinds.items():
        assert [field["name"] for field in kind["fields"]] == [param.name for param in FAULTS[name].params]
        assert isinstance(kind["breaks_contract"], bool) and kind["sentence"]


def test_a_fault_is_set_for_one_world_and_counted(desk: ControlDesk) -> None:
    session = desk.session("/one")

    reply = desk.ask("put_fault", STATUS, world="/one")
    answers = [call(desk.app, "GET", f"/one/sessions/{session}").status for _ in range(2)]

    assert (reply.status, json.loads(reply.body)["injected"]) == (201, 0)
    assert answers == [503, 200]
    assert [fault["injected"] for fault in faults(desk, "/one")] == [1]
    assert faults(desk) == []


def test_a_fault_is_set_for_one_session_and_for_one_turn(desk: ControlDesk) -> None:
    session, other = desk.session(), desk.session()
    desk.begin(session, "hold")
    turn = desk.get("get_session", session_id=session)["turns"][0]["id"]

    desk.get("put_fault", STATUS, query={"session": session})
    desk.get("put_fault", {**STATUS, "on": "get_turn"}, query={"session": session, "turn": turn})

    assert call(desk.app, "GET", f"/sessions/{other}").status == 200
    assert call(desk.app, "GET", f"/sessions/{session}").status == 503
    assert call(desk.app, "GET", f"/sessions/{session}/turns/{turn}").status == 503
    assert [(fault["session"], fault["turn"]) for fault in faults(desk)] == [(session, None), (session, turn)]


@pytest.mark.parametrize(
    ("body", "query", "status", "param"),
    [
        ({"fault": "resett"}, {}, 400, "fault"),
        ({}, {}, 400, "fault"),
        ({"fault": "reset"}, {}, 422, "at"),
        ({"fault": "reset", "at": {"event": 0}}, {}, 400, "at.event"),
        ({"fault": "reset", "at": {"evnt": 1}}, {}, 400, "at.evnt"),
        ({**STATUS, "status": "many"}, {}, 422, "status"),
        ({**STATUS, "probability": 2}, {}, 400, "probability"),
        (STATUS, {"session": "nobody"}, 404, "session_id"),
        (STATUS, {"session": "a/b c", "turn": "none"}, 404, "turn"),
        (STATUS, {"turn": "none"}, 422, "session"),
        (STATUS, {"sesion": "x"}, 400, "sesion"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_with_its_field(
    desk: ControlDesk, body: object, query: dict[str, str], status: int, param: str
) -> None:
    found, error = desk.error("put_fault", body, query=query)

    assert (found, error["param"]) == (status, param)
    assert faults(desk) == []


def test_a_fault_is_removed_and_all_are(desk: ControlDesk) -> None:
    first, _, _ = [desk.get("put_fault", STATUS)["id"] for _ in range(3)]
    desk.get("put_fault", STATUS, world="/one")

    desk.get("remove_fault", fault_id=first)
    left = len(faults(desk))
    desk.get("clear_faults")

    assert (left, len(faults(desk)), len(faults(desk, "/one"))) == (2, 0, 1)
    status, error = desk.error("remove_fault", fault_id=first)
    assert (status, error["allowed"]) == (404, [])


def test_a_fault_of_another_world_is_not_there(desk: ControlDesk) -> None:
    fault = desk.get("put_fault", STATUS, world="/one")["id"]

    assert desk.error("remove_fault", fault_id=fault)[0] == 404
    assert len(faults(desk, "/one")) == 1


# -- journal -----------------------------------------------------------------------------------------------------------


def test_the_journal_is_filtered_and_limited_to_its_world(desk: ControlDesk) -> None:
    session = desk.session("/one")
    desk.play(session, "hi", "/one")
    call(desk.app, "GET", "/one/sessions/none")

    def found(**query: Any) -> list[str]:
        entries = desk.get("query_journal", world="/one", query=query)["entries"]
        return [entry.get("operation") or entry["kind"] for entry in entries]

    assert found() == ["create_session", "turn", "create_turn", "get_session"]
    assert found(kind="turn") == ["turn"]
    assert found(status="4xx") == found(status="404") == ["get_session"]
    assert found(session=session, method="POST") == ["create_session", "create_turn"]
    assert found(limit=1, newest="true") == ["get_session"]
    assert found(path="*/turns") == found(operation="create_turn", dialect="beta") == ["create_turn"]
    assert desk.get("query_journal", query={"kind": "exchange"}) == {"entries": [], "total": 0}


def test_entries_go_on_after_a_given_one(desk: ControlDesk) -> None:
    desk.session()
    first = desk.get("query_journal", query={"newest": "true", "limit": 1})["entries"][0]["id"]
    call(desk.app, "GET", "/sessions/none")

    (following,) = desk.get("query_journal", query={"after": first})["entries"]

    assert following["response"]["status"] == 404


def test_bodies_and_frames_come_when_they_are_asked_for(desk: ControlDesk) -> None:
    desk.play(desk.session(), "hi")

    brief = desk.get("query_journal", query={"operation": "create_turn"})["entries"][0]
    full = desk.get("query_journal", query={"operation": "create_turn", "full": "true"})["entries"][0]
    one = desk.get("get_entry", entry_id=brief["id"])

    assert "frames" not in brief["response"] and "body" not in brief["request"]
    assert full["response"]["frames"] == one["response"]["frames"] != []
    assert "hi" in one["request"]["body"]


def test_an_entry_tells_what_breaks_the_contract(desk: ControlDesk) -> None:
    call(desk.app, "POST", "/sessions", '{"agent_name": 5}')
    (entry,) = desk.get("query_journal", query={"status": "400"})["entries"]

    violations = desk.get("get_entry", entry_id=entry["id"])["violations"]

    assert ("violation", "body", "/agent_name") in [(one["level"], one["place"], one["pointer"]) for one in violations]


def test_an_entry_of_another_world_is_not_there(desk: ControlDesk) -> None:
    desk.session("/one")
    entry = desk.get("query_journal", world="/one")["entries"][0]["id"]

    assert desk.get("get_entry", world="/one", entry_id=entry)["id"] == entry
    assert desk.error("get_entry", entry_id=entry)[0] == 404


def test_the_journal_is_exported_as_json_lines_and_as_har(desk: ControlDesk) -> None:
    desk.play(desk.session(), "hi")

    lines = desk.ask("export_journal")
    har = desk.ask("export_journal", query={"format": "har"})

    assert lines.headers["content-type"].startswith("application/jsonl")
    kinds = [json.loads(line)["kind"] for line in lines.text.splitlines()]
    assert kinds == ["journal", "exchange", "turn", "exchange"]
    assert len(json.loads(har.body)["log"]["entries"]) == 2
    assert desk.error("export_journal", query={"format": "xml"})[1]["allowed"] == ["jsonl", "har"]


def test_the_journal_is_emptied_in_one_world_only(desk: ControlDesk) -> None:
    desk.session()
    desk.session("/one")

    desk.get("clear_journal")

    assert desk.get("query_journal")["total"] == 0
    assert desk.get("query_journal", world="/one")["total"] == 1


def test_what_is_done_here_is_not_in_the_journal(desk: ControlDesk) -> None:
    desk.get("put_fault", STATUS)
    desk.error("get_scenario", scenario="nobody")

    assert desk.get("query_journal")["total"] == 0


# -- verification ------------------------------------------------------------------------------------------------------


def test_a_verdict_is_an_answer_whether_it_is_good_or_not(desk: ControlDesk) -> None:
    desk.play(desk.session(), "hi")

    good = desk.get("verify", {"expect": [{"sent": "create_session", "times": 1}, {"no_violations": True}]})
    bad = desk.get("verify", {"expect": [{"never": "POST /sessions"}, {"sent": {"operation": "cancel_turn"}}]})

    assert (good["ok"], good["report"]) == (True, "")
    assert (bad["ok"], [verdict["ok"] for verdict in bad["verdicts"]]) == (False, [False, False])
    assert "POST /sessions" in bad["report"]
    assert bad["verdicts"][1]["nearest"] is not None


def test_every_step_is_of_the_scenarios_that_a_client_talked_to(desk: ControlDesk) -> None:
    desk.get("play_scenario", b"agent: other\nturns:\n  - say: Hello.\n")
    desk.play(desk.session(), "hi")

    everything = desk.get("verify", {"expect": [{"steps_played": True}]})
    named = desk.get("verify", {"expect": [{"steps_played": "other"}]})

    assert not everything["ok"] and "app.yaml" in everything["report"]
    assert not named["ok"] and "app.yaml" not in named["report"]
    assert desk.error("verify", {"expect": [{"steps_played": "nobody"}]})[0] == 404


@pytest.mark.parametrize(
    ("expectation", "status"),
    [
        ({}, 400),
        ({"sent": "x", "never": "y"}, 400),
        ({"snet": "x"}, 400),
        ({"sent": {"path": 5}}, 400),
        ({"sent": {"pth": "/"}}, 400),
        ({"steps_played": False}, 400),
        ({"all_expected": 1}, 400),
        ({"no_violations": "very"}, 400),
        ({"never": "x", "times": 2}, 422),
        ({"sent": "x", "times": 1, "at_least": 1}, 422),
    ],
)
def test_an_expectation_that_makes_no_sense_is_no_verdict(desk: ControlDesk, expectation: object, status: int) -> None:
    assert desk.error("verify", {"expect": [expectation]})[0] == status


def test_coverage_tells_what_was_exercised_and_what_was_not(desk: ControlDesk) -> None:
    desk.play(desk.session(), "hi")

    found = desk.get("get_coverage")
    named = desk.get("get_coverage", query={"agent": "desk"})

    assert found["events"]["beta"]["seen"]["turn.done"] == 1
    assert found["statuses"]["beta create_session"]["seen"] == {"201": 1}
    assert found["rules"]["desk"]["seen"] == {"app.yaml:10:5": 1}
    assert named["rules"] == found["rules"]
    assert desk.error("get_coverage", query={"agent": "nobody"})[0] == 404
