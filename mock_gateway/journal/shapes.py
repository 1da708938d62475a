"""An entry as JSON, the format that docs/journal.md describes.

Owns: names and order of fields, version 1 of them. Look next: `lines.py`, which reads them back.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import asdict

from mock_gateway.journal.book import Entry
from mock_gateway.journal.entries import Exchange, TurnEntry
from mock_gateway.journal.frames import FrameNote, frames_of
from mock_gateway.journal.redact import Header
from mock_gateway.wire.times import iso_time

VERSION = 1
Json = dict[str, object]


def entry_json(entry: Entry, *, bodies: bool = True, frames: bool = True, began: float | None = None) -> Json:
    """An entry as an object of JSON.

    bodies, frames: whether they are in it; what is left out costs nothing. began: wall seconds from which `ms` counts;
    without it there is no `ms`.
    """
    head: Json = {"v": VERSION, "kind": "exchange" if isinstance(entry, Exchange) else "turn", "id": entry.id}
    at = round(entry.at, 6)
    head |= {"at": at, "time": iso_time(at)}
    if began is not None:
        head["ms"] = round((at - began) * 1000, 3)
    head |= {"took_ms": round(entry.took * 1000, 3), "world": entry.world or ""}
    if isinstance(entry, TurnEntry):
        return head | _turn(entry)
    return head | _exchange(entry, bodies=bodies, frames=frames)


def _turn(entry: TurnEntry) -> Json:
    story = entry.story
    return {
        "session": entry.session_id,
        "turn": entry.turn_id,
        "agent": entry.agent,
        "state": entry.state,
        "detail": entry.detail,
        "rule": {"name": story.rule, "place": story.place, "goes_on": story.goes_on},
        "passed_over": [asdict(one) for one in story.passed_over],
        "steps": [asdict(one) for one in story.steps],
        "threads": [asdict(one) for one in story.threads],
        "pauses": list(story.pauses),
    }


def _exchange(entry: Exchange, *, bodies: bool, frames: bool) -> Json:
    request: Json = {"headers": pairs(entry.headers), "size": entry.body_size}
    response: Json = {"status": entry.status, "headers": pairs(entry.reply_headers), "size": entry.reply_size}
    if bodies:
        request |= body_fields(entry.body)
        if entry.sent is None:
            response |= body_fields(entry.reply)
    if entry.sent is not None:
        response["stream"] = True
        response["altered"] = entry.sent.altered
        if frames:
            response["frames"] = [frame_json(frame) for frame in frames_of(entry)]
    return {
        "dialect": entry.dialect,
        "operation": entry.operation,
        "template": entry.template,
        "method": entry.method,
        "path": entry.path,
        "target": target_of(entry),
        "query": [list(pair) for pair in entry.query],
        "session": entry.session_id,
        "turn": entry.turn_id,
        "subject": entry.subject,
        "request": request,
        "response": response,
        "message": entry.message,
        "notes": list(entry.notes),
        "faults": [asdict(fault) for fault in entry.faults],
        "complete": entry.is_complete,
    }


def target_of(entry: Exchange) -> str:
    """The path and the query as they were sent, without keys."""
    target = entry.raw_path + (b"?" + entry.query_string if entry.query_string else b"")
    return target.decode("latin-1")


def pairs(headers: Iterable[Header]) -> list[list[str]]:
    """Headers as lists of name and value."""
    return [[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers]


def body_fields(data: bytes) -> Mapping[str, str]:
    """A body as text, or as base64 when it is no UTF-8."""
    try:
        return {"body": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"body_base64": b64encode(data).decode()}


def frame_json(frame: FrameNote) -> Json:
    """A frame as an object of JSON."""
    try:
        raw: Json = {"raw": frame.raw.decode("utf-8")}
    except UnicodeDecodeError:
        raw = {"raw_base64": b64encode(frame.raw).decode()}
    return {"ms": round(frame.ms, 3), "id": frame.sequence_id, "type": frame.type, **raw}


def entries_json(entries: Sequence[Entry], *, bodies: bool = True, frames: bool = True) -> list[Json]:
    """Several entries; `ms` counts from the first."""
    began = entries[0].at if entries else None
    return [entry_json(entry, bodies=bodies, frames=frames, began=began) for entry in entries]
