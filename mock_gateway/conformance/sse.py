"""The judge's own reading of an event stream, after the WHATWG standard (HTML, section 9.2.5 and 9.2.6).

Owns: bytes to messages, however the bytes are split. Written apart from every client, so that no mistake can hide in
both. Must not know: JSON, HTTP, what an event means.
"""

from __future__ import annotations

import codecs

from msgspec import Struct

_utf8 = codecs.getincrementaldecoder("utf-8")


class Message(Struct, frozen=True):
    """One dispatched message. id: the last id there was by then; own_id: whether this block had a line for it."""

    data: str
    id: str = ""
    event: str = "message"
    own_id: bool = False


class SseReader:
    """A reader with memory.

    comments: comment lines so far. last_id: what a browser would send when it connects again. retry: milliseconds.
    """

    def __init__(self) -> None:
        self.comments = 0
        self.last_id = ""
        self.retry: int | None = None
        self._decoder = _utf8("replace")
        self._started = False
        self._line = ""
        self._after_cr = False
        self._data: list[str] = []
        self._event = ""
        self._id = ""
        self._own_id = False

    def feed(self, piece: bytes) -> list[Message]:
        """The messages that are complete now. A block without its blank line is never dispatched."""
        text = self._decoder.decode(piece)
        if not self._started and text:
            self._started = True
            text = text.removeprefix("\ufeff")
        found = (self._take(line) for line in self._lines(text))
        return [message for message in found if message is not None]

    @property
    def is_between(self) -> bool:
        """Whether all that was read has been dispatched, so that the stream could end here."""
        return not (self._line or self._data or self._own_id or self._event)

    def _lines(self, text: str) -> list[str]:
        if self._after_cr and text:
            text = text.removeprefix("\n")
            self._after_cr = False
        if text.endswith("\r"):
            self._after_cr = True
        *whole, self._line = (self._line + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return whole

    def _take(self, line: str) -> Message | None:
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

    def _dispatch(self) -> Message | None:
        self.last_id = self._id
        data, event, own_id = self._data, self._event, self._own_id
        self._data, self._event, self._own_id = [], "", False
        if not data:
            return None
        return Message("\n".join(data), self.last_id, event or "message", own_id)


def read_stream(stream: bytes) -> list[Message]:
    """The messages of a whole stream; an incomplete last block is dropped."""
    return SseReader().feed(stream)
