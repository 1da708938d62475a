"""An incremental parser of server-sent events, after the WHATWG HTML standard, section 9.2.

Owns: bytes in, events out, at any cutting of the bytes.
Must not know: HTTP, JSON, turns, what an event means. Next: `connection.py`, which feeds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mock_gateway.client.errors import ProtocolError

_LINE_END = re.compile(rb"\r\n|\r|\n")
_BOM = b"\xef\xbb\xbf"
# Longer numbers are nonsense as milliseconds, and int() refuses the really long ones.
_RETRY = re.compile(r"[0-9]{1,9}")

DEFAULT_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One dispatched event.

    data: the data lines joined by LF. event: its name, "message" unless the stream named it.
    last_event_id: the id in force, which a later event inherits from an earlier one.
    """

    data: str
    event: str = "message"
    last_event_id: str = ""


class SseParser:
    """Parses one stream. A block that the end of the stream cuts off is never delivered.

    limit: most bytes that one event may hold, over all its lines; a longer one is a ProtocolError.
    """

    def __init__(self, *, limit: int = DEFAULT_LIMIT) -> None:
        self.retry: int | None = None
        """The reconnection time that the stream asked for, in milliseconds."""
        self.last_event_id = ""
        """The id of the last complete block."""
        self._limit = limit
        self._line = bytearray()
        self._after_cr = False
        self._first_line = True
        self._data: list[str] = []
        self._data_bytes = 0
        self._event = ""
        self._id = ""

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """Take the next bytes and yield the events that they complete.

        The work is done while the result is iterated; iterate it to the end before the next feed.
        Raises ProtocolError when an event outgrows the limit, after the events before it.
        """
        for line in self._lines(chunk):
            if line:
                self._take(line)
            else:
                yield from self._dispatch()

    def _lines(self, chunk: bytes) -> Iterator[bytes]:
        # Lines are cut as bytes: CR and LF are never part of a longer UTF-8 sequence, and U+0085 or
        # U+2028 must not end a line. A CR ends its line at once, so an event never waits for an LF.
        if not chunk:
            return
        start = 1 if self._after_cr and chunk.startswith(b"\n") else 0
        self._after_cr = chunk.endswith(b"\r")
        for end in _LINE_END.finditer(chunk, start):
            self._hold(chunk[start : end.start()])
            start = end.end()
            line = bytes(self._line)
            self._line.clear()
            yield line
        self._hold(chunk[start:])

    def _hold(self, piece: bytes) -> None:
        self._line += piece
        if len(self._line) + self._data_bytes > self._limit:
            raise ProtocolError(f"an event of the stream is longer than {self._limit} bytes")

    def _take(self, line: bytes) -> None:
        if self._first_line:
            self._first_line = False
            line = line.removeprefix(_BOM)
        name, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
            self._data_bytes += len(line)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and _RETRY.fullmatch(value):
            self.retry = int(value)

    def _dispatch(self) -> Iterator[ServerSentEvent]:
        self._first_line = False
        self.last_event_id = self._id
        data, name = self._data, self._event or "message"
        self._data, self._data_bytes, self._event = [], 0, ""
        if data:
            yield ServerSentEvent("\n".join(data), name, self._id)
