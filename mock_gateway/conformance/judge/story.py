"""A journal as a story: who asked, which turns there were, what was delivered on each stream.

Owns: telling clients apart, reading streams again with the judge's own parser, what waited for the user when.
Must not know: rules. Everything here is what the gateway sent, so that a client's requests can be held against it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from mock_gateway.conformance.server.streams import is_number
from mock_gateway.conformance.sse import Message, SseReader
from mock_gateway.journal import Entry, Exchange
from mock_gateway.journal.check import PAGE
from mock_gateway.journal.frames import writes_of

Json = dict[str, Any]
FOLLOW = ("stream_turn", "subscribe_turn")
CANCEL = ("cancel_session", "cancel_turn")
ANSWERS = ("user.tool_approval", "user.tool_response")
PENDING = {"tool.approval_required": "user.tool_approval", "tool.response_required": "user.tool_response"}
"""What waits for the user, with what answers it."""
Pair = tuple[str, str, str]
"""A call that waits, or an answer to one: thread, call id, type of the answer."""
CURSORS = ("after_sequence_id", "after_sequence_number")


class Stream:
    """What one answer delivered. messages: every whole frame, as the standard reads it."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.reader = SseReader()
        self.messages: list[Message] = [
            message for _, data in writes_of(exchange) for message in self.reader.feed(data)
        ]

    @cached_property
    def events(self) -> list[tuple[str, Json]]:
        """Those that are events, with their ids."""
        found = ((message.id, _object(message.data)) for message in self.messages)
        return [(id, event) for id, event in found if event is not None]

    @property
    def turn_id(self) -> str:
        """The turn, from its first event or from the path."""
        told = next((event.get("turn_id") for _, event in self.events if event.get("type") == "turn.created"), None)
        return told if isinstance(told, str) else self.exchange.turn_id

    @property
    def last(self) -> int | None:
        """The number of the last frame that was whole; None when there was none with a number."""
        return next((int(one.id) for one in reversed(self.messages) if is_number(one.id)), None)

    @property
    def is_numbered(self) -> bool:
        """Whether every frame has a number, as faults may have taken it."""
        return all(is_number(one.id) for one in self.messages)

    @property
    def ends(self) -> bool:
        """Whether the turn ended on it."""
        return any(event.get("type") == "turn.done" for _, event in self.events)

    @property
    def over(self) -> float:
        """Wall seconds of its end."""
        return self.exchange.at + self.exchange.took


class Turn:
    """One turn of a session, put together from every stream of it. made: the request that began it."""

    def __init__(self, id: str, made: Exchange | None = None) -> None:
        self.id = id
        self.made = made
        self.streams: list[Stream] = []
        self.state: Json | None = None

    @cached_property
    def events(self) -> Mapping[int, Json]:
        """All events by their number."""
        found = {int(id): event for one in self.streams for id, event in one.events if is_number(id)}
        return dict(sorted(found.items()))

    def pending(self) -> frozenset[Pair] | None:
        """The calls that wait for the user when it has ended; None when the journal does not say."""
        told = self._told()
        if told is None:
            return None
        calls = ((event, call) for event in told if event.get("type") in PENDING for call in _calls(event))
        return frozenset(
            (str(event.get("thread_id")), str(call.get("id")), PENDING[event["type"]]) for event, call in calls
        )

    def asks_to_authorise(self) -> bool:
        """Whether it ended with servers that somebody has to authorise."""
        return any(event.get("type") == "mcp.auth_required" for event in self._told() or ())

    def _told(self) -> Sequence[Json] | None:
        if any(event.get("type") == "turn.done" for event in self.events.values()):
            return list(self.events.values())
        if self.state is None or self.state.get("status") == "running":
            return None
        told = self.state.get("output") or self.state.get("required_actions") or ()
        return [one for one in told if isinstance(one, dict)] if isinstance(told, list | tuple) else ()


def _calls(event: Json) -> Iterator[Json]:
    calls = event.get("tool_calls")
    return (call for call in (calls if isinstance(calls, list) else ()) if isinstance(call, dict))


class Session:
    """One session of one world, whoever talks to it."""

    def __init__(self) -> None:
        self.turns: dict[str, Turn] = {}

    def turn(self, id: str) -> Turn:
        """A turn; a new one when it was not seen before."""
        return self.turns.setdefault(id, Turn(id))

    def streams(self) -> Iterator[Stream]:
        """All streams of all turns."""
        return (stream for turn in self.turns.values() for stream in turn.streams)

    def before(self, exchange: Exchange) -> Turn | None:
        """The turn that a request for a turn goes on from; None for the first, or where the journal does not say."""
        body = body_of(exchange)
        named = body.get("previous_turn_id", "auto")
        if named is None:
            return None
        if isinstance(named, str) and named != "auto":
            return self.turns.get(named)
        earlier = [one for one in self.turns.values() if one.made is not None and one.made.number < exchange.number]
        return earlier[-1] if earlier else None


