"""What happened, as lines: one per request, one per turn that ended.

Owns: their text, their colours, their JSON form, and that a request pays for nothing but being remembered: lines are
made and written together, a moment later. Must not know: how a request is answered.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping

from mock_gateway.cli.output import Output
from mock_gateway.journal import Entry, Exchange, TurnEntry
from mock_gateway.wire.times import iso_time

PAUSE = 0.1
"""Seconds between an entry and its line."""
LONGEST = 400
"""Characters of a path or a message that are shown."""

COLOURS = {"good": "32", "odd": "33", "bad": "31", "faint": "2"}
STATES = {"done": "good", "cancelled": "odd", "error": "bad"}


def has_colours(environment: Mapping[str, str]) -> bool:
    """Whether stdout is a terminal whose owner wants colours."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    return is_terminal and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def paint(text: str, colour: str, *, on: bool) -> str:
    """A text in a colour."""
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if on else text


def clean(text: str) -> str:
    """A text that came from outside, safe to print: no control characters, not endless."""
    cut = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    if cut.isprintable():
        return cut
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in cut)


def span(seconds: float) -> str:
    """A length of time as people read it."""
    if seconds < 1:
        return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def text_line(entry: Entry, *, colours: bool) -> str:
    """An entry for people; remarks and messages on lines of their own below it."""
    if isinstance(entry, Exchange):
        colour = "good" if entry.status < 400 else "odd" if entry.status < 500 else "bad"
        status = paint(str(entry.status) if entry.status else "(client left)", colour, on=colours)
        line = f"{entry.method} {clean(entry.path)} {status} {span(entry.took)}"
        below = [*entry.notes, entry.message] if entry.message else entry.notes
        return "\n    ".join([line, *map(clean, below)]) if below else line
    state = paint(entry.state, STATES.get(entry.state, "odd"), on=colours)
    place = paint(_without_column(entry.rule), "faint", on=colours) if entry.rule else ""
    line = f"turn {entry.turn_id} {entry.agent} {state} {span(entry.took)}  {place}".rstrip()
    return f"{line}\n    {clean(entry.detail)}" if entry.detail else line


def _without_column(rule: str) -> str:
    place, _, column = rule.rpartition(":")
    return place if place.rpartition(":")[2].isdigit() and column.isdigit() else rule


def json_line(entry: Entry) -> str:
    """An entry as one JSON object."""
    fields = _turn_fields(entry) if isinstance(entry, TurnEntry) else _request_fields(entry)
    return json.dumps({**fields, "took_ms": round(entry.took * 1000, 3)}, ensure_ascii=False)


def _request_fields(entry: Exchange) -> dict[str, object]:
    return {
        "event": "request",
        "at": iso_time(entry.at),
        "method": entry.method,
        "path": entry.path[:LONGEST],
        "status": entry.status,
        "subject": entry.subject,
        "notes": [note[:LONGEST] for note in entry.notes],
        "message": entry.message[:LONGEST],
    }


def _turn_fields(entry: TurnEntry) -> dict[str, object]:
    return {
        "event": "turn",
        "at": iso_time(entry.at),
        "session_id": entry.session_id,
        "turn_id": entry.turn_id,
        "agent": entry.agent,
        "state": entry.state,
        "rule": entry.rule,
        "detail": entry.detail[:LONGEST],
    }


class Terminal:
    """Lines on stdout. as_json: as JSON, one object a line. colours: in the others."""

    def __init__(self, output: Output, *, as_json: bool, colours: bool = False) -> None:
        self._output = output
        self._as_json = as_json
        self._colours = colours
        self._entries: list[Entry] = []
        self._timer: asyncio.TimerHandle | None = None

    @property
    def as_json(self) -> bool:
        """Whether lines are JSON."""
        return self._as_json

    def tell(self, entry: Entry) -> None:
        """Take an entry of the journal; only inside a running event loop."""
        self._entries.append(entry)
        if self._timer is None:
            self._arm()

    def say(self, line: str) -> None:
        """Print a line now, after everything that happened before it."""
        self._make_lines()
        self._output.put(line)
        self._output.flush()

    def close(self) -> None:
        """Print what is left, as far as somebody takes it."""
        self._make_lines()
        self._output.flush()

    def _arm(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(PAUSE, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._make_lines()
        if not self._output.flush():
            self._arm()

    def _make_lines(self) -> None:
        entries, self._entries = self._entries, []
        for entry in entries:
            self._output.put(json_line(entry) if self._as_json else text_line(entry, colours=self._colours))
