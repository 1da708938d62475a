"""Bugs in reading lines and fields."""

from __future__ import annotations

import codecs
import time

from contract_tests.mutants.errors import Failure
from contract_tests.mutants.sse import Message, Parser
from contract_tests.mutants.zoo import mutant


@mutant("bom-kept", "WIRE-BOM-1")
class BomKept(Parser):
    """A byte order mark at the start is taken for part of the first line."""

    def start(self, text: str) -> str:
        return text


@mutant("bom-as-bytes", "WIRE-BOM-2")
class BomAsBytes(Parser):
    """A byte order mark is only recognised when its three bytes come together."""

    seen = False

    def start(self, text: str) -> str:
        return text

    def text(self, data: bytes) -> str:
        first, self.seen = not self.seen, True
        return super().text(data.removeprefix(codecs.BOM_UTF8) if first else data)


@mutant("bom-everywhere", "WIRE-BOM-3")
class BomEverywhere(Parser):
    """The character of the byte order mark is removed wherever it stands."""

    def text(self, data: bytes) -> str:
        return super().text(data).replace("\ufeff", "")


@mutant("lf-only", "WIRE-EOL-CR")
class LfOnly(Parser):
    """Only LF ends a line, a CR before it is cut off."""

    def split(self, text: str) -> list[str]:
        return _cut(text, "\n")


