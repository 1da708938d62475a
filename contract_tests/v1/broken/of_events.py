"""Gateways that are wrong about events (V1-EVT, V1-MSG, V1-THR, V1-TOO, V1-MCP, V1-SBX)."""

from __future__ import annotations

from contract_tests.broken.edits import bent_event, replaced, without
from contract_tests.broken.layers import Asked, Json, Layer
from contract_tests.v1.broken.bending import ZOO, Inserting, Swapping, bent_log, bent_state, broken
from mock_gateway.http.app import App

BASE, DELTA = "model.message", "model.message.delta"
APPROVAL, RESPONSE = "tool.approval_required", "tool.response_required"


def _turn_id(event: Json) -> None:
    event["turn_id"] = "turn"


def _says_something(event: Json) -> None:
    if event["thread_id"] != "main":
        event["finish_reason"] = "stop"


def _odd_refusal(event: Json) -> None:
    if event.get("content"):
        event["refusal"] = 7


def _content_object(event: Json) -> None:
    if event["content"] and not event["content"].startswith("{"):
        event["content"] = {"text": event["content"]}


def _bare_refs(event: Json) -> None:
    event["tool_calls"] = [ref["id"] for ref in event["tool_calls"]]


def _no_call_type(event: Json) -> None:
    for call in event.get("tool_calls") or ():
        del call["type"]


def _numbered(event: Json) -> None:
    event["sequence_number"] = 1


def _another_type(event: Json) -> None:
    if event["thread_id"] != "main":
        event["type"] = "model.message.begin"


def _later_index(event: Json) -> None:
    for chunk in event.get("tool_calls") or ():
        if chunk["index"] >= 1:
            chunk["index"] += 1


def _early_finish(event: Json) -> None:
    if event.get("refusal"):
        event["finish_reason"] = "stop"


def _half_characters(event: Json) -> None:
    if event.get("content"):
        event["content"] = event["content"].replace("👩", "\ud83d").replace("\u200d", "\udc69\u200d")


def _main_is_created(event: Json) -> None:
    if any(server["name"] == "open" for server in event["mcp_servers"]):
        event["type"], event["title"] = "thread.created", "main"
        event["parent"] = {"thread_id": "main", "tool_call_id": "call_nobody_made"}
        event["agent_info"] = {"type": "dynamic", "name": "main", "input": ""}


def _strange_parent(event: Json) -> None:
    event["parent"]["tool_call_id"] = "call_nobody_made"


def _other_type(event: Json) -> None:
    if event["content"] == "":
        event["type"] = "tool.silence"


def _other_output(event: Json) -> None:
    output = event["state"].get("output")
    if output and output.get("content"):
        output["content"] += "!"


def _own_source(event: Json) -> None:
    for ref in event["tool_calls"]:
        ref["source_event_id"] = event["id"]


def _other_ids(state: Json) -> None:
    for action in state.get("required_actions") or ():
        action["id"] += "x"


def _one_server(event: Json) -> None:
    del event["mcp_servers"][1:]


def _lost_letter(events: list[Json]) -> list[Json]:
    return [{**event, "content": event["content"][:-1]} if _is_sub_text(event) else event for event in events]


def _is_sub_text(event: Json) -> bool:
    return event["type"] == BASE and event["thread_id"] != "main" and len(event.get("content") or "") > 1


