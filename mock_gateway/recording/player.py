"""Playing a conversation against a gateway, and keeping what its answers look like.

Owns: `Player`: one gateway in one dialect; sessions, turns, answers to pauses, then everything read back, and a few
requests that have to be refused. Keeps statuses, shapes and the order of events. Must not know: what is compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from threading import Timer
from typing import Any

import httpx
from msgspec import Struct, field

from mock_gateway.client.errors import ProtocolError
from mock_gateway.client.sse import SseParser
from mock_gateway.core.commands import Item, ToolAnswer, ToolApproval, UserMessage
from mock_gateway.recording.plan import Conversation
from mock_gateway.recording.shapes import Shape
from mock_gateway.wire.dialects import Voice
from mock_gateway.wire.recorded import Argued, Called, Fact, Json, Opened, Waits
from mock_gateway.wire.spoken import path_of, session_body, turn_body

MOST_TURNS = 12
STOP_AFTER, STOP_LATEST = 4, 5.0
"""Events of a turn that is cancelled, after which it is; seconds after which it is if there are not so many."""
SILENCE = 120.0
"""Seconds without a byte after which a stream is given up."""
TELLING = ("retry-after", "www-authenticate", "allow")
"""Headers of which only their being there is compared."""
LISTS = ("list_turns", "list_turn_events")
READ_BACK = ("get_session", "get_turn", *LISTS)


class Unreachable(Exception):
    """A gateway did not answer. The message says why."""


class Seen(Struct):
    """What a gateway showed. steps: per conversation, each request with its status. answers: bodies, by operation and
    status. headers: of the same. events: by type. pairs: which kind of event followed which. endings: of turns.
    """

    steps: dict[Conversation, list[tuple[str, int]]] = field(default_factory=dict)
    answers: dict[tuple[str, int], Shape] = field(default_factory=dict)
    headers: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    events: dict[str, Shape] = field(default_factory=dict)
    pairs: set[tuple[str, str]] = field(default_factory=set)
    turns: int = 0


class Turn(Struct):
    """One turn as it was streamed. waiting: calls that wait for the user: what for, their threads, their ids."""

    id: str = ""
    waiting: list[tuple[str, str, str]] = field(default_factory=list)


class Player:
    """One gateway in one dialect. base: its URL. Raises `Unreachable` when it does not answer."""

    def __init__(self, http: httpx.Client, base: str, voice: Voice) -> None:
        self.seen = Seen()
        self._http = http
        self._base = base
        self._voice = voice
        self._arguments: dict[str, str] = {}
        self._calls_of: dict[tuple[str, int], str] = {}
        self._steps: list[tuple[str, int]] = []

    def has(self, agent: str) -> int:
        """The status with which a session for an agent is made."""
        return self._call("create_session", {}, session_body(agent)).status_code

    def play(self, conversation: Conversation) -> None:
        """One conversation, then everything read back."""
        self._steps = self.seen.steps.setdefault(conversation, [])
        made = self._call("create_session", {}, session_body(conversation.agent))
        if not made.is_success:
            return
        session = str(made.json()["data"]["id"])
        turn = Turn()
        for place, message in enumerate(conversation.messages):
            last = place == len(conversation.messages) - 1
            turn = self._turn(session, (UserMessage(message),), stops=conversation.stops and last)
            turn = self._answer_all(session, turn, conversation)
        self._read_back(session, turn)
        self._be_refused(session)

    def _answer_all(self, session: str, turn: Turn, conversation: Conversation) -> Turn:
        answers = iter(conversation.answers)
        for _ in range(MOST_TURNS):
            if not turn.waiting:
                return turn
            if len(self.seen.steps[conversation]) < MOST_TURNS:
                self._wrong(session)
            items = tuple(self._item(one, conversation, answers) for one in turn.waiting)
            turn = self._turn(session, items, stops=conversation.stops)
        return turn

    def _wrong(self, session: str) -> None:
        """While calls wait, a message is refused."""
        self._call("create_turn", {"session_id": session}, turn_body((UserMessage("wait"),), self._voice.write))

    def _item(self, waiting: tuple[str, str, str], conversation: Conversation, answers: Iterator[str]) -> Item:
        kind, thread, call = waiting
        if kind == "approval":
            reason = None if conversation.allow else conversation.reason
            return ToolApproval(thread, call, conversation.allow, reason)
        return ToolAnswer(thread, call, next(answers, None) or self._option(call))

    def _option(self, call: str) -> str:
        try:
            options = json.loads(self._arguments.get(call, "")).get("options")
        except (ValueError, AttributeError):
            options = None
        return str(options[0]) if isinstance(options, list) and options else "fine"

    # -- requests ------------------------------------------------------------------------------------------------------

    def _call(self, operation: str, ids: Mapping[str, str], body: Any = None) -> httpx.Response:
        method, path = path_of(self._voice.dialect, operation, **ids)
        try:
            answer = self._http.request(method, self._base + path, json=body if method == "POST" else None)
        except httpx.TransportError as error:
            raise Unreachable(f"{self._base} does not answer: {error or type(error).__name__}") from error
        self._note(operation, answer)
        kind = answer.headers.get("content-type", "")
        if "json" in kind:
            self._shape(operation, answer.status_code, answer.content)
        return answer

    def _note(self, operation: str, answer: httpx.Response) -> None:
        key = (operation, answer.status_code)
        self._steps.append(key)
        kind = answer.headers.get("content-type", "none").partition(";")[0].strip().lower()
        names = [f"{name} is there" for name in TELLING if name in answer.headers]
        self.seen.headers.setdefault(key, set()).update([f"content-type {kind}", *names])

    def _shape(self, operation: str, status: int, content: bytes) -> None:
        try:
            value = json.loads(content)
        except ValueError:
            value = "no JSON"
        self.seen.answers.setdefault((operation, status), Shape()).add(value)

    def _turn(self, session: str, items: Sequence[Item] | None, *, stops: bool = False) -> Turn:
        method, path = path_of(self._voice.dialect, "create_turn", session_id=session)
        body = turn_body(None if items is None else tuple(items), self._voice.write)
        turn = Turn()
        try:
            with self._http.stream(method, self._base + path, json=body) as answer:
                self._note("create_turn", answer)
                if not answer.is_success:
                    self._shape("create_turn", answer.status_code, answer.read())
                    return turn
                with self._stopper(session) if stops else nullcontext() as stop:
                    self._follow(answer, turn, stop)
        except httpx.TransportError as error:
            raise Unreachable(f"{self._base} broke off in the middle of a turn: {error}") from error
        self.seen.turns += 1
        return turn

    @contextmanager
    def _stopper(self, session: str) -> Iterator[Callable[[], None]]:
        """What cancels a session; if nobody calls it, it is called after a while."""

        def stop() -> None:
            method, path = path_of(self._voice.dialect, "cancel_session", session_id=session)
            self._http.request(method, self._base + path, json={})

        timer = Timer(STOP_LATEST, stop)
        timer.start()
        try:
            yield stop
        finally:
            timer.cancel()

    def _follow(self, answer: httpx.Response, turn: Turn, stop: Callable[[], None] | None) -> None:
        """Read a stream to its end; on the way, stop it."""
        parser, kinds = SseParser(), [""]
        for chunk in answer.iter_bytes():
            for event in self._events(parser, chunk):
                kind = self._take(event, turn)
                if kind != kinds[-1]:
                    self.seen.pairs.add((kinds[-1], kind))
                kinds.append(kind)
                if stop is not None and len(kinds) == STOP_AFTER:
                    stop()
        self.seen.pairs.add((kinds[-1], ""))

    def _events(self, parser: SseParser, chunk: bytes) -> Iterator[Json]:
        try:
            for frame in parser.feed(chunk):
                event = json.loads(frame.data)
                yield event if isinstance(event, dict) else {"type": "no object"}
        except (ValueError, ProtocolError) as error:
            yield {"type": f"no JSON: {type(error).__name__}"}

    def _take(self, event: Json, turn: Turn) -> str:
        """Keep what an event looks like; its kind, for the grammar."""
        kind = str(event.get("type", "no type"))
        self.seen.events.setdefault(kind, Shape()).add(event)
        try:
            facts = self._voice.read.facts(event)
        except (ValueError, LookupError, TypeError, AttributeError):
            return f"{kind} that cannot be read"
        for fact in facts:
            self._learn(fact, turn)
        thread = event.get("thread_id")
        return f"{kind} of a sub-agent" if isinstance(thread, str) and thread != "main" else kind

    def _learn(self, fact: Fact, turn: Turn) -> None:
        if isinstance(fact, Opened):
            turn.id = fact.turn
        elif isinstance(fact, Waits):
            turn.waiting += [(fact.kind, fact.thread, call) for call in fact.calls]
        elif isinstance(fact, Called):
            self._calls_of[fact.thread, fact.index] = fact.id
        elif isinstance(fact, Argued):
            call = self._calls_of.get((fact.thread, fact.index), "")
            self._arguments[call] = self._arguments.get(call, "") + fact.text

    # -- everything else -----------------------------------------------------------------------------------------------

    def _read_back(self, session: str, turn: Turn) -> None:
        ids = {"session_id": session, "turn_id": turn.id}
        for operation in READ_BACK if turn.id else READ_BACK[:1]:
            self._call(operation, ids)
        self._call("cancel_session", {"session_id": session}, {})

    def _be_refused(self, session: str) -> None:
        """What is wrong in any gateway."""
        unknown = {"session_id": "sess-that-is-not-there", "turn_id": "turn-that-is-not-there"}
        self._call("get_session", unknown)
        self._call("get_turn", {**unknown, "session_id": session})
        self._call("create_session", {}, session_body("an agent that is not there"))
        self._call("create_turn", {"session_id": session}, {"input": "no list"})
