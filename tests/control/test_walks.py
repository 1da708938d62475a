"""Random walks: whatever is done to a world and in whatever order, a step is one event and a document is the world."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from random import Random
from typing import Any

import pytest

from mock_gateway.control import Control, ControlError
from mock_gateway.core.errors import Refusal
from mock_gateway.gateway import Gateway
from tests.control.desk import DIALECTS, GALLERY, Desk, Talk, Wall, frames, stream, streams, suggested

STEPS = 40
SHORT = sorted(set(GALLERY) - {"big-message", "languages", "long-answer", "slow-turn"})
EVENTS: tuple[Mapping[str, Any], ...] = (
    {"message": {"say": "said by hand"}},
    {"message": {"call": {"id": "c", "tool": "create_sub_agent"}}},
    {"thread_created": {"thread": "w", "call": "c", "name": "worker", "input": "Work."}},
    {"message": {"thread": "w", "say": "at work"}},
    {"thread_done": {"thread": "w", "output": "Done."}},
    {"tool_response": {"call": "c", "content": "Done."}},
    {"sandbox_created": {}},
)


class Walk:
    """A world, and chance."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.names = self.random.sample(SHORT, 2)
        self.wall = Wall()
        readings = {"concurrent_turn": self.pick("refuse", "supersede"), "cancel": self.pick("turn", "session")}
        speed = self.pick(0, 0, 1, 5)
        self.desk = Desk(gallery=self.names, seed=seed, runtime=self.wall, speed=speed, **readings)
        if self.random.random() < 0.6:
            self.desk.control.clock().set(self.pick("virtual", "skipping"))
        if self.random.random() < 0.3:
            self.desk.control.clock().pause()

    def pick(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    @property
    def talk(self) -> Talk:
        """One of the sessions."""
        return Talk(self.desk, self.random.choice(list(self.desk.world.sessions.values())))

    def go(self) -> None:
        """One step of the walk; what is refused changes nothing that matters."""
        if not self.desk.world.sessions:
            self.desk.begin(self.pick(*self.names))
        act = self.pick(*ACTS)
        if act is move:
            move(self)  # of which nothing is ever refused
            return
        with suppress(Refusal, ControlError):
            act(self)


def begin(walk: Walk) -> None:
    walk.desk.begin(walk.pick(*walk.names))


def say(walk: Walk) -> None:
    talk = walk.talk
    previous = walk.pick("auto", "auto", "none", *(turn.id for turn in talk.session.turns))
    talk.say(walk.pick("hello", suggested(GALLERY[walk.names[0]])), previous=previous)


def answer(walk: Walk) -> None:
    talk = walk.talk
    if talk.session.turns:
        talk.answer(allow=walk.pick(True, False))


def cancel(walk: Walk) -> None:
    walk.talk.cancel()


def let_time_pass(walk: Walk) -> None:
    clock = walk.talk.clock
    walk.pick(clock.next, clock.finish, lambda: clock.advance(walk.pick(0, 0.3, 1, 7, 700)))()


def let_the_wall_clock_run(walk: Walk) -> None:
    walk.wall.now += walk.pick(0.001, 0.3, 5)
    walk.desk.control.clock().advance(0)


def change_the_clock(walk: Walk) -> None:
    clock = walk.talk.clock
    walk.pick(clock.pause, clock.pause, clock.resume, lambda: clock.set(walk.pick("real", "virtual", "skipping")))()


def step(walk: Walk) -> None:
    talk, dialect = walk.talk, walk.pick(*DIALECTS)
    before = sum(len(frames(stream(turn, dialect))) for turn in talk.session.turns)
    event = talk.clock.step(dialect.name)["event"]
    after = sum(len(frames(stream(turn, dialect))) for turn in talk.session.turns)
    assert after - before == (event is not None)


def push(walk: Walk) -> None:
    walk.desk.control.push(walk.talk.session.id, walk.pick(*EVENTS))


def move(walk: Walk) -> None:
    """Go on in a copy of the world, on a server that knows no scenario."""
    walk.desk.control.clock().advance(0)
    document = json.loads(json.dumps(walk.desk.control.export_state()))
    wall = Wall()
    wall.now = walk.wall.now
    there = Desk.__new__(Desk)
    there.gateway = Gateway({}, walk.desk.gateway.settings, runtime=wall)
    there.control = Control(there.gateway)
    there.control.import_state(document)
    for old, new in zip(walk.desk.world.sessions.values(), there.world.sessions.values(), strict=True):
        assert streams(new) == streams(old)
    assert commands(there.control.export_state()) == commands(document)
    walk.desk, walk.wall = there, wall


def commands(document: Mapping[str, Any]) -> Any:
    """What a document says of its sessions; their agents may have another place in it."""
    return [{**session, "agent": document["scenarios"][session["agent"]]["text"]} for session in document["sessions"]]


ACTS: tuple[Callable[[Walk], None], ...] = (
    begin,
    say,
    say,
    answer,
    cancel,
    let_time_pass,
    let_time_pass,
    let_the_wall_clock_run,
    change_the_clock,
    step,
    step,
    step,
    push,
    move,
)


@pytest.mark.parametrize("seed", range(20))
def test_a_walk(seed: int) -> None:
    walk = Walk(seed)
    for _ in range(STEPS):
        walk.go()
    for session in walk.desk.world.sessions.values():
        for turn in session.turns:
            times = [fact.at for fact in turn.log.facts]
            assert times == sorted(times)
            for dialect in DIALECTS:
                numbers = [int(frame[4 : frame.index(b"\n")]) for frame in frames(stream(turn, dialect))]
                assert numbers == list(range(1, len(numbers) + 1))
