"""Gateways that are wrong about events and the log (EVT, MSG, THR, TOO, MCP, SBX, LOG)."""

from __future__ import annotations

from contract_tests.broken.edits import ZOO, bent_event, broken, without
from contract_tests.broken.layers import Asked, Json, Layer, Reply, refusal
from mock_gateway.http.app import App


def _content_object(event: Json) -> None:
    event["content"] = {"text": event["content"]}


def _bare_refs(event: Json) -> None:
    event["tool_calls"] = [ref["id"] for ref in event["tool_calls"]]


def _ids_on_later_chunks(event: Json) -> None:
    for chunk in event.get("tool_calls") or ():
        if "id" not in chunk:
            chunk["id"] = "call_again"


def _no_call_type(event: Json) -> None:
    for call in event.get("tool_calls") or ():
        del call["type"]


def _lose_a_letter(event: Json) -> None:
    text = event.get("content")
    if text and len(text) > 1 and event["thread_id"] != "main":
        event["content"] = text[:-1]


def _split_character(event: Json) -> None:
    if event.get("content"):
        event["content"] = event["content"].replace("👩", "\ufffd\ufffd")


def _half_characters(event: Json) -> None:
    if event.get("content"):
        event["content"] = event["content"].replace("👩", "\ud83d").replace("\u200d", "\udc69\u200d")


def _strange_parent(event: Json) -> None:
    event["parent"]["tool_call_id"] = "call_nobody_made"


def _one_server(event: Json) -> None:
    del event["servers"][1:]


def _dead_page(event: Json) -> None:
    for server in event["servers"]:
        server["auth_url"] += "-of-somebody-else"


def _earlier(event: Json) -> None:
    event["sequence_id"] -= 1


ZOO += [
    without("EVT-1", "turn.created does not say when", "turn.created", "created_at"),
    without("EVT-2", "turn.done has no output", "turn.done", "output"),
    without("EVT-2", "a failed turn.done has no message", "turn.done", "message"),
    bent_event("EVT-3", "later chunks of a call have an id", "model.message", _ids_on_later_chunks, stored=False),
    bent_event("EVT-4", "calls in stored messages have no type", "model.message", _no_call_type, streamed=False),
    bent_event("EVT-5", "the content of a response is no text", "tool.response", _content_object),
    bent_event("EVT-6", "an approval event has bare ids", "tool.approval_required", _bare_refs),
    bent_event("EVT-7", "a response event has bare ids", "tool.response_required", _bare_refs),
    without("EVT-8", "thread.created does not say what the agent got", "thread.created", "agent_info", "input"),
    without("EVT-9", "thread.done has no output", "thread.done", "output"),
    without("EVT-10", "mcp.initialize has no session ids", "mcp.initialize", "content", "session_id"),
    without("EVT-11", "mcp.auth_required does not name threads", "mcp.auth_required", "servers", "thread_ids"),
    without("EVT-12", "sandbox.created has no id", "sandbox.created", "sandbox_id"),
    without("EVT-13", "tool.response does not say its thread", "tool.response", "thread_id"),
    bent_event("MSG-1", "deltas lose a letter", "model.message", _lose_a_letter, stored=False),
    bent_event("MSG-3", "a character is cut in two and replaced", "model.message", _split_character, stored=False),
    bent_event("MSG-3", "a character is cut in two halves", "model.message", _half_characters, stored=False),
    bent_event("THR-2", "thread.created names a call that nobody made", "thread.created", _strange_parent),
    bent_event("MCP-1", "one server is listed of two", "mcp.auth_required", _one_server),
    bent_event("MCP-1", "the page of a server cannot be opened", "mcp.auth_required", _dead_page),
]


@broken("MSG-2", "a deferred tool answers before its message ends")
class Overtakes(Layer):
    """The end of the message comes after the response."""

    def event(self, asked: Asked, event: Json) -> list[Json]:
        held = asked.seen.pop("held", None)
        for chunk in event.get("tool_calls") or () if event["type"] == "model.message" else ():
            asked.seen["deferred"] = asked.seen.get("deferred") or (chunk.get("tool_info") or {}).get("is_deferred")
        if asked.seen.get("deferred") and event.get("finish_reason") == "tool_calls":
            asked.seen["held"] = event
            return []
        if held is None:
            return [event]
        first, second = held["sequence_id"], event["sequence_id"]
        return [{**event, "sequence_id": first}, {**held, "sequence_id": second}]


def _main_done(number: int) -> Json:
    said = {"type": "model.message", "thread_id": "main", "content": "x", "finish_reason": "stop"}
    parent = {"thread_id": "main", "tool_call_id": "call_x"}
    return {
        "type": "thread.done",
        "sequence_id": number,
        "thread_id": "main",
        "status": "done",
        "parent": parent,
        "output": said,
    }