class Client:
    """One client: a user agent in a world. exchanges: its requests, in order."""

    def __init__(self, story: Story, world: str, agent: str) -> None:
        self.story = story
        self.world = world
        self.agent = agent
        self.exchanges: list[Exchange] = []

    @property
    def name(self) -> str:
        """For a person."""
        return (self.agent or "a client without a user agent") + (f" in {self.world}" if self.world else "")

    def asked(self, *operations: str) -> list[Exchange]:
        """Its requests of some operations."""
        return [one for one in self.exchanges if one.operation in operations]

    def session(self, exchange: Exchange) -> Session:
        """The session that a request is about."""
        return self.story.session(exchange)

    def streams(self, turn: Turn) -> list[Stream]:
        """The streams of a turn that it had itself, in order."""
        return [one for one in turn.streams if one.exchange.number in self._numbers]

    @cached_property
    def _numbers(self) -> frozenset[int]:
        return frozenset(one.number for one in self.exchanges)


class Story:
    """Everything in a journal. dialects: that were spoken."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.sessions: dict[tuple[str, str, str], Session] = {}
        self.clients: dict[tuple[str, str], Client] = {}
        self._before: dict[int, Exchange] = {}
        self._latest: dict[str, Exchange] = {}
        asked = [one for one in entries if isinstance(one, Exchange) and one.operation != PAGE and one.method != "-"]
        # A journal's file has them as they were complete.
        self.exchanges = sorted(asked, key=lambda one: one.number)
        for exchange in self.exchanges:
            self._take(exchange)

    @property
    def dialects(self) -> list[str]:
        """In the order in which they were spoken."""
        return list(dict.fromkeys(one.dialect for one in self.exchanges if one.dialect))

    @property
    def home(self) -> str | None:
        """The host that the clients were told: that of the first request."""
        return self.exchanges[0].header("host") if self.exchanges else None

    def before(self, exchange: Exchange) -> Exchange | None:
        """The request that the same user agent sent before this one, in whichever world."""
        return self._before.get(exchange.number)

    def session(self, exchange: Exchange) -> Session:
        """The session that a request is about."""
        key = (exchange.world or "", exchange.dialect, exchange.session_id)
        return self.sessions.setdefault(key, Session())

    def _take(self, exchange: Exchange) -> None:
        key = (exchange.world or "", exchange.header("user-agent") or "")
        if key[1] in self._latest:
            self._before[exchange.number] = self._latest[key[1]]
        self._latest[key[1]] = exchange
        client = self.clients.setdefault(key, Client(self, *key))
        client.exchanges.append(exchange)
        if not 200 <= exchange.status < 300:
            return
        session = self.session(exchange)
        if exchange.sent is not None:
            stream = Stream(exchange)
            turn = session.turn(stream.turn_id)
            turn.streams.append(stream)
            if exchange.operation == "create_turn":
                turn.made = exchange
        elif exchange.operation in ("create_turn", "get_turn"):
            self._shown(session, exchange)

    def _shown(self, session: Session, exchange: Exchange) -> None:
        reply = exchange.reply_json()
        shown = reply.get("data") if isinstance(reply, dict) else None
        if not isinstance(shown, dict) or not isinstance(shown.get("id"), str):
            return
        turn = session.turn(shown["id"])
        if isinstance(shown.get("state"), dict):
            turn.state = shown["state"]
        if exchange.operation == "create_turn":
            turn.made = exchange


def body_of(exchange: Exchange) -> Json:
    """The body of a request; empty when it is no JSON object."""
    body = exchange.json()
    return body if isinstance(body, dict) else {}


def items_of(exchange: Exchange) -> list[Json]:
    """The input of a request for a turn."""
    given = body_of(exchange).get("input")
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def cursor_of(exchange: Exchange) -> int:
    """The cursor of a request for a stream; 0 when there is none that is a number."""
    query, body = dict(exchange.query), body_of(exchange)
    given = [source[name] for source in (query, body) for name in CURSORS if name in source]
    text = str(next((one for one in given if one not in ("", None)), None) or exchange.header("last-event-id") or 0)
    return int(text) if is_number(text) else 0


def _object(text: str) -> Json | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
