"""The classes that users hold: the client, its agents, sessions and turns (beta contract, section 11).

Owns: the documented surface: names, parameters, defaults.
Must not know: paths, HTTP, resuming. Next: `endpoints.py` (calls), `follow.py` (streams).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Literal, overload

import httpx

from mock_gateway.client.endpoints import Endpoints, SessionRecord, TurnRecord
from mock_gateway.client.events import StoredEvent
from mock_gateway.client.follow import Follower, TurnStream
from mock_gateway.client.inputs import TurnInput, input_from_json, input_to_json
from mock_gateway.client.pacing import Pacing, Sleep
from mock_gateway.client.states import TurnRunningState, TurnState, read_state
from mock_gateway.client.transport import Transport

Order = Literal["asc", "desc"]


class TrueFoundryGateway:
    """A client of one gateway.

    base_url: of the gateway, may carry a path prefix (NET-1). api_key: the bearer token (NET-2).
    timeout, stream_timeout: seconds without a byte before a plain call or a stream counts as broken.
    pacing, sleep: how the client waits between tries and looks; tests pass their own.
    transport: an httpx transport instead of the network.
    Raises ValueError when base_url or api_key cannot be used at all.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        timeout: float = 30.0,
        stream_timeout: float = 60.0,
        pacing: Pacing | None = None,
        sleep: Sleep = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._transport = Transport(
            base_url,
            api_key,
            timeout=timeout,
            stream_timeout=stream_timeout,
            pacing=pacing or Pacing(),
            sleep=sleep,
            transport=transport,
        )
        self.agents = Agents(Endpoints(self._transport))

    def __enter__(self) -> TrueFoundryGateway:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection; streams under way end with an error."""
        self._transport.close()


class Agents:
    """Sessions with saved agents."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def create_session(self, agent_name: str, title: str | None = None) -> Session:
        """Begin a session (API-1). Raises NotFound for an unknown agent (SES-1)."""
        return Session(self._endpoints, self._endpoints.create_session(agent_name, title))

    def list_sessions(
        self,
        agent_name: str,
        created_by_subject_slug: str | None = None,
        start_timestamp: str | None = None,
        end_timestamp: str | None = None,
        limit: int = 100,
    ) -> Iterator[Session]:
        """Walk the sessions of an agent, newest first (API-2, SES-3).

        start_timestamp, end_timestamp: ISO-8601, both inclusive. limit: sessions per page, not in all.
        """
        query = {
            "agent_name": agent_name,
            "created_by_subject_slug": created_by_subject_slug,
            "start_timestamp": start_timestamp,
            "end_timestamp": end_timestamp,
            "limit": limit,
        }
        for record in self._endpoints.list_sessions(query):
            yield Session(self._endpoints, record)

    def get_session(self, session_id: str) -> Session:
        """Find a session again (API-3). Raises NotFound."""
        return Session(self._endpoints, self._endpoints.get_session(session_id))


