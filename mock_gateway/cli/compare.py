"""`mock-gateway compare`: one conversation in every dialect, side by side.

Owns: playing a scenario without a server, one row per fact with what each dialect shows of it, and the table.
A person who moves a client from one contract to the other sees here what corresponds to what.
"""

from __future__ import annotations

import json
import os
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from msgspec import Struct

from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import CHECKS_FAILED, OK
from mock_gateway.cli.loading import add_config
from mock_gateway.cli.options import OPTIONS
from mock_gateway.cli.play import find_agent
from mock_gateway.cli.resolve import choose
from mock_gateway.core.authorise import decide
from mock_gateway.core.commands import Item, ToolAnswer, ToolApproval, UserMessage
from mock_gateway.core.errors import Refusal
from mock_gateway.core.events import Fact
from mock_gateway.core.script import Agent
from mock_gateway.core.state import Session, Turn
from mock_gateway.gateway import Caller, Gateway
from mock_gateway.runtime import Runtime
from mock_gateway.settings import Settings
from mock_gateway.wire.asks import CancelSession, CreateSession, StartTurn
from mock_gateway.wire.dialects import Voice, voices
from mock_gateway.wire.projection import view_of
from mock_gateway.wire.story import Cast, Event, joined, read_frames
from mock_gateway.worlds import World

MOST_TURNS = 8
"""Turns that answering by itself may take."""


class Row(Struct, frozen=True):
    """What every dialect shows of one fact: its frames, maybe none."""

    cells: tuple[tuple[Event, ...], ...]


def rows(turn: Turn, spoken: Sequence[Voice]) -> list[Row]:
    """The facts of a turn, each with its frames in every dialect."""
    starts = []
    for voice in spoken:
        view = view_of(turn, voice.dialect)
        view.sync()
        starts.append({id(fact): start for start, fact in zip(view.starts, view.facts, strict=True)})
    found = []
    for fact in turn.log.facts:
        cells = []
        for voice, places in zip(spoken, starts, strict=True):
            start = places.get(id(fact))
            cells.append(() if start is None else tuple(_shown(turn, voice, fact, start)))
        if any(cells):
            found += _apart(Row(tuple(cells)))
    return list(_together(found))


def _shown(turn: Turn, voice: Voice, fact: Fact, start: int) -> Iterator[Event]:
    """The frames of one fact, each with its number."""
    dialect = voice.dialect
    frames = dialect.frames(turn, view_of(turn, dialect), fact, start, 0, dialect.weigh(fact))
    for number, event in enumerate(read_frames(b"".join(frames)), start):
        yield {"#": number, **event}


def _apart(row: Row) -> list[Row]:
    """A row of several frames as rows of one, where the dialects agree on how many there are."""
    counts = {len(events) for events in row.cells if events}
    if len(counts) != 1:
        return [row]
    return [Row(tuple(events[place : place + 1] for events in row.cells)) for place in range(counts.pop())]


def _together(found: Sequence[Row]) -> Iterator[Row]:
    """Rows that go on with the same text, or with the arguments of the same call, as one."""
    for key, group in groupby(enumerate(found), key=lambda numbered: _continues(numbered[1]) or numbered[0]):
        same = [row for _, row in group]
        if isinstance(key, int):
            yield from same
        else:
            columns = zip(*(row.cells for row in same), strict=True)
            yield Row(tuple(tuple(event for cell in column for event in cell) for column in columns))


def _continues(row: Row) -> tuple[str, ...] | None:
    """What a row adds to: a text or the arguments of a call in a thread; None for anything else."""
    keys = {_adds_to(events[-1]) for events in row.cells if events}
    return keys.pop() if len(keys) == 1 else None


def _adds_to(event: Event) -> tuple[str, ...] | None:
    chunks = event.get("tool_calls") or []
    if event["type"].startswith("model.message") and event.get("content"):
        return ("content", event["thread_id"])
    if event["type"].startswith("model.message") and chunks and "function" in chunks[0] and "id" not in chunks[0]:
        return ("arguments", event["thread_id"], str(chunks[0]["index"]))
    return None


def conversation(agent: Agent, messages: Sequence[str], settings: Settings) -> Iterator[Turn]:
    """Play messages; whatever pauses is answered: allowed, the first option, authorised, cancelled when it is held."""
    gateway = Gateway({agent.name: agent}, settings, runtime=Runtime())
    world, caller = World(""), Caller("you", "http://127.0.0.1:4010")
    session = gateway.perform(world, CreateSession(agent.name), caller)
    assert isinstance(session, Session)
    for message in messages:
        items: tuple[Item, ...] | None = (UserMessage(message),)
        for _ in range(MOST_TURNS):
            turn = gateway.perform(world, StartTurn(session.id, items), caller)
            assert isinstance(turn, Turn)
            if turn.is_running:
                gateway.perform(world, CancelSession(session.id), caller)
            yield turn
            if not turn.rest:
                break
            items = _answers(session)


