"""What the documented contract shows: facts to frames, sessions and turns to objects (sections 3 to 8).

Owns: names and order of fields. A text delta is put together from bytes that were made when the scenario loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mock_gateway.core.commands import FilePart, Item, ToolAnswer, ToolApproval, UserMessage
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
from mock_gateway.core.pieces import Piece, PieceKind
from mock_gateway.core.script import SubAgentCall
from mock_gateway.core.state import Message, OpenCall, Session, Thread, Turn, json_bytes, json_compact
from mock_gateway.wire.projection import Projection
from mock_gateway.wire.times import iso_time

Json = dict[str, object]
SYSTEM = "truefoundry-system"
HIDDEN = (PieceKind.REASONING, PieceKind.REFUSAL)
"""Pieces that this contract has no field for."""


def weigh(fact: Fact) -> int:
    """How many frames a fact is: none for what this contract does not show."""
    if isinstance(fact, Deltas):
        if fact.message.plain:
            return fact.stop - fact.first
        return sum(piece.kind not in HIDDEN for piece in fact.message.pieces[fact.first : fact.stop])
    if isinstance(fact, MessageStarted):
        return 0
    if isinstance(fact, McpInitialized):
        return 1 if fact.fresh else 0
    return 1


def frame(number: int, event: Json) -> bytes:
    """One SSE message: the id line, the data line, a blank line (STR-1)."""
    return b"id: %d\ndata: %b\n\n" % (number, json_bytes(event))


def frames(turn: Turn, view: Projection, fact: Fact, number: int, skip: int, limit: int) -> list[bytes]:
    """The frames of a fact from the `skip`-th on; `number` is the sequence id of its first."""
    if isinstance(fact, Deltas):
        return _deltas(turn, fact, number, skip, limit)
    return [frame(number, event(turn, view, fact, number))]


def _deltas(turn: Turn, fact: Deltas, number: int, skip: int, limit: int) -> list[bytes]:
    message = fact.message
    if message.plain:
        pieces = message.pieces[fact.first + skip : min(fact.stop, fact.first + skip + limit)]
    else:
        shown = [piece for piece in message.pieces[fact.first : fact.stop] if piece.kind not in HIDDEN]
        pieces = tuple(shown[skip : skip + limit])
    head = b'"thread_id":%b' % json_bytes(message.thread_id)
    first = number + skip
    text = PieceKind.TEXT
    return [
        b'id: %d\ndata: {"type":"model.message","sequence_id":%d,%b,"content":%b}\n\n' % (n, n, head, piece.encoded)
        if piece.kind is text
        else b'id: %d\ndata: {"type":"model.message","sequence_id":%d,%b,%b}\n\n'
        % (n, n, head, _rest(turn, message, piece))
        for n, piece in enumerate(pieces, first)
    ]


def _rest(turn: Turn, message: Message, piece: Piece) -> bytes:
    """The field of a delta that is no text."""
    if piece.kind is PieceKind.ARGUMENTS:
        return b'"tool_calls":[{"index":%d,"function":{"arguments":%b}}]' % (piece.call, piece.encoded)
    if piece.kind is PieceKind.FINISH:
        return b'"finish_reason":%b' % json_bytes(message.finish_reason)
    call = message.calls[piece.call]
    chunk = {
        "index": piece.call,
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": ""},
        "tool_info": tool_info(turn, call),
    }
    return b'"tool_calls":[%b]' % json_bytes(chunk)


def tool_info(turn: Turn, call: OpenCall) -> Json:
    """ToolCallInfo."""
    plan = call.call
    server = None if isinstance(plan, SubAgentCall) else plan.server
    ids = {known.name: known.id for known in turn.session.agent.mcp}
    info: Json = {
        "mcp_server_id": SYSTEM if server is None else ids.get(server, server),
        "mcp_server_name": server or SYSTEM,
        "original_tool_name": call.name,
    }
    if not isinstance(plan, SubAgentCall):
        flags = {
            "is_approval_required": plan.approval,
            "is_deferred": plan.deferred,
            "is_client_side": plan.runs_on == "client",
        }
        info |= {name: True for name, value in flags.items() if value}
    return info


def assembled(turn: Turn, message: Message, number: int | None = None) -> Json:
    """A message as it is stored (EVT-4)."""
    result: Json = {"type": "model.message"}
    if number is not None:
        result["sequence_id"] = number
    result["thread_id"] = message.thread_id
    text = message.text()
    if text or not message.calls:
        result["content"] = text
    if message.calls:
        result["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
                "tool_info": tool_info(turn, call),
            }
            for call in message.calls
        ]
    result["finish_reason"] = message.finish_reason
    return result


def event(turn: Turn, view: Projection, fact: Fact, number: int) -> Json:
    """Any fact but a delta, as an event."""
    fields = EVENTS[type(fact)](turn, view, fact)
    return {"type": fields.pop("type"), "sequence_id": number, **fields}


def _turn_created(turn: Turn, _view: Projection, fact: TurnCreated) -> Json:
    return {"type": "turn.created", "turn_id": turn.id, "created_at": iso_time(fact.at)}


def _turn_done(turn: Turn, view: Projection, _fact: TurnDone) -> Json:
    fields: Json = {"type": "turn.done", "status": turn.state.value}
    if turn.state is TurnState.DONE:
        fields["output"] = output(turn, view)
    elif turn.state is TurnState.CANCELLED:
        fields["cancellation_reason"] = turn.cancel_reason
    else:
        fields["message"] = turn.error
    return fields


def _tool_response(_turn: Turn, _view: Projection, fact: ToolResponded) -> Json:
    return {
        "type": "tool.response",
        "thread_id": fact.thread_id,
        "tool_call_id": fact.call_id,
        "content": fact.content,
    }


def _approval(_turn: Turn, _view: Projection, fact: ApprovalRequired) -> Json:
    refs = [{"id": call.id} for call in fact.calls]
    return {"type": "tool.approval_required", "thread_id": fact.thread_id, "tool_calls": refs}


def _response_required(_turn: Turn, _view: Projection, fact: ResponseRequired) -> Json:
    refs = [{"id": call.id} for call in fact.calls]
    return {"type": "tool.response_required", "thread_id": fact.thread_id, "tool_calls": refs}


def _parent(thread: Thread) -> Json:
    parent, call = thread.parent, thread.parent_call
    assert parent is not None and call is not None
    return {"thread_id": parent.id, "tool_call_id": call.id}


def _thread_created(_turn: Turn, _view: Projection, fact: ThreadCreated) -> Json:
    task = fact.thread.bound.get("task", "")
    return {
        "type": "thread.created",
        "thread_id": fact.thread.id,
        "parent": _parent(fact.thread),
        "agent_info": {"name": fact.thread.name, "input": task if isinstance(task, str) else json_compact(task)},
        "created_at": iso_time(fact.at),
    }


def _thread_done(turn: Turn, _view: Projection, fact: ThreadDone) -> Json:
    fields: Json = {"type": "thread.done", "thread_id": fact.thread.id, "parent": _parent(fact.thread)}
    if fact.error is not None:
        return fields | {"status": "error", "message": fact.error}
    if fact.output is None:
        silent = {"type": "model.message", "thread_id": fact.thread.id, "content": "", "finish_reason": "stop"}
        return fields | {"status": "done", "output": silent}
    return fields | {"status": "done", "output": assembled(turn, fact.output)}


def _mcp_initialize(_turn: Turn, _view: Projection, fact: McpInitialized) -> Json:
    servers = [{"mcp_server_name": name, "session_id": session} for name, session in fact.fresh]
    return {"type": "mcp.initialize", "thread_id": fact.thread_id, "content": servers}


def _mcp_auth_required(_turn: Turn, _view: Projection, fact: McpAuthRequired) -> Json:
    servers = [
        {"mcp_server_name": name, "auth_url": url, "thread_ids": list(threads)} for name, url, threads in fact.servers
    ]
    return {"type": "mcp.auth_required", "servers": servers}


def _sandbox_created(_turn: Turn, _view: Projection, fact: SandboxCreated) -> Json:
    return {"type": "sandbox.created", "sandbox_id": fact.sandbox_id}


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

OUTPUT = (ApprovalRequired, ResponseRequired, McpAuthRequired)


def _is_end(fact: Deltas) -> bool:
    return fact.stop == len(fact.message.pieces)


def output(turn: Turn, view: Projection) -> list[Json]:
    """The assembled messages and pause events of a turn, in order (TRN-3)."""
    items = []
    for number, fact in view.numbered():
        if isinstance(fact, Deltas):
            if _is_end(fact):
                items.append(assembled(turn, fact.message, number))
        elif isinstance(fact, OUTPUT):
            items.append(event(turn, view, fact, number))
    return items


def stored(turn: Turn, view: Projection) -> list[Json]:
    """The stored events of a turn, oldest first (LOG-1, LOG-2)."""
    if view.stored is not None:
        return view.stored
    items = []
    for number, fact in view.numbered():
        if isinstance(fact, Deltas):
            if _is_end(fact):
                items.append(assembled(turn, fact.message, number))
        elif not isinstance(fact, TurnCreated | TurnDone):
            items.append(event(turn, view, fact, number))
    if not turn.is_running:
        view.stored = items
    return items


def session_object(session: Session) -> Json:
    """SES-2."""
    return {
        "id": session.id,
        "agent_name": session.agent.name,
        "title": session.title,
        "created_by": session.created_by,
        "created_at": iso_time(session.created_at),
        "updated_at": iso_time(session.updated_at),
    }


def turn_object(turn: Turn, view: Projection) -> Json:
    """TRN-1."""
    return {
        "id": turn.id,
        "session_id": turn.session.id,
        "previous_turn_id": turn.previous.id if turn.previous is not None else None,
        "created_by": turn.created_by,
        "created_at": iso_time(turn.created_at),
        "input": None if turn.items is None else [input_item(item) for item in turn.items],
        "state": state_object(turn, view),
    }


def state_object(turn: Turn, view: Projection) -> Json:
    """TRN-3."""
    state: Json = {"status": turn.state.value}
    if turn.state is TurnState.DONE:
        state["output"] = output(turn, view)
    elif turn.state is TurnState.CANCELLED:
        state["cancellation_reason"] = turn.cancel_reason
    elif turn.state is TurnState.ERROR:
        state["error"] = turn.error
    return state


def input_item(item: Item) -> Json:
    """An input item as it was sent."""
    if isinstance(item, UserMessage):
        content = item.content if isinstance(item.content, str) else [_part(part) for part in item.content]
        return {"type": "user.message", "content": content}
    ids: Json = {"thread_id": item.thread_id, "tool_call_id": item.call_id}
    if isinstance(item, ToolAnswer):
        return {"type": "user.tool_response", **ids, "content": item.content}
    return {"type": "user.tool_approval", **ids, "approval": _decision(item)}


def _decision(item: ToolApproval) -> Json:
    decision: Json = {"status": "allow" if item.allow else "deny"}
    if not item.allow and item.reason is not None:
        decision["reason"] = item.reason
    return decision


def _part(part: object) -> Json:
    if isinstance(part, FilePart):
        return {"type": "file_upload", "file": {"filename": part.name, "file_data": part.uri}}
    return {"type": "text", "text": getattr(part, "text", "")}
