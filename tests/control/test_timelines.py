"""What a session looks like from outside the contracts, and putting a world back to its beginning."""

from __future__ import annotations

import json

import pytest

from mock_gateway.control import Cause, Control, ControlError
from mock_gateway.core.clock import Rate
from tests.control.desk import DIALECTS, GALLERY, PLAYABLE, Desk, frames, stream, suggested

BOT = """
agent: bot
turns:
  - when: { message: agents }
    call: { sub_agent: ada, input: x, script: [{ wait: 5s }, { say: found }] }
    then: { call: { tool: bank.pay, approval: required, returns: paid } }
sessions: [{ id: s1, title: Seeded, history: [Hello] }]
"""


def test_a_timeline_has_threads_pauses_and_the_place_of_the_rule() -> None:
    desk = Desk(BOT)
    talk = desk.begin()
    talk.say("agents")

    timeline = desk.control.timeline(talk.session.id)

    [turn] = timeline["turns"]
    assert (turn["state"], turn["input"], turn["seconds"]) == ("done", "agents", 5.0)
    assert turn["rule"] == "<text>:4:5"
    assert turn["waits_for"] == "answers to pay"
    main, ada = turn["threads"]
    assert (main["id"], main["state"]) == ("main", "paused")
    assert (ada["name"], ada["parent"], ada["state"]) == ("ada", "main", "ended")
    assert (ada["created"], ada["ended"]) == (0.0, 5.0)
    [pause] = turn["pauses"]
    assert (pause["type"], pause["at"]) == ("tool.approval_required", 5.0)
    assert [call["tool"] for call in pause["calls"]] == ["pay"]

    talk.answer()
    second = desk.control.timeline(talk.session.id)["turns"][1]
    assert (second["rule"], second["input"], second["waits_for"]) == ("<text>:4:5", None, None)
    assert [thread["state"] for thread in second["threads"]] == ["ended"]


@pytest.mark.parametrize("name", PLAYABLE)
def test_the_sequence_ids_of_a_timeline_are_those_of_the_streams(name: str) -> None:
    desk = Desk(gallery=[name])
    talk = desk.begin(name)
    talk.say(suggested(GALLERY[name]))

    [turn] = desk.control.timeline(talk.session.id)["turns"]

    for dialect in DIALECTS:
        numbers = [fact["sequence_ids"][dialect.name] for fact in turn["facts"] if dialect.name in fact["sequence_ids"]]
        covered = [number for first, last in numbers for number in range(first, last + 1)]
        assert covered == list(range(1, len(frames(stream(talk.turn, dialect))) + 1))
    assert [fact["at"] for fact in turn["facts"]] == sorted(fact["at"] for fact in turn["facts"])
    assert json.loads(json.dumps(turn)) == turn


def test_sessions_are_listed_in_short_with_their_clocks() -> None:
    desk = Desk(BOT)
    desk.begin().say("agents")
    seeded, mine = desk.control.sessions()
    assert (seeded["id"], seeded["title"], seeded["turns"]) == ("s1", "Seeded", 1)
    assert (mine["number"], mine["kind"], mine["running"]) == (2, "saved", None)
    assert mine["clock"]["elapsed"] == 5.0
    assert json.loads(json.dumps(mine)) == mine


# -- back to the beginning ---------------------------------------------------------------------------------------------


def test_after_a_reset_of_the_sessions_the_same_requests_give_the_same_ids() -> None:
    desk = Desk(BOT)
    first = desk.begin()
    body = stream(first.say("agents"))
    desk.control.reset("sessions")
    assert list(desk.world.sessions) == ["s1"]
    second = desk.begin()
    assert (second.session.id, stream(second.say("agents"))) == (first.session.id, body)


def test_the_clock_of_a_session_that_is_gone_says_so() -> None:
    desk = Desk(BOT)
    clock = desk.begin().clock
    desk.control.reset("sessions")
    with pytest.raises(ControlError, match="there is no session"):
        clock.advance(1)


def test_a_reset_of_the_sessions_keeps_scenarios_and_clocks() -> None:
    desk = Desk(BOT)
    desk.control.clock().set("scaled", 5)
    desk.control.select("bot")
    desk.begin()
    desk.control.reset("sessions")
    assert desk.control.clock().show()["speed"] == 5.0
    assert desk.begin("whatever").session.agent.name == "whatever"


