"""Scenarios of one world: added, taken away, chosen for unknown names; others never notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_gateway.cli.watch import _seed
from mock_gateway.control import Cause, ControlError
from mock_gateway.core.errors import Reason
from mock_gateway.scenario import ScenarioErrors, load_text
from mock_gateway.wire.asks import CreateDraft, CreateSession, ListSessions
from tests.control.desk import GALLERY, ME, Desk, refusal_of, written

BOT = "{ agent: bot, turns: [{ say: one }] }"
OTHER = "{ agent: bot, turns: [{ say: two }] }"


def names(desk: Desk) -> set[str]:
    return {one["name"] for one in desk.control.scenarios()}


def test_a_text_is_played_in_this_world_alone() -> None:
    desk = Desk(prefix="/one")
    assert desk.control.play(BOT) == "bot"
    assert "bot" in names(desk)
    assert desk.begin("bot").say().reply() == "one"
    other = desk.gateway.world("/two")
    refused = refusal_of(lambda: desk.gateway.perform(other, CreateSession("bot"), ME))
    assert refused.reason is Reason.UNKNOWN_AGENT
    assert "bot" not in refused.message.split("there are:")[1].split(", ")


def test_a_file_is_played_with_its_includes(tmp_path: Path) -> None:
    written(tmp_path, "fragments: { bye: [{ say: Bye. }] }", "common.yaml")
    path = written(tmp_path, "{ agent: bot, include: [common.yaml], turns: [{ say: Hi., then: { use: bye } }] }")
    desk = Desk()
    assert desk.control.play(path) == desk.control.play(str(path)) == "bot"
    assert desk.begin("bot").say().reply() == "Bye."


def test_includes_of_a_text_are_looked_for_where_the_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "fragments: { bye: [{ say: Bye. }] }", "common.yaml")
    monkeypatch.chdir(tmp_path)
    desk = Desk("{ agent: bot, include: [common.yaml], turns: [{ use: bye }] }")
    assert desk.begin().say().reply() == "Bye."
    with pytest.raises(ScenarioErrors, match=r"<text>:1:\d+: cannot include `gone.yaml`"):
        desk.control.play("{ agent: bot, include: [gone.yaml] }")


@pytest.mark.parametrize(("name", "shown"), [(None, "<text>:2:11"), ("my_test.yaml", "my_test.yaml:2:11")])
def test_mistakes_in_a_text_say_where_and_change_nothing(name: str | None, shown: str) -> None:
    desk = Desk()
    before = desk.control.scenarios()
    with pytest.raises(ScenarioErrors) as refused:
        desk.control.play("agent: bot\nturns: [{ sya: Hello. }]", name)
    assert str(refused.value).startswith(f"{shown}: unknown key `sya`")
    assert desk.control.scenarios() == before


def test_a_history_that_the_script_does_not_allow_changes_nothing() -> None:
    desk = Desk(BOT)
    wrong = "{ agent: bot, turns: [{ wait: cancel }], sessions: [{ id: s1, history: [Hello] }] }"
    with pytest.raises(ScenarioErrors, match="this turn waits for a cancel"):
        desk.control.play(wrong)
    assert desk.begin("bot").say().reply() == "one"
    assert "s1" not in desk.world.sessions


def test_a_scenario_takes_the_place_of_another_and_sessions_keep_theirs() -> None:
    desk = Desk(BOT)
    old = desk.begin()
    desk.control.play(OTHER)
    assert old.say().reply() == "one"
    assert desk.begin().say().reply() == "two"


def test_seeded_sessions_of_a_scenario_come_with_it_and_only_once() -> None:
    text = "{ agent: bot, turns: [{ say: hi }], sessions: [{ id: s1, history: [Hello] }, { title: no id }] }"
    desk = Desk(text)
    desk.control.play(text)
    assert [session["title"] for session in desk.control.sessions()] == [None, "no id"]


def test_a_loaded_scenario_can_be_hidden_and_shown_again() -> None:
    desk = Desk()
    desk.control.remove_scenario("hello")
    assert "hello" not in names(desk)
    assert refusal_of(lambda: desk.begin("hello")).reason is Reason.UNKNOWN_AGENT
    assert desk.control.play("hello") == "hello"
    assert desk.begin("hello").say().reply()


def test_removing_takes_the_name_away_whoever_brought_it() -> None:
    desk = Desk()
    desk.control.play("{ agent: hello, turns: [{ say: mine }] }")
    desk.control.remove_scenario("hello")
    assert "hello" not in names(desk)
    desk.control.reset("scenarios")
    assert [one["of"] for one in desk.control.scenarios() if one["name"] == "hello"] == ["server"]
    with pytest.raises(ControlError, match="did you mean 'hello'"):
        desk.control.remove_scenario("helo")


def test_a_selected_scenario_plays_every_unknown_name() -> None:
    desk = Desk(BOT)
    desk.control.select("bot")
    talk = desk.begin("my-production-agent")
    assert (talk.session.agent.name, talk.say().reply()) == ("my-production-agent", "one")
    listed = desk.gateway.perform(desk.world, ListSessions("my-production-agent"), ME)
    assert listed.items == [talk.session]  # type: ignore[union-attr]
    assert [one["selected"] for one in desk.control.scenarios()] == [True]
    desk.control.play(OTHER)
    assert desk.begin("my-production-agent").say().reply() == "two"
    desk.control.select(None)
    assert refusal_of(lambda: desk.begin("my-production-agent")).reason is Reason.UNKNOWN_AGENT


def test_drafts_find_the_scenarios_of_their_world() -> None:
    desk = Desk(BOT)
    draft = desk.gateway.perform(desk.world, CreateDraft(spec={}, names=("bot",)), ME)
    assert draft.agent.name == "bot"  # type: ignore[union-attr]
    named = desk.gateway.perform(desk.world, CreateDraft(spec={}, agent_name="bot"), ME)
    assert named.draft.agent_name == "bot"  # type: ignore[union-attr]


def test_a_reload_reaches_worlds_and_leaves_their_own_scenarios_alone() -> None:
    desk = Desk(BOT)
    hidden = load_text("{ agent: bot, turns: [{ say: x }], sessions: [{ id: s1, history: [Hello] }] }")
    fresh = load_text("{ agent: new, turns: [{ say: x }], sessions: [{ id: s2, history: [Hello] }] }")

    _seed(desk.gateway, [hidden, fresh])
    desk.gateway.agents = {"bot": hidden, "new": fresh}

    assert list(desk.world.sessions) == ["s2"]
    assert desk.begin("bot").say().reply() == "one"
    assert desk.begin("new").say().reply() == "x"


def test_a_scenario_that_brings_faults_is_looked_at_from_then_on() -> None:
    desk = Desk(BOT)
    assert not desk.gateway.faults.is_set
    desk.control.play("{ agent: bad, faults: [{ fault: reset, at: { event: 1 } }], turns: [{ say: x }] }")
    assert desk.gateway.faults.is_set


def test_a_scenario_that_is_shown_again_brings_the_sessions_that_were_never_there() -> None:
    desk = Desk(BOT)
    desk.gateway.agents = {"late": load_text("{ agent: late, turns: [{ say: x }], sessions: [{ id: s9 }] }")}
    desk.control.remove_scenario("late")
    desk.control.play("late")
    assert list(desk.world.sessions) == ["s9"]


@pytest.mark.parametrize("source", ["no-such-agent", "missing.yaml", Path("nowhere/x.yaml")])
def test_what_is_no_scenario_is_refused(source: str | Path) -> None:
    with pytest.raises(ControlError, match="a scenario is a name, a path, or YAML text") as refused:
        Desk().control.play(source)
    assert (refused.value.cause, refused.value.field) == (Cause.UNKNOWN, "source")
    assert set(GALLERY) <= set(refused.value.allowed)


def test_a_folder_and_a_shared_file_are_no_scenario(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="give one of its files"):
        Desk().control.play(tmp_path)
    with pytest.raises(ControlError, match="has no agent"):
        Desk().control.play(written(tmp_path, "fragments: { bye: [{ say: Bye. }] }"))
