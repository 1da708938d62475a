"""The ten endpoints of the contract as typed calls (API-1 to API-10).

Owns: paths, queries, bodies, the `data` envelope, the records of sessions and turns.
Must not know: retries of streams, the classes that users hold.
Next: `api.py` and `follow.py`, its two callers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar
from urllib.parse import quote

from mock_gateway.client.connection import EventConnection
from mock_gateway.client.errors import ProtocolError
from mock_gateway.client.events import StoredEvent, read_stored
from mock_gateway.client.model import WireModel, read_model
from mock_gateway.client.pages import Page, walk
from mock_gateway.client.transport import Query, Transport

_M = TypeVar("_M", bound=WireModel)
_DOT_SEGMENTS = {".": "%2E", "..": "%2E%2E"}


class SessionRecord(WireModel):
    """A session as the gateway tells it (SES-2)."""

    id: str
    agent_name: str
    title: str | None = None
    created_by: str
    created_at: str
    updated_at: str


class TurnRecord(WireModel):
    """A turn as the gateway tells it (TRN-1); `state` is read by `states.py`."""

    id: str
    session_id: str
    previous_turn_id: str | None = None
    created_by: str
    created_at: str
    input: list[Any] | None = None
    state: dict[str, Any]


class Endpoints:
    """The calls. Every one raises the errors of `errors.py`."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def create_session(self, agent_name: str, title: str | None) -> SessionRecord:
        """API-1."""
        body = {"agent_name": agent_name} | ({} if title is None else {"title": title})
        return _one(SessionRecord, self.transport.post("/sessions", body))

    def list_sessions(self, query: Query) -> Iterator[SessionRecord]:
        """API-2, page by page; query: the filters and `limit`."""
        for item in self._list("/sessions", query):
            yield read_model(SessionRecord, item, "a session")

    def get_session(self, session_id: str) -> SessionRecord:
        """API-3."""
        return _one(SessionRecord, self.transport.get(_session(session_id)))

    def cancel_session(self, session_id: str) -> None:
        """API-4."""
        self.transport.post(_session(session_id) + "/cancel")

    def create_turn(self, session_id: str, body: dict[str, Any]) -> TurnRecord:
        """API-5 without a stream."""
        return _one(TurnRecord, self.transport.post(_session(session_id) + "/turns", body))

    def create_turn_stream(self, session_id: str, body: dict[str, Any]) -> EventConnection:
        """API-5 with a stream."""
        return self.transport.open_post(_session(session_id) + "/turns", body)

    def list_turns(self, session_id: str, query: Query) -> Iterator[TurnRecord]:
        """API-6, page by page; query: `order` and `limit`."""
        for item in self._list(_session(session_id) + "/turns", query):
            yield read_model(TurnRecord, item, "a turn")

    def get_turn(self, session_id: str, turn_id: str) -> TurnRecord:
        """API-7."""
        return _one(TurnRecord, self.transport.get(_turn(session_id, turn_id)))

    def stream_turn(self, session_id: str, turn_id: str, cursor: int | None) -> EventConnection:
        """API-8; one try. cursor: the last sequence id that is not wanted again."""
        query = {"after_sequence_id": cursor}
        return self.transport.open_get(_turn(session_id, turn_id) + "/stream", query)

    def list_events(self, session_id: str, turn_id: str, query: Query) -> Iterator[StoredEvent]:
        """API-9, page by page; query: `order` and `limit`."""
        for item in self._list(_turn(session_id, turn_id) + "/events", query):
            yield read_stored(item)

    def cancel_turn(self, session_id: str, turn_id: str) -> None:
        """API-10."""
        self.transport.post(_turn(session_id, turn_id) + "/cancel")

    def _list(self, path: str, query: Query) -> Iterator[Any]:
        def fetch(token: str | None) -> Page:
            answer = self.transport.get(path, {**query, "page_token": token})
            return read_model(Page, answer, f"a page of {path}")

        return walk(fetch)


def _session(session_id: str) -> str:
    return "/sessions/" + _segment(session_id, "session id")


def _turn(session_id: str, turn_id: str) -> str:
    return f"{_session(session_id)}/turns/{_segment(turn_id, 'turn id')}"


def _segment(value: str, what: str) -> str:
    # An empty or a dot segment would name another endpoint.
    if not value:
        raise ValueError(f"the {what} is empty")
    return _DOT_SEGMENTS.get(value) or quote(value, safe="")


def _one(model: type[_M], answer: Any) -> _M:
    if not isinstance(answer, dict) or "data" not in answer:
        raise ProtocolError(f"an answer has no data: {str(answer)[:100]}")
    return read_model(model, answer["data"], f"a {model.__name__}")
