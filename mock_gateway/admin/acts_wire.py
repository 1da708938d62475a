"""What the operations on faults, the journal and the live feed do.

Owns: from a checked request to one call of the part that does it, and its answer. Must not know: how anything is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from msgspec.structs import asdict

from mock_gateway.admin.acts_verdict import entries_of
from mock_gateway.admin.acts_world import Act
from mock_gateway.admin.answers import Answer, Desk
from mock_gateway.admin.asking import CHECKER
from mock_gateway.admin.errors import AdminError, not_found
from mock_gateway.admin.operation import JSON, JSON_LINES, SSE
from mock_gateway.admin.parameters import HEADERS
from mock_gateway.control.sessions import find_session
from mock_gateway.core.state import json_bytes
from mock_gateway.faults.catalogue import FAULTS
from mock_gateway.faults.kinds import REQUIRED, FaultKind, Param
from mock_gateway.faults.params import expected
from mock_gateway.journal import Exchange

# -- faults ------------------------------------------------------------------------------------------------------------


def _kinds(_desk: Desk) -> object:
    return {"faults": [_kind(kind) for kind in FAULTS.values()]}


def _kind(kind: FaultKind) -> dict[str, object]:
    return {
        "name": kind.name,
        "group": kind.group,
        "sentence": kind.sentence,
        "client_should": kind.client_should,
        "breaks_contract": kind.breaks_contract,
        "needs": kind.needs,
        "needs_socket": kind.needs_socket,
        "on": list(kind.on),
        "example": kind.example,
        "fields": [_field(param) for param in kind.params],
    }


def _field(param: Param) -> dict[str, object]:
    is_required = param.default == REQUIRED
    return {
        "name": param.name,
        "type": param.type,
        "expected": expected(param),
        "required": is_required,
        "default": None if is_required else param.default,
        "says": param.says,
    }


def _faults(desk: Desk) -> object:
    return {"faults": desk.control.faults.listed()}


def _put_fault(desk: Desk) -> object:
    session_id, turn_id = desk.query("session"), desk.query("turn")
    if session_id is not None:
        session = find_session(desk.control.world, session_id)
        if turn_id is not None and session.find(turn_id) is None:
            raise not_found(f"session {session_id} has no turn {turn_id[:80]!r}", "turn", session.by_id)
    elif turn_id is not None:
        hint = "give its session too"
        raise AdminError(
            422, "a turn is known by its session and its id", "session_missing", param="session", hint=hint
        )
    fault_id = desk.control.faults.put(desk.body, session=session_id, turn=turn_id)
    return next(fault for fault in desk.control.faults.listed() if fault["id"] == fault_id)


def _clear_faults(desk: Desk) -> None:
    desk.control.faults.clear()


def _remove_fault(desk: Desk) -> None:
    desk.control.faults.remove(desk.param("fault_id"))


# -- journal -----------------------------------------------------------------------------------------------------------


def _query(desk: Desk) -> object:
    from mock_gateway.journal.queries import query
    from mock_gateway.journal.shapes import entry_json

    wanted = {name: value for name, value in desk.asked.query.items() if name not in ("limit", "full", "newest")}
    found = query(
        desk.gateway.journal,
        world=desk.prefix,
        **wanted,
        limit=desk.query("limit", 1000),
        newest=desk.query("newest", False),
    )
    is_full = desk.query("full", False)
    return {
        "entries": [entry_json(entry, bodies=is_full, frames=is_full) for entry in found],
        "total": len(entries_of(desk)),
    }


def _export(desk: Desk) -> Answer:
    if desk.query("format", "jsonl") == "har":
        from mock_gateway.journal.har import export_har

        return Answer(json_bytes(export_har(entries_of(desk))), JSON)
    from mock_gateway.journal.lines import export_jsonl

    return Answer("".join(f"{line}\n" for line in export_jsonl(entries_of(desk))), JSON_LINES)


def _entry(desk: Desk) -> object:
    from mock_gateway.journal.shapes import entry_json

    entry_id = desk.param("entry_id")
    found = desk.gateway.journal.find(entry_id)
    if found is None or found.world != desk.prefix:
        latest = [entry.id for entry in entries_of(desk)[-20:]]
        raise not_found(f"the journal of this world has no entry {entry_id[:80]!r}", "entry_id", latest)
    broken = None
    if isinstance(found, Exchange):
        from mock_gateway.journal.check import violations
        from mock_gateway.journal.fit import CheckMissing

        with suppress(CheckMissing):
            broken = [asdict(one) for one in violations(found)]
    return {**entry_json(found), "violations": broken}


def _clear_journal(desk: Desk) -> None:
    desk.control.journal.clear()


# -- live --------------------------------------------------------------------------------------------------------------


def _follow(desk: Desk) -> Answer:
    cursor = desk.asked.headers.get(b"last-event-id")
    after = desk.query("after_event") if cursor is None else _cursor(cursor.decode("latin-1"))
    frames = desk.feed.follow(desk.prefix or None, after)
    return Answer(frames, SSE, headers={"x-accel-buffering": "no"})


def _cursor(text: str) -> int | None:
    """The event after which a reader goes on. Empty is none: so browsers say that they have had none yet."""
    if not text:
        return None
    CHECKER.read(HEADERS["Last-Event-ID"].schema, text, "Last-Event-ID")
    return int(text)


WIRE_ACTS: Mapping[str, Act] = {
    "list_fault_kinds": _kinds,
    "list_faults": _faults,
    "put_fault": _put_fault,
    "clear_faults": _clear_faults,
    "remove_fault": _remove_fault,
    "query_journal": _query,
    "export_journal": _export,
    "get_entry": _entry,
    "clear_journal": _clear_journal,
    "follow_events": _follow,
}
"""By operation."""
