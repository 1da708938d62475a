"""What is remembered: of a request and everything that was sent back, and of a turn that ended.

Owns: the records. What costs time is worked out when somebody reads it: ids from the path, headers of the answer, the
frames of a stream (`frames.py`), why a rule did not fit (`core/rules.py`).
Must not know: HTTP servers, any field of any dialect. Keys were taken out before (`redact.py`).
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

from mock_gateway.core.events import (
    ApprovalRequired,
    McpAuthRequired,
    ResponseRequired,
    ThreadCreated,
    ThreadDone,
)
from mock_gateway.core.rules import passed_over, rule_of
from mock_gateway.core.state import MAIN, Turn
from mock_gateway.journal.redact import Head, Header, redacted_body
from mock_gateway.wire.projection import Projection

LARGEST = 1024 * 1024
"""Bytes that are kept of one body; the rest is cut off."""
MOST_RAW = 8 * 1024 * 1024
"""Bytes that are kept of one stream that nothing has altered; beyond that they are made again after all."""


class FaultNote(Struct, frozen=True):
    """A fault that was injected. name: of the catalogue. id: of the fault as it was put. place: where in the answer.
    what: what was done, in words. at: wall seconds."""

    name: str
    id: str
    place: str
    what: str
    at: float = 0.0


class Sent(Struct, eq=False, gc=False):
    """What a stream sent.

    view: what it shows; None in a journal that was read back. cursor: where it began. started: when the request did
    (`perf_counter`). writes: each as microseconds since then, times 65,536, plus its number of frames (a heartbeat has
    none). raw: the bytes themselves with their microseconds, where they are kept; otherwise they are made again.
    altered: a fault wrote other bytes than the turn has, so only the bytes themselves tell what was sent.
    size: of `raw`, as long as nothing is altered.
    """

    view: Projection | None
    cursor: int
    started: float
    writes: array[int]
    raw: list[tuple[int, bytes]] | None = None
    altered: bool = False
    size: int = 0

    def wrote(self, frames: int, data: bytes) -> None:
        """Note one write of the stream loop."""
        us = int((perf_counter() - self.started) * 1e6)
        self.writes.append(us << 16 | frames)
        if self.raw is not None and not self.altered:
            self.raw.append((us, data))
            self.size += len(data)
            if self.size > MOST_RAW:
                self.raw = None

    def really_wrote(self, data: bytes) -> None:
        """Note bytes that a fault put on the wire; all others of this stream have to be noted in this way too."""
        if not self.altered or self.raw is None:
            self.raw, self.altered = [], True
        self.raw.append((int((perf_counter() - self.started) * 1e6), data))


# Thousands of these live long. The collector need not look at them: nothing that they hold leads back to them.
class Exchange(Struct, eq=False, gc=False):
    """One request and all that was sent back.

    at: wall seconds when it came. took: seconds until its answer was complete, a stream's last byte included.
    number: counts the entries of the journal, from 1; 0 is in none. world: base path; None is not known yet.
    raw_path, query_string: as sent, without keys. template: the path of the operation. headers: without keys.
    session, turn: ids that the answer tells; for others ask `session_id`, `turn_id`.
    body_kept, reply_kept: at most `LARGEST` bytes as they were, to be read as `body` and `reply`, without keys;
    body_size, reply_size: of all of it. kind, extra: of the answer's head.
    sent: of a stream. status: 0 when the client left before there was one. is_complete: nothing more is sent.
    notes: remarks on the request (NET-5). message: of the error that was answered.
    """

    at: float
    method: str
    raw_path: bytes
    query_string: bytes
    headers: Head
    number: int = 0
    took: float = 0.0
    status: int = 0
    world: str | None = None
    dialect: str = ""
    operation: str = ""
    template: str = ""
    subject: str = ""
    session: str = ""
    turn: str = ""
    message: str = ""
    notes: Sequence[str] = ()
    body_kept: bytes = b""
    body_size: int = 0
    reply_kept: bytes = b""
    reply_size: int = 0
    kind: bytes = b""
    extra: Sequence[Header] | None = None
    sent: Sent | None = None
    faults: tuple[FaultNote, ...] = ()
    is_complete: bool = False
    charged: int = 0

    @property
    def id(self) -> str:
        """`x-17`."""
        return f"x-{self.number}"

    @property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(self.raw_path.decode("latin-1"), errors="replace")

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query parameters in the order in which they were sent."""
        return parse_qsl(self.query_string.decode("latin-1"), keep_blank_values=True)

    @property
    def session_id(self) -> str:
        """The session that it is about; empty when it is about none."""
        return self.session or self.in_path("session_id")

    @property
    def turn_id(self) -> str:
        """The turn that it is about; empty when it is about none."""
        return self.turn or self.in_path("turn_id")

    def in_path(self, name: str) -> str:
        """A variable segment of the path, decoded; empty when the operation has none of that name."""
        segments = self.template.split("/")
        if f"{{{name}}}" not in segments:
            return ""
        place = segments.index(f"{{{name}}}") - len(segments)
        return unquote(self.raw_path.split(b"/")[place].decode("latin-1"), errors="replace")

    @property
    def body(self) -> bytes:
        """The body of the request, or its beginning, without the values of fields that carry keys."""
        return redacted_body(self.body_kept)

    @property
    def reply(self) -> bytes:
        """The body of the answer, or its beginning, without the values of fields that carry keys."""
        return redacted_body(self.reply_kept)

    def header(self, name: str) -> str | None:
        """The first header of a name, case ignored."""
        wanted = name.lower().encode("latin-1", "replace")
        return next((value.decode("latin-1") for key, value in self.headers if key.lower() == wanted), None)

    @property
    def reply_headers(self) -> list[Header]:
        """The headers that the server chose for its answer."""
        described: list[Header] = []
        if self.kind:
            described = [(b"content-type", self.kind), (b"content-length", b"%d" % self.reply_size)]
        return [*described, *(self.extra or ())]

    def json(self) -> object:
        """The body of the request as JSON; None when it is none."""
        return _json(self.body)

    def reply_json(self) -> object:
        """The body of the answer as JSON; None when it is none."""
        return _json(self.reply)

    @property
    def weight(self) -> int:
        """Bytes that it keeps."""
        sent, bodies = self.sent, len(self.body_kept) + len(self.reply_kept)
        if sent is None:
            return bodies
        return bodies + len(sent.writes) * 8 + sum(len(data) for _, data in sent.raw or ())

    # -- noted by whoever answers ----------------------------------------------------------------------------------

    def take(self, body: bytes) -> None:
        """Note the body that came."""
        self.body_size = len(body)
        self.body_kept = body if len(body) <= LARGEST else body[:LARGEST]

    def give(self, status: int, kind: bytes, reply: bytes, extra: Sequence[Header] | None = None) -> None:
        """Note an answer. kind: its content type; empty: all its headers are in `extra`."""
        self.status = status
        self.kind = kind
        self.extra = extra
        self.reply_size = len(reply)
        self.reply_kept = reply if len(reply) <= LARGEST else reply[:LARGEST]

    def fault(self, name: str, fault_id: str, place: str, what: str) -> None:
        """Note a fault that was injected into this exchange."""
        started = self.at if self.sent is None else self.at + perf_counter() - self.sent.started
        self.faults = (*self.faults, FaultNote(name, fault_id, place, what, started))


