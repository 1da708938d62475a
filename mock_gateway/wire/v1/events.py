"""What the published contract shows of a turn: facts to events and frames, the stored events, the state.

Owns: names and order of fields, by kind of fact (`EVENTS`, a table). Every fact is shown, each as one frame, but a run
of deltas, which is as many frames as it has pieces. `messages.py` has what is particular to model messages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import json

from mock_gateway.core.commands import ToolApproval
from mock_gateway.core.events import (
    ApprovalRequired,
    Deltas,
    Fact,
    McpAuthRequired,
    McpInitialized,
    MessageStarted,
    ResponseRequired,
    SandboxCreated,
    ThreadCreated,
    ThreadDone,
    ToolResponded,
    TurnCreated,
    TurnDone,
)
from mock_gateway.core.lifecycle import TurnState
from mock_gateway.core.script import ToolCall
from mock_gateway.core.state import MAIN, OpenCall, Thread, Turn, json_bytes, json_compact
from mock_gateway.wire.projection import Projection
from mock_gateway.wire.times import iso_time
from mock_gateway.wire.v1.ids import event_id, message_id, ulid
from mock_gateway.wire.v1.inputs import shown
from mock_gateway.wire.v1.messages import Json, assembled, base, deltas, metrics
from mock_gateway.wire.v1.subjects import subject


def weigh(fact: Fact) -> int:
    """How many frames a fact is."""
    return fact.stop - fact.first if isinstance(fact, Deltas) else 1


def frames(turn: Turn, view: Projection, fact: Fact, number: int, skip: int, limit: int) -> list[bytes]:
    """The frames of a fact from the `skip`-th on; `number` is the sequence number of its first."""
    if isinstance(fact, Deltas):
        return deltas(turn, view, fact, number, skip, limit)
    return [b"id: %d\ndata: %b\n\n" % (number, json_bytes(event(turn, view, fact, number)))]


def event(turn: Turn, view: Projection, fact: Fact, number: int) -> Json:
    """Any fact but a run of deltas, as an event."""
    if isinstance(fact, MessageStarted):
        return base(view, fact.message)
    fields = EVENTS[type(fact)](turn, view, fact)
    head: Json = {"type": fields.pop("type"), "id": event_id(turn, fact.at, number), "created_at": iso_time(fact.at)}
    return head | fields


def _turn_created(turn: Turn, _view: Projection, _fact: TurnCreated) -> Json:
    fields: Json = {
        "type": "turn.created",
        "thread_id": None,
        "turn_id": turn.id,
        "previous_turn_id": turn.previous.id if turn.previous is not None else None,
    }
    if turn.items:
        fields["input"] = [shown(item) for item in turn.items]
    return fields | {"state": {"status": "running"}, "created_by": subject(turn.created_by)}


def _turn_done(turn: Turn, view: Projection, _fact: TurnDone) -> Json:
    return {"type": "turn.done", "thread_id": None, "state": state(turn, view)}


def _tool_response(turn: Turn, _view: Projection, fact: ToolResponded) -> Json:
    return {
        "type": "tool.response",
        "thread_id": fact.thread_id,
        "tool_call_id": fact.call_id,
        "content": _told(turn, fact),
    }


def _told(turn: Turn, fact: ToolResponded) -> str:
    """What the model is told: a result as it is, an error in parts. A denial is an error within an error."""
    for item in turn.items or ():
        if isinstance(item, ToolApproval) and item.call_id == fact.call_id and not item.allow:
            return _error(json_compact({"error": f"User denied tool call: {item.reason or 'no reason provided'}"}))
    if _fails(turn, fact.call_id):
        return _error(json.decode(fact.content)["error"])
    return fact.content


def _error(text: str) -> str:
    return json_compact({"error": [{"type": "text", "text": text}]})


def _fails(turn: Turn, call_id: str) -> bool:
    """Whether a call is one whose tool gives an error; its message is in this turn, or in one before it."""
    calls = (call for past in turn.chain() for message in past.messages for call in message.calls)
    plan = next((call.call for call in calls if call.id == call_id), None)
    return isinstance(plan, ToolCall) and plan.fails is not None


def _refs(view: Projection, calls: tuple[OpenCall, ...]) -> list[Json]:
    return [{"id": call.id, "source_event_id": message_id(view, call.message)} for call in calls]


def _approval(_turn: Turn, view: Projection, fact: ApprovalRequired) -> Json:
    return {
        "type": "tool.approval_required",
        "thread_id": fact.thread_id,
        "tool_calls": _refs(view, fact.calls),
    }


def _response_required(_turn: Turn, view: Projection, fact: ResponseRequired) -> Json:
    return {
        "type": "tool.response_required",
        "thread_id": fact.thread_id,
        "tool_calls": _refs(view, fact.calls),
    }


def _thread(thread: Thread) -> Json:
    parent, call = thread.parent, thread.parent_call
    assert parent is not None and call is not None
    return {
        "thread_id": thread.id,
        "title": thread.name,
        "parent": {"thread_id": parent.id, "tool_call_id": call.id},
    }


def _thread_created(_turn: Turn, _view: Projection, fact: ThreadCreated) -> Json:
    task = fact.thread.bound.get("task", "")
    text = task if isinstance(task, str) else json_compact(task)
    agent = {"type": "dynamic", "name": fact.thread.name, "input": text}
    return {"type": "thread.created", **_thread(fact.thread), "agent_info": agent}


def _thread_done(turn: Turn, view: Projection, fact: ThreadDone) -> Json:
    fields: Json = {"type": "thread.done", **_thread(fact.thread)}
    if fact.error is not None:
        return fields | {"state": {"status": "error", "error": fact.error}}
    output = _silence(turn, fact) if fact.output is None else assembled(turn, view, fact.output)
    return fields | {"state": {"status": "done", "output": output}}


def _silence(turn: Turn, fact: ThreadDone) -> Json:
    """The message of a sub-agent that said nothing: its end has to carry one."""
    thread_id = fact.thread.id
    return {
        "type": "model.message",
        "id": ulid(fact.at, 0, turn.id, thread_id),
        "thread_id": thread_id,
        "created_at": iso_time(fact.at),
        "content": "",
        "finish_reason": "stop",
    }


def _mcp_initialize(turn: Turn, _view: Projection, fact: McpInitialized) -> Json:
    known = {server.name: server for server in turn.session.agent.mcp}
    servers = [
        {
            "id": known[name].id if name in known else name,
            "name": name,
            "session_id": session,
            "transport_type": known[name].transport if name in known else "streamable-http",
        }
        for name, session in fact.servers
    ]
    return {"type": "mcp.initialize", "thread_id": fact.thread_id, "mcp_servers": servers}


def _mcp_auth_required(turn: Turn, _view: Projection, fact: McpAuthRequired) -> Json:
    ids = {server.name: server.id for server in turn.session.agent.mcp}
    servers = [{"id": ids.get(name, name), "name": name, "auth_url": url} for name, url, _ in fact.servers]
    return {"type": "mcp.auth_required", "thread_id": None, "mcp_servers": servers}


def _sandbox_created(_turn: Turn, _view: Projection, fact: SandboxCreated) -> Json:
    return {"type": "sandbox.created", "thread_id": None, "sandbox_id": fact.sandbox_id}


EVENTS: Mapping[type, Callable[..., Json]] = {
    TurnCreated: _turn_created,
    TurnDone: _turn_done,
    ToolResponded: _tool_response,
    ApprovalRequired: _approval,
    ResponseRequired: _response_required,
    ThreadCreated: _thread_created,
    ThreadDone: _thread_done,
    McpInitialized: _mcp_initialize,
    McpAuthRequired: _mcp_auth_required,
    SandboxCreated: _sandbox_created,
}

PAUSES = (ApprovalRequired, ResponseRequired, McpAuthRequired)


def state(turn: Turn, view: Projection) -> Json:
    """TurnState: what a turn came to."""
    result: Json = {"status": turn.state.value}
    if turn.completed_at is None:
        return result
    if turn.state is TurnState.DONE:
        required = _required_actions(turn, view)
        result["output"] = None if required else _output(turn, view)
        result["required_actions"] = required
    elif turn.state is TurnState.CANCELLED:
        result["reason"] = turn.cancel_reason
    else:
        result["message"] = turn.error
    result["completed_at"] = iso_time(turn.completed_at)
    totals = metrics(turn.messages)
    if totals is not None:
        result["metrics"] = totals
    return result


def _required_actions(turn: Turn, view: Projection) -> list[Json]:
    """The very events that paused the turn, in order."""
    if not turn.rest:
        return []
    return [event(turn, view, fact, number) for number, fact in view.numbered() if isinstance(fact, PAUSES)]


def _output(turn: Turn, view: Projection) -> Json | None:
    """The last message of the main thread."""
    messages = [message for message in turn.messages if message.thread_id == MAIN]
    return assembled(turn, view, messages[-1]) if messages else None


def stored(turn: Turn, view: Projection) -> list[Json]:
    """The stored events of a turn, oldest first, its own beginning and end included.

    A message is stored when its last piece has been said; one that was cut short never is.
    """
    if view.stored is not None:
        return view.stored
    items = []
    for number, fact in view.numbered():
        if isinstance(fact, Deltas):
            if fact.stop == len(fact.message.pieces):
                items.append(assembled(turn, view, fact.message))
        elif not isinstance(fact, MessageStarted):
            items.append(event(turn, view, fact, number))
    if not turn.is_running:
        view.stored = items
    return items


def content(turn: Turn, view: Projection) -> list[Json]:
    """The stored events of a turn without its beginning and end, which are the first and the last."""
    items = stored(turn, view)
    return items[1:] if turn.is_running else items[1:-1]
