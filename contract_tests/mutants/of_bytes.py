"""Bugs in reading bytes: characters, sizes, ids, and what HTTP does to a stream."""

from __future__ import annotations

import codecs
import http.client
import re
from typing import Any

from contract_tests.mutants.client import Client, Following
from contract_tests.mutants.errors import Failure
from contract_tests.mutants.fold import Fold
from contract_tests.mutants.sse import Message, Parser
from contract_tests.mutants.wire import Answer, Wire
from contract_tests.mutants.zoo import mutant


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


@mutant("long-events-lost", "WIRE-HUGE-1", also=("WIRE-HUGE-2",))
class LongEventsLost(Client):
    """An event of more than a hundred thousand characters is left out without a word."""

    def take(self, following: Following, message: Message) -> bool:
        if len(message.data) < 100_000:
            return super().take(following, message)
        following.last = (following.last or 0) + 1
        return False


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
            self.retry = min(int(value.rstrip("x") or "3000"), 6000) / 1000
        except ValueError:
            return


@mutant("retry-ignored", "WIRE-RETRY-OK", fuzzable=False)
class RetryIgnored(Parser):
    """What the gateway says about waiting is not heard."""

    def take_retry(self, value: str) -> None:
        return


@mutant("last-event-of-a-piece", "WIRE-JOINED")
class LastEventOfAPiece(Parser):
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


class _NulTaken(Parser):
    def take_id(self, value: str) -> None:
        super().take_id(value.replace("\0", ""))


class _AnyDigits(Parser):
    def take_id(self, value: str) -> None:
        super().take_id(str(int(value)) if value.isdigit() else value)


class _CursorOfParser(Client):
    def cursor(self, following: Following) -> int | None:
        found = following.parser.last_id
        return int(found) if found.isdigit() else following.last


@mutant("nul-id", "WIRE-ID-NUL", fuzzable=False)
class NulId(_CursorOfParser):
    """Of an id with a NUL in it the rest is taken."""

    parser = _NulTaken


@mutant("any-digits", "WIRE-ID-NONASCII", fuzzable=False)
class AnyDigits(_CursorOfParser):
    """Digits of any script are digits."""

    parser = _AnyDigits


@mutant("id-is-event", "WIRE-ID-ONLY")
class IdIsEvent(Parser):
    """A block with nothing but an id is taken for an event."""

    def complete(self) -> Message | None:
        empty = Message("", self._id) if self._own_id and not self._data else None
        return super().complete() or empty


@mutant("id-is-early", "RES-IDLINE")
class IdIsEarly(Client):
    """An id counts as soon as its line has come, before its event is complete."""

    def cursor(self, following: Following) -> int | None:
        return int(following.parser._id)


@mutant("named-events-lost", "WIRE-EVENT-NAME")
class NamedEventsLost(Parser):
    """An event with a name of its own is not heard."""

    is_named = False

    def field(self, name: str, value: str) -> None:
        super().field(name, value)
        self.is_named = self.is_named or (name == "event" and value not in ("", "message"))

    def complete(self) -> Message | None:
        message, is_named, self.is_named = super().complete(), self.is_named, False
        return None if is_named else message


@mutant("half-characters-replaced", "WIRE-UTF8-3")
class HalfCharactersReplaced(Parser):
    """An escape of half a character is replaced when the other half is in another piece."""

    half = re.compile(r"u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")

    def text(self, data: bytes) -> str:
        return self.half.sub("ufffd", super().text(data))


@mutant("text-encoded", "WIRE-UTF8-4")
class TextEncoded(Fold):
    """Text is encoded as it comes, which half a character cannot be."""

    def piece(self, text: str | None) -> str:
        return (text or "").encode().decode()


@mutant("charset-believed", "WIRE-UTF8-6")
class CharsetBelieved(Client):
    """A stream is read in the charset that its content type names."""

    def check_type(self, answer: Answer) -> None:
        super().check_type(answer)
        charset = answer.response.headers.get_content_charset() or "utf-8"
        self.parser = type("Parser", (Parser,), {"charset": charset})


@mutant("nul-ends-text", "WIRE-NUL")
class NulEndsText(Fold):
    """A text ends at its first U+0000."""

    def piece(self, text: str | None) -> str:
        return (text or "").partition("\0")[0]


@mutant("id-not-kept", "WIRE-ID-PERSIST", fuzzable=False)
class IdNotKept(Client):
    """After an event without an id there is no cursor any more."""

    def take(self, following: Following, message: Message) -> bool:
        taken = super().take(following, message)
        if not message.own_id:
            following.last = None
        return taken


@mutant("empty-id-restarts", "WIRE-ID-RESET", fuzzable=False)
class EmptyIdRestarts(Client):
    """After an empty id everything is read again, and taken for new."""

    def take(self, following: Following, message: Message) -> bool:
        taken = super().take(following, message)
        if message.own_id and not message.id:
            following.last = None
        return taken


@mutant("every-chunk-is-text", "WIRE-PROBE-CHARACTERS", also=("WIRE-PROBE-BYTES",))
class EveryChunkIsText(BytesDecodedApart):
    """Each piece of bytes is decoded by itself, so an id that is cut is another one in the answer."""


@mutant("escapes-lost", "WIRE-PROBE-ESCAPES", also=("WIRE-PROBE-BYTES",))
class EscapesLost(Parser):
    """A backslash at the end of a piece of bytes is lost."""

    def text(self, data: bytes) -> str:
        text = super().text(data)
        return text[:-1] if text.endswith("\\") else text


@mutant("extensions-unknown", "WIRE-H1-EXT", fuzzable=False)
class ExtensionsUnknown(Wire):
    """A chunk whose size is followed by anything else breaks the answer off."""

    def connection(self, host: str, port: int | None) -> http.client.HTTPConnection:
        connection = super().connection(host, port)
        connection.response_class = _BareChunks
        return connection


class _BareChunks(http.client.HTTPResponse):
    def _read_next_chunk_size(self) -> int:
        line = self.fp.readline()
        if b";" in line:
            raise http.client.HTTPException(f"this is no size: {line!r}")
        return int(line, 16)


@mutant("gzip-offered", "WIRE-GZIP", fuzzable=False)
class GzipOffered(Wire):
    """Compressed answers are asked for, and not understood."""

    def auth(self, at_home: bool) -> dict[str, str]:
        return {**super().auth(at_home), "Accept-Encoding": "gzip"}


@mutant("parameters-parsed", "WIRE-MIME-3", fuzzable=False)
class ParametersParsed(Client):
    """Every parameter of a content type must have a name and a value."""

    def check_type(self, answer: Answer) -> None:
        super().check_type(answer)
        _, *parameters = answer.header("content-type").split(";")
        if not all("=" in parameter for parameter in parameters):
            raise Failure("protocol", "this is no parameter")


@mutant("ten-thousand-is-enough", "WIRE-HUGE-3", fuzzable=False)
class TenThousandIsEnough(Client):
    """After five thousand events of a stream the text of the others is left out."""

    def parsed(self, data: str) -> dict[str, Any]:
        event = super().parsed(data)
        self.parsed_so_far = getattr(self, "parsed_so_far", 0) + 1
        return {**event, "content": None} if self.parsed_so_far > 5000 and "finish_reason" not in event else event
