"""A world as a document: exported, imported elsewhere, it is the same to the last byte and goes on the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from mock_gateway.control import Cause, Control, ControlError
from mock_gateway.core.commands import ToolApproval
from mock_gateway.gateway import Gateway
from mock_gateway.runtime import Runtime
from mock_gateway.settings import Settings
from mock_gateway.wire.asks import CreateDraft, UpdateDraft
from mock_gateway.wire.dialect import Dialect
from mock_gateway.worlds import World
from tests.control.desk import (
    DIALECTS,
    GALLERY,
    ME,
    PLAYABLE,
    Desk,
    Talk,
    Wall,
    refusal_of,
    stream,
    streams,
    suggested,
    written,
)

BOT = """
agent: bot
mcp: { github: { auth: required } }
state: { count: 0 }
turns:
  - when: { message: hold }
    say: Wait.
    then: { wait: cancel }
  - when: { message: slow }
    say: { pieces: [a, b, c, d], pace: { first: 1s, rate: 2 tokens/s, jitter: 50% } }
    set: { count: "{{ state.count + 1 }}" }
  - when: { message: ask }
    call: { tool: bank.pay, approval: required, returns: paid }
    on_allow: { say: "{{ result }}" }
    on_deny: { say: "{{ approval.reason }}" }
  - when: { message: issues }
    call: { tool: github.issues, returns: [1, 2] }
    then: { say: "{{ results }}" }
    on_refused: { say: Then not. }
  - say: "{{ state.count }} of {{ history | length }}"
