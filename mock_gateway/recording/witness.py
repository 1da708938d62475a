"""What was sent and seen, remembered: sessions, turns, refusals, by agent.

Owns: which turn an event belongs to, whoever streams it; what is taken of an exchange, by operation. It is told of
every exchange while it happens, and never touches one.
Must not know: sockets (`proxy.py`), scripts (`weave.py`), how a dialect writes anything (its `Reader`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from random import Random

from msgspec import DecodeError, Struct, field
from msgspec.json import decode
from msgspec.structs import replace

from mock_gateway.core.commands import AUTO, NONE, Item
from mock_gateway.core.pieces import Cut, cut_text
from mock_gateway.recording.program import Tape
from mock_gateway.recording.scenario import Agent, Refused
from mock_gateway.wire.asks import (
    Ask,
    CancelSession,
    CreateSession,
    FollowTurn,
    GetSession,
    GetTurn,
    ListEvents,
    ListSessions,
    ListTurns,
    StartTurn,
)
from mock_gateway.wire.recorded import Argued, Fact, Json, Opened, Reader, SeenTurn, Spoke

KNOCKING = frozenset({401, 402, 403, 408, 424, 425, 429})
"""Refusals that are the gateway's own will; 5xx are too. The others follow from what was sent, and need no rule."""
CONFLICTS = (409, 412)
_UNUSED = Random(0)


class Known(Struct):
    """A session.

    agent: empty until it was seen. tapes: its turns, by id, in order. attempts: turns asked for. was_made: here, not
    found.
    """

    id: str
    agent: str = ""
    tapes: dict[str, Tape] = field(default_factory=dict)
    last: str | None = None
    attempts: int = 0
    cancelled: bool = False
    was_made: bool = False
    title: str | None = None


class Exchange:
    """One request and its answer. Tell it the head, then events or the body, then the end."""

    def __init__(
        self,
        witness: Witness,
        reader: Reader,
        ask: Ask,
        base: str,
        at: float,
        *,
        has_key: bool,
        read_items: Callable[[list[Json] | None], tuple[Item, ...] | None] = lambda _input: None,
    ) -> None:
        self.witness = witness
        self.reader = reader
        self.ask = ask
        self.base = base
        self.at = at
        self.has_key = has_key
        self.read_items = read_items
        self.status = 0
        self.tape: Tape | None = None
        self.attempt = 0
        self._number = 0

    def head(self, status: int, retry_after: str | None) -> None:
        """The status; a request that was let in or refused counts as an attempt."""
        self.status = status
        self.retry_after = int(retry_after) if retry_after and retry_after.isdigit() else None
        self.attempt = self.witness.attempt(self)

    def event(self, number: str, data: str, at: float) -> None:
        """An event of a stream. Raises `ValueError`, `KeyError` or `TypeError` for one that cannot be read."""
        event = decode(data)
        if not isinstance(event, dict):
            return
        mine = self.reader.number(event)
        self._number = mine or (int(number) if number.isdigit() else self._number + 1)
        facts = self.reader.facts(event)
        for fact in facts:
            if isinstance(fact, Opened):
                self._follow(self.witness.opened(self, fact.turn))
        if self.tape is None and isinstance(self.ask, FollowTurn):
            self._follow(self.witness.opened(self, self.ask.turn_id))
        if self.tape is not None:
            self.tape.frames.setdefault(self._number, (at, facts))

    def _follow(self, tape: Tape) -> None:
        if self.tape is None:
            self.tape = tape
            tape.live += 1

    def body(self, content: bytes) -> None:
        """A body that is no stream."""
        take = ANSWERS.get(type(self.ask))
        if self.status >= 400:
            self.witness.refused(self, content)
        elif take is not None:
            body = decode(content)
            if isinstance(body, dict):
                take(self.witness, self, body)

    def ended(self) -> bool:
        """No more will come. True when something worth writing was seen."""
        if self.tape is not None:
            self.tape.live -= 1
        return self.tape is not None or isinstance(self.ask, CreateSession | GetTurn | ListEvents) or self.status >= 400