ZOO += [
    without("V1-EVT-1", "tool.response does not say when", "tool.response", "created_at"),
    without("V1-EVT-2", "turn.created does not say by whom", "turn.created", "created_by"),
    bent_event("V1-EVT-3", "turn.done has a turn_id", "turn.done", _turn_id),
    bent_event("V1-EVT-4", "a base is finished", BASE, _says_something, stored=False),
    bent_event("V1-EVT-5", "a refusal is a number", DELTA, _odd_refusal),
    bent_event("V1-EVT-6", "the content of a response is no text", "tool.response", _content_object),
    bent_event("V1-EVT-7", "an approval event has bare ids", APPROVAL, _bare_refs),
    bent_event("V1-EVT-8", "a response event has bare ids", RESPONSE, _bare_refs),
    without("V1-EVT-9", "mcp.initialize does not name servers", "mcp.initialize", "mcp_servers", "name"),
    without("V1-EVT-10", "mcp.auth_required has no ids", "mcp.auth_required", "mcp_servers", "id"),
    without("V1-EVT-11", "sandbox.created has no id", "sandbox.created", "sandbox_id"),
    without("V1-EVT-12", "thread.created has no title", "thread.created", "title"),
    without("V1-EVT-13", "thread.done has no title", "thread.done", "title"),
    without("V1-EVT-14", "turn.done has no thread_id, not even null", "turn.done", "thread_id"),
    replaced("V1-EVT-15", "tools of servers do not say which", b'"server_id"', b'"server"'),
    bent_event("V1-EVT-16", "calls in stored messages have no type", BASE, _no_call_type, streamed=False),
    bent_event("V1-EVT-17", "results carry their number", "tool.response", _numbered),
    bent_event("V1-MSG-1", "messages of sub-agents have no base", BASE, _another_type, stored=False),
    bent_log("V1-MSG-2", "stored messages lose a letter", _lost_letter, "list_turn_events"),
    bent_event("V1-MSG-3", "the indexes of calls have a gap", DELTA, _later_index),
    bent_event("V1-MSG-4", "every piece of a refusal is the last", DELTA, _early_finish),
    replaced("V1-MSG-5", "arguments lack their end", rb"\"b\":2}", rb"\"b\":2"),
    replaced("V1-MSG-7", "token counts have another name", b'"output_tokens"', b'"tokens_out"'),
    bent_event("V1-MSG-8", "a character is cut in two halves", DELTA, _half_characters),
    bent_event("V1-THR-1", "main is created", "mcp.initialize", _main_is_created),
    bent_event("V1-THR-2", "thread.created names a call that nobody made", "thread.created", _strange_parent),
    bent_event("V1-THR-3", "a sub-agent's call is never answered", "tool.response", _other_type),
    bent_event("V1-THR-5", "the output of a thread is not what it said", "thread.done", _other_output),
    bent_event("V1-TOO-5", "an approval names itself as its source", APPROVAL, _own_source),
    bent_state("V1-TOO-6", "required_actions have other ids", _other_ids),
    bent_event("V1-MCP-2", "one server is listed of two", "mcp.auth_required", _one_server),
]


@broken("V1-MSG-6", "a message begins before the one before it has ended")
class Overtakes(Swapping):
    """The next base comes before the last delta."""

    def swaps(self, first: Json, second: Json) -> bool:
        return bool(first["type"] == DELTA and first.get("finish_reason") and second["type"] == BASE)

    def event(self, asked: Asked, event: Json) -> list[Json]:
        # Where nothing comes for a while, nothing can be held back.
        if event["type"] == "turn.created":
            asked.seen["many"] = any(item.get("content") == "many" for item in event.get("input") or ())
        return super().event(asked, event) if asked.seen.get("many") else [event]

    def _could_be_first(self, event: Json) -> bool:
        return bool(event["type"] == DELTA and event.get("finish_reason"))

    def log(self, _asked: Asked, events: list[Json]) -> list[Json]:
        return events


@broken("V1-THR-4", "a sub-agent that fails takes its turn with it")
class Contagious(Layer):
    """error."""

    def event(self, asked: Asked, event: Json) -> list[Json]:
        if event["type"] == "thread.done" and event["state"]["status"] == "error":
            asked.seen["failed"] = True
        if event["type"] == "turn.done" and asked.seen.get("failed"):
            state = event["state"]
            event["state"] = {"status": "error", "message": "it failed", "completed_at": state["completed_at"]}
        return [event]