class BeforeTheEnd(Layer):
    """Puts an event in front of turn.done, in the stream and in the log. A turn's log is bent when its stream was."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.added: dict[str, Json] = {}

    def extra(self, asked: Asked, event: Json) -> Json | None:
        """The event to add, at the turn.done that is given; None leaves the turn alone."""
        raise NotImplementedError

    def event(self, asked: Asked, event: Json) -> list[Json]:
        seen = asked.seen.setdefault("types", set())
        seen.add(event["type"])
        if event["type"] == "turn.created":
            asked.seen["turn"] = f"{asked.session}/turns/{event['turn_id']}"
        extra = self.extra(asked, event) if event["type"] == "turn.done" and event["status"] == "done" else None
        if extra is None:
            return [event]
        self.added[asked.seen["turn"]] = extra
        return [extra, {**event, "sequence_id": event["sequence_id"] + 1}]

    def log(self, asked: Asked, events: list[Json]) -> list[Json]:
        extra = self.added.get(asked.turn)
        if extra is None:
            return events
        return [extra, *events] if asked.query.get("order") == "desc" else [*events, extra]


@broken("THR-1", "main is done, too")
class MainIsDone(BeforeTheEnd):
    """thread.done for main, in turns that only talk."""

    def extra(self, asked: Asked, event: Json) -> Json | None:
        only_talk = asked.seen["types"] <= {"turn.created", "mcp.initialize", "model.message", "turn.done"}
        return _main_done(event["sequence_id"]) if only_talk else None


@broken("SBX-1", "every turn has its sandbox")
class ManySandboxes(BeforeTheEnd):
    """sandbox.created again."""

    made: set[str]

    def extra(self, asked: Asked, event: Json) -> Json | None:
        self.made = getattr(self, "made", set())
        if "sandbox.created" in asked.seen["types"]:
            self.made.add(asked.session)
            return None
        again = {"type": "sandbox.created", "sequence_id": event["sequence_id"], "sandbox_id": "another"}
        return again if asked.session in self.made else None


@broken("THR-3", "a sub-agent that fails takes its turn with it")
class Contagious(Layer):
    """error."""

    def event(self, asked: Asked, event: Json) -> list[Json]:
        if event["type"] == "thread.done" and event["status"] == "error":
            asked.seen["failed"] = True
        if event["type"] == "turn.done" and asked.seen.get("failed"):
            event = {
                "type": "turn.done",
                "sequence_id": event["sequence_id"],
                "status": "error",
                "message": "it failed",
            }
        return [event]


@broken("TOO-1", "two results of one message have the same id")
class MixedUp(Layer):
    """The first one's."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.instead_of: dict[str, str] = {}

    def event(self, asked: Asked, event: Json) -> list[Json]:
        before = asked.seen.get("before", {})
        asked.seen["before"] = event
        if event["type"] == "tool.response":
            if before.get("type") == "tool.response":
                self.instead_of[event["tool_call_id"]] = before["tool_call_id"]
            self.stored(asked, event)
        return [event]

    def stored(self, _asked: Asked, event: Json) -> None:
        if event["type"] == "tool.response":
            event["tool_call_id"] = self.instead_of.get(event["tool_call_id"], event["tool_call_id"])


@broken("TOO-2", "the reason of a denial is lost")
class NoReason(Layer):
    """The agent never hears of it."""

    async def request(self, asked: Asked) -> None:
        items = asked.items()
        if any("reason" in (item.get("approval") or {}) for item in items):
            bare = [{**item, "approval": {"status": item["approval"]["status"]}} for item in items]
            asked.json = {**asked.json, "input": bare}


@broken("LOG-1", "the log leaves threads out")
class NoThreads(Layer):
    """Some events less."""

    def log(self, _asked: Asked, events: list[Json]) -> list[Json]:
        return [event for event in events if event["type"] != "thread.created"]


@broken("LOG-1", "the log is always the oldest first")
class OneOrder(Layer):
    """order is ignored."""

    async def request(self, asked: Asked) -> None:
        if asked.operation == "list_turn_events":
            asked.query.pop("order", None)


@broken("LOG-2", "a stored message has the sequence id of another delta")
class OtherNumbers(Layer):
    """The last but one."""

    def log(self, _asked: Asked, events: list[Json]) -> list[Json]:
        for event in events:
            if event["type"] == "model.message":
                _earlier(event)
        return events


@broken("LOG-3", "the log of a turn that did not end well is lost")
class LosesLogs(Layer):
    """404."""

    async def instead(self, asked: Asked) -> Reply | None:
        if asked.operation != "list_turn_events":
            return None
        shown = (await self.ask(asked, "GET", asked.turn)).json
        lost = "data" in shown and shown["data"]["state"]["status"] in ("cancelled", "error")
        return refusal(404) if lost else None
