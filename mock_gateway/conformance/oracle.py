"""The truth of a turn, and the first thing in which an observation differs from it.

Owns: folding a turn's facts, as far as a dialect shows them, into an observation. The facts are the gateway's own log:
no fault on the way to a client changes them. Must not know: which dialect speaks (it asks the dialect object), cases.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from mock_gateway.conformance.observation import (
    FIELDS,
    Observation,
    SeenAction,
    SeenCall,
    SeenResult,
)
from mock_gateway.conformance.sse import read_stream
from mock_gateway.core.events import ApprovalRequired, Deltas, Fact, McpAuthRequired, ResponseRequired, ToolResponded
from mock_gateway.core.pieces import Piece, PieceKind
from mock_gateway.core.state import MAIN, Message, Turn
from mock_gateway.wire.dialect import Dialect
from mock_gateway.wire.projection import view_of

NOT_COUNTED = ("model.message", "model.message.delta")
"""Events of which several in a row are one: how a text is cut does not matter, its text is compared."""


class Difference(Struct, frozen=True):
    """What came is not what was to come. field: a field of the observation, or what else was looked at."""

    field: str
    expected: str
    got: str
    message: str = ""

    def __str__(self) -> str:
        said = f"{self.message}: " if self.message else ""
        return f"{self.field}: {said}expected {self.expected}, got {self.got}"


def shown_frames(turn: Turn, dialect: Dialect) -> Iterator[tuple[int, Fact, Piece | None]]:
    """Every frame that a dialect shows: its sequence id, its fact, and of a delta the piece."""
    view = view_of(turn, dialect)
    view.sync()
    for number, fact in zip(view.starts, view.facts, strict=True):
        if not isinstance(fact, Deltas):
            yield number, fact, None
            continue
        shown = _shown_pieces(fact.message, range(fact.first, fact.stop), fact, dialect)
        yield from ((number + place, fact, piece) for place, piece in enumerate(shown))


def _shown_pieces(message: Message, places: range, fact: Deltas, dialect: Dialect) -> Iterable[Piece]:
    if message.plain:
        return message.pieces[places.start : places.stop]
    # A dialect may have no field for a kind of piece: then it weighs nothing.
    return [message.pieces[place] for place in places if dialect.weigh(Deltas(fact.at, message, place, place + 1))]


def truth(turn: Turn, dialect: Dialect, after: int = 0, upto: int | None = None) -> Observation:
    """What a reader has to have understood of a turn as it is now.

    after: the cursor that it began with. upto: the last sequence id that it has read, when it left early.
    """
    fold = _Fold(turn)
    for number, fact, piece in shown_frames(turn, dialect):
        if number > after and (upto is None or number <= upto):
            fold.add(number, fact, piece)
    if upto is None or upto >= view_of(turn, dialect).last:
        fold.end(turn)
    fold.told.events, contents = _on_the_wire(turn, dialect, after, upto)
    fold.results(contents)
    return fold.told


class _Fold:
    """An observation in the making."""

    def __init__(self, turn: Turn) -> None:
        self.told = Observation(
            session_id=turn.session.id, turn_id=turn.id, status="running", text="", reasoning="", refusal=""
        )
        self.told.threads, self.told.tool_calls, self.told.actions, self.told.tool_results = {}, [], [], []
        self._calls: dict[str, SeenCall] = {}

    def add(self, number: int, fact: Fact, piece: Piece | None) -> None:
        """One frame."""
        self.told.last = number
        assert self.told.actions is not None and self.told.tool_results is not None
        match fact:
            case Deltas() if piece is not None:
                self._piece(fact.message, piece)
            case ApprovalRequired() | ResponseRequired():
                kind = "approval" if isinstance(fact, ApprovalRequired) else "response"
                self.told.actions += [SeenAction(kind, call.id, fact.thread_id) for call in fact.calls]
            case McpAuthRequired():
                self.told.actions += [SeenAction("auth", server=name, url=url) for name, url, _ in fact.servers]
            case ToolResponded():
                self.told.tool_results.append(SeenResult(fact.call_id, fact.content, fact.thread_id))

    def _piece(self, message: Message, piece: Piece) -> None:
        told, thread = self.told, message.thread_id
        assert told.threads is not None and told.tool_calls is not None
        if piece.kind is PieceKind.TEXT:
            told.threads[thread] = told.threads.get(thread, "") + piece.text
            if thread == MAIN:
                told.text = told.threads[thread]
        elif piece.kind is PieceKind.REASONING and thread == MAIN:
            told.reasoning = (told.reasoning or "") + piece.text
        elif piece.kind is PieceKind.REFUSAL and thread == MAIN:
            told.refusal = (told.refusal or "") + piece.text
        elif piece.kind in (PieceKind.CALL, PieceKind.ARGUMENTS):
            call = message.calls[piece.call]
            if call.id not in self._calls:
                self._calls[call.id] = SeenCall(call.id, call.name, "", thread)
                told.tool_calls.append(self._calls[call.id])
            self._calls[call.id].arguments += piece.text

    def results(self, contents: Sequence[str]) -> None:
        """A dialect may wrap a result: what it shows is what a client can understand."""
        for result, content in zip(self.told.tool_results or (), contents, strict=True):
            result.content = content

    def end(self, turn: Turn) -> None:
        """How the turn ended, if it did."""
        self.told.status, self.told.message, self.told.reason = turn.state.value, turn.error, turn.cancel_reason


def _on_the_wire(turn: Turn, dialect: Dialect, after: int, upto: int | None) -> tuple[list[str], list[str]]:
    """The types of the events, and the contents of the results of tools."""
    view = view_of(turn, dialect)
    types, contents, cursor = [], [], after
    last = view.last if upto is None else min(upto, view.last)
    while cursor < last:
        stream, cursor = view.take(cursor, last - cursor)
        for message in read_stream(stream):
            event = json.loads(message.data)
            types.append(event["type"])
            if event["type"] == "tool.response":
                contents.append(event["content"])
    return types, contents


# -- comparing ---------------------------------------------------------------------------------------------------------


def differences(expected: Observation, got: Observation, fields: Iterable[str] = FIELDS) -> Iterator[Difference]:
    """What differs, in the order of the fields. What was not reported is not compared."""
    for name in fields:
        wanted, seen = _plain(name, getattr(expected, name)), _plain(name, getattr(got, name))
        if seen is not None and wanted is not None and wanted != seen:
            yield Difference(name, *_apart(wanted, seen))


def _plain(name: str, value: Any) -> Any:
    """A value so that what means the same is equal."""
    if name == "threads" and value is not None:
        return {thread: text for thread, text in value.items() if text}
    if name in ("tool_calls", "tool_results") and value is not None:
        # Threads go on side by side: only within one of them the order means something.
        return sorted(value, key=lambda one: one.thread)
    if name == "events" and value is not None:
        return _in_runs(value)
    return value


def _in_runs(types: Sequence[str]) -> list[str]:
    return [
        kind for place, kind in enumerate(types) if kind not in NOT_COUNTED or place == 0 or types[place - 1] != kind
    ]


def _apart(wanted: Any, seen: Any) -> tuple[str, str]:
    """Both, shown from a little before the place where they part."""
    if isinstance(wanted, dict) and isinstance(seen, dict):
        for key in [*wanted, *seen]:
            if wanted.get(key) != seen.get(key):
                left, right = _apart(wanted.get(key), seen.get(key))
                return f"{key}: {left}", f"{key}: {right}"
    if isinstance(wanted, list) and isinstance(seen, list):
        place = _first(wanted, seen)
        return f"[{place}] {_item(wanted, place)}", f"[{place}] {_item(seen, place)}"
    if isinstance(wanted, str) and isinstance(seen, str) and max(len(wanted), len(seen)) > AROUND:
        place = max(0, _first(wanted, seen) - AROUND // 4)
        return tuple(f"[{place}:] {text[place : place + AROUND]!r} of {len(text)}" for text in (wanted, seen))  # type: ignore[return-value]
    return _short(wanted), _short(seen)


AROUND = 80


def _first(wanted: Sequence[Any], seen: Sequence[Any]) -> int:
    """The first place at which two sequences differ."""
    same = (place for place, (one, other) in enumerate(zip(wanted, seen, strict=False)) if one != other)
    return next(same, min(len(wanted), len(seen)))


def _item(items: Sequence[Any], place: int) -> str:
    return _short(items[place]) if place < len(items) else "nothing more"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}... ({len(text)} characters)"
