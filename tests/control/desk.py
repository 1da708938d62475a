"""A world in process, in somebody's hands: what the tests of control need.

Owns: playing conversations without sockets, and the bytes that readers of the streams would get.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from textwrap import dedent
from typing import Any

from mock_gateway.control import Control
from mock_gateway.core.authorise import decide
from mock_gateway.core.commands import Item, ToolAnswer, ToolApproval, UserMessage
from mock_gateway.core.errors import Refusal
from mock_gateway.core.events import McpAuthRequired
from mock_gateway.core.script import Agent
from mock_gateway.core.state import Session, Turn
from mock_gateway.gateway import Caller, Gateway
from mock_gateway.runtime import Runtime
from mock_gateway.scenario import Library, gallery_path
from mock_gateway.settings import Settings
from mock_gateway.wire.asks import CancelSession, CancelTurn, CreateSession, StartTurn
from mock_gateway.wire.dialects import all_dialects
from mock_gateway.wire.projection import view_of
from mock_gateway.worlds import World

ME = Caller("ada@example.test", "http://127.0.0.1:4010")
GALLERY = Library.load([str(gallery_path())]).agents
PLAYABLE = sorted(name for name in GALLERY if not name.startswith("door-"))
"""Scenarios whose door lets everybody in."""
DIALECTS = all_dialects(Settings())
BETA, V1 = DIALECTS


class Wall(Runtime):
    """A runtime whose wall clock is set by hand; nothing is played by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_800_000_000.0

    def wall(self) -> float:
        return self.now


class Desk:
    """One world under control. text: a scenario for it. gallery: names of the gallery's agents, by default without a
    text all of them."""

    def __init__(
        self,
        text: str = "",
        *,
        gallery: Iterable[str] = GALLERY,
        prefix: str = "",
        runtime: Runtime | None = None,
        **settings: Any,
    ) -> None:
        agents = {} if text else {name: GALLERY[name] for name in gallery}
        self.gateway = Gateway(agents, Settings(**{"speed": 0, **settings}), runtime=runtime or Runtime())
        self.control = Control(self.gateway, prefix)
        self.agent = self.control.play(dedent(text)) if text else ""

    @property
    def world(self) -> World:
        return self.control.world

    def begin(self, agent: str = "") -> Talk:
        """A new session."""
        session = self.gateway.perform(self.world, CreateSession(agent or self.agent), ME)
        assert isinstance(session, Session)
        return Talk(self, session)


class Talk:
    """A session, and what a client does in it."""

    def __init__(self, desk: Desk, session: Session) -> None:
        self.desk = desk
        self.session = session
        self.clock = desk.control.clock(session.id)

    @property
    def turn(self) -> Turn:
        return self.session.turns[-1]

    def say(self, text: str = "hello", **options: Any) -> Turn:
        return self.send((UserMessage(text),), **options)

    def send(self, items: tuple[Item, ...] | None, **options: Any) -> Turn:
        turn = self.desk.gateway.perform(self.desk.world, StartTurn(self.session.id, items, **options), ME)
        assert isinstance(turn, Turn)
        return turn

    def answer(self, *, allow: bool = True) -> Turn | None:
        """Answer whatever the last turn waits for; None when it waits for nothing."""
        turn = self.turn
        for fact in turn.log.facts:
            if isinstance(fact, McpAuthRequired):
                for name, _, _ in fact.servers:
                    decide(self.session, name, allow=allow)
        if not turn.rest:
            return None
        calls = [call for thread in turn.rest for call in thread.pending()]
        items = [
            ToolApproval(call.thread_id, call.id, allow=allow)
            if call.needs_approval
            else ToolAnswer(call.thread_id, call.id, "the first")
            for call in calls
        ]
        return self.send(tuple(items) or None)

    def cancel(self) -> None:
        self.desk.gateway.perform(self.desk.world, CancelSession(self.session.id), ME)

    def cancel_turn(self) -> None:
        self.desk.gateway.perform(self.desk.world, CancelTurn(self.session.id, self.turn.id), ME)


def suggested(agent: Agent) -> str:
    """The message that a gallery file says to send."""
    assert agent.written is not None
    found = re.search(r"^# try: (.*)$", agent.written.text, re.MULTILINE)
    return found[1] if found else "hello"


def stream(turn: Turn, dialect: Any = BETA, cursor: int = 0) -> bytes:
    """Everything that a reader after a cursor can see now."""
    parts, view = [], view_of(turn, dialect)
    while True:
        body, cursor = view.take(cursor)
        if not body:
            return b"".join(parts)
        parts.append(body)


def streams(session: Session) -> list[list[bytes]]:
    """The streams of a session's turns in every dialect."""
    return [[stream(turn, dialect) for dialect in DIALECTS] for turn in session.turns]


def frames(body: bytes) -> list[bytes]:
    """The frames of a stream, heads and heartbeats left out."""
    return [part + b"\n\n" for part in body.split(b"\n\n") if part.startswith(b"id:")]


def written(folder: Path, text: str, name: str = "bot.yaml") -> Path:
    """A scenario file."""
    path = folder / name
    path.write_text(dedent(text), encoding="utf-8")
    return path


def refusal_of(act: Any) -> Refusal:
    """The refusal that something gives."""
    try:
        act()
    except Refusal as refusal:
        return refusal
    raise AssertionError("it was not refused")