def _json(data: bytes) -> object:
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value


class Played(Struct, frozen=True):
    """A step that was played. place: file:line:column. thread: in which."""

    place: str
    thread: str


class PassedOver(Struct, frozen=True):
    """A rule that came before the one that was played. why: it did not fit."""

    rule: str
    place: str
    why: str


class ThreadNote(Struct, frozen=True):
    """A thread of a turn. name: of the sub-agent, or `main`. parent: the id of the thread that began it."""

    id: str
    name: str
    parent: str = ""


class Story(Struct, frozen=True):
    """How a turn came about.

    rule, place: what was played; a turn that goes on after a pause has those of the turn where it began.
    goes_on: no rule was chosen for this turn, it answers a pause. passed_over: the rules that did not fit, in order.
    pauses: what it waits for at its end, of `PAUSES`.
    """

    rule: str = ""
    place: str = ""
    goes_on: bool = False
    passed_over: tuple[PassedOver, ...] = ()
    steps: tuple[Played, ...] = ()
    threads: tuple[ThreadNote, ...] = ()
    pauses: tuple[str, ...] = ()


PAUSES: Mapping[type, str] = {
    ApprovalRequired: "approval",
    ResponseRequired: "client_tool",
    McpAuthRequired: "authorisation",
}


class TurnEntry(Struct, gc=False):
    """One turn that ended. at: wall seconds; took: session seconds; rule: what was played, its place or its name.

    detail: the error, why it was cancelled, or `paused`. source: where its story comes from.
    """

    at: float
    session_id: str
    turn_id: str
    agent: str
    state: str
    took: float
    rule: str
    detail: str
    world: str = ""
    number: int = 0
    source: Turn | Story | None = None
    charged: int = 0

    @property
    def id(self) -> str:
        """`t-18`."""
        return f"t-{self.number}"

    @property
    def weight(self) -> int:
        """Bytes that it keeps: it points at what the session has anyway."""
        return 0

    @property
    def story(self) -> Story:
        """How it came about; worked out when it is asked for."""
        if isinstance(self.source, Turn):
            return story_of(self.source)
        return self.source or Story()


def story_of(turn: Turn) -> Story:
    """How a turn came about."""
    rule = rule_of(turn)
    over = [PassedOver(one.name, str(one.position or ""), why) for one, why in passed_over(turn)]
    steps = [Played(str(step.position or ""), thread) for thread, step in turn.trace]
    return Story(
        rule="" if rule is None else rule.name,
        place="" if rule is None else str(rule.position or ""),
        goes_on=turn.rule is None and rule is not None,
        passed_over=tuple(over),
        steps=tuple(steps),
        threads=tuple(_threads_of(turn)),
        pauses=tuple(PAUSES[type(fact)] for fact in turn.pauses()),
    )


def _threads_of(turn: Turn) -> Iterator[ThreadNote]:
    """The threads that did something in a turn, in the order in which they began, in it or before it."""
    busy = {thread for thread, _ in turn.trace}
    busy |= {fact.thread.id for fact in turn.log.facts if isinstance(fact, ThreadCreated | ThreadDone)}
    yield ThreadNote(MAIN, MAIN)
    begun = [
        fact.thread for past in turn.chain() for fact in reversed(past.log.facts) if isinstance(fact, ThreadCreated)
    ]
    for thread in reversed(begun):
        if thread.id in busy:
            yield ThreadNote(thread.id, thread.name, "" if thread.parent is None else thread.parent.id)
