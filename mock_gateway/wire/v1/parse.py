"""Requests of the published contract: bytes to asks.

Owns: field names, types and limits; `parse_table` is the table by operation. What the contract leaves open goes into
the ask as data (`readings.py`). Each function raises `Refusal`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from mock_gateway.core.errors import Reason, Refusal
from mock_gateway.wire.asks import (
    Ask,
    CancelSession,
    CreateDraft,
    CreateSession,
    DownloadFile,
    FollowTurn,
    GetSession,
    GetTurn,
    ListEvents,
    ListSessionEvents,
    ListSessions,
    ListTurns,
    StartTurn,
    UpdateDraft,
)
from mock_gateway.wire.dialect import Parse
from mock_gateway.wire.request import (
    Request,
    choice_query,
    integer_query,
    json_type,
    malformed,
    note_unknown,
    optional_string,
    read_cursor,
    read_object,
    string_field,
    time_query,
)
from mock_gateway.wire.v1.inputs import read_items
from mock_gateway.wire.v1.readings import Readings
from mock_gateway.wire.v1.specs import names_in, read_spec
from mock_gateway.wire.v1.subjects import TYPES, subject_id, subject_type

Fields = Mapping[str, object]
ORDERS = ("asc", "desc")
KINDS = ("session", "session/draft")


def _create_session(request: Request) -> Ask:
    body = read_object(request.body)
    note_unknown(body, ("agent_name",), "field ", request.notes)
    return CreateSession(string_field(body, "agent_name", least=1))


def _get_session(request: Request) -> Ask:
    return GetSession(request.params["session_id"], kind="saved")


def _cancel_session(request: Request) -> Ask:
    note_unknown(read_object(request.body, empty=True), (), "field ", request.notes)
    return CancelSession(request.params["session_id"], reading="turn")


def _get_turn(request: Request) -> Ask:
    return GetTurn(request.params["session_id"], request.params["turn_id"])


# -- turns -------------------------------------------------------------------------------------------------------------


def _create_turn(readings: Readings, request: Request) -> Ask:
    body = read_object(request.body, empty=True)
    note_unknown(body, ("input", "previous_turn_id", "stream"), "field ", request.notes)
    stream = body.get("stream")
    if stream is not None and not isinstance(stream, bool):
        raise malformed(f"stream is {json_type(stream)}; a boolean was expected", "stream")
    previous = optional_string(body, "previous_turn_id")
    if previous == "":
        raise malformed("previous_turn_id is empty; a turn id, 'auto' or 'none' was expected", "previous_turn_id")
    return StartTurn(
        request.params["session_id"],
        read_items(body.get("input"), request.notes),
        previous or "auto",
        stream is not False,
        concurrent=readings.concurrent_turn,
        empty_runs=True,
        ask_again=readings.message_while_auth == "ask_again",
        owned=readings.foreign_turn == "refuse",
    )


def _list_turns(request: Request) -> Ask:
    note_unknown(request.query, ("limit", "page_token"), "parameter ", request.notes)
    limit = integer_query(request.query, "limit", 10, 1, 25)
    return ListTurns(request.params["session_id"], limit=limit, token=_token(request), chain=True)


def _subscribe_turn(readings: Readings, request: Request) -> Ask:
    body = read_object(request.body, empty=True)
    note_unknown(body, ("after_sequence_number",), "field ", request.notes)
    cursor = read_cursor(request.last_event_id or None, "Last-Event-ID")
    if body.get("after_sequence_number") is not None:
        cursor = _sequence_number(body["after_sequence_number"])
    return FollowTurn(request.params["session_id"], request.params["turn_id"], cursor, replay=readings.replay)


def _sequence_number(value: object) -> int:
    """A cursor in a body. As JSON has it, 3.0 is the integer 3."""
    what = json_type(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value >= 0 and value % 1 == 0:
            return int(value)
        what = str(value)
    raise Refusal(
        Reason.BAD_CURSOR,
        f"after_sequence_number is {what[:40]}; an integer of at least 0 was expected",
        param="after_sequence_number",
    )


def _list_turn_events(readings: Readings, request: Request) -> Ask:
    query, params = request.query, request.params
    note_unknown(query, ("order", "limit", "page_token"), "parameter ", request.notes)
    order = choice_query(query, "order", "asc", ORDERS)
    return ListEvents(
        params["session_id"],
        params["turn_id"],
        order == "desc",
        integer_query(query, "limit", 25, 1, 25),
        _token(request),
        reading=readings.running_turn_events,
    )


def _list_session_events(request: Request) -> Ask:
    query = request.query
    note_unknown(query, ("last_turn_id", "limit", "page_token"), "parameter ", request.notes)
    return ListSessionEvents(
        request.params["session_id"],
        query.get("last_turn_id") or None,
        integer_query(query, "limit", 100, 1, 100),
        _token(request),
    )


# -- lists of sessions -------------------------------------------------------------------------------------------------

LISTED = ("agent_name", "limit", "order", "page_token", "start_timestamp", "end_timestamp")
SEARCHED = ("created_by_subject_id", "created_by_subject_type", "session_type", "session_id")


def _listing(request: Request, name: str, kinds: frozenset[str], *more: str, window: float | None) -> ListSessions:
    """What all lists of sessions have in common. name: marks the page tokens of this list."""
    query = request.query
    note_unknown(query, (*LISTED, *more), "parameter ", request.notes)
    order = choice_query(query, "order", "desc", ORDERS)
    return ListSessions(
        query.get("agent_name") or None,
        start=time_query(query, "start_timestamp"),
        end=time_query(query, "end_timestamp"),
        limit=integer_query(query, "limit", 10, 1, 100),
        token=_token(request),
        newest_first=order == "desc",
        kinds=kinds,
        window=window,
        listing=f"{name} {order}",
    )


def _list_sessions(readings: Readings, request: Request) -> Ask:
    if not request.query.get("agent_name"):
        raise malformed("agent_name is missing; the name of an agent was expected", "agent_name")
    return _listing(request, "v1 sessions", frozenset({"saved"}), window=readings.window)


def _list_drafts(readings: Readings, request: Request) -> Ask:
    ask = _listing(request, "v1 drafts", frozenset({"draft"}), window=readings.window)
    ask.owned = True
    return ask


def _list_owned(readings: Readings, request: Request) -> Ask:
    ask = _listing(request, "v1 owned", frozenset({"saved", "draft"}), window=readings.window)
    ask.owned = True
    return ask


def _search_sessions(request: Request) -> Ask:
    query = request.query
    kind = _filter(query, "session_type", KINDS)
    kinds = frozenset({"draft" if kind == "session/draft" else "saved"}) if kind else frozenset({"saved", "draft"})
    ask = _listing(request, "v1 search", kinds, *SEARCHED, window=None)
    ask.session_id = query.get("session_id") or None
    ask.any_agent = True
    wanted_type = _filter(query, "created_by_subject_type", TYPES)
    ask.creator = partial(_is_creator, query.get("created_by_subject_id") or None, wanted_type)
    return ask


def _filter(query: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """One of a few values; empty when it is not given."""
    return choice_query(query, name, "", allowed) if name in query else ""


def _is_creator(wanted_id: str | None, wanted_type: str, slug: str) -> bool:
    return wanted_id in (None, subject_id(slug)) and wanted_type in ("", subject_type(slug))


def _token(request: Request) -> str | None:
    return request.query.get("page_token") or None


# -- drafts and files --------------------------------------------------------------------------------------------------


def _create_draft(request: Request) -> Ask:
    body = read_object(request.body)
    note_unknown(body, ("agent_spec", "agent_name"), "field ", request.notes)
    spec = read_spec(body)
    return CreateDraft(spec, names_in(spec), optional_string(body, "agent_name") or None)


def _get_draft(request: Request) -> Ask:
    return GetSession(request.params["session_id"], kind="draft", owned=True)


def _update_draft(request: Request) -> Ask:
    body = read_object(request.body, empty=True)
    note_unknown(body, ("agent_spec",), "field ", request.notes)
    spec = read_spec(body) if body.get("agent_spec") is not None else None
    return UpdateDraft(request.params["session_id"], spec, () if spec is None else names_in(spec))


def _download_file(request: Request) -> Ask:
    note_unknown(request.query, ("path",), "parameter ", request.notes)
    path = request.query.get("path", "")
    if not path.startswith("/"):
        raise malformed(f"path is {path[:80]!r}; the absolute path of a file in the sandbox was expected", "path")
    return DownloadFile(request.params["sandbox_id"], path)


PLAIN: Mapping[str, Parse] = {
    "create_session": _create_session,
    "get_session": _get_session,
    "cancel_session": _cancel_session,
    "list_turns": _list_turns,
    "get_turn": _get_turn,
    "list_session_events": _list_session_events,
    "create_draft_session": _create_draft,
    "get_draft_session": _get_draft,
    "update_draft_session": _update_draft,
    "search_sessions": _search_sessions,
    "download_sandbox_file": _download_file,
}

READ: Mapping[str, Callable[[Readings, Request], Ask]] = {
    "list_sessions": _list_sessions,
    "create_turn": _create_turn,
    "subscribe_turn": _subscribe_turn,
    "list_turn_events": _list_turn_events,
    "list_draft_sessions": _list_drafts,
    "list_owned_sessions": _list_owned,
}
"""Requests whose answer depends on how the contract is read."""


def parse_table(readings: Readings) -> Mapping[str, Parse]:
    """How each operation's requests are read."""
    return {**PLAIN, **{name: partial(parse, readings) for name, parse in READ.items()}}
