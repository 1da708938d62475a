"""What each fault of bytes does, as a raw socket sees it.

A row is a fault and the chunks that must come for it; both are made for a world, as numbers differ between dialects.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from itertools import pairwise

from tests.faults.raw_line import Answer
from tests.faults.stage import World

Fault = dict[str, object]
Row = tuple[Callable[[World], Fault], Callable[[World, Answer], None]]
BOM = b"\xef\xbb\xbf"


def at(world: World, more: int = 0, **inside: object) -> dict[str, object]:
    """The place of an event with text."""
    return {"event": world.n + more, **inside}


def chunks(make: Callable[[World], list[bytes]]) -> Callable[[World, Answer], None]:
    """The chunks are exactly these, and the body ends well."""

    def check(world: World, answer: Answer) -> None:
        assert answer.pieces == make(world)
        assert (answer.end, answer.status) == ("complete", 200)
        assert answer.headers["content-type"] == "text/event-stream"

    return check


def one(change: Callable[[bytes, World], bytes], more: int = 0) -> Callable[[World, Answer], None]:
    """Only one event is another one."""

    def make(world: World) -> list[bytes]:
        place = world.n + more - 1
        return [change(frame, world) if index == place else frame for index, frame in enumerate(world.plain)]

    return chunks(make)


def each(change: Callable[[bytes], bytes]) -> Callable[[World, Answer], None]:
    """Every event is another one."""
    return chunks(lambda world: [change(frame) for frame in world.plain])


def cut(pattern: bytes, inside: int = 1) -> Callable[[World, Answer], None]:
    """Chunks end behind a byte of everything that fits."""

    def make(world: World) -> list[bytes]:
        found = []
        for frame in world.plain:
            places = [0, *(match.start() + inside for match in re.finditer(pattern, frame)), len(frame)]
            found += [frame[start:end] for start, end in pairwise(places)]
        return found

    return chunks(make)


def _id(frame: bytes) -> bytes:
    return frame.split(b"\n")[0]


def _data(frame: bytes) -> bytes:
    return frame.split(b"\n")[1].removeprefix(b"data: ")


def _with_id(line: bytes) -> Callable[[bytes, World], bytes]:
    return lambda frame, _world: line + frame.split(b"\n", 1)[1]


def _characters(world: World) -> list[bytes]:
    found = []
    for frame in world.plain:
        text, piece = frame.decode(), b""
        for character in text:
            first, *others = (bytes([byte]) for byte in character.encode())
            piece += first
            for byte in others:
                found.append(piece)
                piece = byte
        found.append(piece)
    return found


def _several(frame: bytes) -> bytes:
    """In two lines, at the comma in the middle."""
    data = _data(frame)
    commas = [match.end() for match in re.finditer(rb'"(?:[^"\\]|\\.)*"|(,)', data) if match[1]]
    place = commas[len(commas) // 2]
    return _id(frame) + b"\ndata: " + data[:place] + b"\ndata: " + data[place:] + b"\n\n"


def _type(frame: bytes) -> bytes:
    return re.findall(rb'"type":"([^"]+)"', frame)[0]


def _mixed(world: World) -> list[bytes]:
    return [b"%b\n%b\r\n\r" % tuple(frame.split(b"\n")[:2]) for frame in world.plain]


def _unzipped(world: World, answer: Answer) -> None:
    reader = zlib.decompressobj(wbits=31)
    assert [reader.decompress(piece) for piece in answer.pieces] == [*world.plain, b""]
    assert reader.eof and answer.headers["content-encoding"] == "gzip"


def _content_type(value: str | None) -> Callable[[World, Answer], None]:
    def check(world: World, answer: Answer) -> None:
        assert answer.headers.get("content-type") == value
        assert answer.pieces == world.plain

    return check


def always(**fault: object) -> Callable[[World], Fault]:
    """The same fault in every world."""
    return lambda _world: fault


def here(more: int = 0, inside: dict[str, object] | None = None, **fault: object) -> Callable[[World], Fault]:
    """A fault at an event with text."""
    return lambda world: {**fault, "at": at(world, more, **(inside or {}))}


CHUNKING: dict[str, list[Row]] = {
    "byte-by-byte": [
        (
            always(fault="byte-by-byte"),
            chunks(lambda world: [bytes([byte]) for frame in world.plain for byte in frame]),
        )
    ],
    "chunk-sizes": [
        (
            always(fault="chunk-sizes", sizes=[40, 2]),
            chunks(
                lambda world: [
                    piece
                    for frame in world.plain
                    for start in range(0, len(frame), 42)
                    for piece in (frame[start : start + 40], frame[start + 40 : start + 42])
                    if piece
                ]
            ),
        )
    ],
    "cut-characters": [
        (always(fault="cut-characters"), chunks(_characters)),
        (always(fault="cut-characters", inner=3), cut("😀".encode(), 3)),
    ],
    "cut-escapes": [(always(fault="cut-escapes"), cut(rb"\\."))],
    "cut-line-ends": [
        (
            always(fault="cut-line-ends"),
            chunks(
                lambda world: [
                    piece
                    for frame in world.plain
                    for lines in [frame.split(b"\n")]
                    for piece in (lines[0] + b"\r", b"\n" + lines[1] + b"\r", b"\n\r", b"\n")
                ]
            ),
        )
    ],
    "joined-chunks": [
        (always(fault="joined-chunks"), chunks(lambda world: [b"".join(world.plain)])),
        (
            always(fault="joined-chunks", events=2),
            chunks(lambda world: [b"".join(world.plain[i : i + 2]) for i in range(0, len(world.plain), 2)]),
        ),
    ],
}
LINES: dict[str, list[Row]] = {
    "line-ends": [
        (always(fault="line-ends", ends="crlf"), each(lambda frame: frame.replace(b"\n", b"\r\n"))),
        (always(fault="line-ends", ends="cr"), each(lambda frame: frame.replace(b"\n", b"\r"))),
        (always(fault="line-ends", ends="lf"), each(lambda frame: frame)),
        (always(fault="line-ends", ends="mixed"), chunks(_mixed)),
        (
            here(fault="line-ends", ends="crlf"),
            one(lambda frame, _world: frame.replace(b"\n", b"\r\n")),
        ),
    ],
    "byte-order-mark": [
        (always(fault="byte-order-mark"), chunks(lambda world: [BOM + world.plain[0], *world.plain[1:]])),
        (
            always(fault="byte-order-mark", split=True),
            chunks(lambda world: [b"\xef", b"\xbb", b"\xbf", *world.plain]),
        ),
    ],
    "comment": [
        (always(fault="comment"), each(lambda frame: b": a comment\n" + frame)),
        (
            here(inside={"after": "id"}, fault="comment", text="x", size="64 KB"),
            one(lambda frame, _world: _id(frame) + b"\n:x" + b"." * 65533 + b"\n" + frame.split(b"\n", 1)[1]),
        ),
        (
            here(inside={"before": "blank"}, fault="comment", text=""),
            one(lambda frame, _world: frame[:-1] + b":\n\n"),
        ),
        (here(inside={"after": "blank"}, fault="comment"), one(lambda frame, _world: frame + b": a comment\n")),
    ],
    "retry-line": [
        (here(fault="retry-line"), one(lambda frame, _world: b"retry: 3000\n" + frame)),
        (here(fault="retry-line", value=""), one(lambda frame, _world: b"retry:\n" + frame)),
        (
            here(inside={"after": "data"}, fault="retry-line", value="-1.5e3 ms"),
            one(lambda frame, _world: frame[:-1] + b"retry: -1.5e3 ms\n\n"),
        ),
    ],
    "unknown-line": [
        (
            here(inside={"before": "data"}, fault="unknown-line", name="priority", value="hoch ü"),
            one(lambda frame, _world: frame.replace(b"\ndata", "\npriority: hoch ü\ndata".encode())),
        )
    ],
    "field-order": [
        (
            always(fault="field-order"),
            each(lambda frame: b"data: " + _data(frame) + b"\n" + _id(frame) + b"\n\n"),
        )
    ],
    "field-case": [
        (here(fault="field-case"), one(lambda frame, _world: b"ID" + frame[2:].replace(b"\ndata", b"\nDATA"))),
        (
            always(fault="field-case", case="title", fields=["data"]),
            each(lambda frame: frame.replace(b"\ndata", b"\nData")),
        ),
    ],
    "spacing": [
        (always(fault="spacing", blanks=0), each(lambda frame: frame.replace(b"\ndata: ", b"\ndata:"))),
        (always(fault="spacing", blanks=2), each(lambda frame: frame.replace(b"\ndata: ", b"\ndata:  "))),
    ],
    "bare-data": [(always(fault="bare-data"), each(lambda frame: frame[:-1] + b"data\n\n"))],
    "empty-data": [
        (here(fault="empty-data"), one(lambda frame, _world: b"data:\n\n" + frame)),
        (here(fault="empty-data", colon=False), one(lambda frame, _world: b"data\n\n" + frame)),
    ],
    "several-data-lines": [(always(fault="several-data-lines"), each(_several))],
    "id-only": [
        (here(fault="id-only"), one(lambda frame, world: b"id: %d\n\n" % (world.n - 1) + frame)),
        (here(fault="id-only", value="x1"), one(lambda frame, _world: b"id: x1\n\n" + frame)),
    ],
    "odd-id": [
        (here(fault="odd-id"), one(_with_id(b""))),
        (here(fault="odd-id", form="empty"), one(_with_id(b"id:\n"))),
        (here(fault="odd-id", form="bare"), one(_with_id(b"id\n"))),
        (here(fault="odd-id", form="nul"), one(lambda frame, _world: frame.replace(b"\n", b"\0\n", 1))),
        (here(fault="odd-id", form="letters"), one(lambda frame, _world: frame.replace(b"id: ", b"id: n", 1))),
        (
            here(fault="odd-id", form="non-ascii"),
            one(lambda frame, _world: frame.replace(b"id: ", "id: №".encode(), 1)),
        ),
    ],
    "event-line": [
        (
            always(fault="event-line"),
            each(lambda frame: frame.replace(b"\ndata", b"\nevent: " + _type(frame) + b"\ndata")),
        ),
        (
            here(fault="event-line", says="other", value="ping"),
            one(lambda frame, _world: frame.replace(b"\ndata", b"\nevent: ping\ndata")),
        ),
        (
            here(fault="event-line", says="nothing"),
            one(lambda frame, _world: frame.replace(b"\ndata", b"\nevent:\ndata")),
        ),
    ],
    "long-line": [
        (
            here(fault="long-line"),
            one(
                lambda frame, _world: (
                    frame[:-3]
                    + b',"padding":"%b"}\n\n'
                    % (b"." * (1024 * 1024 - len(_data(frame)) - len('data: ,"padding":""\n')))
                )
            ),
        ),
        (
            here(fault="long-line", size="1 KB", where="comment"),
            one(lambda frame, _world: b":" + b"." * 1022 + b"\n" + frame),
        ),
    ],
    "invalid-utf8": [
        (
            here(fault="invalid-utf8"),
            one(lambda frame, _world: frame.replace("Grüße".encode(), b"\xff" + "Grüße".encode())),
        ),
        (
            here(fault="invalid-utf8", field="thread_id", bytes="\\xc3\\x28"),
            one(lambda frame, _world: frame.replace(b'"main"', b'"\xc3(main"')),
        ),
    ],
    "blank-lines": [
        (always(fault="blank-lines", count=2), each(lambda frame: b"\n\n" + frame)),
        (here(fault="blank-lines"), one(lambda frame, _world: b"\n" + frame)),
    ],
    "no-final-blank": [
        (
            always(fault="no-final-blank"),
            chunks(lambda world: [*world.plain[:-1], world.plain[-1][:-1]]),
        ),
        (
            always(fault="no-final-blank", newline=False),
            chunks(lambda world: [*world.plain[:-1], world.plain[-1][:-2]]),
        ),
    ],
    "wrong-content-type": [
        (always(fault="wrong-content-type"), _content_type("application/json")),
        (always(fault="wrong-content-type", value=""), _content_type(None)),
    ],
    "odd-content-type": [(always(fault="odd-content-type"), _content_type("Text/Event-Stream;Charset=UTF-8"))],
    "gzip": [(always(fault="gzip"), _unzipped)],
    "insert-bytes": [
        (
            here(inside={"byte": 3}, fault="insert-bytes", bytes="\\x00\\n"),
            one(lambda frame, _world: frame[:3] + b"\0\n" + frame[3:]),
        ),
        (
            here(inside={"after": "id"}, fault="insert-bytes", bytes="\\xef\\xbb\\xbf"),
            one(lambda frame, _world: frame.replace(b"\n", b"\n" + BOM, 1)),
        ),
        (
            lambda world: {"fault": "insert-bytes", "at": {"byte": len(world.plain[0]) + 2}, "bytes": "!"},
            chunks(lambda world: [world.plain[0], world.plain[1][:2] + b"!" + world.plain[1][2:], *world.plain[2:]]),
        ),
    ],
    "replace-bytes": [
        (
            here(inside={"byte": 0}, fault="replace-bytes", bytes="ID"),
            one(lambda frame, _world: b"ID" + frame[2:]),
        ),
        (
            here(inside={"character": 3}, fault="replace-bytes", bytes="", length=1),
            one(lambda frame, _world: frame.replace("ü".encode(), b"\xc3")),
        ),
    ],
}
ROWS = {**CHUNKING, **LINES}
