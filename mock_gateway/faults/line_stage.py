"""The second stage of a delivery: how the lines of a message are written, then other bytes at a place.

Owns: what each fault of lines does to a frame, as a table in the order in which they are done.
Must not know: which events come (`event_stage.py`), how bytes are cut into chunks (`chunk_stage.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from mock_gateway.faults.frames import Frame, Line, LineKind, Words, blank, offset_of
from mock_gateway.faults.injection import Injection
from mock_gateway.faults.spans import breaks, find, path_of

BOM = b"\xef\xbb\xbf"
ENDS: Mapping[str, tuple[bytes, ...]] = {
    "lf": (b"\n",),
    "crlf": (b"\r\n",),
    "cr": (b"\r",),
    "mixed": (b"\n", b"\r\n", b"\r"),
}


class LineStage:
    """The faults of bytes of one stream. written: bytes that it gave so far; end: of its last line, where it was
    changed."""

    def __init__(self, injections: Sequence[Injection], words: Words) -> None:
        self.words = words
        self.written = 0
        self.lines = 0
        self.end = b""
        by_name = {name: [one for one in injections if one.name == name] for name in LINES}
        self._lines = [(LINES[name], one) for name, found in by_name.items() for one in found]
        self._raw = [one for one in injections if one.name in ("insert-bytes", "replace-bytes")]

    def feed(self, frame: Frame) -> bytes:
        """The bytes of a frame."""
        for change, injection in self._lines:
            if is_for_all(injection) or injection.is_for(frame, self.words):
                change(self, injection, frame)
        data = frame.raw()
        for injection in self._raw:
            data = self._with_bytes(injection, frame, data)
        self.written += len(data)
        return data

    def _with_bytes(self, injection: Injection, frame: Frame, data: bytes) -> bytes:
        at = injection.spec.at
        place = None
        if injection.is_done or at is None:
            return data
        if at.event is None:
            inside = (at.byte or 0) - self.written
            place = inside if 0 <= inside < len(data) else None
        elif injection.is_for(frame, self.words):
            place = offset_of(at, frame, self.words)
        if place is None:
            return data
        new: bytes = injection.spec["bytes"]
        if injection.name == "insert-bytes":
            injection.done(f"{len(new)} bytes were put in")
            return data[:place] + new + data[place:]
        gone = len(new) if injection.spec["length"] is None else injection.spec["length"]
        injection.done(f"{gone} bytes were replaced by {len(new)}")
        return data[:place] + new + data[place + gone :]


def is_for_all(injection: Injection) -> bool:
    """Whether it is for the whole stream, comments that keep it alive included."""
    if injection.name in ("line-ends", "cut-line-ends"):
        return injection.spec.at is None
    return injection.spec.kind.needs == "none"


Change = Callable[[LineStage, Injection, Frame], None]


# -- the data ----------------------------------------------------------------------------------------------------------


def _long(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    size: int = injection.spec["size"]
    line = frame.line("data")
    if injection.spec["where"] == "comment":
        frame.prefix.append(Line("comment", b":", b"." * max(0, size - 2)))
    elif line is not None and line.value.endswith(b"}"):
        room = size - line.size - len(b',"padding":""')
        line.value = line.value[:-1] + b',"padding":"%b"}' % (b"." * max(0, room))
    injection.done(f"a line of {size} bytes")


def _invalid(stage: LineStage, injection: Injection, frame: Frame) -> None:
    line = frame.line("data")
    span = None if line is None else find(line.value, path_of(injection.spec["field"] or stage.words.text))
    if line is not None and span is not None and line.value[span[0] : span[0] + 1] == b'"':
        place = span[0] + 1
        line.value = line.value[:place] + injection.spec["bytes"] + line.value[place:]
        injection.done("a text began with bytes that are no UTF-8")


def _several(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    line = frame.line("data")
    places = [] if line is None else breaks(line.value)
    count = min(injection.spec["lines"] - 1, len(places))
    if line is None or not count:
        return
    chosen = [places[(index + 1) * len(places) // (count + 1)] for index in range(count)]
    cuts = [0, *dict.fromkeys(chosen), len(line.value)]
    index = frame.lines.index(line)
    parts = [Line("data", line.head, line.value[start:end]) for start, end in pairwise(cuts)]
    frame.lines[index : index + 1] = parts
    injection.done("the data had several lines")


def _spacing(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    for line in frame.lines:
        if line.kind == "data":
            line.head = b"data:" + b" " * injection.spec["blanks"]
            injection.done(f"{injection.spec['blanks']} blanks stood before the data")


def _bare(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    places = [index for index, line in enumerate(frame.lines) if line.kind == "data"]
    if places:
        frame.lines.insert(places[-1] + 1, Line("data", b"data", b""))
        injection.done("a bare line followed the data")


# -- other lines -------------------------------------------------------------------------------------------------------


def _odd_id(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    line = frame.line("id")
    if line is None:
        return
    form = injection.spec["form"]
    if form == "missing":
        frame.lines.remove(line)
    else:
        line.head, line.value = _ID_FORMS[form](line.value)
    injection.done(f"the id line was {form}")


_ID_FORMS: Mapping[str, Callable[[bytes], tuple[bytes, bytes]]] = {
    "empty": lambda _value: (b"id:", b""),
    "bare": lambda _value: (b"id", b""),
    "nul": lambda value: (b"id: ", value + b"\0"),
    "letters": lambda value: (b"id: ", b"n" + value),
    "non-ascii": lambda value: (b"id: ", "№".encode() + value),
}


def _event_line(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    says = injection.spec["says"]
    value = {"type": frame.type, "other": injection.spec["value"], "nothing": ""}[says]
    places = [index for index, line in enumerate(frame.lines) if line.kind == "data"]
    if places:
        frame.lines.insert(places[0], Line("event", b"event: " if value else b"event:", value.encode()))
        injection.done(f"an event line said {says}")


def _retry(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    value = injection.spec["value"].encode()
    _put(injection, frame, Line("retry", b"retry: " if value else b"retry:", value))


def _unknown(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    spec = injection.spec
    _put(injection, frame, Line("other", f"{spec['name']}: ".encode(), spec["value"].encode()))


def _comment(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    value = injection.spec["text"].encode()
    size = injection.spec["size"]
    if size is not None:
        value = value.ljust(max(0, size - 2), b".")
    _put(injection, frame, Line("comment", b":", value))


def _put(injection: Injection, frame: Frame, line: Line) -> None:
    """A line at the place: before the event, or at the edge of one of its lines."""
    at = injection.spec.at
    edge = None if at is None else at.after or at.before
    if at is None or edge is None:
        frame.prefix.append(line)
    else:
        places = [index for index, one in enumerate(frame.lines) if one.kind == edge]
        if not places:
            return
        frame.lines.insert(places[-1] + 1 if at.after else places[0], line)
    injection.done(f"a line came: {(line.head + line.value)[:60].decode('utf-8', 'replace')}")


def _order(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    order: tuple[LineKind, ...] = injection.spec["order"]
    content = [line for line in frame.lines if line.kind != "blank"]
    named = [line for kind in order for line in content if line.kind == kind]
    others = [line for line in content if line.kind not in order]
    frame.lines = [*others, *named, *(line for line in frame.lines if line.kind == "blank")]
    injection.done("the lines came in another order")


def _case(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    for line in frame.lines:
        if line.kind in injection.spec["fields"]:
            line.head = line.head.upper() if injection.spec["case"] == "upper" else line.head.title()
            injection.done("field names were in capitals")


# -- before the event --------------------------------------------------------------------------------------------------


def _empty_data(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    frame.prefix += [Line("data", b"data:" if injection.spec["colon"] else b"data", b""), blank()]
    injection.done("a message without data came before the event")


def _id_only(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    value = injection.spec["value"]
    number = str((frame.number or 1) - 1) if value is None else value
    frame.prefix += [Line("id", b"id: ", number.encode()), blank()]
    injection.done(f"a message that was only the id {number} came before the event")


def _blanks(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    frame.prefix += [blank() for _ in range(injection.spec["count"])]
    injection.done(f"{injection.spec['count']} blank lines came before the event")


# -- ends --------------------------------------------------------------------------------------------------------------


def _ends(stage: LineStage, injection: Injection, frame: Frame) -> None:
    ends = ENDS[injection.spec["ends"]]
    for line in frame.all_lines():
        line.end = ends[stage.lines % len(ends)]
        if stage.end == b"\r" and not line.head + line.value and line.end == b"\n":
            line.end = b"\r"  # behind a CR it would be no line of its own
        stage.end = line.end
        stage.lines += 1
    injection.done(f"lines ended with {injection.spec['ends']}")


def _crlf(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    for line in frame.all_lines():
        line.end = b"\r\n"
    injection.done("lines ended with crlf, cut in between")


def _mark(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    if not injection.is_done:
        frame.prefix.insert(0, Line("other", BOM, b"", b""))
        injection.done("the stream began with a byte order mark", "byte 0")


def _no_blank(_stage: LineStage, injection: Injection, frame: Frame) -> None:
    if frame.is_last and frame.lines[-1].kind == "blank":
        del frame.lines[-1]
        if not injection.spec["newline"]:
            frame.lines[-1].end = b""
        injection.done("the last event was not closed", f"event {frame.number or 'last'}")


LINES: Mapping[str, Change] = {
    "long-line": _long,
    "invalid-utf8": _invalid,
    "several-data-lines": _several,
    "spacing": _spacing,
    "bare-data": _bare,
    "odd-id": _odd_id,
    "event-line": _event_line,
    "field-order": _order,
    "field-case": _case,
    "retry-line": _retry,
    "unknown-line": _unknown,
    "comment": _comment,
    "blank-lines": _blanks,
    "id-only": _id_only,
    "empty-data": _empty_data,
    "line-ends": _ends,
    "cut-line-ends": _crlf,
    "byte-order-mark": _mark,
    "no-final-blank": _no_blank,
}
"""What each fault does, by its name, in the order in which they are done."""
