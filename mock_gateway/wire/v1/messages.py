"""Model messages: the empty base, its deltas, and the assembled form.

Owns: the hot path. A text delta is put together from bytes that were made when the scenario loaded, and from one head
per message; no JSON is written per delta.
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_gateway.core.events import Deltas
from mock_gateway.core.pieces import Piece, PieceKind
from mock_gateway.core.script import SubAgentCall, Usage
from mock_gateway.core.state import Message, OpenCall, Turn, json_bytes
from mock_gateway.wire.projection import Projection
from mock_gateway.wire.times import iso_time
from mock_gateway.wire.v1.ids import known_of, message_id

Json = dict[str, object]
SYSTEM = "truefoundry-system"

FIELD: Mapping[PieceKind, bytes] = {
    PieceKind.TEXT: b'"content"',
    PieceKind.REASONING: b'"reasoning_content"',
    PieceKind.REFUSAL: b'"refusal"',
}
"""The field of a delta that is nothing but text."""

DELTA = b'id: %d\ndata: {"type":"model.message.delta",%b,%b:%b}\n\n'


def base(view: Projection, message: Message) -> Json:
    """The event that opens a message: it has an id, and nothing to read yet."""
    return {
        "type": "model.message",
        "id": message_id(view, message),
        "thread_id": message.thread_id,
        "created_at": iso_time(message.started_at),
    }


def _head(view: Projection, message: Message) -> bytes:
    """What every delta of a message begins with."""
    heads = known_of(view.turn).heads
    head = heads.get(message.number)
    if head is None:
        ids = json_bytes({"id": message_id(view, message), "thread_id": message.thread_id})
        head = heads[message.number] = ids[1:-1]
    return head


def deltas(turn: Turn, view: Projection, fact: Deltas, number: int, skip: int, limit: int) -> list[bytes]:
    """The frames of a run of deltas from the `skip`-th on; `number` is the sequence number of its first."""
    message, begin = fact.message, fact.first + skip
    pieces = message.pieces[begin : min(fact.stop, begin + limit)]
    head, text = _head(view, message), PieceKind.TEXT
    frames = [
        b'id: %d\ndata: {"type":"model.message.delta",%b,"content":%b}\n\n' % (n, head, piece.encoded)
        if piece.kind is text
        else DELTA % (n, head, *_field(turn, message, piece))
        for n, piece in enumerate(pieces, number + skip)
    ]
    if begin == 0 and frames:
        # Only the first delta of a message says when it was made.
        first = head + b',"created_at":"%b"' % iso_time(fact.at).encode()
        frames[0] = DELTA % (number, first, *_field(turn, message, pieces[0]))
    return frames


def _field(turn: Turn, message: Message, piece: Piece) -> tuple[bytes, bytes]:
    """Name and value of what a delta adds; the last one has the usage behind its value."""
    name = FIELD.get(piece.kind)
    if name is not None:
        return name, piece.encoded
    if piece.kind is PieceKind.FINISH:
        reason = json_bytes(message.finish_reason)
        if message.usage is not None:
            reason += b',"usage":' + json_bytes(usage(message.usage))
        return b'"finish_reason"', reason
    if piece.kind is PieceKind.ARGUMENTS:
        return b'"tool_calls"', b'[{"index":%d,"function":{"arguments":%b}}]' % (piece.call, piece.encoded)
    call = message.calls[piece.call]
    chunk = {"index": piece.call, **_call(turn, call, "")}
    return b'"tool_calls"', b"[%b]" % json_bytes(chunk)


def _call(turn: Turn, call: OpenCall, arguments: str) -> Json:
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
        "tool_info": tool_info(turn, call),
    }


def tool_info(turn: Turn, call: OpenCall) -> Json:
    """ToolInfo: a tool of the harness itself, or one of an MCP server."""
    plan = call.call
    if isinstance(plan, SubAgentCall) or plan.server is None:
        return {"type": SYSTEM, "name": call.name}
    ids = {server.name: server.id for server in turn.session.agent.mcp}
    server = plan.server
    return {"type": "mcp", "server_id": ids.get(server, server), "server_name": server, "name": plan.tool}


def usage(tokens: Usage) -> Json:
    """ModelMessageUsage. What the input was made of is not scripted: all of it counts as messages."""
    result: Json = {"input_tokens": tokens.input_tokens, "output_tokens": tokens.output_tokens}
    cached = {"cache_read_tokens": tokens.cache_read_tokens, "cache_write_tokens": tokens.cache_write_tokens}
    result |= {name: count for name, count in cached.items() if count is not None}
    parts = {"harness": 0, "skills": 0, "instructions": 0, "tool_definitions": 0, "messages": tokens.input_tokens}
    return result | {"input_tokens_breakdown": parts}


def assembled(turn: Turn, view: Projection, message: Message) -> Json:
    """A complete message, as lists and states have it: the id and the time of its base."""
    result = base(view, message)
    text, refusal = message.text(), message.text(PieceKind.REFUSAL)
    if text or not (message.calls or refusal):
        result["content"] = text
    for name, more in (("refusal", refusal), ("reasoning_content", message.text(PieceKind.REASONING))):
        if more:
            result[name] = more
    if message.calls:
        result["tool_calls"] = [_call(turn, call, call.arguments) for call in message.calls]
    result["finish_reason"] = message.finish_reason
    if message.usage is not None:
        result["usage"] = usage(message.usage)
    return result


def metrics(messages: list[Message]) -> Json | None:
    """TurnMetrics of the messages whose usage is known; None when none is: a client drops an event with half of it."""
    known = [message.usage for message in messages if message.usage is not None]
    if not known:
        return None
    taken = sum(tokens.input_tokens for tokens in known)
    given = sum(tokens.output_tokens for tokens in known)
    result: Json = {"total_input_tokens": taken, "total_output_tokens": given, "total_tokens": taken + given}
    optional: dict[str, list[int | None] | list[float | None]] = {
        "total_cache_read_tokens": [tokens.cache_read_tokens for tokens in known],
        "total_cache_write_tokens": [tokens.cache_write_tokens for tokens in known],
        "total_cost_in_usd": [tokens.cost_in_usd for tokens in known],
    }
    for name, counts in optional.items():
        scripted = [count for count in counts if count is not None]
        if scripted:
            result[name] = sum(scripted)
    return result
