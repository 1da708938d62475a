"""A served scenario on which faults are tried: every try in a world of its own, so that ids are always the same.

Owns: the scenario, the paths of both contracts, what a stream is without faults.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

from mock_gateway.faults.specs import parse_fault
from mock_gateway.journal.entries import Exchange
from tests.faults.raw_line import PATIENCE, Answer, ask
from tests.v1.desk import Desk, desk

SCENARIO = """
agent: a
turns:
  - when: { message: hold }
    say: Wait.
    then: { wait: cancel }
  - say: { text: "Grüße, \\"Ada\\" 😀 ok", cut: words }
"""
SESSIONS = {"beta": "/sessions", "v1": "/v1/agents/sessions"}
DIALECTS = tuple(SESSIONS)


@dataclass
class Stage:
    """A server, and what is tried on it."""

    desk: Desk
    port: int
    worlds: Iterator[int]

    @property
    def gateway(self) -> Any:
        """The gateway."""
        return self.desk.gateway

    def world(self, dialect: str) -> World:
        """A world that nobody has used."""
        return World(self, dialect, f"/w{next(self.worlds)}")

    @cached_property
    def plain(self) -> dict[str, list[bytes]]:
        """The frames of the turn without faults, by dialect."""
        return {name: frames(self.world(name).turn().body) for name in DIALECTS}


@dataclass
class World:
    """One world and one dialect. asked: requests that were sent."""

    stage: Stage
    dialect: str
    prefix: str
    asked: int = 0

    @cached_property
    def session(self) -> str:
        """The path of a session."""
        made = self.ask("POST", self.base, {"agent_name": "a"})
        return f"{self.base}/{_id(made)}"

    @property
    def base(self) -> str:
        """The path of sessions."""
        return self.prefix + SESSIONS[self.dialect]

    @property
    def plain(self) -> list[bytes]:
        """The frames of its turn, were there no faults."""
        return self.stage.plain[self.dialect]

    @property
    def n(self) -> int:
        """The sequence id of the first frame with text."""
        return next(number for number, frame in enumerate(self.plain, 1) if "Grüße".encode() in frame)

    def put(self, fault: Mapping[str, object], **limits: str) -> str:
        """Set a fault here."""
        fault_id = self.stage.gateway.faults.put(parse_fault(fault), world=self.prefix, **limits)
        return str(fault_id)

    def ask(self, method: str, path: str, body: object = None, **more: Any) -> Answer:
        """A request."""
        self.asked += 1
        return ask(self.stage.port, method, path, body, **more)

    def turn(self, text: str = "hi", **more: Any) -> Answer:
        """A turn with a message."""
        return self.ask("POST", f"{self.session}/turns", self.message(text), **more)

    @staticmethod
    def message(text: str) -> dict[str, object]:
        """The body of a request for a turn."""
        return {"input": [{"type": "user.message", "content": text}]}

    def turn_path(self, number: int = 1) -> str:
        """The path of a turn."""
        session = self.stage.gateway.worlds[self.prefix].sessions[self.session.rsplit("/", 1)[1]]
        return f"{self.session}/turns/{session.turns[number - 1].id}"

    def turns(self) -> int:
        """How many turns the session has."""
        return len(self.stage.gateway.worlds[self.prefix].sessions[self.session.rsplit("/", 1)[1]].turns)

    def follow(self, after: int = 0, number: int = 1, **more: Any) -> Answer:
        """The stream of a turn, after a sequence id."""
        path = self.turn_path(number)
        if self.dialect == "beta":
            return self.ask("GET", f"{path}/stream?after_sequence_id={after}", **more)
        return self.ask("POST", f"{path}/subscribe", {"after_sequence_number": after} if after else {}, **more)

    def exchange(self) -> Exchange:
        """What the journal has of the last request; it is there a little after the client has its answer."""
        wait_until(lambda: len(self.exchanges()) == self.asked and all(one.is_complete for one in self.exchanges()))
        return self.exchanges()[-1]

    def exchanges(self) -> list[Exchange]:
        """All requests of this world."""
        entries = list(self.stage.gateway.journal.entries)
        return [one for one in entries if isinstance(one, Exchange) and one.world == self.prefix]


def _id(made: Answer) -> str:
    import json

    assert made.status == 201, made.raw
    return str(json.loads(made.body)["data"]["id"])


def frames(body: bytes) -> list[bytes]:
    """A stream without faults, cut into frames."""
    return [part + b"\n\n" for part in body.split(b"\n\n")[:-1]]


def wait_until(is_so: Callable[[], bool]) -> None:
    """Return when something is so."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.001)


@contextmanager
def staged(scenario: str = SCENARIO, **settings: Any) -> Iterator[Stage]:
    """A stage for the length of a block. settings: of the server."""
    with desk(scenario, **settings) as running:
        stage = Stage(running, int(running.url.rsplit(":", 1)[1]), count(1))
        if scenario is SCENARIO:
            assert stage.plain.keys() == SESSIONS.keys()
        yield stage
