"""Folding the deltas of a model message into the message (MSG-1), and finding what a cut left out.

Owns: the pieces of messages under way.
Must not know: streams, connections. Deltas of several threads interleave (MSG-2): one builder each.
Next: `catchup.py`, which asks for the rest of a message after a lost stream.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mock_gateway.client.errors import ProtocolError
from mock_gateway.client.events import (
    ModelMessage,
    ModelMessageDelta,
    ToolCall,
    ToolCallDelta,
    ToolCallFunction,
    ToolCallFunctionDelta,
    ToolCallInfo,
)


@dataclass(slots=True)
class _CallPieces:
    id: str | None = None
    type: str | None = None
    name: str | None = None
    tool_info: ToolCallInfo | None = None
    arguments: list[str] = field(default_factory=list)

    def fold(self, chunk: ToolCallDelta) -> None:
        self.id = self.id or chunk.id
        self.type = self.type or chunk.type
        self.name = self.name or chunk.function.name
        self.tool_info = self.tool_info or chunk.tool_info
        if chunk.function.arguments:
            self.arguments.append(chunk.function.arguments)

    def whole(self) -> ToolCall:
        function = ToolCallFunction(name=self.name or "", arguments="".join(self.arguments))
        return ToolCall(id=self.id or "", type=self.type or "function", function=function, tool_info=self.tool_info)


class MessagePieces:
    """What has arrived of one message."""

    def __init__(self) -> None:
        self.thread_id: str | None = None
        self.sequence_id = 0
        self.finish_reason: str | None = None
        self._content: list[str] | None = None
        self._calls: dict[int, _CallPieces] = {}

    def fold(self, delta: ModelMessageDelta) -> None:
        """Add the next delta of the message."""
        self.thread_id = delta.thread_id
        self.sequence_id = delta.sequence_id
        self.finish_reason = delta.finish_reason
        if delta.content is not None:
            self._content = self._content or []
            self._content.append(delta.content)
        for chunk in delta.tool_calls or ():
            self._calls.setdefault(chunk.index, _CallPieces()).fold(chunk)

    @property
    def content(self) -> str | None:
        """The text so far, None when no delta had any."""
        return None if self._content is None else "".join(self._content)

    def calls(self) -> dict[int, ToolCall]:
        """The tool calls so far, by index, in the order of their indices."""
        return {index: self._calls[index].whole() for index in sorted(self._calls)}


class ModelMessageBuilder:
    """Folds the deltas of one thread, one message after the other."""

    def __init__(self) -> None:
        self._pieces = MessagePieces()

    def add(self, delta: ModelMessageDelta) -> None:
        """Add the next delta.

        Raises ValueError when it belongs to another thread than the message under way, or when
        that message is complete and was not fetched yet.
        """
        pieces = self._pieces
        if pieces.finish_reason is not None:
            raise ValueError("the message is complete; call build_and_reset() before adding to the next one")
        if pieces.thread_id not in (None, delta.thread_id):
            raise ValueError(
                f"the message under way is of thread {pieces.thread_id}; "
                f"a delta of thread {delta.thread_id} needs a builder of its own"
            )
        pieces.fold(delta)

    def build_and_reset(self) -> ModelMessage:
        """Give the complete message and begin anew; its sequence id is that of the last delta (LOG-2).

        Raises ValueError when no delta with a finish_reason has been added yet.
        """
        pieces = self._pieces
        if pieces.thread_id is None or pieces.finish_reason is None:
            raise ValueError("the message is not complete: no delta with a finish_reason was added")
        message = ModelMessage(
            sequence_id=pieces.sequence_id,
            thread_id=pieces.thread_id,
            content=pieces.content,
            tool_calls=list(pieces.calls().values()),
            finish_reason=pieces.finish_reason,
        )
        self._pieces = MessagePieces()
        return message


def missing_delta(message: ModelMessage, delivered: MessagePieces | None) -> ModelMessageDelta:
    """Make the one delta that completes a message of which a part was delivered.

    message: as stored. delivered: its deltas so far, None when there were none.
    Raises ProtocolError when the delivered part is not the beginning of the message (MSG-1).
    """
    before = delivered or MessagePieces()
    content = message.content
    if before.content is not None:
        content = _rest(message.content or "", before.content, "its content", message) or None
    return ModelMessageDelta(
        sequence_id=message.sequence_id,
        thread_id=message.thread_id,
        content=content,
        tool_calls=_missing_chunks(message, before.calls()) or None,
        finish_reason=message.finish_reason,
    )


def _missing_chunks(message: ModelMessage, delivered: dict[int, ToolCall]) -> list[ToolCallDelta]:
    index_of = {call.id: index for index, call in delivered.items()}
    unknown = index_of.keys() - {call.id for call in message.tool_calls}
    if unknown:
        raise _differs(message, f"tool call {', '.join(sorted(unknown))} is missing")
    chunks: list[ToolCallDelta] = []
    index = -1
    for call in message.tool_calls:
        # A call not seen yet comes right after its predecessor, so that a builder keeps the order.
        index = index_of.get(call.id, index + 1)
        chunk = _missing_chunk(message, call, index, delivered.get(index))
        if chunk is not None:
            chunks.append(chunk)
    return chunks


def _missing_chunk(
    message: ModelMessage, call: ToolCall, index: int, delivered: ToolCall | None
) -> ToolCallDelta | None:
    if delivered is None:
        function = ToolCallFunctionDelta(name=call.function.name, arguments=call.function.arguments)
        return ToolCallDelta(index=index, id=call.id, type=call.type, function=function, tool_info=call.tool_info)
    if delivered.id != call.id:
        raise _differs(message, f"tool call {call.id} stands where {delivered.id} was streamed")
    rest = _rest(call.function.arguments, delivered.function.arguments, f"tool call {call.id}", message)
    return ToolCallDelta(index=index, function=ToolCallFunctionDelta(arguments=rest)) if rest else None


def _rest(whole: str, beginning: str, what: str, message: ModelMessage) -> str:
    if not whole.startswith(beginning):
        raise _differs(message, f"{what} begins otherwise")
    return whole[len(beginning) :]


def _differs(message: ModelMessage, how: str) -> ProtocolError:
    return ProtocolError(
        f"the stored message {message.sequence_id} of thread {message.thread_id} "
        f"does not continue what was streamed of it: {how} (MSG-1)"
    )
