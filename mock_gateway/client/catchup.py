"""What a reader still has to get when the turn ended while the stream was cut.

A finished turn cannot be streamed (STR-6), but its log is stored (LOG-1), and stored events keep
their sequence ids (LOG-2). So the rest of the stream can be told from the log: all events above the
last delivered id, where a message of which a part was delivered gives one delta with what is missing.

Owns: that rule. Must not know: connections or requests. Next: `follow.py`, which uses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mock_gateway.client.builder import MessagePieces, missing_delta
from mock_gateway.client.errors import ProtocolError
from mock_gateway.client.events import ModelMessage, ModelMessageDelta, StoredEvent, TurnStreamEvent

# turn.created is always event 1 and never stored (SEQ-1, LOG-1).
_TURN_CREATED = 1


class Delivered:
    """What one reader got so far.

    began_after: the cursor that reading began with; what lies at or below it was delivered to
    somebody else, so its parts of messages are not known here.
    """

    def __init__(self, began_after: int) -> None:
        self.began_after = began_after
        self.cursor = began_after
        self._open: dict[str, MessagePieces] = {}

    def note(self, event: TurnStreamEvent) -> None:
        """Record an event that is about to be delivered."""
        self.cursor = event.sequence_id
        if not isinstance(event, ModelMessageDelta):
            return
        self._open.setdefault(event.thread_id, MessagePieces()).fold(event)
        if event.finish_reason is not None:
            del self._open[event.thread_id]

    def take_open(self, thread_id: str) -> MessagePieces | None:
        """The delivered part of the message under way in a thread, once."""
        return self._open.pop(thread_id, None)


def rest_of_log(stored: Iterable[StoredEvent], delivered: Delivered) -> Iterator[TurnStreamEvent]:
    """Yield what is missing, in order, and record it as delivered.

    stored: the whole log of the finished turn, oldest first.
    Raises ProtocolError when the log has an event without a sequence id, when it does not continue
    what was streamed, or when a message began before the reader did, so that its rest is unknown.
    """
    before = _Before(delivered.began_after)
    for event in stored:
        if event.sequence_id < 1:
            raise ProtocolError(f"a stored {event.type} has no sequence_id (LOG-2)")
        if event.sequence_id > delivered.cursor:
            missing = _missing(event, delivered, before)
            delivered.cursor = event.sequence_id
            yield missing
        before.note(event)


def _missing(event: StoredEvent, delivered: Delivered, before: _Before) -> TurnStreamEvent:
    if not isinstance(event, ModelMessage):
        return event
    if not before.proves_whole(event):
        raise ProtocolError(
            f"the turn ended while its stream was cut, and message {event.sequence_id} of thread "
            f"{event.thread_id} may have begun before after_sequence_id={delivered.began_after}; "
            "how much of it is missing cannot be told, read events() instead"
        )
    return missing_delta(event, delivered.take_open(event.thread_id))


class _Before:
    """What the log tells about the ids at or below the cursor that reading began with.

    An id there that is no stored event was a delta. Only such a delta can be a part of a message
    that ended later.
    """

    def __init__(self, began_after: int) -> None:
        self._began_after = began_after
        self._stored: set[int] = set()
        self._last_of_thread: dict[str, int] = {}

    def note(self, event: StoredEvent) -> None:
        if event.sequence_id <= self._began_after:
            self._stored.add(event.sequence_id)
        thread_id = getattr(event, "thread_id", None)
        if thread_id is not None:
            self._last_of_thread[thread_id] = event.sequence_id

    def proves_whole(self, message: ModelMessage) -> bool:
        """Whether no delta of the message can lie at or below the cursor (MSG-2)."""
        after = max(self._last_of_thread.get(message.thread_id, 0), _TURN_CREATED)
        return all(n in self._stored for n in range(after + 1, self._began_after + 1))
