"""Gateways that are wrong about streams and lists (V1-STR, V1-LOG, V1-SEV, V1-PAG)."""

from __future__ import annotations

from contract_tests.broken.edits import bent_request, refused
from contract_tests.broken.layers import Asked, Headers, Json, Layer, Reply, refusal
from contract_tests.v1.broken.bending import ZOO, bent_log, bent_pages, broken, instead_of
from mock_gateway.http.app import App

CURSOR = "after_sequence_number"


def _cursor(asked: Asked) -> object:
    return asked.json.get(CURSOR) if asked.operation == "stream_turn" else None


def _other_cursor(asked: Asked, old: object, new: object) -> None:
    if _cursor(asked) == old and type(_cursor(asked)) is type(old):
        asked.json = {CURSOR: new}


def _no_header(asked: Asked) -> None:
    asked.headers = [pair for pair in asked.headers if pair[0] != b"last-event-id" or not pair[1].isdigit()]


def _no_desc(asked: Asked) -> None:
    if asked.operation == "list_turn_events" and asked.query.get("order") == "desc":
        del asked.query["order"]


def _no_anchor(asked: Asked) -> None:
    if asked.query.get("last_turn_id", "nobody-has-this-id") != "nobody-has-this-id":
        del asked.query["last_turn_id"]


def _large_limit(asked: Asked) -> None:
    if asked.operation == "list_turns" and asked.query.get("limit") == "26":
        asked.query["limit"] = "25"


def _loose_token(asked: Asked) -> None:
    token = asked.query.get("page_token", "")
    if asked.operation == "list_turns" and token.endswith("x"):
        asked.query["page_token"] = token[:-1]


def _lost_item(asked: Asked, body: Json) -> None:
    if asked.query.get("limit") == "3" and "next_page_token" in body["pagination"]:
        body["data"].pop()


def _shifted(asked: Asked, body: Json) -> None:
    if asked.query.get("limit") == "2" and "page_token" in asked.query:
        del body["data"][:1]


def _no_limit(asked: Asked, body: Json) -> None:
    if asked.query.get("limit") == "5":
        del body["pagination"]["limit"]


def _other_results(events: list[Json]) -> list[Json]:
    return [{**event, "content": "other"} if event["type"] == "tool.response" else event for event in events]


def _no_beginnings(items: list[Json]) -> list[Json]:
    return [item for item in items if item["event"]["type"] != "turn.created"]


def _no_threads(events: list[Json]) -> list[Json]:
    return [event for event in events if event["type"] != "thread.created"]


ZOO += [
    bent_request("V1-STR-5", "after 0 comes the second event", lambda asked: _other_cursor(asked, 0, 1)),
    bent_request("V1-STR-6", "after 2 comes 2 again", lambda asked: _other_cursor(asked, 2, 1)),
    bent_request("V1-STR-7", "Last-Event-ID is ignored", _no_header),
    bent_request("V1-STR-8", "a cursor may be text", lambda asked: _other_cursor(asked, "3", 3)),
    instead_of("V1-STR-9", "a cursor beyond the end is refused", lambda asked: _cursor(asked) == 9999, refusal(400)),
    refused("V1-STR-11", "a turn that ended long ago is a conflict", "stream_turn", "turn_not_running", 409),
    refused("V1-STR-15", "following an unknown turn is a 400", "stream_turn", "turn_not_found", 400),
    bent_request("V1-LOG-1", "a turn's events are always the oldest first", _no_desc),
    bent_log("V1-LOG-1", "threads are left out of a turn's events", _no_threads, "list_turn_events"),
    refused("V1-LOG-2", "the events of a running turn are a 404", "list_turn_events", "turn_running", 404),
    bent_log("V1-LOG-3", "a stored result is another one", _other_results, "list_turn_events"),
    bent_log("V1-SEV-1", "beginnings are left out of a session's events", _no_beginnings, "list_session_events"),
    bent_request("V1-SEV-2", "the last turn cannot be chosen", _no_anchor),
    refused("V1-SEV-4", "an unknown last turn is a 400", "list_session_events", "turn_not_found", 400),
    bent_pages("V1-PAG-1", "a page loses an item", "list_turns", _lost_item),
    bent_request("V1-PAG-2", "a limit that is too large is cut down", _large_limit),
    bent_request("V1-PAG-3", "a token that was changed still works", _loose_token),
    bent_pages("V1-PAG-4", "turns made meanwhile push others out of the next page", "list_turns", _shifted),
    bent_pages("V1-PAG-5", "a page of turns does not say its limit", "list_turns", _no_limit),
]


@broken("V1-STR-1", "frames have no id")
class NoIds(Layer):
    """Without the line."""

    def frame(self, asked: Asked, event: Json) -> bytes:
        return super().frame(asked, event).split(b"\n", 1)[1]


@broken("V1-STR-1", "the id of a frame is no number")
class NamedFrames(Layer):
    """A letter in front."""

    def frame(self, asked: Asked, event: Json) -> bytes:
        return super().frame(asked, event).replace(b"id: ", b"id: n", 1)


