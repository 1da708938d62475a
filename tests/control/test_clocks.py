"""Time in the user's hands: modes, jumps, what comes next; one session, and a whole world."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from mock_gateway.control import Cause, ControlError
from mock_gateway.core.clock import Clock, Rate
from mock_gateway.core.lifecycle import TurnState
from tests.control.desk import Desk, Talk, Wall, frames, stream

PACED = """
agent: bot
turns:
  - when: { message: hold }
    wait: cancel
  - say: { pieces: [a, b, c, d], pace: { first: 1s, rate: 2 tokens/s } }
"""
LIMITED = """
agent: bot
limits: { timeout: 10m }
turns:
  - say: I am at it.
    then: { wait: cancel }
"""


def seen(talk: Talk) -> int:
    """How many events of the last turn a reader can see."""
    return len(frames(stream(talk.turn)))


def virtual(text: str = PACED, **options: Any) -> Talk:
    desk = Desk(text, **options)
    desk.control.clock().set("virtual")
    return desk.begin()


# -- the clock itself --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [Rate(1.0), Rate(60.0), Rate(0.0), Rate(0.0, skipping=True), Rate(0.25)])
def test_another_rate_goes_on_from_the_time_that_it_is(rate: Rate) -> None:
    clock = Clock(1000.0, 50.0, 2.0)

    clock.go(rate, 60.0)

    assert clock.read(60.0) == 1020.0
    assert clock.read(70.0) == 1020.0 + 10 * rate.speed


def test_a_pause_stands_still_and_remembers_how_it_went() -> None:
    clock = Clock(1000.0, 0.0, 3.0)

    clock.pause(10.0)
    clock.pause(20.0)
    assert clock.read(99.0) == 1030.0
    clock.go(Rate(5.0), 99.0)
    assert clock.read(100.0) == 1030.0
    clock.resume(100.0)

    assert clock.read(101.0) == 1035.0
    assert clock.paused is None


@pytest.mark.parametrize("clock", [Clock(1000.0, 0.0, 1.0), Clock(1010.0, 0.0, 0.0)])
def test_a_jump_goes_forward_and_never_back(clock: Clock) -> None:
    clock.jump(1500.0, 10.0)
    clock.jump(3.0, 10.0)
    assert clock.read(10.0) == 1500.0


# -- modes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "speed", "shown"),
    [
        ("real", None, {"mode": "real", "speed": 1.0}),
        ("scaled", 60, {"mode": "scaled", "speed": 60.0}),
        ("virtual", None, {"mode": "virtual", "speed": 0.0}),
        ("skipping", None, {"mode": "skipping", "speed": 0.0}),
    ],
)
def test_a_clock_shows_the_mode_that_it_was_set_to(mode: str, speed: float | None, shown: dict[str, Any]) -> None:
    talk = virtual()
    before = talk.clock.show()["now"]

    after = talk.clock.set(mode, speed)

    assert after == talk.clock.show() | after
    assert shown.items() <= after.items()
    assert (after["now"], after["paused"]) == (before, False)


def test_a_turn_goes_on_in_another_mode_from_where_it_is() -> None:
    wall = Wall()
    desk = Desk(PACED, runtime=wall, speed=1)
    talk = desk.begin()
    turn = talk.say()
    wall.now += 1.2

    talk.clock.set("virtual")
    wall.now += 1000
    assert seen(talk) == 2
    talk.clock.advance(0.5)
    assert seen(talk) == 3
    talk.clock.set("skipping")

    assert turn.state is TurnState.DONE
    assert turn.completed_at == turn.created_at + 3.0


def test_a_scaled_clock_runs_as_many_times_as_fast() -> None:
    wall = Wall()
    talk = Desk(PACED, runtime=wall, speed=1).begin()
    talk.clock.set("scaled", 60)
    wall.now += 10
    assert talk.clock.show()["elapsed"] == 600.0


@pytest.mark.parametrize(
    ("act", "field", "part"),
    [
        (lambda clock: clock.set("fast"), "mode", "there is: real, scaled, skipping, virtual"),
        (lambda clock: clock.set("scaled"), "speed", "for example 60"),
        (lambda clock: clock.set("scaled", 0), "speed", "'virtual'"),
        (lambda clock: clock.set("scaled", float("nan")), "speed", "more than 0"),
        (lambda clock: clock.set("real", 2), "speed", "leave one of them out"),
        (lambda clock: clock.advance(-1), "seconds", "write seconds"),
        (lambda clock: clock.advance("soon"), "seconds", "10m"),
        (lambda clock: clock.advance(float("inf")), "seconds", "write seconds"),
        (lambda clock: clock.advance(1e15), "seconds", "beyond the year 3000"),
    ],
)
def test_what_makes_no_sense_changes_nothing(act: Callable[[Any], Any], field: str, part: str) -> None:
    talk = virtual()
    before = talk.clock.show()
    with pytest.raises(ControlError) as refused:
        act(talk.clock)
    assert (refused.value.cause in (Cause.INVALID, Cause.UNKNOWN), refused.value.field) == (True, field)
    assert part in str(refused.value)
    assert talk.clock.show() == before


# -- time that passes --------------------------------------------------------------------------------------------------


def test_an_advance_plays_what_is_due_on_the_way_at_its_own_time() -> None:
    talk = virtual()
    turn = talk.say()

    told = talk.clock.advance("2s")

    assert told["moved"] == 2.0
    assert [(one["type"], one["at"]) for one in told["happened"]] == [("model.message", at) for at in (1.0, 1.5, 2.0)]
    assert told["turn"]["id"] == turn.id
    assert told["clock"]["next"]["in"] == 0.5


def test_next_goes_to_what_comes_and_no_further() -> None:
    talk = virtual()
    talk.say()

    moves = [talk.clock.next() for _ in range(7)]

    assert [move["moved"] for move in moves] == [1.0, 0.5, 0.5, 0.5, 0.5, 0.0, 0.0]
    assert [move["happened"][0]["text"] for move in moves[:4]] == ["a", "b", "c", "d"]
    assert [one["type"] for one in moves[4]["happened"]] == ["model.message", "turn.done"]
    assert (moves[5]["happened"], moves[5]["clock"]["next"]) == ([], None)


def test_next_of_a_held_turn_is_its_timeout() -> None:
    talk = virtual(LIMITED)
    talk.say()
    talk.clock.advance(0)
    assert talk.clock.advance(0)["turn"]["waits_for"] == "a cancel, or its timeout"
    assert talk.clock.next()["moved"] == 600.0
    assert talk.turn.cancel_reason == "server-execution-timeout"


def test_next_is_also_a_server_that_allows_itself() -> None:
    talk = virtual("""
        agent: bot
        mcp: { github: { auth: required, allowed_after: 5s } }
        turns:
          - { call: { tool: github.issues, returns: [] }, then: { say: done } }
    """)
    talk.say()
    talk.clock.finish()
    assert talk.clock.next()["moved"] == 5.0
    talk.send(None)
    talk.clock.finish()
    assert talk.turn.reply() == "done"


def test_finish_goes_to_the_end_of_the_turn() -> None:
    talk = virtual()
    turn = talk.say()
    told = talk.clock.finish()
    assert told["moved"] == 3.0
    assert (told["turn"]["state"], told["turn"]["seconds"]) == ("done", 3.0)
    assert stream(turn).count(b"turn.done") == 1


def test_finish_goes_to_a_pause_and_says_what_it_waits_for() -> None:
    desk = Desk()
    desk.control.clock().set("virtual")
    talk = desk.begin("approval")
    talk.say("Pay the electricity bill.")
    told = talk.clock.finish()
    assert told["turn"]["state"] == "done"
    assert told["turn"]["waits_for"].startswith("answers to ")
    assert talk.clock.show()["next"] is None


def test_finish_ends_a_held_turn_by_its_timeout() -> None:
    talk = virtual(LIMITED)
    talk.say()
    assert talk.clock.finish()["turn"]["reason"] == "server-execution-timeout"


def test_two_advances_reach_what_one_would() -> None:
    wall = Wall()
    wall.now += 0.123456789
    talk = Desk(LIMITED, runtime=wall, speed=1).begin()
    talk.clock.set("virtual")
    turn = talk.say()
    for _ in range(3):
        talk.clock.advance(200)
    assert not turn.is_running


def test_a_jump_of_a_real_clock_goes_on_in_real_time() -> None:
    wall = Wall()
    talk = Desk(PACED, runtime=wall, speed=1).begin()
    turn = talk.say("hold")
    talk.clock.advance("5m")
    assert talk.clock.show()["elapsed"] == 300.0
    wall.now += 300
    talk.clock.advance(0)
    assert turn.cancel_reason == "server-execution-timeout"


def test_the_same_requests_and_advances_give_the_same_bytes() -> None:
    def played() -> tuple[str, bytes]:
        talk = virtual(seed=7)
        talk.say()
        for step in (0.3, 1.1, 0.7):
            talk.clock.advance(step)
        talk.cancel()
        talk.clock.finish()
        talk.say("hold")
        talk.clock.advance("10m")
        return talk.session.id, b"".join(map(stream, talk.session.turns))

    assert played() == played()


def test_a_scenario_with_a_ten_minute_timeout_is_tested_in_under_fifty_milliseconds() -> None:
    took = []
    for _ in range(5):
        start = time.perf_counter()
        desk = Desk(LIMITED)
        desk.control.clock().set("virtual")
        talk = desk.begin()
        turn = talk.say("Solve it.")
        talk.clock.advance("9m")
        talk.clock.advance("59s")
        assert turn.is_running
        talk.clock.advance("1s")
        assert (turn.state, turn.cancel_reason) == (TurnState.CANCELLED, "server-execution-timeout")
        assert turn.completed_at == turn.created_at + 600
        took.append(time.perf_counter() - start)
    assert min(took) < 0.05, took


# -- pauses ------------------------------------------------------------------------------------------------------------


def test_a_pause_stops_a_real_clock_so_that_nothing_times_out() -> None:
    wall = Wall()
    talk = Desk(PACED, runtime=wall, speed=1).begin()
    turn = talk.say()
    wall.now += 1.2
    talk.clock.advance(0)
    talk.clock.pause()
    wall.now += 10_000
    talk.cancel()

    assert (turn.is_running, seen(talk)) == (True, 2)
    talk.clock.resume()
    wall.now += 1
    talk.clock.advance(0)

    assert turn.cancel_reason == "client-cancelled"
    assert turn.completed_at == pytest.approx(turn.created_at + 1.22)


def test_time_can_pass_by_hand_during_a_pause_and_is_seen_after_it() -> None:
    talk = virtual()
    talk.clock.pause()
    turn = talk.say()

    talk.clock.finish()
    assert (turn.state, stream(turn)) == (TurnState.DONE, b"")
    talk.clock.resume()

    assert len(frames(stream(turn))) == 7


# -- a whole world -----------------------------------------------------------------------------------------------------


def test_the_clock_of_a_world_is_that_of_later_sessions() -> None:
    desk = Desk(PACED, speed=1)
    before = desk.begin()
    desk.control.clock().set("virtual")
    after = desk.begin()
    assert before.clock.show()["mode"] == "real"
    assert after.clock.show()["mode"] == "virtual"
    assert desk.control.clock().show()["mode"] == "virtual"
    assert list(desk.control.clock().show()["sessions"]) == [before.session.id, after.session.id]


def test_seeded_sessions_are_as_old_as_the_time_of_their_world_makes_them() -> None:
    desk = Desk(
        "{ agent: bot, turns: [{ say: x }], sessions: [{ id: s1, created: 2h ago, history: [Hello] }] }", speed=1
    )
    desk.control.clock().set("virtual")
    desk.control.clock().advance("1h")
    desk.control.reset("sessions")
    assert desk.begin().session.created_at - desk.world.sessions["s1"].created_at == pytest.approx(7200, abs=2)


def test_another_world_keeps_its_clock() -> None:
    desk = Desk(PACED, prefix="/one")
    desk.control.clock().set("scaled", 3)
    assert desk.gateway.new_clock(desk.gateway.world("/two")).rate == Rate(0.0, skipping=True)


def test_a_world_advances_every_session_and_those_that_come() -> None:
    desk = Desk(PACED)
    desk.control.clock().set("virtual")
    one, other = desk.begin(), desk.begin()
    one.say()
    other.say("hold")

    told = desk.control.clock().advance("10m")

    assert [one.turn.is_running, other.turn.is_running] == [False, False]
    assert {name: each["moved"] for name, each in told["sessions"].items()} == {
        one.session.id: 600.0,
        other.session.id: 600.0,
    }
    assert desk.begin().session.created_at > other.session.created_at + 600


def test_next_of_a_world_is_the_first_thing_in_any_session() -> None:
    desk = Desk(PACED)
    desk.control.clock().set("virtual")
    one, other = desk.begin(), desk.begin()
    one.say("hold")
    other.say()
    told = desk.control.clock().next()
    assert [each["moved"] for each in told["sessions"].values()] == [1.0, 1.0]
    assert (seen(one), seen(other)) == (1, 2)
    desk.control.clock().finish()
    assert not one.turn.is_running and not other.turn.is_running


def test_a_paused_world_pauses_what_comes_until_it_is_resumed() -> None:
    desk = Desk(PACED)
    desk.control.clock().pause()
    talk = desk.begin()
    turn = talk.say()
    assert stream(turn) == b""
    desk.control.clock().resume()
    assert not turn.is_running
    assert not desk.begin().say().is_running


def test_a_step_is_one_sessions() -> None:
    desk = Desk(PACED)
    talk = desk.begin()
    with pytest.raises(ControlError, match="say which session"):
        desk.control.clock().step()
    with pytest.raises(ControlError, match="pause its clock first"):
        talk.clock.step()
    with pytest.raises(ControlError, match="there is no session 'x'"):
        desk.control.clock("x")