class Witness:
    """Everything that was seen so far."""

    def __init__(self) -> None:
        self.sessions: dict[str, Known] = {}
        self.made: dict[tuple[str, str], int] = {}
        self.doors: list[tuple[str, Refused]] = []
        self.passed: set[tuple[str, str, int]] = set()
        self.readings: dict[str, dict[str, str]] = {}

    def session(self, session_id: str) -> Known:
        """A session, known or not."""
        return self.sessions.setdefault(session_id, Known(session_id))

    def attempt(self, exchange: Exchange) -> int:
        """Count an attempt to make a session or a turn."""
        ask = exchange.ask
        if isinstance(ask, CreateSession):
            key = (exchange.base, ask.agent_name)
            self.made[key] = self.made.get(key, 0) + 1
            self._note_passed(exchange, ask.agent_name, "create_session", self.made[key])
            return self.made[key]
        if isinstance(ask, StartTurn):
            session = self.session(ask.session_id)
            session.attempts += 1
            self._note_passed(exchange, session.agent, "create_turn", session.attempts)
            return session.attempts
        if isinstance(ask, CancelSession):
            self.session(ask.session_id).cancelled = True
        return 0

    def _note_passed(self, exchange: Exchange, agent: str, on: str, attempt: int) -> None:
        if exchange.status < 400:
            self.passed.add((agent, on, attempt))

    def refused(self, exchange: Exchange, content: bytes) -> None:
        """A refusal: at the door, or one that shows how the contract is read."""
        ask, status = exchange.ask, exchange.status
        if isinstance(ask, StartTurn) and status in CONFLICTS:
            self._conflict(self.session(ask.session_id))
        if not isinstance(ask, CreateSession | StartTurn) or not (status in KNOCKING or status >= 500):
            return
        if status == 401 and not exchange.has_key:
            return
        agent = ask.agent_name if isinstance(ask, CreateSession) else self.session(ask.session_id).agent
        on = "create_session" if isinstance(ask, CreateSession) else "create_turn"
        refused = Refused(on, exchange.attempt, status, _message(content), exchange.retry_after)
        self.doors.append((agent, refused))

    def _conflict(self, session: Known) -> None:
        """No turn, though none runs: the session was cancelled for good."""
        running = [tape for tape in session.tapes.values() if not tape.is_over]
        if session.cancelled and not running and session.agent:
            self.readings.setdefault(session.agent, {})["cancel"] = "session"

    def opened(self, exchange: Exchange, turn_id: str) -> Tape:
        """The tape of a turn: a new one for a turn that this request made."""
        ask = exchange.ask
        assert isinstance(ask, StartTurn | FollowTurn | GetTurn | ListEvents)
        session = self.session(ask.session_id)
        tape = session.tapes.get(turn_id)
        if tape is None:
            items, previous = None, None
            if isinstance(ask, StartTurn):
                items = ask.items
                previous = {AUTO: session.last, NONE: None}.get(ask.previous, ask.previous)
            tape = session.tapes[turn_id] = Tape(turn_id, items, previous, exchange.at)
        if isinstance(ask, StartTurn):
            session.last = turn_id
        return tape

    # -- answers that are no streams -----------------------------------------------------------------------------------

    def made_session(self, exchange: Exchange, body: Json) -> None:
        """A session, new or looked at."""
        seen = self._meet(exchange.reader, body)
        if seen is not None and isinstance(exchange.ask, CreateSession):
            seen.was_made = True

    def listed_sessions(self, exchange: Exchange, body: Json) -> None:
        """A list of sessions: whose they are."""
        for item in exchange.reader.page(body):
            self._meet(exchange.reader, {"data": item})

    def _meet(self, reader: Reader, body: Json) -> Known | None:
        seen = reader.session(body)
        if seen is None:
            return None
        session = self.session(seen.id)
        session.agent, session.title = seen.agent, seen.title or session.title
        return session

    def saw_turn(self, exchange: Exchange, body: Json) -> None:
        """A turn that was made without a stream, or looked at."""
        self._know(exchange, exchange.reader.turn(body))

    def listed_turns(self, exchange: Exchange, body: Json) -> None:
        """The turns of a session, or a page of them."""
        ask = exchange.ask
        assert isinstance(ask, ListTurns)
        items = exchange.reader.page(body)
        for item in items[::-1] if ask.newest_first else items:
            self._know(exchange, exchange.reader.turn({"data": item}))

    def _know(self, exchange: Exchange, seen: SeenTurn) -> None:
        ask = exchange.ask
        assert isinstance(ask, StartTurn | GetTurn | ListTurns)
        session = self.session(ask.session_id)
        tape = session.tapes.get(seen.id)
        if tape is None and not isinstance(ask, StartTurn):
            tape = Tape(seen.id, exchange.read_items(seen.input), seen.previous, exchange.at, was_found=True)
            tape.was_running = seen.over is None
            session.tapes[seen.id], session.last = tape, seen.id
        tape = tape or self.opened(exchange, seen.id)
        tape.end = seen.over or tape.end
        tape.log = tape.log or self._stored(exchange, seen.output)

    def _stored(self, exchange: Exchange, items: Iterable[Json]) -> list[Fact]:
        return [piece for item in items for fact in exchange.reader.stored(item) for piece in _in_pieces(fact)]

    def listed_events(self, exchange: Exchange, body: Json) -> None:
        """The stored events of a turn, or a page of them."""
        ask = exchange.ask
        assert isinstance(ask, ListEvents)
        tape = self.opened(exchange, ask.turn_id)
        agent = self.session(ask.session_id).agent
        if tape.live and not tape.is_over:
            self.readings.setdefault(agent, {})["running_turn_events"] = "snapshot"
            return
        items = exchange.reader.page(body)
        facts = self._stored(exchange, items[::-1] if ask.newest_first else items)
        if not ask.token:
            tape.log = facts
        elif ask.newest_first:
            tape.log = facts + tape.log
        else:
            tape.log += facts

    # -- what it comes to ----------------------------------------------------------------------------------------------

    def strangers(self) -> list[str]:
        """Sessions in which turns were made, but whose agent was never seen."""
        return [session.id for session in self.sessions.values() if session.tapes and not session.agent]

    def agents(self) -> dict[str, Agent]:
        """The agents that were met, with their doors and readings, without their plays."""
        agents: dict[str, Agent] = {}
        for session in self.sessions.values():
            if session.agent:
                agents.setdefault(session.agent, Agent(session.agent)).sessions += 1
        for name, refused in self.doors:
            if name:
                agents.setdefault(name, Agent(name)).door.append(refused)
        for name, agent in agents.items():
            agent.passed = {(on, number) for whose, on, number in self.passed if whose == name}
            agent.readings = self.readings.get(name, {})
        return agents


def _in_pieces(fact: Fact) -> list[Fact]:
    """A stored text as it will have been streamed, for nobody saw its pieces: by the rule that is the usual one."""
    if not isinstance(fact, Spoke | Argued):
        return [fact]
    return [replace(fact, text=piece) for piece in cut_text(fact.text, Cut(), _UNUSED)]


def _message(content: bytes) -> str:
    """The message of an error body; nothing when it has none."""
    try:
        body = decode(content)
    except DecodeError:
        return ""
    error = body.get("error") if isinstance(body, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    return message if isinstance(message, str) else ""


ANSWERS: Mapping[type[Ask], Callable[[Witness, Exchange, Json], None]] = {
    CreateSession: Witness.made_session,
    GetSession: Witness.made_session,
    ListSessions: Witness.listed_sessions,
    StartTurn: Witness.saw_turn,
    GetTurn: Witness.saw_turn,
    ListTurns: Witness.listed_turns,
    ListEvents: Witness.listed_events,
}
