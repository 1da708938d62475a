"""What a stream sent, frame by frame, worked out when somebody asks.

Owns: making the bytes of each write again, which is exact because a turn's frames never change; cutting bytes into
frames; reading what an SSE client would see in one. Must not know: any event of any dialect.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import reduce

from msgspec import Struct

from mock_gateway.journal.entries import Exchange, Sent
from mock_gateway.wire.projection import Projection


class FrameNote(Struct, frozen=True):
    """One frame, or a comment, as it was sent.

    ms: milliseconds since the request came. raw: its bytes, the blank line included. sequence_id: of its `id` line.
    type: of the event; `comment` for one that is none; empty when its data is no JSON with a type.
    """

    ms: float
    raw: bytes
    sequence_id: str = ""
    type: str = ""
    data: str = ""

    def json(self) -> object:
        """The event; None when the data is no JSON."""
        try:
            value: object = json.loads(self.data)
        except (ValueError, RecursionError):
            return None
        return value


def writes_of(exchange: Exchange) -> Iterator[tuple[float, bytes]]:
    """Each write of a stream: milliseconds since the request came, and its bytes. Nothing for other answers."""
    sent = exchange.sent
    if sent is None:
        return
    if sent.raw is not None:
        yield from ((us / 1000, data) for us, data in sent.raw)
    elif sent.view is not None:
        yield from _again(sent, sent.view)


HEARTBEAT = b": hb\n"


def _again(sent: Sent, view: Projection) -> Iterator[tuple[float, bytes]]:
    cursor = sent.cursor
    for packed in sent.writes:
        us, count = packed >> 16, packed & 0xFFFF
        yield us / 1000, b"".join(view.between(cursor, cursor + count)) if count else HEARTBEAT
        cursor += count


def frames_of(exchange: Exchange) -> list[FrameNote]:
    """The frames of a stream in the order in which they were sent. A frame whose last bytes were never sent is last,
    as far as it came."""
    frames: list[FrameNote] = []
    rest, begun = b"", 0.0
    for ms, data in writes_of(exchange):
        if not rest:
            begun = ms
        *whole, rest = _cut(rest + data)
        for raw in whole:
            frames.append(_read(begun, raw))
            begun = ms
    if rest:
        frames.append(_read(begun, rest))
    return frames


BLANK = re.compile(rb"(?:\r\n|\r(?!\n)|\n)(?:\r\n|\r|\n)")
"""The end of a line, and the blank line behind it."""


def _cut(data: bytes) -> list[bytes]:
    """The whole frames in some bytes, then what is left over. A heartbeat, one line alone, is a frame."""
    parts = []
    while data:
        if data.startswith(HEARTBEAT):
            end = len(HEARTBEAT)
        else:
            found = BLANK.search(data)
            if found is None:
                break
            end = found.end()
        parts.append(data[:end])
        data = data[end:]
    return [*parts, data]


def _read(ms: float, raw: bytes) -> FrameNote:
    """What a client would see in a frame."""
    text = reduce(lambda left, mark: left.replace(mark, "\n"), ("\r\n", "\r"), raw.decode("utf-8", "replace"))
    fields: dict[str, list[str]] = {}
    for line in text.split("\n"):
        name, _, value = line.partition(":")
        if name:
            fields.setdefault(name, []).append(value.removeprefix(" "))
    data = "\n".join(fields.get("data", ()))
    if not fields.keys() & {"data", "event", "id"}:
        kind = "comment" if text.startswith(":") else ""
    else:
        kind = fields["event"][-1] if "event" in fields else _type_in(data)
    return FrameNote(ms, raw, fields.get("id", [""])[-1], kind, data)


def _type_in(data: str) -> str:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return ""
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""