@broken("V1-TOO-1", "two results of one message have the same id")
class MixedUp(Layer):
    """The first one's."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.instead_of: dict[tuple[str, str], str] = {}

    def event(self, asked: Asked, event: Json) -> list[Json]:
        before = asked.seen.get("before", {})
        asked.seen["before"] = dict(event)
        if event["type"] == "tool.response":
            if before.get("type") == "tool.response" and event["content"]:
                self.instead_of[asked.session, event["tool_call_id"]] = before["tool_call_id"]
            self.stored(asked, event)
        return [event]

    def stored(self, asked: Asked, event: Json) -> None:
        if event["type"] == "tool.response":
            id = event["tool_call_id"]
            event["tool_call_id"] = self.instead_of.get((asked.session, id), id)


@broken("V1-TOO-2", "results come in the order in which they are ready")
class OtherOrder(Swapping):
    """Turned round."""

    def swaps(self, first: Json, second: Json) -> bool:
        return all(event["type"] == "tool.response" and event["content"] for event in (first, second))


@broken("V1-TOO-3", "a call runs while its message waits")
class RunsAnyway(Inserting):
    """Its result comes before the pause; that of the next turn is none any more."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.early: set[tuple[str, str]] = set()

    def extra(self, asked: Asked, event: Json) -> Json | None:
        for chunk in event.get("tool_calls") or () if event["type"] == DELTA else ():
            if chunk.get("function", {}).get("name") == "look_up":
                asked.seen["call"] = chunk["id"]
        if event["type"] != RESPONSE or "call" not in asked.seen:
            return None
        self.early.add((asked.session, asked.seen["call"]))
        fields = {"tool_call_id": asked.seen["call"], "content": "open"}
        kept = {name: event[name] for name in ("created_at", "thread_id")}
        return {"type": "tool.response", "id": f"{event['id']}-0", **kept, **fields}

    def event(self, asked: Asked, event: Json) -> list[Json]:
        self.stored(asked, event)
        return super().event(asked, event)

    def stored(self, asked: Asked, event: Json) -> None:
        if event["type"] == "tool.response" and (asked.session, event["tool_call_id"]) in self.early:
            event["type"] = "tool.late"


@broken("V1-TOO-4", "approvals are asked for before answers")
class OtherPauses(Swapping):
    """Turned round."""

    def swaps(self, first: Json, second: Json) -> bool:
        same = first.get("thread_id") == second.get("thread_id")
        return bool(first["type"] == RESPONSE and second["type"] == APPROVAL and same)


@broken("V1-MCP-1", "servers are not initialised in a turn that fails")
class Uninitialised(Layer):
    """The event has another type, in streams and lists of that turn."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.turns: set[str] = set()

    def event(self, asked: Asked, event: Json) -> list[Json]:
        if event["type"] == "turn.created" and any(item.get("content") == "fail" for item in event.get("input") or ()):
            asked.seen["failing"] = True
        if event["type"] == "mcp.initialize" and asked.seen.get("failing"):
            self.turns.add(event["id"])
        self.stored(asked, event)
        return [event]

    def stored(self, _asked: Asked, event: Json) -> None:
        if event.get("id") in self.turns:
            event["type"] = "mcp.hello"


@broken("V1-SBX-1", "a session has two sandboxes")
class TwoSandboxes(Inserting):
    """sandbox.created again, before the end of the next turn."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.made: set[str] = set()

    def extra(self, asked: Asked, event: Json) -> Json | None:
        if event["type"] == "sandbox.created":
            self.made.add(asked.session)
            asked.seen["first"] = True
        if event["type"] != "turn.done" or asked.session not in self.made or asked.seen.get("first"):
            return None
        again = {"type": "sandbox.created", "id": f"{event['id']}-0", "thread_id": None, "sandbox_id": "another"}
        return {**again, "created_at": event["created_at"]}
