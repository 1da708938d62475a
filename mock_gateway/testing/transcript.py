"""What went over the wire, for people: a line per request and per event, and how each turn came about.

Owns: the text. Must not know: any field of a dialect but the few that both spell alike (`type`, `content`, `status`).
Look next: `journal/frames.py`, where the events of a stream come from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mock_gateway.gateway import Gateway
from mock_gateway.journal import Entry, Exchange, TurnEntry
from mock_gateway.journal.frames import FrameNote, frames_of
from mock_gateway.journal.queries import query

WIDTH = 160
"""Characters of a body or an event that are shown."""
MOST = 200
"""Entries that are shown, the last ones."""
DULL = ("type", "sequence_id", "id", "thread_id", "turn_id", "created_at", "content")
"""Fields of an event that say nothing that is not elsewhere in a line, or that change with every piece of a text."""


def transcript(gateway: Gateway, world: str) -> str:
    """All entries of a world in the journal, oldest first; a turn comes after the request that began it."""
    entries = sorted(of_requests(query(gateway.journal, world=world)), key=lambda entry: entry.at)
    lines = [f"{gateway.base_url}{world}: {_counted(entries)}"]
    if len(entries) > MOST:
        lines.append(f"... {len(entries) - MOST} before these")
    for entry in entries[-MOST:]:
        lines += _exchange(entry) if isinstance(entry, Exchange) else _turn(entry)
    return "\n".join(lines)


def of_requests(entries: list[Entry]) -> list[Entry]:
    """Entries without the turns of histories, which no request began."""
    begun = {entry.turn_id for entry in entries if isinstance(entry, Exchange)}
    return [entry for entry in entries if isinstance(entry, Exchange) or entry.turn_id in begun]


def _counted(entries: list[Entry]) -> str:
    if not entries:
        return "nothing was asked"
    requests = sum(isinstance(entry, Exchange) for entry in entries)
    turns = len(entries) - requests
    return f"{requests} request{'s' * (requests != 1)}, {turns} turn{'s' * (turns != 1)} ended"


def _exchange(entry: Exchange) -> Iterator[str]:
    status = str(entry.status) if entry.status else "(the client left)"
    state = "" if entry.is_complete else ", still open"
    yield f"{entry.id} {entry.method} {entry.path}{_query(entry)} -> {status}, {entry.took * 1000:.1f} ms{state}"
    if entry.body:
        yield f"    > {_short(entry.body.decode('utf-8', 'replace'))}"
    yield from (f"    note: {note}" for note in entry.notes)
    for fault in entry.faults:
        yield f"    fault {fault.name} ({fault.id}){f' at {fault.place}' if fault.place else ''}: {fault.what}"
    if entry.sent is not None:
        yield from events(frames_of(entry))
    elif entry.reply:
        yield f"    < {_short(entry.reply.decode('utf-8', 'replace'))}"


def _query(entry: Exchange) -> str:
    return f"?{entry.query_string.decode('latin-1')}" if entry.query_string else ""


def events(frames: list[FrameNote]) -> Iterator[str]:
    """A line per event; the pieces of one text share a line."""
    place = 0
    while place < len(frames):
        stop = place + 1
        first = _piece(frames[place])
        text = "" if first is None else first[1]
        while first is not None and stop < len(frames) and (piece := _piece(frames[stop])) is not None:
            if piece[0] != first[0]:
                break
            text, stop = text + piece[1], stop + 1
        if stop == place + 1:
            yield _event(frames[place])
        else:
            ids = f"{frames[place].sequence_id}-{frames[stop - 1].sequence_id}"
            yield f"    {ids:>7} {frames[place].type} {_short(json.dumps(text, ensure_ascii=False))}"
        place = stop


def _piece(frame: FrameNote) -> tuple[object, str] | None:
    """Of a frame with a piece of a text: what it is a piece of, and the piece."""
    event = frame.json()
    if not isinstance(event, dict) or not isinstance(event.get("content"), str):
        return None
    rest = {key: value for key, value in event.items() if key not in DULL}
    return (frame.type, event.get("thread_id"), json.dumps(rest)), event["content"]


def _event(frame: FrameNote) -> str:
    event: Any = frame.json()
    if isinstance(event, dict):
        rest = {key: value for key, value in event.items() if key not in DULL or key == "content"}
        shown = json.dumps(rest, ensure_ascii=False) if rest else ""
    else:
        shown = frame.data or repr(frame.raw)
    return f"    {frame.sequence_id:>7} {frame.type or '(no event)'} {_short(shown)}".rstrip()


def _turn(entry: TurnEntry) -> Iterator[str]:
    story = entry.story
    played = f" by {story.rule or 'a rule'} ({story.place})" if story.place else ", by no rule"
    detail = f", {_short(entry.detail)}" if entry.detail else ""
    yield f"{entry.id} turn {entry.turn_id} of {entry.agent}: {entry.state}{detail}, {entry.took:g} s{played}"
    for rule in story.passed_over:
        yield f"    {rule.rule or 'a rule'} ({rule.place}) did not fit: {rule.why}"


def _short(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