def _answers(session: Session) -> tuple[Item, ...] | None:
    items: list[Item] = []
    for thread in session.turns[-1].rest:
        for call in thread.pending():
            if call.needs_approval:
                items.append(ToolApproval(thread.id, call.id, allow=True))
            else:
                options = json.loads(call.arguments).get("options") or ["fine"]
                items.append(ToolAnswer(thread.id, call.id, str(options[0])))
    for server in session.agent.mcp:
        decide(session, server.name, allow=True)
    return tuple(items) or None


# -- the table ---------------------------------------------------------------------------------------------------------

QUIET = ("#", "type", "sequence_id", "id", "created_at", "thread_id")
"""Fields that say little beside the name of the event."""


def cell(events: Sequence[Event]) -> str:
    """A cell: numbers, the event's name, and what it carries."""
    if not events:
        return "(not shown)"
    first, last = events[0], events[-1]
    numbers = str(first["#"]) if len(events) == 1 else f"{first['#']}-{last['#']}"
    name = first["type"] if len(events) == 1 else f"{first['type']} x{len(events)}"
    return f"{numbers:>5} {name} {_carried(events)}".rstrip()


def _carried(events: Sequence[Event]) -> str:
    if len(events) == 1:
        fields = {name: value for name, value in events[0].items() if name not in QUIET and value is not None}
        return json.dumps(fields, ensure_ascii=False, separators=(", ", ": ")) if fields else ""
    text = "".join(event.get("content") or "" for event in events)
    arguments = "".join(chunk["function"]["arguments"] for event in events for chunk in event.get("tool_calls") or ())
    return json.dumps(text, ensure_ascii=False) if text else arguments


def table(found: Sequence[Row], titles: Sequence[str], width: int) -> Iterator[str]:
    """Rows as lines of a given width, columns of equal size."""
    column = max(24, (width - 3 * (len(titles) - 1)) // len(titles))
    yield " | ".join(title.ljust(column) for title in titles)
    yield "-+-".join("-" * column for _ in titles)
    for row in found:
        cells = [_wrapped(cell(events), column) for events in row.cells]
        for line in range(max(map(len, cells))):
            parts = (lines[line] if line < len(lines) else "" for lines in cells)
            yield " | ".join(part.ljust(column) for part in parts).rstrip()


def _wrapped(text: str, column: int) -> list[str]:
    short = textwrap.shorten(text, column * 6, placeholder=" ...") if len(text) > column * 6 else text
    return textwrap.wrap(short, column, subsequent_indent=" " * 6, break_long_words=True) or [""]


# -- the command -------------------------------------------------------------------------------------------------------


def run(arguments: Sequence[str]) -> int:
    """Play, and print a table per turn. 0: every dialect tells the same story; 1: they differ. Raises `UsageError`."""
    flags = _parser().read(arguments)
    chosen = choose(flags, os.environ, Path.cwd())
    agent = find_agent(str(flags["what"]), chosen, Settings(seed=chosen["seed"]))
    messages = flags.get("message")
    tried = [str(one) for one in messages] if isinstance(messages, list) else [suggested(agent)]
    spoken = voices()
    casts = [Cast() for _ in spoken]
    same = True
    try:
        for turn in conversation(agent, tried, Settings(seed=chosen["seed"], speed=0)):
            found = rows(turn, spoken)
            told = [joined(voice.tell(_column(found, index), casts[index])) for index, voice in enumerate(spoken)]
            same = same and len(set(told)) == 1
            _print(turn, found, spoken, told, as_json=bool(flags.get("json")))
    except Refusal as refusal:
        print(f"refused: {refusal.message}")
    return OK if same else CHECKS_FAILED


def _parser() -> Parser:
    parser = Parser("compare")
    parser.add_argument(
        "what", metavar="AGENT_OR_FILE", help="A scenario file, or the name of an agent in --scenarios."
    )
    parser.add_argument("--message", metavar="TEXT", action="append", help="What to send; repeatable.")
    parser.add_options([OPTIONS[name] for name in ("seed", "scenarios", "param")])
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="One JSON line per turn: its rows and its stories.")
    return parser


def suggested(agent: Agent) -> str:
    """What the scenario's own `# try:` comment suggests to send."""
    path = Path(agent.file)
    lines = path.read_text().splitlines() if path.is_file() else []
    return next((line.removeprefix("# try:").strip() for line in lines if line.startswith("# try:")), "hello")


def _column(found: Sequence[Row], index: int) -> list[Event]:
    return [event for row in found for event in row.cells[index]]


def _print(turn: Turn, found: Sequence[Row], spoken: Sequence[Voice], told: Sequence[str], *, as_json: bool) -> None:
    names = [voice.dialect.name for voice in spoken]
    if as_json:
        shown = {
            "turn": turn.number,
            "rows": [row.cells for row in found],
            "stories": dict(zip(names, told, strict=True)),
        }
        print(json.dumps(shown, ensure_ascii=False))
        return
    sent = turn.text() or ("answers" if turn.items else "no input")
    print(f"turn {turn.number}: {sent}")
    for line in table(found, names, shutil.get_terminal_size((160, 24)).columns):
        print(line)
    print("the same story" if len(set(told)) == 1 else "THE STORIES DIFFER:\n" + "\n--\n".join(told))
    print()
