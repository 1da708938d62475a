"""Gateways that are wrong about streams: frames, order, resuming (STR, SEQ)."""

from __future__ import annotations

import asyncio
import contextlib
import re

from contract_tests.broken.edits import ZOO, bent_request, broken
from contract_tests.broken.layers import Asked, Headers, Json, Layer, Receive, Send
from mock_gateway.http.app import App

PAUSES = ("tool.approval_required", "tool.response_required", "mcp.auth_required")


def _no_last_event_id(asked: Asked) -> None:
    asked.headers = [pair for pair in asked.headers if pair[0] != b"last-event-id"]


def _header_first(asked: Asked) -> None:
    if b"last-event-id" in dict(asked.headers):
        asked.query.pop("after_sequence_id", None)


ZOO += [
    bent_request("STR-1", "Last-Event-ID is ignored", _no_last_event_id),
    bent_request("STR-1", "Last-Event-ID goes before the query", _header_first),
]


@broken("STR-1", "frames have no id")
class NoIds(Layer):
    """Without the line."""

    def frame(self, asked: Asked, event: Json) -> bytes:
        return super().frame(asked, event).split(b"\n", 1)[1]


@broken("STR-1", "the id of a frame is another number than the event's")
class OtherIds(Layer):
    """Counted from 0."""

    def frame(self, asked: Asked, event: Json) -> bytes:
        rest = super().frame(asked, event).split(b"\n", 1)[1]
        return b"id: %d\n%b" % (event["sequence_id"] - 1, rest)


@broken("STR-1", "the last frame has no blank line behind it")
class Unfinished(Layer):
    """Cut off."""

    def frame(self, asked: Asked, event: Json) -> bytes:
        frame = super().frame(asked, event)
        return frame + b"id: 1000\n" if event["type"] == "turn.done" and event["status"] == "done" else frame


@broken("STR-2", "a turn ends twice")
class TwoEnds(Layer):
    """turn.done and turn.done."""

    def event(self, _asked: Asked, event: Json) -> list[Json]:
        if event["type"] == "turn.done" and event["status"] == "done":
            return [event, {**event, "sequence_id": event["sequence_id"] + 1}]
        return [event]


@broken("STR-2", "a failed turn just breaks off")
class NoEnd(Layer):
    """No turn.done."""

    def event(self, _asked: Asked, event: Json) -> list[Json]:
        return [] if event["type"] == "turn.done" and event["status"] == "error" else [event]


@broken("STR-2", "streams have an end mark")
class EndMark(Layer):
    """[DONE]."""

    def frame(self, asked: Asked, event: Json) -> bytes:
        frame = super().frame(asked, event)
        return frame + b"data: [DONE]\n\n" if event["type"] == "turn.done" else frame


# A stream that does not close after a cancellation is both: CAN-1 says it for that case.
@broken("STR-2 CAN-1", "streams stay open after turn.done")
class StaysOpen(Layer):
    """Until the gateway is stopped, or the client goes."""

    async def over(self, asked: Asked, receive: Receive, send: Send) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2.5):
                while (await receive())["type"] != "http.disconnect":
                    pass
        await super().over(asked, receive, send)


@broken("STR-3", "a turn that waits for the user is cancelled")
class PauseCancels(Layer):
    """Another status at the end, where no sub-agent is in play."""

    def event(self, asked: Asked, event: Json) -> list[Json]:
        asked.seen.setdefault("types", set()).add(event["type"])
        types = asked.seen["types"]
        if event["type"] == "turn.done" and types.intersection(PAUSES) and "thread.created" not in types:
            event = {"type": "turn.done", "sequence_id": event["sequence_id"], "status": "cancelled"}
            event["cancellation_reason"] = "client-cancelled"
        return [event]


@broken("STR-4", "nothing is sent in silence")
class Silent(Layer):
    """No comments."""

    def comment(self, _asked: Asked, _line: bytes) -> bytes:
        return b""


@broken("STR-5", "without a cursor a stream begins now")
class OnlyNew(Layer):
    """What was there before is left out."""

    def event(self, asked: Asked, event: Json) -> list[Json]:
        has_cursor = "after_sequence_id" in asked.query or b"last-event-id" in dict(asked.headers)
        if asked.operation == "stream_turn" and not has_cursor and event["type"] != "turn.done":
            return []
        return [event]


@broken("STR-7", "from the fourth reader on an event is lost")
class FewReaders(Layer):
    """The third one."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.readers: dict[str, int] = {}

    def start(self, asked: Asked, status: int, _headers: Headers) -> int:
        self.readers[asked.turn] = asked.seen["nth"] = self.readers.get(asked.turn, 0) + 1
        return status

    async def hung_up(self, asked: Asked) -> None:
        self.readers[asked.turn] -= 1

    def event(self, asked: Asked, event: Json) -> list[Json]:
        late = asked.operation == "stream_turn" and asked.seen["nth"] >= 4
        return [] if late and event["sequence_id"] == 3 else [event]


@broken("SEQ-1", "there is a gap between sequence ids")
class Gap(Layer):
    """2, 4: everywhere, so that resuming still works."""

    async def request(self, asked: Asked) -> None:
        after = asked.query.get("after_sequence_id", "")
        if after.isdigit():
            asked.query["after_sequence_id"] = str(_closed(int(after)))
        asked.headers = [
            (name, str(_closed(int(value))).encode() if name == b"last-event-id" else value)
            for name, value in asked.headers
        ]

    def raw(self, body: bytes) -> bytes:
        return re.sub(rb'(^id: |"sequence_id": ?)(\d+)', _opened, body, flags=re.MULTILINE)


def _closed(number: int) -> int:
    return number - 1 if number >= 3 else number


def _opened(found: re.Match[bytes]) -> bytes:
    number = int(found[2])
    return found[1] + str(number + 1 if number >= 3 else number).encode()


@broken("SEQ-1", "the last sequence id comes twice")
class Repeat(Layer):
    """1, 2, 3, 3."""

    def event(self, _asked: Asked, event: Json) -> list[Json]:
        last = event["type"] == "turn.done"
        return [{**event, "sequence_id": event["sequence_id"] - 1} if last else event]


@broken("SEQ-2", "from the second resumption on an event is lost")
class LossyResume(Layer):
    """The first one after the cursor."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.resumed: dict[str, int] = {}

    def start(self, asked: Asked, status: int, _headers: Headers) -> int:
        if asked.operation == "stream_turn" and asked.query.get("after_sequence_id", "0") != "0":
            self.resumed[asked.turn] = asked.seen["nth"] = self.resumed.get(asked.turn, 0) + 1
        return status

    def event(self, asked: Asked, event: Json) -> list[Json]:
        if asked.seen.pop("nth", 0) > 1:
            return []
        return [event]
