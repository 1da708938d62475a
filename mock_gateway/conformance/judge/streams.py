"""The gateway's side of a journal: every stream that was sent, by the grammar of its contract (S-WIRE, S-LIFE).

Owns: which rules a journal can put to the test, by the events that they are about; turns as chains, so that each stream
is judged with what it inherits. A stream that a fault has altered says nothing. The grammars are those of `server/`, so
a journal and `check server` judge alike. Must not know: clients.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from mock_gateway.conformance.judge.story import Session, Story, Stream, Turn, cursor_of
from mock_gateway.conformance.server.beta import grammar as documented
from mock_gateway.conformance.server.contracts import CONTRACTS
from mock_gateway.conformance.server.streams import ENDS, Past, Reading, event_of, is_number
from mock_gateway.conformance.server.v1 import grammar as published
from mock_gateway.conformance.server.violation import Violation
from mock_gateway.journal import Exchange

ANY = ("turn.created",)
PAUSES = ("tool.approval_required", "tool.response_required", "mcp.auth_required")
SPEECH = ("model.message",)

BETA: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("STR-1", "STR-2", "SEQ-1", "EVT-1", "THR-1"), ANY),
    **dict.fromkeys(("EVT-3", "EVT-13", "MSG-2", "MSG-3"), SPEECH),
    "STR-3": PAUSES,
    "EVT-2": ("turn.done",),
    **dict.fromkeys(("EVT-5", "TOO-1"), ("tool.response",)),
    "TOO-2": PAUSES[:2],
    "EVT-6": PAUSES[:1],
    "EVT-7": PAUSES[1:2],
    **dict.fromkeys(("EVT-8", "THR-2"), ("thread.created",)),
    "EVT-9": ("thread.done",),
    "EVT-10": ("mcp.initialize",),
    "EVT-11": PAUSES[2:],
    **dict.fromkeys(("EVT-12", "SBX-1"), ("sandbox.created",)),
}
DELTA = ("model.message.delta",)
V1: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("V1-STR-1", "V1-STR-2", "V1-STR-3", "V1-EVT-1", "V1-EVT-2"), ANY),
    **dict.fromkeys(("V1-EVT-14", "V1-EVT-17", "V1-THR-1"), ANY),
    "V1-EVT-3": ("turn.done",),
    **dict.fromkeys(("V1-EVT-4", "V1-MSG-1"), SPEECH),
    **dict.fromkeys(("V1-EVT-5", "V1-MSG-3", "V1-MSG-4", "V1-MSG-5", "V1-MSG-6", "V1-MSG-8"), DELTA),
    **dict.fromkeys(("V1-EVT-6", "V1-TOO-1", "V1-TOO-2"), ("tool.response",)),
    "V1-EVT-7": PAUSES[:1],
    "V1-EVT-8": PAUSES[1:2],
    **dict.fromkeys(("V1-TOO-3", "V1-TOO-5"), PAUSES[:2]),
    "V1-TOO-4": PAUSES,
    "V1-EVT-9": ("mcp.initialize",),
    "V1-EVT-10": PAUSES[2:],
    **dict.fromkeys(("V1-EVT-11", "V1-SBX-1"), ("sandbox.created",)),
    **dict.fromkeys(("V1-EVT-12", "V1-THR-2"), ("thread.created",)),
    **dict.fromkeys(("V1-EVT-13", "V1-THR-3", "V1-THR-5"), ("thread.done",)),
}
LOOKED_AT: Mapping[str, Mapping[str, tuple[str, ...]]] = {"beta": BETA, "v1": V1}
"""The rules that a stream can break, with the types of events that put them to the test."""
AGAIN = {"beta": "SEQ-2", "v1": "V1-STR-17"}
"""The rule that every reader of a turn gets the same."""


class Blame(Struct, frozen=True):
    """A rule that was broken, and where. message: what was wrong."""

    rule: str
    message: str
    exchange: Exchange


class Seen(Struct, frozen=True):
    """What the streams of one contract come to. looks: how many streams put each rule to the test."""

    blames: tuple[Blame, ...]
    looks: Mapping[str, int]


def seen_in(story: Story, dialect: str) -> Seen:
    """Everything that is wrong with the streams of one contract."""
    sessions = [one for (_, spoken, _), one in story.sessions.items() if spoken == dialect]
    blames = [blame for session in sessions for blame in _of_session(session, dialect)]
    looks = dict.fromkeys([*LOOKED_AT[dialect], AGAIN[dialect]], 0)
    for stream in (stream for session in sessions for stream in session.streams() if not _is_altered(stream)):
        types = {str(event.get("type")) for _, event in stream.events}
        for rule, wanted in LOOKED_AT[dialect].items():
            looks[rule] += bool(types & {*wanted})
    for turn in (turn for session in sessions for turn in session.turns.values()):
        looks[AGAIN[dialect]] += len([one for one in turn.streams if not _is_altered(one)]) > 1
    for blame in blames:
        looks[blame.rule] = max(1, looks.get(blame.rule, 0))
    return Seen(tuple(blames), {rule: count for rule, count in looks.items() if rule in CONTRACTS[dialect].rules})


def _is_altered(stream: Stream) -> bool:
    sent = stream.exchange.sent
    return bool(stream.exchange.faults) or (sent is not None and sent.altered)


def _of_session(session: Session, dialect: str) -> Iterator[Blame]:
    pasts: dict[str, Past] = {}
    for turn in session.turns.values():
        sound = [one for one in turn.streams if not _is_altered(one)]
        for stream in sound:
            yield from _frames(stream, dialect)
        yield from _same(sound, AGAIN[dialect])
        whole = next((one for one in sound if one.ends and cursor_of(one.exchange) == 0), None)
        past = _past(session, turn, pasts, dialect)
        if whole is None or past is None:
            continue
        typed = [(id, event) for id, event in whole.events if isinstance(event.get("type"), str)]
        reading = Reading(dialect, past).take([(int(id) if is_number(id) else 0, event) for id, event in typed])
        pasts[turn.id] = reading.past()
        yield from (Blame(one.rule, one.message, whole.exchange) for one in reading.violations())


def _past(session: Session, turn: Turn, pasts: Mapping[str, Past], dialect: str) -> Past | None:
    """What a turn inherits; None when the journal does not have all of that."""
    if turn.made is None:
        return None
    before = session.before(turn.made)
    if before is not None:
        return pasts.get(before.id)
    is_first = next(iter(session.turns.values())) is turn
    fresh: Past = documented.Past() if dialect == "beta" else published.Past()
    return fresh if is_first else None


def _frames(stream: Stream, dialect: str) -> Iterator[Blame]:
    for message in stream.messages:
        try:
            event_of(message, dialect)
        except Violation as violation:
            yield Blame(violation.rule, violation.message, stream.exchange)
    if stream.ends and not stream.reader.is_between:
        yield Blame(ENDS[dialect], "there is half a frame behind turn.done", stream.exchange)


def _same(streams: Iterable[Stream], rule: str) -> Iterator[Blame]:
    """Every reader gets the same events, whichever cursor they came with."""
    known: dict[str, str] = {}
    for stream in streams:
        cursor = cursor_of(stream.exchange)
        for message in stream.messages:
            if known.setdefault(message.id, message.data) != message.data:
                yield Blame(rule, f"event {message.id} is another one than an earlier reader got", stream.exchange)
        first = next((one.id for one in stream.messages if is_number(one.id)), None)
        if first is not None and int(first) != cursor + 1:
            yield Blame(rule, f"after cursor {cursor} came event {first}", stream.exchange)
