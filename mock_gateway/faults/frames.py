"""One message of an event stream, taken apart so that something in it can be changed.

Owns: lines and their ends, the event in the data, where a place is in the bytes.
Must not know: any fault, any dialect but through its `Words`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, Protocol

from msgspec import Struct, json

from mock_gateway.core.state import json_bytes
from mock_gateway.faults.places import Place
from mock_gateway.faults.spans import character, find, path_of

LineKind = Literal["id", "event", "data", "retry", "comment", "other", "blank"]
Json = dict[str, Any]


class Words(Protocol):
    """What a dialect has to say about its frames (`wire/words.py`)."""

    @property
    def ends(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def done(self) -> str: ...
    @property
    def cancelled(self) -> str: ...
    @property
    def number(self) -> str | None: ...
    @property
    def text(self) -> str: ...


class Line(Struct, eq=False):
    """One line. head: what stands before the value, as in `data: `. end: its line end."""

    kind: LineKind
    head: bytes
    value: bytes
    end: bytes = b"\n"

    @property
    def size(self) -> int:
        """Bytes of it."""
        return len(self.head) + len(self.value) + len(self.end)


class Frame(Struct, eq=False):
    """One message.

    number: its sequence id as the turn has it; None for what the turn does not have. type: of its event; empty for a
    comment. event: what the data says; None when that is no object. prefix: lines that come before it.
    is_last: nothing follows it.
    """

    number: int | None
    type: str
    lines: list[Line]
    event: Json | None = None
    prefix: list[Line] = []
    is_last: bool = False

    def raw(self) -> bytes:
        """What is sent."""
        return b"".join([part for line in self.all_lines() for part in (line.head, line.value, line.end)])

    def all_lines(self) -> list[Line]:
        """Its lines, those before it included."""
        return [*self.prefix, *self.lines]

    def line(self, kind: LineKind) -> Line | None:
        """The first line of a kind."""
        return next((line for line in self.lines if line.kind == kind), None)

    def put(self, event: Json) -> None:
        """Have another event; its other lines stay."""
        self.event = event
        self.data(json_bytes(event))

    def data(self, data: bytes) -> None:
        """Have other data."""
        line = self.line("data")
        if line is not None:
            line.value = data

    def identify(self, number: int, words: Words) -> None:
        """Have another sequence id, in the id line and in the event."""
        line = self.line("id")
        if line is not None:
            line.value = b"%d" % number
        if words.number is not None and self.event is not None and words.number in self.event:
            self.put({**self.event, words.number: number})

    def copy(self) -> Frame:
        """The same once more, as something that the turn does not have."""
        lines = [Line(line.kind, line.head, line.value, line.end) for line in self.lines]
        return Frame(None, self.type, lines, self.event)


_KINDS: dict[bytes, LineKind] = {b"id": "id", b"event": "event", b"data": "data", b"retry": "retry", b"": "comment"}


def read_frame(raw: bytes) -> Frame:
    """A frame as the gateway writes it: lines that end with LF."""
    lines = [_line(line) for line in raw.split(b"\n")[:-1]]
    frame = Frame(None, "", lines)
    number, data = frame.line("id"), frame.line("data")
    if number is not None and number.value.isdigit():
        frame.number = int(number.value)
    if data is not None:
        event = json.decode(data.value)
        if isinstance(event, dict):
            frame.event, frame.type = event, str(event.get("type", ""))
    return frame


def made_frame(event: Json, number: str | None = None) -> Frame:
    """A frame that the turn does not have. number: its id; none when left out."""
    lines = [] if number is None else [Line("id", b"id: ", number.encode())]
    lines += [Line("data", b"data: ", json_bytes(event)), blank()]
    return Frame(None, str(event.get("type", "")), lines, event)


def blank() -> Line:
    """A blank line."""
    return Line("blank", b"", b"")


def _line(line: bytes) -> Line:
    if not line:
        return blank()
    name, colon, value = line.partition(b":")
    head = name + colon
    if value.startswith(b" "):
        head, value = head + b" ", value[1:]
    return Line(_KINDS.get(name, "other"), head, value)


def hits(place: Place | None, frame: Frame, words: Words) -> bool:
    """Whether a place is in a frame; without a place every frame with an event is meant."""
    if place is None:
        return frame.line("data") is not None
    if frame.number is None:
        return False
    wanted = words.ends if place.event == "last" else place.event
    return wanted in (frame.number, frame.type)


def offset_of(place: Place, frame: Frame, words: Words) -> int | None:
    """How many bytes of a frame, lines before it included, are before a place; None when there is no such place."""
    before = sum(line.size for line in frame.prefix)
    if place.byte is not None:
        return min(before + place.byte, before + sum(line.size for line in frame.lines))
    if place.character is not None:
        inside = _inside(place, frame, words)
        return None if inside is None else before + inside
    edge = place.after or place.before
    if edge is None:
        return 0
    ends = _edges(frame.lines)
    found = [(start, end) for line, start, end in ends if line.kind == edge]
    if not found:
        return None
    return before + (found[-1][1] if place.after else found[0][0])


def _edges(lines: Iterable[Line]) -> list[tuple[Line, int, int]]:
    found, place = [], 0
    for line in lines:
        found.append((line, place, place + line.size))
        place += line.size
    return found


def _inside(place: Place, frame: Frame, words: Words) -> int | None:
    """Behind the first byte of a character; None when it has only one."""
    lines = [(line, start + len(line.head)) for line, start, _ in _edges(frame.lines) if line.kind == "data"]
    data = b"\n".join(line.value for line, _ in lines)
    span = find(data, path_of(place.field or words.text))
    where = None if span is None else character(data, span, place.character or 1)
    if where is None or where[1] - where[0] < 2:
        return None
    target = where[0] + 1
    for line, start in lines:
        if target <= len(line.value):
            return start + target
        target -= len(line.value) + 1
    return None


def get_field(event: Json, field: str) -> Any:
    """The value of a dotted field. Raises `KeyError` when it is not there."""
    value: Any = event
    for part in path_of(field):
        value = _step(value, part)
    return value


def with_field(event: Json, field: str, change: Any) -> Json:
    """A copy in which a field is changed. change: a function of its container and its key, which it has already.

    Raises `KeyError` when what the field is in is not there.
    """
    copied: Json = json.decode(json_bytes(event))
    *way, last = path_of(field)
    inner: Any = copied
    for part in way:
        inner = _step(inner, part)
    key: Any = int(last) if isinstance(inner, list) and last.isdigit() else last
    if not isinstance(inner, dict | list):
        raise KeyError(field)
    change(inner, key)
    return copied


def _step(value: Any, part: str) -> Any:
    if isinstance(value, dict) and part in value:
        return value[part]
    if isinstance(value, list) and part.isdigit() and int(part) < len(value):
        return value[int(part)]
    raise KeyError(part)
