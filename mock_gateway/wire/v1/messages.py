"""Model messages: the empty base, its deltas, and the assembled form.

Owns: the hot path. A text delta is put together from bytes that were made when the scenario loaded, and from one head
per message; no JSON is written per delta.
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_gateway.core.events import Deltas
from mock_gateway.core.pieces import PieceKind
from mock_gateway.core.script import SubAgentCall, Usage
from mock_gateway.core.state import Message, OpenCall, Turn, json_bytes
from mock_gateway.wire.projection import Projection
from mock_gateway.wire.times import iso_time
from mock_gateway.wire.v1.ids import known_of, message_id

Json = dict[str, object]
SYSTEM = "truefoundry-system"

BESIDE = (("refusal", PieceKind.REFUSAL), ("reasoning_content", PieceKind.REASONING))
"""The fields for text beside the answer, in a delta and in a whole message."""
FIELD: Mapping[PieceKind, bytes] = {kind: f'"{name}"'.encode() for name, kind in BESIDE}


def base(view: Projection, message: Message) -> Json:
    """The event that opens a message: it has an id, and nothing to read yet."""
    return {
        "type": "model.message",
        "id": message_id(view, message),
        "thread_id": message.thread_id,
        "created_at": iso_time(message.started_at),
    }


def _heads(view: Projection, message: Message) -> tuple[bytes, bytes]:
    """What every delta of a message begins with, and what every delta of its text begins with."""
    known = known_of(view.turn).heads
    heads = known.get(message.number)
    if heads is None:
        ids = {"type": "model.message.delta", "id": message_id(view, message), "thread_id": message.thread_id}
        head = b"data: " + json_bytes(ids)[:-1]
        heads = known[message.number] = (head, head + b',"content":')
    return heads


def deltas(turn: Turn, view: Projection, fact: Deltas, number: int, skip: int, limit: int) -> list[bytes]:
    """The frames of a run of deltas from the `skip`-th on; `number` is the sequence number of its first."""
    message, begin = fact.message, fact.first + skip
    pieces = message.pieces[begin : min(fact.stop, begin + limit)]
    head, said = _heads(view, message)
    text = PieceKind.TEXT
    frames = [
        b"id: %d\n%b%b}\n\n" % (n, said, encoded)
        if kind is text
        else b"id: %d\n%b,%b}\n\n" % (n, head, _field(turn, message, kind, encoded, call))
        for n, (kind, _, encoded, call) in enumerate(pieces, number + skip)
    ]
    if begin == 0 and frames:
        # Only the first delta of a message says when it was made.
        made = b',"created_at":"%b"' % iso_time(fact.at).encode()
        frames[0] = frames[0].replace(head, head + made, 1)
    return frames


def _field(turn: Turn, message: Message, kind: PieceKind, encoded: bytes, call: int) -> bytes:
    """What a delta adds that is no text of the answer; the last one says how the message ended."""
    if kind is PieceKind.ARGUMENTS:
        return b'"tool_calls":[{"index":%d,"function":{"arguments":%b}}]' % (call, encoded)
    if kind is PieceKind.CALL:
        chunk = {"index": call, **_call(turn, message.calls[call], "")}
        return b'"tool_calls":[%b]' % json_bytes(chunk)
    if kind is PieceKind.FINISH:
        end: Json = {"finish_reason": message.finish_reason}
        if message.usage is not None:
            end["usage"] = usage(message.usage)
        return json_bytes(end)[1:-1]
    return b"%b:%b" % (FIELD[kind], encoded)


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
    # Most messages are plain, and then nobody has to look through their pieces.
    beside = {} if message.plain else {name: message.text(kind) for name, kind in BESIDE if message.text(kind)}
    text = message.text()
    if text or not (message.calls or "refusal" in beside):
        result["content"] = text
    result |= beside
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
