"""Playing a scenario in process, without sockets: what most engine tests need.

`story(yaml)` gives a `Story`: it sends input, answers pauses, moves time, and tells what happened in a few words.
"""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any

from mock_gateway.core.clock import Clock
from mock_gateway.core.commands import Item, ToolAnswer, ToolApproval, UserMessage
from mock_gateway.core.engine import advance
from mock_gateway.core.state import OpenCall, Session, Turn
from mock_gateway.gateway import Caller, Gateway
from mock_gateway.runtime import Runtime
from mock_gateway.scenario import load_text
from mock_gateway.settings import EPOCH, Settings
from mock_gateway.wire.asks import CancelSession, CancelTurn, CreateSession, StartTurn
from mock_gateway.wire.beta.dialect import Beta
from mock_gateway.wire.projection import view_of

ME = Caller("ada@example.test", "http://127.0.0.1:4010")
BETA = Beta()


class Story:
    """One session of one scenario."""

    def __init__(self, text: str, *, skipping: bool = True, seed: int = 0, **settings: Any) -> None:
        agent = load_text(dedent(text), name="story.yaml", seed=seed)
        self.gateway = Gateway({agent.name: agent}, Settings(seed=seed, speed=0, **settings), runtime=Runtime())
        self.world = self.gateway.world("")
        session = self.gateway.perform(self.world, CreateSession(agent.name), ME)
        assert isinstance(session, Session)
        self.session = session
        if not skipping:
            session.clock = Clock(EPOCH, 0.0, 0.0)

    @property
    def turn(self) -> Turn:
        """The latest turn."""
        return self.session.turns[-1]

    def say(self, text: str = "hello", *, previous: str = "auto") -> Turn:
        """Send a user message."""
        return self.send(UserMessage(text), previous=previous)

    def send(self, *items: Item, previous: str = "auto") -> Turn:
        """Send input items; none resumes."""
        ask = StartTurn(self.session.id, items or None, previous)
        turn = self.gateway.perform(self.world, ask, ME)
        assert isinstance(turn, Turn)
        return turn

    def pending(self, turn: Turn | None = None) -> list[OpenCall]:
        """The calls that wait for the user."""
        return [call for thread in (turn or self.turn).rest for call in thread.pending()]

    def allow(self, *, previous: str = "auto", turn: Turn | None = None) -> Turn:
        """Allow everything that waits."""
        calls = self.pending(turn)
        return self.send(*(ToolApproval(call.thread_id, call.id, allow=True) for call in calls), previous=previous)

    def deny(self, reason: str | None = None, *, previous: str = "auto", turn: Turn | None = None) -> Turn:
        """Deny everything that waits."""
        calls = self.pending(turn)
        items = (ToolApproval(call.thread_id, call.id, allow=False, reason=reason) for call in calls)
        return self.send(*items, previous=previous)

    def answer(self, content: str) -> Turn:
        """Answer every client-side call."""
        return self.send(*(ToolAnswer(call.thread_id, call.id, content) for call in self.pending()))

    def cancel(self) -> None:
        """Cancel the session's turn."""
        self.gateway.perform(self.world, CancelSession(self.session.id), ME)

    def cancel_turn(self) -> None:
        """Cancel the latest turn."""
        self.gateway.perform(self.world, CancelTurn(self.session.id, self.turn.id), ME)

    def pass_time(self, seconds: float) -> None:
        """Advance virtual time by hand."""
        clock = self.session.clock
        clock.advance_to(clock.origin + seconds)
        if self.session.running is not None:
            advance(self.session.running, clock.origin)

    def events(self, turn: Turn | None = None) -> list[dict[str, Any]]:
        """The stream of a turn in the documented contract."""
        view, cursor, events = view_of(turn or self.turn, BETA), 0, []
        while True:
            body, cursor = view.take(cursor)
            if not body:
                return events
            for frame in body.decode().split("\n\n")[:-1]:
                number, data = frame.split("\n", 1)
                event = json.loads(data.removeprefix("data: "))
                assert number == f"id: {event['sequence_id']}"
                events.append(event)

    def told(self, turn: Turn | None = None) -> list[str]:
        """The stream in a few words: one line per message and per other event."""
        return tell(self.events(turn))

    def text(self, turn: Turn | None = None) -> str:
        """All text of the main thread."""
        return "".join(
            event.get("content") or ""
            for event in self.events(turn)
            if event["type"] == "model.message" and event["thread_id"] == "main"
        )


def story(text: str, **options: Any) -> Story:
    """A session of a scenario given as YAML."""
    return Story(text, **options)


def tell(events: list[dict[str, Any]]) -> list[str]:
    """Events in a few words, threads by the name of their agent."""
    names = {"main": "main"}
    open_text: dict[str, str] = {}
    lines = []
    for event in events:
        thread = names.get(event.get("thread_id", ""), "")
        match event["type"]:
            case "thread.created":
                names[event["thread_id"]] = event["agent_info"]["name"]
                lines.append(f"{event['agent_info']['name']} created")
            case "thread.done":
                lines.append(f"{thread} {event['status']}")
            case "model.message":
                open_text[thread] = open_text.get(thread, "") + (event.get("content") or "")
                if event.get("finish_reason"):
                    lines.append(f"{thread}: {open_text.pop(thread)} ({event['finish_reason']})".replace(":  (", ": ("))
            case "tool.response":
                lines.append(f"{thread} result {event['content']}".rstrip())
            case "turn.done":
                lines.append(f"turn {event['status']}")
            case other:
                lines.append(f"{other} {thread}".rstrip())
    return lines