def test_a_reset_of_the_clock_lets_time_go_as_the_server_was_told() -> None:
    desk = Desk(BOT)
    desk.control.clock().set("virtual")
    desk.control.clock().pause()
    desk.control.clock().advance(50)
    talk = desk.begin()
    turn = talk.say("agents")
    desk.control.reset("clock")
    assert talk.session.clock.rate == Rate(0.0, skipping=True)
    assert not turn.is_running
    assert (desk.world.rate, desk.world.paused, desk.world.advanced) == (None, False, 0.0)


def test_a_reset_takes_only_what_it_names() -> None:
    desk = Desk(BOT)
    fault = {"fault": "reset", "at": {"event": 2}}
    desk.control.faults.put(fault)
    beside = Control(desk.gateway, "/beside")
    beside.faults.put(fault)
    desk.begin().say("agents")
    assert desk.control.journal.query()
    desk.control.reset("faults")
    assert (desk.control.faults.listed(), len(beside.faults.listed())) == ([], 1)
    assert len(desk.control.sessions()) == 2
    desk.control.reset("journal")
    assert desk.control.journal.query() == []


def test_a_reset_of_the_world_leaves_the_others_alone() -> None:
    desk = Desk(BOT)
    beside = Control(desk.gateway, "/beside")
    beside.play("{ agent: other, turns: [{ say: x }] }")
    desk.control.reset("world")
    assert desk.control.scenarios() == desk.control.sessions() == []
    assert [one["name"] for one in beside.scenarios()] == ["other"]


def test_a_reset_of_the_server_takes_every_world() -> None:
    desk = Desk(BOT)
    beside = Control(desk.gateway, "/beside")
    beside.play("{ agent: other, turns: [{ say: x }] }")
    beside.faults.put({"fault": "reset", "at": {"event": 2}})
    desk.control.reset("server")
    assert beside.scenarios() == beside.sessions() == beside.faults.listed() == []


def test_faults_and_journal_are_those_of_the_world() -> None:
    desk = Desk(BOT)
    fault_id = desk.control.faults.put({"fault": "reset", "at": {"event": 2}}, session="s1")
    [listed] = desk.control.faults.listed()
    assert (listed["id"], listed["session"], listed["spec"]["fault"]) == (fault_id, "s1", "reset")
    beside = Control(desk.gateway, "/beside")
    with pytest.raises(ControlError, match="none is set in this world"):
        beside.faults.remove(fault_id)
    desk.control.faults.remove(fault_id)
    desk.control.faults.put({"fault": "reset", "at": {"event": 2}})
    desk.control.faults.clear()
    assert desk.control.faults.listed() == []
    desk.begin().say("agents")
    assert [entry["kind"] for entry in desk.control.journal.query(kind="turn")][-1:] == ["turn"]
    assert beside.journal.query() == []
    desk.control.journal.clear()
    assert desk.control.journal.query() == []


def test_faults_of_the_whole_server_are_the_roots() -> None:
    desk = Desk(BOT)
    fault_id = desk.control.faults.put({"fault": "refuse-connection"})
    assert [one["id"] for one in desk.control.faults.listed()] == [fault_id]
    assert Control(desk.gateway, "/beside").faults.listed() == []
    desk.control.reset("faults")
    assert not desk.gateway.faults.is_set


def test_an_unknown_scope_says_which_there_are() -> None:
    with pytest.raises(ControlError, match="did you mean 'sessions'") as refused:
        Desk(BOT).control.reset("session")
    assert (refused.value.cause, refused.value.field) == (Cause.UNKNOWN, "scope")


def test_a_session_can_go_alone_and_its_id_comes_back_never() -> None:
    desk = Desk(BOT)
    talk = desk.begin()
    talk.say("agents")
    desk.control.delete_session(talk.session.id)
    assert [one["id"] for one in desk.control.sessions()] == ["s1"]
    assert desk.begin().session.id != talk.session.id
    with pytest.raises(ControlError, match="there is no session"):
        desk.control.delete_session(talk.session.id)
