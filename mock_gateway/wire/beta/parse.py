"""Requests of the documented contract: bytes to asks (API-1 to API-10, section 5).

Owns: field names, types and limits; PARSE is the table by operation. Each function raises `Refusal`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mock_gateway.core.commands import FilePart, Item, TextPart, ToolAnswer, ToolApproval, UserMessage
from mock_gateway.wire.asks import (
    Ask,
    CancelSession,
    CancelTurn,
    CreateSession,
    FollowTurn,
    GetSession,
    GetTurn,
    ListEvents,
    ListSessions,
    ListTurns,
    StartTurn,
)
from mock_gateway.wire.dialect import Parse
from mock_gateway.wire.request import (
    Request,
    choice_query,
    field_type,
    integer_query,
    json_type,
    malformed,
    note_unknown,
    optional_string,
    read_cursor,
    read_data_uri,
    read_object,
    string_field,
    time_query,
)

Fields = Mapping[str, object]


def _create_session(request: Request) -> Ask:
    body = read_object(request.body)
    note_unknown(body, ("agent_name", "title"), "field ", request.notes)
    return CreateSession(string_field(body, "agent_name", least=1), optional_string(body, "title"))


def _list_sessions(request: Request) -> Ask:
    query = request.query
    known = ("agent_name", "created_by_subject_slug", "start_timestamp", "end_timestamp", "limit", "page_token")
    note_unknown(query, known, "parameter ", request.notes)
    if not query.get("agent_name"):
        raise malformed("agent_name is missing; the name of an agent was expected", "agent_name")
    return ListSessions(
        query["agent_name"],
        query.get("created_by_subject_slug"),
        time_query(query, "start_timestamp"),
        time_query(query, "end_timestamp"),
        integer_query(query, "limit", 100, 1, 1000),
        query.get("page_token"),
    )


def _get_session(request: Request) -> Ask:
    return GetSession(request.params["session_id"])


def _cancel_session(request: Request) -> Ask:
    return CancelSession(request.params["session_id"])


def _create_turn(request: Request) -> Ask:
    body = read_object(request.body, empty=True)
    note_unknown(body, ("input", "previous_turn_id", "stream"), "field ", request.notes)
    given = body.get("input")
    if given is not None and not isinstance(given, list):
        raise malformed(f"input is {json_type(given)}; an array was expected", "input")
    stream = body.get("stream")
    if stream is not None and not isinstance(stream, bool):
        raise malformed(f"stream is {json_type(stream)}; a boolean was expected", "stream")
    previous = optional_string(body, "previous_turn_id")
    if previous == "":
        raise malformed("previous_turn_id is empty; a turn id or 'auto' was expected", "previous_turn_id")
    items = None if given is None else tuple(_item(item, index, request.notes) for index, item in enumerate(given))
    return StartTurn(request.params["session_id"], items, previous or "auto", stream is not False)


def _item(item: object, index: int, notes: list[str]) -> Item:
    where = f"input[{index}]."
    if not isinstance(item, dict):
        raise malformed(f"input[{index}] is {json_type(item)}; an object was expected", f"input[{index}]")
    kind = string_field(item, "type", where)
    parse = ITEMS.get(kind)
    if parse is None:
        raise malformed(f"{where}type is {kind[:80]!r}; one of {', '.join(ITEMS)} was expected", f"{where}type")
    return parse(item, where, notes)


def _user_message(item: Fields, where: str, notes: list[str]) -> Item:
    note_unknown(item, ("type", "content"), f"field {where}", notes)
    content = item.get("content")
    if isinstance(content, str):
        return UserMessage(content)
    if not isinstance(content, list):
        found = field_type(item, "content")
        raise malformed(f"{where}content is {found}; a string or parts were expected", f"{where}content")
    return UserMessage(tuple(_part(part, f"{where}content[{index}].", notes) for index, part in enumerate(content)))


def _part(part: object, where: str, notes: list[str]) -> TextPart | FilePart:
    if not isinstance(part, dict):
        raise malformed(f"{where[:-1]} is {json_type(part)}; a part was expected", where[:-1])
    kind = string_field(part, "type", where)
    if kind == "text":
        note_unknown(part, ("type", "text"), f"field {where}", notes)
        return TextPart(string_field(part, "text", where))
    if kind != "file_upload":
        raise malformed(f"{where}type is {kind[:80]!r}; text or file_upload was expected", f"{where}type")
    note_unknown(part, ("type", "file"), f"field {where}", notes)
    file = part.get("file")
    if not isinstance(file, dict):
        raise malformed(f"{where}file is {field_type(part, 'file')}; an object was expected", f"{where}file")
    note_unknown(file, ("filename", "file_data"), f"field {where}file.", notes)
    name = string_field(file, "filename", f"{where}file.", least=1)
    uri = string_field(file, "file_data", f"{where}file.")
    mime, size = read_data_uri(uri, f"{where}file.file_data")
    return FilePart(name, uri, mime, size)


def _ids(item: Fields, where: str) -> tuple[str, str]:
    return string_field(item, "thread_id", where, least=1), string_field(item, "tool_call_id", where, least=1)


def _tool_approval(item: Fields, where: str, notes: list[str]) -> Item:
    note_unknown(item, ("type", "thread_id", "tool_call_id", "approval"), f"field {where}", notes)
    thread_id, call_id = _ids(item, where)
    approval = item.get("approval")
    if not isinstance(approval, dict):
        raise malformed(
            f"{where}approval is {field_type(item, 'approval')}; an object was expected", f"{where}approval"
        )
    note_unknown(approval, ("status", "reason"), f"field {where}approval.", notes)
    status = string_field(approval, "status", f"{where}approval.")
    if status not in ("allow", "deny"):
        raise malformed(
            f"{where}approval.status is {status[:80]!r}; allow or deny was expected", f"{where}approval.status"
        )
    reason = optional_string(approval, "reason", f"{where}approval.")
    return ToolApproval(thread_id, call_id, status == "allow", reason)


def _tool_response(item: Fields, where: str, notes: list[str]) -> Item:
    note_unknown(item, ("type", "thread_id", "tool_call_id", "content"), f"field {where}", notes)
    thread_id, call_id = _ids(item, where)
    return ToolAnswer(thread_id, call_id, string_field(item, "content", where))


ITEMS: Mapping[str, Callable[[Fields, str, list[str]], Item]] = {
    "user.message": _user_message,
    "user.tool_approval": _tool_approval,
    "user.tool_response": _tool_response,
}


def _list_turns(request: Request) -> Ask:
    query = request.query
    note_unknown(query, ("order", "limit", "page_token"), "parameter ", request.notes)
    order = choice_query(query, "order", "desc", ("asc", "desc"))
    limit = integer_query(query, "limit", 100, 1, 1000)
    return ListTurns(request.params["session_id"], order == "desc", limit, query.get("page_token"))


def _get_turn(request: Request) -> Ask:
    return GetTurn(request.params["session_id"], request.params["turn_id"])


def _stream_turn(request: Request) -> Ask:
    note_unknown(request.query, ("after_sequence_id",), "parameter ", request.notes)
    text, name = request.query.get("after_sequence_id"), "after_sequence_id"
    if text is None and request.last_event_id:
        text, name = request.last_event_id, "Last-Event-ID"
    return FollowTurn(request.params["session_id"], request.params["turn_id"], read_cursor(text, name))


def _list_turn_events(request: Request) -> Ask:
    query = request.query
    note_unknown(query, ("order", "limit", "page_token"), "parameter ", request.notes)
    order = choice_query(query, "order", "asc", ("asc", "desc"))
    limit = integer_query(query, "limit", 100, 1, 1000)
    params = request.params
    return ListEvents(params["session_id"], params["turn_id"], order == "desc", limit, query.get("page_token"))


def _cancel_turn(request: Request) -> Ask:
    return CancelTurn(request.params["session_id"], request.params["turn_id"])


PARSE: Mapping[str, Parse] = {
    "create_session": _create_session,
    "list_sessions": _list_sessions,
    "get_session": _get_session,
    "cancel_session": _cancel_session,
    "create_turn": _create_turn,
    "list_turns": _list_turns,
    "get_turn": _get_turn,
    "stream_turn": _stream_turn,
    "list_turn_events": _list_turn_events,
    "cancel_turn": _cancel_turn,
}