@broken("V1-STR-2", "there is a gap before the last number")
class Gap(Layer):
    """turn.done has one more."""

    def event(self, _asked: Asked, event: Json) -> list[Json]:
        return [{**event, "sequence_id": event["sequence_id"] + (event["type"] == "turn.done")}]


@broken("V1-STR-3", "a failed turn just breaks off")
class NoEnd(Layer):
    """No turn.done."""

    def event(self, _asked: Asked, event: Json) -> list[Json]:
        return [] if event["type"] == "turn.done" and event["state"]["status"] == "error" else [event]


@broken("V1-STR-3", "streams have an end mark")
class EndMark(Layer):
    """[DONE]."""

    def frame(self, asked: Asked, event: Json) -> bytes:
        frame = super().frame(asked, event)
        return frame + b"data: [DONE]\n\n" if event["type"] == "turn.done" else frame


@broken("V1-STR-4", "a stream that is resumed is plain text")
class PlainStreams(Layer):
    """text/plain."""

    def start(self, asked: Asked, status: int, headers: Headers) -> int:
        if _cursor(asked) == 1:
            headers[:] = [(b"content-type", b"text/plain")]
        return status


@broken("V1-STR-10", "a failed turn cannot be followed again")
class GoneAtOnce(Layer):
    """412."""

    async def instead(self, asked: Asked) -> Reply | None:
        if asked.operation != "stream_turn":
            return None
        shown = (await self.ask(asked, "GET", asked.turn)).json
        failed = "data" in shown and shown["data"]["state"]["status"] == "error"
        return refusal(412) if failed else None


@broken("V1-STR-12", "comments have a blank line behind them")
class BlankComments(Layer):
    """Older clients warn."""

    def comment(self, _asked: Asked, line: bytes) -> bytes:
        return line + b"\n"


@broken("V1-STR-13", "for the fifth reader an event is lost")
class FewReaders(Layer):
    """The third one."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.readers: dict[str, int] = {}

    def start(self, asked: Asked, status: int, _headers: Headers) -> int:
        if asked.operation == "stream_turn" and _cursor(asked) is None:
            self.readers[asked.turn] = asked.seen["nth"] = self.readers.get(asked.turn, 0) + 1
        return status

    def event(self, asked: Asked, event: Json) -> list[Json]:
        return [] if asked.seen.get("nth", 0) >= 5 and event["sequence_id"] == 3 else [event]


@broken("V1-STR-14", "a stream that was resumed ends without its end")
class NoLiveEnd(Layer):
    """After a cancellation."""

    def event(self, asked: Asked, event: Json) -> list[Json]:
        ends = event["type"] == "turn.done" and event["state"]["status"] == "cancelled"
        return [] if ends and _cursor(asked) == 4 else [event]


@broken("V1-STR-16", "an event is larger than 1 MiB")
class Large(Layer):
    """Filled up."""

    def event(self, _asked: Asked, event: Json) -> list[Json]:
        self.stored(_asked, event)
        return [event]

    def stored(self, _asked: Asked, event: Json) -> None:
        if event["type"] == "sandbox.created":
            event["padding"] = "x" * (1 << 20)


@broken("V1-STR-17", "resuming in the middle of sub-agents loses an event")
class LossyResume(Layer):
    """The first one of a sub-agent after the cursor."""

    def event(self, asked: Asked, event: Json) -> list[Json]:
        cursor = _cursor(asked)
        inside = event.get("thread_id") not in (None, "main") and "lost" not in asked.seen
        if isinstance(cursor, int) and cursor >= 6 and inside:
            asked.seen["lost"] = True
            return []
        return [event]


class OfCancelled(Layer):
    """Something is wrong with the events of a turn that was cancelled."""

    async def is_cancelled(self, asked: Asked) -> bool:
        """Whether it is one."""
        if asked.operation != "list_turn_events":
            return False
        shown = (await self.ask(asked, "GET", asked.turn)).json
        return "data" in shown and shown["data"]["state"]["status"] == "cancelled"


@broken("V1-LOG-4", "what came before a cut is not stored")
class LosesBeginnings(OfCancelled):
    """mcp.initialize."""

    async def reply(self, asked: Asked, reply: Reply) -> None:
        if await self.is_cancelled(asked) and reply.status == 200:
            body = reply.json
            body["data"] = [event for event in body["data"] if event["type"] != "mcp.initialize"]
            reply.json = body


# Looking for what is not stored (LOG-4) needs a list.
@broken("V1-LOG-5", "the events of a cancelled turn are lost", {"V1-LOG-4": "V1-LOG-1"})
class LosesLogs(OfCancelled):
    """404."""

    async def instead(self, asked: Asked) -> Reply | None:
        return refusal(404) if await self.is_cancelled(asked) else None


@broken("V1-SEV-3", "a running first turn is listed")
class ListsRunning(Layer):
    """Its beginning."""

    async def reply(self, asked: Asked, reply: Reply) -> None:
        if asked.operation != "list_session_events" or reply.status != 200 or reply.json["data"]:
            return
        for turn in (await self.ask(asked, "GET", f"{asked.session}/turns")).json["data"]:
            body = reply.json
            body["data"] = [{"turn_id": turn["id"], "event": {"type": "turn.created", "id": "x", "thread_id": None}}]
            reply.json = body
