"""What two clients do when they meet a fault: the reference client and the published SDK.

Owns: the words for it, a table of trials for every kind of fault. `tests/faults/test_fault_clients.py` tries every row
with both clients; `reference.py` prints the table. Must not know: the clients.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

SAME = "reads the same"
NOTES = "reads the same, and logs a warning"
ASKS = "asks again, and reads the same"
RESUMES = "goes on where it was, and reads the same"
TAKES = "takes what it says"
MORE = "hands out more than there was"
LOSES = "goes on without the event, and logs a warning"
MISSES = "goes on without the event, and says nothing"
SHORT = "ends before the turn does, and says nothing"
COPES = (SAME, ASKS, RESUMES)
"""What a client does that copes."""
SILENT = (MISSES, SHORT)
"""What no client should do."""
SDK = "0.4.2"
"""The release of the published SDK that is tried."""


def raises(name: str) -> str:
    """The client ends with an error. name: of its class."""
    return f"raises `{name}`"


class Trial(Struct, frozen=True):
    """A fault in a conversation: a session is asked for, a turn is streamed, the turn is asked for.

    keys: what stands beside the name of the fault, as YAML. reference, sdk: what the clients do.
    patience: seconds that a client waits for a byte; None for as long as it takes.
    """

    keys: str
    reference: str
    sdk: str
    patience: float | None = None


LOST = raises("TransportError")
BROKEN = raises("ProtocolError")
RESET = raises("httpx.ReadError")
CUT = raises("httpx.RemoteProtocolError")
TIMEOUT = raises("httpx.ReadTimeout")
API = raises("ApiError")

CONNECTION: Mapping[str, tuple[Trial, ...]] = {
    "refuse-connection": (
        Trial("request: 1", ASKS, RESET),
        Trial("every: true", LOST, RESET),
    ),
    "reset-before-headers": (
        Trial("on: get_session", ASKS, RESET),
        Trial("on: create_turn", LOST, RESET),
        Trial("on: create_turn, effect: after", LOST, RESET),
    ),
    "reset": (
        Trial("at: { event: 3 }", RESUMES, RESET),
        Trial("at: { event: 3, byte: 10 }", RESUMES, RESET),
        Trial("at: { event: turn.created }", LOST, RESET),
        Trial("on: get_session, at: { byte: 20 }", ASKS, RESET),
    ),
    "clean-end": (
        Trial("at: { event: 3 }", RESUMES, SHORT),
        Trial("at: { event: turn.done }", RESUMES, SHORT),
    ),
    "drop": (
        Trial("at: { event: 3, after: id }", RESUMES, CUT),
        Trial("on: get_turn, at: { byte: 20 }", ASKS, ASKS),
    ),
    "half-close": (Trial("at: { event: 3 }", RESUMES, CUT),),
    "stall": (
        Trial("at: { event: 3 }, for: 30ms, comments: 5ms", SAME, SAME),
        Trial("at: { event: 3 }, on: [stream_turn, subscribe_turn]", RESUMES, TIMEOUT, 0.3),
    ),
    "slow-first-byte": (
        Trial("on: create_turn, for: 30ms", SAME, SAME),
        Trial("on: get_session, for: 1h", ASKS, TIMEOUT, 0.3),
        Trial("on: create_turn, for: 1h", LOST, TIMEOUT, 0.3),
    ),
    "slow": (Trial("rate: 50 KB/s, piece: 100", SAME, SAME),),
    "headers-then-silence": (
        Trial("for: 30ms", SAME, SAME),
        Trial("on: [stream_turn, subscribe_turn]", RESUMES, TIMEOUT, 0.3),
        Trial("on: create_turn", LOST, TIMEOUT, 0.3),
    ),
}

BYTES: Mapping[str, tuple[Trial, ...]] = {
    "byte-by-byte": (Trial("", SAME, SAME),),
    "chunk-sizes": (Trial("sizes: [7, 1, 30]", SAME, SAME),),
    "cut-characters": (Trial("", SAME, SAME),),
    "cut-escapes": (Trial("", SAME, SAME),),
    "cut-line-ends": (Trial("", SAME, SAME),),
    "joined-chunks": (
        Trial("events: 3", SAME, SAME),
        Trial("", SAME, SAME),
    ),
    "line-ends": (
        Trial("ends: crlf", SAME, SAME),
        Trial("ends: cr", SAME, SAME),
        Trial("ends: mixed", SAME, SAME),
    ),
    "byte-order-mark": (Trial("split: true", SAME, raises("ValueError")),),
    "comment": (
        Trial("", SAME, SAME),
        Trial("at: { event: 3, after: id }, size: 64 KB", SAME, SAME),
    ),
    "retry-line": (
        Trial("value: '1'", SAME, SAME),
        Trial("at: { event: 3, after: id }, value: soon", SAME, SAME),
    ),
    "unknown-line": (Trial("name: priority, value: high", SAME, SAME),),
    "field-order": (Trial("order: [data, id]", SAME, SAME),),
    "field-case": (Trial("at: { event: 3 }", RESUMES, MISSES),),
    "spacing": (
        Trial("blanks: 0", SAME, SAME),
        Trial("blanks: 2", SAME, SAME),
    ),
    "bare-data": (Trial("", SAME, SAME),),
    "empty-data": (
        Trial("at: { event: 3 }", SAME, SAME),
        Trial("at: { event: 3 }, colon: false", SAME, SAME),
    ),
    "several-data-lines": (Trial("lines: 3", SAME, SAME),),
    "id-only": (Trial("at: { event: 3 }", SAME, SAME),),
    "odd-id": (
        Trial("form: missing", SAME, raises("ValueError")),
        Trial("form: empty", SAME, raises("ValueError")),
        Trial("form: bare", SAME, raises("ValueError")),
        Trial("form: nul", SAME, raises("ValueError")),
        Trial("form: letters", SAME, raises("ValueError")),
    ),
    "event-line": (
        Trial("says: other, value: ping", SAME, SAME),
        Trial("says: nothing", SAME, SAME),
    ),
    "long-line": (
        Trial("at: { event: 3 }, size: 1 MB", SAME, SAME),
        Trial("at: { event: 3 }, size: 1 MB, where: comment", SAME, SAME),
    ),
    "invalid-utf8": (Trial("at: { event: 3 }", TAKES, TAKES),),
    "blank-lines": (Trial("count: 3", SAME, SAME),),
    "no-final-blank": (
        Trial("", RESUMES, SHORT),
        Trial("newline: false", RESUMES, SHORT),
    ),
    "wrong-content-type": (
        Trial("value: text/html", BROKEN, raises("SSEError")),
        Trial("value: ''", BROKEN, raises("SSEError")),
    ),
    "odd-content-type": (Trial("", SAME, raises("SSEError")),),
    "gzip": (Trial("", SAME, SAME),),
    "insert-bytes": (
        Trial('at: { event: 3, after: id }, bytes: "\\\\x00\\\\n"', SAME, SAME),
        Trial('at: { event: 3, byte: 40 }, bytes: "\\\\n\\\\n"', BROKEN, LOSES),
    ),
    "replace-bytes": (
        Trial("at: { event: 3, byte: 0 }, bytes: ID", SAME, TAKES),
        Trial("at: { event: 3, byte: 7 }, bytes: dada", RESUMES, MISSES),
    ),
}

EVENTS: Mapping[str, tuple[Trial, ...]] = {
    "skip-event": (
        Trial("at: { event: 3 }", RESUMES, MISSES),
        Trial("at: { event: turn.created }", BROKEN, MISSES),
    ),
    "double-event": (
        Trial("at: { event: 3 }", SAME, MORE),
        Trial("at: { event: turn.created }", SAME, MORE),
    ),
    "swap-events": (Trial("at: { event: 3 }", RESUMES, TAKES),),
    "sequence-gap": (Trial("at: { event: 3 }, by: 2", RESUMES, TAKES),),
    "sequence-repeat": (Trial("at: { event: 3 }", RESUMES, TAKES),),
    "unknown-event": (
        Trial("at: { event: 3 }", SAME, NOTES),
        Trial("at: { event: 3 }, number: previous", SAME, NOTES),
    ),
    "unknown-field": (Trial("name: x_region, value: eu", SAME, SAME),),
    "missing-field": (
        Trial("at: { event: turn.created }, field: turn_id", BROKEN, LOSES),
        Trial("at: { event: 3 }, field: type", BROKEN, TAKES),
    ),
    "wrong-type": (
        Trial("at: { event: 3 }, field: thread_id, value: [main]", BROKEN, LOSES),
        Trial("at: { event: 3 }, field: content", BROKEN, LOSES),
    ),
    "bad-json": (
        Trial("at: { event: 3 }, form: cut", BROKEN, LOSES),
        Trial("at: { event: 3 }, form: comma", BROKEN, LOSES),
        Trial("at: { event: 3 }, form: quotes", BROKEN, LOSES),
        Trial("at: { event: 3 }, form: nan", BROKEN, SAME),
        Trial("at: { event: 3 }, form: text", BROKEN, LOSES),
        Trial("at: { event: 3 }, form: array", BROKEN, LOSES),
    ),
    "unknown-enum": (Trial("at: { event: turn.done }, value: paused", TAKES, LOSES),),
    "null-field": (Trial("field: tool_calls", SAME, SAME),),
    "wrong-delta": (
        Trial("at: { event: 3 }, how: double", TAKES, TAKES),
        Trial("at: { event: 3 }, text: something else", TAKES, TAKES),
    ),
    "no-turn-done": (Trial("", RESUMES, SHORT),),
    "after-turn-done": (
        Trial("", SAME, MORE),
        Trial("event: { type: turn.created }", SAME, NOTES),
    ),
    "two-turn-dones": (
        Trial("", SAME, MORE),
        Trial("number: next", SAME, MORE),
    ),
    "cancelled-says-done": (Trial("", TAKES, LOSES),),
    "insert-event": (
        Trial("at: { event: 3 }, event: { type: turn.created }", BROKEN, NOTES),
        Trial("at: { event: 3 }, event: { type: turn.created }, id: '3'", BROKEN, NOTES),
    ),
    "replace-event": (
        Trial("at: { event: 3 }, event: { content: Bye. }, merge: true", TAKES, TAKES),
        Trial("at: { event: 3 }, event: { type: turn.done }", BROKEN, LOSES),
    ),
}

HTTP: Mapping[str, tuple[Trial, ...]] = {
    "status": (
        Trial("on: get_session, status: 503", ASKS, ASKS),
        Trial("on: get_session, status: 503, every: true", raises("ServerError"), API),
        Trial("on: get_session, status: 409", raises("Conflict"), ASKS),
        Trial("on: create_turn, status: 503", raises("ServerError"), API),
        Trial("on: create_turn, status: 418, body: no coffee", API, API),
        Trial("on: get_session, status: 200, body: { a: 1 }", BROKEN, raises("ParsingError")),
        Trial("on: get_session, status: 204", BROKEN, API),
    ),
    "retry-after": (
        Trial("on: get_session, after: 3s", ASKS, ASKS),
        Trial("on: get_session, after: 3s, form: date", ASKS, ASKS),
        Trial("on: get_session, form: bogus", ASKS, ASKS),
        Trial("on: create_turn", raises("RateLimited"), API),
    ),
    "redirect": (
        Trial("on: get_session", API, API),
        Trial("on: create_turn, status: 302, location: /elsewhere", BROKEN, API),
        Trial("on: get_session, location: 'http://elsewhere.invalid/'", BROKEN, API),
        Trial("on: get_session, location: /elsewhere", raises("NotFound"), API),
    ),
    "html-error": (
        Trial("on: get_session", ASKS, ASKS),
        Trial("on: create_turn", raises("ServerError"), API),
    ),
    "empty-error": (
        Trial("on: get_session, status: 404", raises("NotFound"), API),
        Trial("on: create_turn", raises("ServerError"), API),
    ),
    "wrong-content-length": (
        Trial("on: get_session, by: 10", ASKS, ASKS),
        Trial("on: get_session, by: -5", BROKEN, API),
    ),
    "connection-close": (Trial("every: true", SAME, SAME),),
    "chunk-extensions": (Trial("", SAME, SAME),),
    "trailers": (Trial("", SAME, SAME),),
}

TRIALS: Mapping[str, tuple[Trial, ...]] = MappingProxyType({**CONNECTION, **BYTES, **EVENTS, **HTTP})
"""By the name of the fault."""
