"""What a verdict rests on, as a person needs it: the requests, the bytes chunk by chunk, the events in them.

Owns: what is kept of each, and how much. Must not know: verdicts, how evidence is shown (`reports/`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from mock_gateway.conformance.sse import Message, SseReader
from mock_gateway.conformance.steps import Player
from mock_gateway.conformance.verdicts import Asked, Evidence, Heard, Injected, Write
from mock_gateway.journal import Exchange
from mock_gateway.journal.frames import writes_of

SHOWN = 2000
"""Bytes of a body, or of one write of a stream, that evidence has."""
MOST_WRITES = 20
"""Writes of a stream that evidence has, from its beginning and from its end. Most faults are at one of them."""
MOST_EVENTS = 60
"""The same of its events."""
SAID = 160
"""Characters of an event."""
LAST = ("turn_id", "id", "created_at")
"""Fields of an event that tell least."""
READ = 256 * 1024
"""Bytes of a stream in which events are looked for: evidence has to be quick."""

Item = TypeVar("Item", Write, Heard)


def evidence_of(player: Player, began: float, stderr: str = "") -> Evidence:
    """What a person needs to see why. began: wall seconds at its begin."""
    case = player.run.case
    asked = [asked_of(exchange, began) for exchange in player.run.stage.asked()]
    faults = [dict(fault) for fault in case.faults]
    return Evidence(player.spoken, asked, case.scenario, faults, stderr)


def asked_of(exchange: Exchange, began: float) -> Asked:
    """One request with what came of it. began: wall seconds from which its time counts."""
    query = exchange.query_string.decode("latin-1")
    writes = list(writes_of(exchange)) if exchange.sent is not None else [(exchange.took * 1000, exchange.reply)]
    return Asked(
        at_ms=round((exchange.at - began) * 1000),
        request=f"{exchange.method} {exchange.path}" + (f"?{query}" if query else ""),
        status=exchange.status,
        headers=_headers(exchange.headers),
        body=exchange.body[:SHOWN].decode("utf-8", "replace"),
        answer=_headers(exchange.reply_headers),
        size=sum(len(data) for _, data in writes),
        faults=[Injected(one.name, one.what, _ms(one.at - exchange.at), one.place) for one in exchange.faults],
        writes=_ends([_write(ms, data) for ms, data in writes if data], MOST_WRITES),
        events=[] if exchange.sent is None else _ends(list(_heard(writes)), MOST_EVENTS),
    )


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _write(ms: float, data: bytes) -> Write:
    return Write(round(ms, 3), data[:SHOWN], len(data) if len(data) > SHOWN else 0)


def _ends(items: list[Item], most: int) -> list[Item]:
    """The first and the last ones, with how many were left out between."""
    if len(items) > 2 * most:
        items[-most].skipped = len(items) - 2 * most
        del items[most:-most]
    return items


def _heard(writes: Sequence[tuple[float, bytes]]) -> Iterator[Heard]:
    reader, left = SseReader(), READ
    for ms, data in writes:
        left -= len(data)
        if left < 0:
            return
        yield from (_event(round(ms, 3), message) for message in reader.feed(data))


def _event(ms: float, message: Message) -> Heard:
    try:
        event = json.loads(message.data)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        return Heard(ms, message.id, says=_short(message.data))
    kind, thread = str(event.pop("type", "")), event.pop("thread_id", None)
    if str(event.get("sequence_id")) == message.id:
        del event["sequence_id"]  # it is the message's id
    # What is said comes first: it is what is left when the line is cut.
    for name in LAST:
        if name in event:
            event[name] = event.pop(name)
    rest = json.dumps(event, ensure_ascii=False, separators=(", ", ": "))
    return Heard(ms, message.id, kind, "" if thread is None else str(thread), _short(rest))


def _short(text: str) -> str:
    return text if len(text) <= SAID else text[:SAID] + "…"


def around(asked: Asked, fault: Injected) -> list[Write]:
    """The writes before, with, and after a fault; nothing when nothing was written."""
    if not asked.writes:
        return []
    later = (place for place, write in enumerate(asked.writes) if write.at_ms >= fault.at_ms)
    place = next(later, len(asked.writes) - 1)
    return asked.writes[max(0, place - 1) : place + 2]


__all__ = ["around", "asked_of", "evidence_of"]
