"""Reading server-sent events from bytes that come in any pieces (WHATWG HTML 9.2.5 and 9.2.6).

Owns: characters, lines, fields, when an event is complete. Must not know: JSON, HTTP.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(slots=True)
class Message:
    """An event as it came. id: the last event id that was set until now, by this event or one before it.

    own_id: whether it was this one.
    """

    data: str
    id: str
    own_id: bool = True


class Parser:
    """A parser of one stream. last_id: what a client that comes back has to send. retry: seconds, where it was told."""

    charset = "utf-8"

    def __init__(self) -> None:
        self.last_id = ""
        self.retry: float | None = None
        self._decoder = codecs.getincrementaldecoder(self.charset)("replace")
        self._line = ""
        self._after_cr = False
        self._at_start = True
        self._data: list[str] = []
        self._id = ""
        self._own_id = False

    def feed(self, data: bytes) -> list[Message]:
        """The events that these bytes complete."""
        found = []
        for line in self.lines(self.text(data)):
            message = self.take(line)
            if message is not None:
                found.append(message)
        return found

    # -- characters and lines

    def text(self, data: bytes) -> str:
        """Bytes as characters; one that is not complete yet is kept."""
        text = self._decoder.decode(data)
        if self._at_start and text:
            self._at_start = False
            text = self.start(text)
        return text

    def start(self, text: str) -> str:
        """The first characters: a byte order mark is no part of them."""
        return text.removeprefix("\ufeff")

    def lines(self, text: str) -> list[str]:
        """The lines that these characters complete."""
        if self._after_cr and text:
            self._after_cr = False
            text = self.after_cr(text)
        found = []
        for part in self.split(text):
            if part.endswith(("\r", "\n")):
                found.append(self._line + part.rstrip("\r\n"))
                self._line = ""
            else:
                self._line += part
        self._after_cr = text.endswith("\r")
        return found

    def after_cr(self, text: str) -> str:
        """What follows a CR that ended the bytes before: a LF belongs to it."""
        return text.removeprefix("\n")

    def split(self, text: str) -> list[str]:
        """Characters cut behind each end of a line."""
        return _LINES.findall(text)

    # -- fields

    def take(self, line: str) -> Message | None:
        """The event that a line completes."""
        if not line:
            return self.complete()
        if not self.is_comment(line):
            name, _, value = line.partition(":")
            self.field(name, self.value(value))
        return None

    def is_comment(self, line: str) -> bool:
        """Whether a line says nothing."""
        return line.startswith(":")

    def value(self, text: str) -> str:
        """What stands behind the colon: one blank is no part of it."""
        return text.removeprefix(" ")

    def field(self, name: str, value: str) -> None:
        """One field; those that are not known are left alone."""
        if name == "data":
            self._data.append(value)
        elif name == "id":
            self.take_id(value)
        elif name == "retry":
            self.take_retry(value)

    def take_id(self, value: str) -> None:
        """An id: it counts from the end of its block on."""
        if "\0" not in value:
            self._id, self._own_id = value, True

    def take_retry(self, value: str) -> None:
        """How long to wait before coming back, in milliseconds."""
        if value.isascii() and value.isdigit() and len(value) < 10:
            self.retry = int(value) / 1000

    def complete(self) -> Message | None:
        """A blank line: the end of a block, and of an event if it has data."""
        self.last_id = self._id
        data, self._data = self._data, []
        own_id, self._own_id = self._own_id, False
        return Message(self.joined(data), self.last_id, own_id) if any(data) or len(data) > 1 else None

    def joined(self, data: list[str]) -> str:
        """Several lines of data are one text."""
        return "\n".join(data)

    def end(self) -> list[Message]:
        """The stream has ended: a block without its blank line is no event."""
        return []
