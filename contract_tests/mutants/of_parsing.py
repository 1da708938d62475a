"""Bugs in reading bytes, lines and fields."""

from __future__ import annotations

import codecs

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


@mutant("comment-is-data", "WIRE-COM-2")
class CommentIsData(Parser):
    """A comment between the fields of an event cuts it off."""

    def take(self, line: str) -> Message | None:
        if self.is_comment(line) and self._data:
            return self.complete()
        return super().take(line)


@mutant("comment-alone-fails", "WIRE-COM-1")
class CommentAloneFails(Parser):
    """A comment that stands alone is taken for an event without data."""

    def take(self, line: str) -> Message | None:
        if self.is_comment(line) and not self._data:
            return Message(line[1:], self.last_id)
        return super().take(line)


@mutant("comment-forgets-id", "WIRE-COM-3")
class CommentForgetsId(Parser):
    """A comment behind an id takes the id away."""

    def take(self, line: str) -> Message | None:
        if self.is_comment(line):
            self._id = ""
        return super().take(line)


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


@mutant("id-comes-first", "WIRE-FIELD-ORDER")
class IdComesFirst(Parser):
    """An id that stands behind the data is too late for its event."""

    def take_id(self, value: str) -> None:
        if not self._data:
            super().take_id(value)


@mutant("id-is-early", "RES-IDLINE")
class IdIsEarly(Parser):
    """An id counts as soon as its line has come, before its event is complete."""

    def take_id(self, value: str) -> None:
        super().take_id(value)
        self.last_id = self._id


@mutant("bytes-decoded-apart", "WIRE-UTF8-1")
class BytesDecodedApart(Parser):
    """Each piece of bytes is decoded by itself, so a character that is cut is lost."""

    def text(self, data: bytes) -> str:
        text = data.decode("utf-8", "replace")
        if self._at_start and text:
            self._at_start = False
            text = self.start(text)
        return text


@mutant("cut-bytes-dropped", "WIRE-UTF8-2")
class CutBytesDropped(Parser):
    """Bytes that are no whole characters are dropped without a word."""

    def text(self, data: bytes) -> str:
        text = data.decode("utf-8", "ignore")
        if self._at_start and text:
            self._at_start = False
            text = self.start(text)
        return text


@mutant("line-in-one-piece", "WIRE-HUGE-2")
class LineInOnePiece(Parser):
    """A line of more than a megabyte is cut off there."""

    limit = 1 << 20

    def lines(self, text: str) -> list[str]:
        return [line[: self.limit] for line in super().lines(text)]


@mutant("strict-utf8", "WIRE-UTF8-5", fuzzable=False)
class StrictUtf8(Parser):
    """A byte that is no UTF-8 is an error that nobody catches."""

    def __init__(self) -> None:
        super().__init__()
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")


@mutant("splitlines", "WIRE-SEP")
class Splitlines(Parser):
    """Every character that Unicode calls an end of a line is one."""

    def split(self, text: str) -> list[str]:
        return text.splitlines(keepends=True)

    def lines(self, text: str) -> list[str]:
        found = []
        for part in self.split(text):
            if part.splitlines()[0] != part:
                found.append(self._line + part.splitlines()[0])
                self._line = ""
            else:
                self._line += part
        return found


@mutant("last-block-counts", "WIRE-EOF-PARTIAL")
class LastBlockCounts(Parser):
    """A stream that ends in the middle of a block has that block as its last event."""

    def end(self) -> list[Message]:
        if self._line:
            self.take(self._line)
        message = self.complete()
        return [] if message is None else [message]


@mutant("retry-by-float", "WIRE-RETRY-BOGUS", fuzzable=False)
class RetryByFloat(Parser):
    """What stands behind `retry:` is read as generously as Python reads numbers."""

    def take_retry(self, value: str) -> None:
        try:
            self.retry = int(value.rstrip("x") or "3000") / 1000
        except ValueError:
            return


@mutant("retry-ignored", "WIRE-RETRY-OK", fuzzable=False)
class RetryIgnored(Parser):
    """What the gateway says about waiting is not heard."""

    def take_retry(self, value: str) -> None:
        return


@mutant("one-event-a-piece", "WIRE-HUGE-3")
class OneEventAPiece(Parser):
    """Of the events that come in one piece of bytes at most a thousand are taken."""

    def feed(self, data: bytes) -> list[Message]:
        return super().feed(data)[:1000]


@mutant("first-event-of-a-piece", "CHUNK-JOINED")
class FirstEventOfAPiece(Parser):
    """Of the events that come in one piece of bytes only the last is kept."""

    def feed(self, data: bytes) -> list[Message]:
        return super().feed(data)[-1:]


@mutant("frames-by-chunk", "WIRE-UTF8-2")
class FramesByChunk(Parser):
    """Each piece of bytes is taken for whole lines."""

    def lines(self, text: str) -> list[str]:
        found = super().lines(text)
        if self._line:
            found.append(self._line)
            self._line = ""
        return found


@mutant("nul-id", "WIRE-ID-NUL", fuzzable=False)
class NulId(Parser):
    """An id with a NUL in it is taken."""

    def take_id(self, value: str) -> None:
        self._id = value


@mutant("id-not-kept", "WIRE-ID-PERSIST", fuzzable=False, dialects=("v1",))
class IdNotKept(Parser):
    """An event without an id has none, although the last one still counts."""

    def complete(self) -> Message | None:
        message = super().complete()
        self._id = ""
        return message