"""


def fresh(document: Mapping[str, Any], prefix: str = "", **settings: Any) -> Desk:
    """A server that knows no scenario, with a state; the document goes through JSON, as in a file."""
    desk = Desk.__new__(Desk)
    desk.gateway = Gateway({}, Settings(**{"speed": 0, **settings}), runtime=Runtime())
    desk.control = Control(desk.gateway, prefix)
    desk.control.import_state(json.loads(json.dumps(document)))
    return desk


def bodies(world: World, dialect: Dialect) -> list[bytes]:
    """What can be read of a world beside its streams."""
    found = []
    for session in world.sessions.values():
        found += [dialect.session(session), *map(dialect.turn, session.turns)]
    return found


def shown(world: World) -> list[Any]:
    """Everything that can be seen of a world."""
    sessions = world.sessions.values()
    return [[streams(session) for session in sessions], [bodies(world, dialect) for dialect in DIALECTS]]


def again(desk: Desk, **settings: Any) -> Desk:
    """The same world somewhere else; checked to be the same."""
    document = desk.control.export_state()
    other = fresh(document, desk.control.prefix, **settings)
    assert shown(other.world) == shown(desk.world)
    assert essence(other.control.export_state()) == essence(document)
    assert [one["clock"] for one in other.control.sessions()] == [one["clock"] for one in desk.control.sessions()]
    return other


def essence(document: Mapping[str, Any]) -> Any:
    """A document without the order of its scenarios, and whose they are: a server that had none has them in a world."""
    texts = [{**scenario, "of": ""} for scenario in document["scenarios"]]
    sessions = [{**session, "agent": texts[session["agent"]]} for session in document["sessions"]]
    return {**document, "scenarios": sorted(texts, key=lambda text: text["name"]), "sessions": sessions}


def talk_of(desk: Desk, index: int = -1) -> Talk:
    return Talk(desk, list(desk.world.sessions.values())[index])


LONG = {"big-message", "long-answer", "languages", "slow-turn"}
"""Agents of which one turn is enough."""

# -- the gallery -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLAYABLE)
def test_a_gallery_conversation_is_the_same_after_every_turn_and_goes_on_the_same(name: str) -> None:
    desk = Desk(gallery=[name])
    talk = desk.begin(name)
    for index in range(1 if name in LONG else 3):
        talk.say(suggested(GALLERY[name])) if index == 0 or not talk.turn.rest else talk.answer()
        other = again(desk)
        if talk.turn.is_running:
            talk.cancel()
            talk_of(other).cancel()
            assert shown(other.world) == shown(desk.world)
            again(desk)


def test_the_whole_gallery_with_its_seeded_sessions_fits_into_one_document() -> None:
    desk = Desk(seed=3)
    for name in PLAYABLE:
        desk.begin(name)
    assert len(again(desk).world.sessions) > len(PLAYABLE)


# -- places to stop at -------------------------------------------------------------------------------------------------


def both(desk: Desk, other: Desk, act: Callable[[Talk], Any]) -> None:
    """Do the same in both, and see that it is the same."""
    act(talk_of(desk))
    act(talk_of(other))
    assert shown(other.world) == shown(desk.world)


def test_in_the_middle_of_a_turn_at_every_moment() -> None:
    desk = Desk(BOT, seed=5)
    desk.control.clock().set("virtual")
    talk = desk.begin()
    talk.say("slow")
    for _ in range(8):
        both(desk, again(desk, seed=5), lambda one: one.clock.finish()) if not talk.turn.is_running else again(desk)
        talk.clock.advance(0.4)
    both(desk, again(desk), lambda one: one.say("and?") and one.clock.finish())


def test_paused_between_two_pieces_with_its_gate() -> None:
    desk = Desk(BOT)
    desk.control.clock().set("virtual")
    desk.control.clock().pause()
    talk = desk.begin()
    talk.say("slow")
    while talk.clock.step("v1")["event"] is not None:
        other = again(desk)
        assert stream(talk_of(other).turn) == stream(talk.turn)
    both(desk, again(desk), lambda one: one.clock.resume())
    both(desk, again(desk), lambda one: [one.clock.pause(), one.say("slow"), one.clock.step()])


def test_cancelled_superseded_and_forked_turns() -> None:
    desk = Desk(BOT, concurrent_turn="supersede")
    desk.control.clock().set("virtual")
    talk = desk.begin()
    asked = talk.say("ask")
    talk.clock.finish()
    for allow in (True, False):
        [thread] = asked.rest
        [call] = thread.pending()
        talk.send((ToolApproval("main", call.id, allow=allow, reason=None if allow else "no"),), previous=asked.id)
        talk.clock.finish()
    talk.say("slow")
    talk.clock.advance(1.3)
    talk.cancel()
    talk.clock.advance(0.01)
    again(desk)
    talk.say("hold", previous="none")
    talk.clock.advance(3)
    talk.say("slow")
    talk.clock.advance(1)
    both(desk, again(desk, concurrent_turn="supersede"), lambda one: one.clock.finish())
    states = [turn.state.value for turn in talk.session.turns]
    assert states == ["done", "done", "done", "cancelled", "cancelled", "done"]


def test_a_cancel_that_has_not_taken_effect_yet() -> None:
    desk = Desk(BOT)
    desk.control.clock().set("virtual")
    talk = desk.begin()
    talk.say("hold")
    talk.clock.advance(1)
    talk.cancel()
    both(desk, again(desk), lambda one: one.clock.finish())
    assert talk.turn.cancel_reason == "client-cancelled"


def test_a_session_that_was_cancelled_for_good() -> None:
    desk = Desk(BOT, cancel="session")
    talk = desk.begin()
    talk.say("hold")
    talk.cancel()
    other = again(desk, cancel="session")
    refused = [refusal_of(lambda one=one: one.say()).reason for one in (talk, talk_of(other))]
    assert refused[0] == refused[1]


def test_authorised_and_refused_servers() -> None:
    desk = Desk(BOT)
    for allow in (True, False):
        talk = desk.begin()
        talk.say("issues")
        again(desk)
        talk.answer(allow=allow)
    again(desk)
    assert [list(desk.world.sessions.values())[at].turns[-1].reply() for at in (0, 1)] == ["[[1,2]]", "Then not."]


def test_pushed_events_are_pushed_again() -> None:
    desk = Desk(BOT)
    desk.control.clock().set("virtual")
    talk = desk.begin()
    talk.say("hold")
    talk.clock.advance(2)
    desk.control.push(talk.session.id, {"message": {"say": "{{ input.text }}", "call": {"id": "c", "tool": "a.b"}}})
    talk.clock.advance(1)
    desk.control.push(talk.session.id, {"tool_response": {"call": "c", "content": [1]}})
    other = again(desk)
    push = {"message": {"say": "more"}}
    both(desk, other, lambda one: one.desk.control.push(one.session.id, push))


def test_drafts_stand_ins_and_another_speed() -> None:
    wall = Wall()
    desk = Desk(BOT, runtime=wall, speed=2)
    desk.control.select("bot")
    desk.begin("somebody-else").say("slow")
    draft = desk.gateway.perform(desk.world, CreateDraft(spec={"model": {"name": "x"}}, names=("bot",)), ME)
    Talk(desk, draft).say()  # type: ignore[arg-type]
    wall.now += 1
    desk.control.clock().advance(0)
    desk.gateway.perform(desk.world, UpdateDraft(draft.id, {"model": {"name": "y"}}), ME)  # type: ignore[union-attr]
    document = desk.control.export_state()

    other = fresh(document)

    assert shown(other.world) == shown(desk.world)
    assert other.begin("nobody-yet").session.agent.name == "nobody-yet"
    assert [one["clock"]["speed"] for one in other.control.sessions()][:2] == [2.0, 2.0]


def test_the_world_itself_with_its_clock_scenarios_and_faults(tmp_path: Path) -> None:
    written(tmp_path, "{ fragments: { bye: [{ say: Bye. }] }, include: [sub/more.yaml] }", "common.yaml")
    (tmp_path / "sub").mkdir()
    written(tmp_path / "sub", "{ params: { who: Ada } }", "more.yaml")
    (tmp_path / "here").mkdir()
    path = written(
        tmp_path / "here",
        "{ agent: bot, include: [../common.yaml], turns: [{ say: 'Hi {{ params.who }}', then: { use: bye } }] }",
    )
    desk = Desk()
    desk.control.play(path)
    desk.control.remove_scenario("hello")
    desk.control.clock().set("scaled", 7)
    desk.control.clock().advance(100)
    desk.control.clock().pause()
    desk.control.faults.put({"fault": "reset", "at": {"event": 2}})
    document = desk.control.export_state()
    (tmp_path / "common.yaml").unlink()

    other = Desk(prefix="/there")
    other.control.import_state(document)

    assert "hello" not in {one["name"] for one in other.control.scenarios()}
    assert other.control.clock().show()["speed"] == 7.0
    assert len(other.control.faults.listed()) == 1
    talk = other.begin("bot")
    talk.say()
    talk.clock.resume()
    talk.clock.finish()
    assert talk.turn.messages[0].text() == "Hi Ada"
    assert talk.turn.reply() == "Bye."


def test_a_server_with_the_same_scenario_takes_its_own_and_others_their_old_version() -> None:
    desk = Desk(gallery=["hello"])
    desk.begin("hello").say()
    old = desk.control.export_state()
    assert [one["of"] for one in old["scenarios"]] == ["server"]
    same = Desk()
    same.control.import_state(old)
    assert (same.world.agents, talk_of(same).session.agent) == ({}, same.gateway.agents["hello"])

    changed = Desk()
    text = GALLERY["hello"].written
    assert text is not None
    changed.gateway.agents = {**GALLERY, "hello": replace(GALLERY["hello"], written=replace(text, text="other"))}
    changed.control.import_state(old)
    assert list(changed.world.agents) == ["hello"]


def test_a_scenario_that_was_replaced_since_lives_on_in_its_sessions() -> None:
    desk = Desk("{ agent: bot, turns: [{ say: one }] }")
    talk = desk.begin()
    desk.control.play("{ agent: bot, turns: [{ say: two }] }")
    other = again(desk)
    for one in (talk, talk_of(other)):
        assert one.say().reply() == "one"
    assert other.begin("bot").say().reply() == "two"


def test_a_selection_that_a_reload_took_away_is_left_out() -> None:
    desk = Desk(gallery=["hello"])
    desk.control.select("hello")
    desk.gateway.agents = {}
    assert fresh(desk.control.export_state()).world.selected is None


def test_an_import_replaces_what_was_there_in_its_own_world_alone() -> None:
    desk = Desk(BOT)
    desk.begin().say()
    document = desk.control.export_state()
    beside = Control(desk.gateway, "/beside")
    desk.begin().say("hold")
    beside.import_state(document)
    assert len(desk.world.sessions) == 2
    assert len(beside.sessions()) == 1
    desk.control.import_state(document)
    assert len(desk.world.sessions) == 1


# -- documents that are wrong ------------------------------------------------------------------------------------------


def broken(change: Callable[[dict[str, Any]], Any]) -> tuple[ControlError, bool]:
    """What is said of a document with a mistake, and whether the world is as it was."""
    desk = Desk(BOT)
    talk = desk.begin()
    talk.say("ask")
    talk.answer()
    document = json.loads(json.dumps(desk.control.export_state()))
    change(document)
    before = shown(desk.world)
    with pytest.raises(ControlError) as refused:
        desk.control.import_state(document)
    return refused.value, shown(desk.world) == before and talk_of(desk).session is talk.session


def at(*path: str | int) -> Callable[[Any], Any]:
    def get(document: Any) -> Any:
        for key in path:
            document = document[key]
        return document

    return get


@pytest.mark.parametrize(
    ("path", "value", "field", "part"),
    [
        (("version",), 2, "version", "version 1 is what export gives"),
        (("format",), "har", "format", "invalid enum value 'har'"),
        (("sessions", 0, "number"), "1", "sessions[0].number", "expected `int`, got `str`"),
        (("sessions", 0, "clock", "speed"), -1, "sessions[0].clock.speed", ">= 0"),
        (("sessions", 0, "created_at"), float("nan"), "sessions[0].created_at", ">= 0"),
        (("sessions", 0, "agent"), 7, "sessions[0].agent", "there is no scenario 7"),
        (("sessions", 0, "colour"), "red", "sessions[0]", "unknown field `colour`"),
        (("sessions", 0, "commands", 0, "do"), "dance", "sessions[0].commands[0].do", "invalid value 'dance'"),
        (("sessions", 0, "commands", 0, "id"), "x", "sessions[0].commands[0]", "the turn is"),
        (("sessions", 0, "commands", 1, "input"), [], "sessions[0].commands[1]", "exactly one item"),
        (("sessions", 0, "commands", 1, "previous"), "nope", "sessions[0].commands[1]", "nope"),
        (("sessions", 0, "commands", 1, "played"), 3, "sessions[0].commands[1]", "plays differently"),
        (("sessions", 0, "played"), 3, "sessions[0].played", "plays differently"),
        (("sessions", 0, "gates"), {"x": {"facts": 0, "pieces": 0}}, "sessions[0].gates", "there is no turn 'x'"),
        (("scenarios", 0, "text"), "agent: bot\nturns: [{ sya: x }]", "scenarios[0].text", "did you mean `say`?"),
        (("scenarios", 0, "text"), "agent: other", "scenarios[0].agent", "that of agent 'other'"),
        (("scenarios", 0, "text"), None, "scenarios[0].text", "the server has no such agent"),
        (("world", "selected"), "nobody", "world.selected", "there is no agent 'nobody'"),
        (("world", "faults"), [{"spec": {"fault": "rest"}}], "world.faults[0].spec", "did you mean"),
    ],
)
def test_a_wrong_document_is_refused_whole_with_the_place(
    path: tuple[str | int, ...], value: Any, field: str, part: str
) -> None:
    error, unchanged = broken(lambda document: at(*path[:-1])(document).__setitem__(path[-1], value))
    assert (error.cause, error.field) == (Cause.INVALID, field)
    assert part in str(error)
    assert unchanged


def test_two_sessions_of_one_name_are_refused() -> None:
    error, _ = broken(lambda document: document["sessions"].append(document["sessions"][0]))
    assert (error.field, "two sessions" in str(error)) == ("sessions[1].id", True)


def test_what_is_no_document_is_refused() -> None:
    with pytest.raises(ControlError, match="expected `object`, got `array`"):
        Desk(BOT).control.import_state([])  # type: ignore[arg-type]


def test_a_gate_that_is_nowhere_is_refused() -> None:
    def change(document: dict[str, Any]) -> None:
        turn_id = document["sessions"][0]["commands"][0]["id"]
        document["sessions"][0]["gates"] = {turn_id: {"facts": 1, "pieces": 3}}

    error, _ = broken(change)
    assert "has no place 1, 3" in str(error)
