"""One turn read as one unbroken stream, over any number of connections (SEQ-2).

Owns: resuming after a drop, dropping repeats, noticing gaps, catching up when the turn ended
meanwhile. Must not know: HTTP. It never creates a turn again: before `turn.created` names the turn,
a drop is an error. Next: `catchup.py`, the rest of a stream told from the stored log.
"""

from __future__ import annotations

from collections.abc import Iterator

from mock_gateway.client.catchup import Delivered, rest_of_log
from mock_gateway.client.connection import EventConnection
from mock_gateway.client.endpoints import Endpoints
from mock_gateway.client.errors import Conflict, GatewayError, ProtocolError, SequenceGap, TransportError
from mock_gateway.client.events import TurnCreated, TurnDone, TurnStreamEvent, read_streamed
from mock_gateway.client.states import TurnRunningState, TurnState, done_event, read_state


class TurnStream(Iterator[TurnStreamEvent]):
    """The events of a turn, each once and in order, as they arrive; ends after `turn.done`.

    Iterating raises TransportError when drops outlast the retries, ProtocolError when the stream
    breaks the contract, ApiError when resuming is refused. An iterator that is closed, exhausted or
    dropped hangs up; the turn goes on (TRN-8).
    """

    def __init__(self, follower: Follower) -> None:
        # The events refer to the follower, never to this object: so it is freed, and hangs up, as
        # soon as nobody reads any more.
        self._follower = follower
        self._events = follower.events()
        self._closed = False

    @property
    def turn_id(self) -> str | None:
        """The turn's id; None until `turn.created` has been delivered."""
        return self._follower.turn_id

    @property
    def last_sequence_id(self) -> int:
        """The sequence id of the last delivered event; the cursor to go on from."""
        return self._follower.delivered.cursor

    def __next__(self) -> TurnStreamEvent:
        if self._closed:
            raise StopIteration
        try:
            return next(self._events)
        except BaseException:
            # Finished, failed or interrupted: nobody will read this connection any more.
            self.close()
            raise

    def __enter__(self) -> TurnStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Hang up and end the iteration. Safe to call again."""
        self._closed = True
        self._follower.hang_up()


class Follower:
    """Reads one turn over one connection after the other.

    connection: the first one. turn_id: None when the stream itself has to tell it.
    cursor: the sequence id that the connection begins after.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        session_id: str,
        connection: EventConnection,
        *,
        turn_id: str | None = None,
        cursor: int = 0,
    ) -> None:
        self.turn_id = turn_id
        self.delivered = Delivered(cursor)
        self._endpoints = endpoints
        self._session_id = session_id
        self._connection = connection
        self._attempts = endpoints.transport.attempts()

    def hang_up(self) -> None:
        """Close the connection of the moment."""
        self._connection.close()

    def events(self) -> Iterator[TurnStreamEvent]:
        """Yield what comes after the cursor, until `turn.done`."""
        while True:
            try:
                for event in self._fresh():
                    self._attempts.reset()
                    self.delivered.note(event)
                    yield event
                    if isinstance(event, TurnDone):
                        return
                raise TransportError(f"the stream of turn {self.turn_id} ended before turn.done (STR-2)")
            except GatewayError as error:
                finished = self._reconnect(error)
            if finished is not None:
                yield from self._catch_up(finished)
                return

    def _fresh(self) -> Iterator[TurnStreamEvent]:
        """The events of the connection that come next in the turn (SEQ-1)."""
        for message in self._connection:
            if not message.data.strip():
                continue
            event = read_streamed(message.data, message.last_event_id)
            cursor = self.delivered.cursor
            if event.sequence_id <= cursor:
                continue
            if self.turn_id is None:
                self.turn_id = _created_turn(event)
            if event.sequence_id != cursor + 1:
                raise SequenceGap(
                    f"the stream of turn {self.turn_id} went from sequence id {cursor} to {event.sequence_id} (SEQ-1)"
                )
            yield event

    def _reconnect(self, cause: GatewayError) -> TurnState | None:
        """Open the next connection; or give the state of the turn, when it has ended."""
        self._connection.close()
        if self._connection.retry is not None:
            self._attempts.start_from(self._connection.retry)
        if self.turn_id is None:
            raise cause
        transient: bool | None = None
        while True:
            self._attempts.wait_or_raise(cause, transient=transient)
            try:
                self._connection = self._open(self.turn_id)
                return None
            except Conflict as refusal:
                state = self._state(self.turn_id)
                if not isinstance(state, TurnRunningState):
                    return state
                cause, transient = refusal, True
            except GatewayError as error:
                cause, transient = error, None

    def _catch_up(self, state: TurnState) -> Iterator[TurnStreamEvent]:
        stored = self._endpoints.list_events(self._session_id, str(self.turn_id), {"order": "asc"})
        yield from rest_of_log(stored, self.delivered)
        # The id of turn.done is not stored; it came after everything that is.
        done = done_event(state, self.delivered.cursor + 1)
        self.delivered.note(done)
        yield done

    def _open(self, turn_id: str) -> EventConnection:
        return self._endpoints.stream_turn(self._session_id, turn_id, self.delivered.cursor)

    def _state(self, turn_id: str) -> TurnState:
        return read_state(self._endpoints.get_turn(self._session_id, turn_id).state)


def _created_turn(event: TurnStreamEvent) -> str:
    if not isinstance(event, TurnCreated):
        raise ProtocolError(f"a turn's stream begins with {event.type} instead of turn.created (STR-2)")
    return event.turn_id