class Session:
    """A conversation with an agent (SES-2). Its turns are chained by the gateway (TRN-4)."""

    def __init__(self, endpoints: Endpoints, record: SessionRecord) -> None:
        self._endpoints = endpoints
        self.id = record.id
        self.agent_name = record.agent_name
        self.title = record.title
        self.created_by = record.created_by
        self.created_at = record.created_at
        self.updated_at = record.updated_at

    def __repr__(self) -> str:
        return f"Session(id={self.id!r}, agent_name={self.agent_name!r}, title={self.title!r})"

    @overload
    def create_turn(
        self,
        input: TurnInput | None = None,
        previous_turn_id: str | None = "auto",
        stream: Literal[True] = True,
    ) -> TurnStream: ...

    @overload
    def create_turn(
        self,
        input: TurnInput | None = None,
        previous_turn_id: str | None = "auto",
        *,
        stream: Literal[False],
    ) -> Turn: ...

    @overload
    def create_turn(
        self, input: TurnInput | None = None, previous_turn_id: str | None = "auto", stream: bool = True
    ) -> TurnStream | Turn: ...

    def create_turn(
        self, input: TurnInput | None = None, previous_turn_id: str | None = "auto", stream: bool = True
    ) -> TurnStream | Turn:
        """Start a turn (API-5).

        input: items of the input classes or plain mappings; None or [] goes on after
        `mcp.auth_required`. previous_turn_id: the turn to chain to, "auto" for the latest.
        stream: True gives the turn's events, False the turn itself.
        The request is sent by this call, once, in either case: a refusal raises here, and an
        iterator that nobody reads has started a turn all the same.
        Raises Conflict while another turn runs (SES-5), Unprocessable and BadRequest for input
        that does not fit (INP-1 to INP-7), NotFound for an unknown previous turn.
        """
        body: dict[str, object] = {} if input is None else {"input": input_to_json(input)}
        if previous_turn_id is not None:
            body["previous_turn_id"] = previous_turn_id
        body["stream"] = stream
        if stream:
            connection = self._endpoints.create_turn_stream(self.id, body)
            return TurnStream(Follower(self._endpoints, self.id, connection))
        return Turn(self._endpoints, self, self._endpoints.create_turn(self.id, body))

    def list_turns(self, order: Order = "desc", limit: int = 100) -> Iterator[Turn]:
        """Walk the turns, newest first unless order is "asc" (API-6, TRN-6). limit: turns per page."""
        for record in self._endpoints.list_turns(self.id, {"order": order, "limit": limit}):
            yield Turn(self._endpoints, self, record)

    def get_turn(self, turn_id: str) -> Turn:
        """Find a turn (API-7). Raises NotFound."""
        return Turn(self._endpoints, self, self._endpoints.get_turn(self.id, turn_id))

    def cancel(self) -> None:
        """Cancel whatever runs in the session (API-4); harmless when nothing does (SES-6)."""
        self._endpoints.cancel_session(self.id)


class Turn:
    """One request of the user and what the agent made of it (TRN-1).

    input: the list that started it, as input classes; an item of unknown shape is a plain mapping.
    """

    def __init__(self, endpoints: Endpoints, session: Session, record: TurnRecord) -> None:
        self._endpoints = endpoints
        self.session = session
        self.id = record.id
        self.previous_turn_id = record.previous_turn_id
        self.created_by = record.created_by
        self.created_at = record.created_at
        self.input = input_from_json(record.input)

    def __repr__(self) -> str:
        return f"Turn(id={self.id!r}, session_id={self.session.id!r}, created_at={self.created_at!r})"

    def state(self) -> TurnState:
        """Ask the gateway for the state of the turn (API-7, TRN-2)."""
        return read_state(self._endpoints.get_turn(self.session.id, self.id).state)

    def stream(self, after_sequence_id: int | None = None) -> TurnStream:
        """Follow the running turn from after a sequence id, None or 0 for all of it (API-8, STR-5).

        The first connection is made by this call. Raises Conflict when the turn is not running
        (STR-6); events() has its log then.
        """
        connection = self._endpoints.transport.persist(
            lambda: self._endpoints.stream_turn(self.session.id, self.id, after_sequence_id)
        )
        cursor = after_sequence_id or 0
        follower = Follower(self._endpoints, self.session.id, connection, turn_id=self.id, cursor=cursor)
        return TurnStream(follower)

    def events(self, order: Order = "asc", limit: int = 100) -> Iterator[StoredEvent]:
        """Walk the stored log (API-9, LOG-1), oldest first unless order is "desc". limit: per page.

        Raises Conflict for a running turn, unless the gateway reads `running_turn_events` as snapshot.
        """
        return self._endpoints.list_events(self.session.id, self.id, {"order": order, "limit": limit})

    def wait(self) -> TurnState:
        """Look at the turn, at growing intervals, until it is terminal; give the terminal state."""
        transport = self._endpoints.transport
        delays = transport.pacing.poll.delays()
        while isinstance(state := self.state(), TurnRunningState):
            transport.sleep(next(delays))
        return state

    def cancel(self) -> None:
        """Ask for the turn's end (API-10). It comes a little later (CAN-1); asking again is harmless."""
        self._endpoints.cancel_turn(self.session.id, self.id)