def _cut(text: str, end: str) -> list[str]:
    """Text cut behind each `end`."""
    parts = text.split(end)
    return [part + end for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


@mutant("no-crlf", "WIRE-EOL-CRLF")
class NoCrlf(Parser):
    """Of CRLF the CR stays at the end of the line."""

    def lines(self, text: str) -> list[str]:
        found = []
        for part in _cut(text, "\n"):
            if part.endswith("\n"):
                found.append(self._line + part[:-1])
                self._line = ""
            else:
                self._line += part
        return found


@mutant("one-kind-of-end", "WIRE-EOL-MIX")
class OneKindOfEnd(Parser):
    """The first end of a line decides what ends all others."""

    end_of_line = ""

    def split(self, text: str) -> list[str]:
        if not self.end_of_line:
            ends = sorted((text.find(end), -len(end), end) for end in ("\r\n", "\n", "\r") if end in text)
            self.end_of_line = ends[0][2] if ends else ""
        return _cut(text, self.end_of_line) if self.end_of_line else super().split(text)


@mutant("split-crlf-twice", "WIRE-EOL-CRSPLIT")
class SplitCrlfTwice(Parser):
    """A CR and a LF that come in different pieces are taken for two ends of lines."""

    def after_cr(self, text: str) -> str:
        return text


@mutant("cr-held", "WIRE-EOL-CRHELD")
class CrHeld(Parser):
    """A CR waits for the next byte, which may be a LF, before it ends its line."""

    held = ""

    def lines(self, text: str) -> list[str]:
        text, self.held = self.held + text, ""
        if text.endswith("\r"):
            text, self.held = text[:-1], "\r"
        return super().lines(text)


@mutant("blank-is-event", "WIRE-BLANK")
class BlankIsEvent(Parser):
    """Every blank line ends an event, also when there was nothing before it."""

    def complete(self) -> Message | None:
        self.last_id = self._id
        data, self._data = self._data, []
        return Message("\n".join(data), self.last_id)


@mutant("comment-is-end", "WIRE-COM-2")
class CommentIsEnd(Parser):
    """A comment behind the data of an event takes them away."""

    def is_comment(self, line: str) -> bool:
        if super().is_comment(line):
            self._data.clear()
        return super().is_comment(line)


@mutant("comment-alone-fails", "WIRE-COM-1")
class CommentAloneFails(Parser):
    """A comment that stands alone is taken for an event without data."""

    def take(self, line: str) -> Message | None:
        if self.is_comment(line) and not self._data:
            return Message(line[1:], self.last_id)
        return super().take(line)


@mutant("comment-is-block", "WIRE-COM-3")
class CommentIsBlock(Parser):
    """A block of an id and a comment is taken for an event without data."""

    commented = False

    def is_comment(self, line: str) -> bool:
        self.commented = super().is_comment(line)
        return self.commented

    def complete(self) -> Message | None:
        empty = Message("", self._id) if self.commented and self._own_id and not self._data else None
        return super().complete() or empty


@mutant("comment-forgets-id", "WIRE-COM-3", dialects=("v1",))
class CommentForgetsId(Parser):
    """A comment behind an id takes the id away."""

    def is_comment(self, line: str) -> bool:
        if super().is_comment(line):
            self._id = "0"
        return super().is_comment(line)


@mutant("comments-do-not-count", "WIRE-COM-5")
class CommentsDoNotCount(Parser):
    """When nothing but comments has come for two seconds, the stream is taken for dead."""

    heard = 0.0

    def feed(self, data: bytes) -> list[Message]:
        found = super().feed(data)
        now = time.monotonic()
        if found or not self.heard:
            self.heard = now
        elif now - self.heard > 2:
            raise Failure("timeout", "no event came in time")
        return found


@mutant("long-comment-limit", "WIRE-COM-4")
class LongCommentLimit(Parser):
    """A comment of more than 4 KiB ends the reading."""

    is_deaf = False

    def is_comment(self, line: str) -> bool:
        if line.startswith(":") and len(line) > 4096:
            self.is_deaf = True
        return super().is_comment(line)

    def field(self, name: str, value: str) -> None:
        if not self.is_deaf:
            super().field(name, value)


@mutant("one-data-line", "WIRE-DATA-MULTI")
class OneDataLine(Parser):
    """Of several lines of data only the last one counts."""

    def joined(self, data: list[str]) -> str:
        return data[-1]


@mutant("blank-needed", "WIRE-DATA-NOSPACE")
class BlankNeeded(Parser):
    """The first character behind the colon is cut off, whatever it is."""

    def value(self, text: str) -> str:
        return text[1:]


@mutant("all-blanks-cut", "WIRE-DATA-TWOSPACE")
class AllBlanksCut(Parser):
    """A value that begins with a blank of its own is refused."""

    def field(self, name: str, value: str) -> None:
        if not value.startswith(" "):
            super().field(name, value)


@mutant("colon-needed", "WIRE-DATA-NOCOLON")
class ColonNeeded(Parser):
    """A line without a colon is taken for data, and spoils them."""

    def take(self, line: str) -> Message | None:
        if line and ":" not in line:
            self._data.append(line)
            return None
        return super().take(line)


@mutant("unknown-field-fails", "WIRE-FIELD-UNKNOWN")
class UnknownFieldFails(Parser):
    """A field that is not known takes the event with it."""

    def field(self, name: str, value: str) -> None:
        if name not in ("data", "id", "retry", "event"):
            self._data.clear()
        else:
            super().field(name, value)


@mutant("case-blind", "WIRE-FIELD-CASE")
class CaseBlind(Parser):
    """Names of fields are taken in any case: `Data` adds to the data."""

    def field(self, name: str, value: str) -> None:
        super().field(name.lower(), value)


@mutant("empty-is-event", "WIRE-DATA-EMPTY")
class EmptyIsEvent(Parser):
    """A message with empty data is taken for an event."""

    def complete(self) -> Message | None:
        is_empty = self._data == [""]
        return super().complete() or (Message("", self._id) if is_empty else None)


@mutant("id-comes-first", "WIRE-FIELD-ORDER")
class IdComesFirst(Parser):
    """Data that stand in front of the id of their event are not taken."""

    def field(self, name: str, value: str) -> None:
        if name != "data" or self._own_id:
            super().field(name, value)


@mutant("crlf-only", "WIRE-EOL-LF")
class CrlfOnly(Parser):
    """Only CR and LF together end a line."""

    def split(self, text: str) -> list[str]:
        return _cut(text, "\r\n")


@mutant("lines-lost", "WIRE-PROBE-LINES", also=("WIRE-DATA-MULTI",))
class LinesLost(Parser):
    """Of more than two lines of data only the first and the last count."""

    def joined(self, data: list[str]) -> str:
        return "\n".join(data if len(data) < 3 else [data[0], data[-1]])


@mutant("cr-is-text", "WIRE-PROBE-LINE-ENDS", also=("WIRE-EOL-CR", "WIRE-EOL-CRSPLIT"))
class CrIsText(NoCrlf):
    """A CR that ends a line is taken for part of it."""
