"""Reading an event stream as the WHATWG standard has it (HTML, section 9.2), whatever way its bytes are split.

Owns: bytes to frames. Written for these tests alone, so that a mistake in the gateway and in its own client cannot
hide each other. Must not know: JSON, HTTP, what an event means.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field

_utf8 = codecs.getincrementaldecoder("utf-8")


@dataclass(frozen=True, slots=True)
class Frame:
    """One dispatched message. id: the last id there was by then; own_id: whether this block had a line for it."""

    data: str
    id: str = ""
    event: str = "message"
    own_id: bool = False


@dataclass(slots=True)
class SseReader:
    """A decoder with memory. comments: comment lines so far. last_id: as a browser would send it when reconnecting."""

    comments: int = 0
    last_id: str = ""
    retry: int | None = None
    _decoder: codecs.IncrementalDecoder = field(default_factory=lambda: _utf8("replace"))
    _started: bool = False
    _line: str = ""
    _after_cr: bool = False
    _data: list[str] = field(default_factory=list)
    _event: str = ""
    _id: str = ""
    _own_id: bool = False

    def feed(self, piece: bytes) -> list[Frame]:
        """The frames that are complete now. A block without its blank line at the end is never dispatched."""
        text = self._decoder.decode(piece)
        if not self._started and text:
            self._started = True
            text = text.removeprefix("\ufeff")
        frames = []
        for line in self._lines(text):
            frame = self._take(line)
            if frame is not None:
                frames.append(frame)
        return frames

    @property
    def is_between(self) -> bool:
        """Whether everything that was read has been dispatched, so that a stream could end here."""
        return not (self._line or self._data or self._own_id or self._event)

    def _lines(self, text: str) -> list[str]:
        if self._after_cr and text:
            text = text.removeprefix("\n")
            self._after_cr = False
        if text.endswith("\r"):
            self._after_cr = True
        *whole, self._line = (self._line + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return whole

    def _take(self, line: str) -> Frame | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not name:
            self.comments += 1
        elif name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id, self._own_id = value, True
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry = int(value)
        return None

    def _dispatch(self) -> Frame | None:
        self.last_id = self._id
        data, event, own_id = self._data, self._event, self._own_id
        self._data, self._event, self._own_id = [], "", False
        if not data:
            return None
        return Frame("\n".join(data), self.last_id, event or "message", own_id)
