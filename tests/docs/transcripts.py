"""Transcripts of the documentation: what a client sends to an example, and what it gets.

A line that begins with `> ` is sent: a text, an item as in the history of a session, or a command in parentheses. The
other lines are what comes back. Owns: playing the first. Must not know: what an event looks like (`telling.py`), pages.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from mock_gateway.core.authorise import decide
from mock_gateway.core.commands import FilePart, Item, TextPart, ToolAnswer, ToolApproval, UserMessage
from mock_gateway.core.errors import Refusal
from mock_gateway.core.script import HistoryTurn
from mock_gateway.core.state import Session, Turn
from mock_gateway.gateway import Caller, Gateway
from mock_gateway.runtime import Runtime
from mock_gateway.scenario import load_text
from mock_gateway.scenario.errors import Mistake
from mock_gateway.scenario.past import make_turn
from mock_gateway.scenario.reading import read_scenario
from mock_gateway.scenario.source import Source
from mock_gateway.settings import Settings
from mock_gateway.wire.asks import CancelSession, CreateSession, ListEvents, StartTurn
from mock_gateway.wire.beta.dialect import Beta
from mock_gateway.wire.beta.errors import status_of
from mock_gateway.wire.projection import view_of
from tests.docs.telling import Event, Teller, assembled

ME = Caller("ada@example.test", "http://127.0.0.1:4010")
BETA = Beta()


def play(scenario: str, transcript: str, *, folder: Path) -> str:
    """The transcript as it really is: the same `> ` lines, and what comes back for each of them.

    folder: where included files are.
    """
    client = _Client(scenario, folder)
    lines = []
    for line in transcript.splitlines():
        if line.startswith("> "):
            lines += [line, *client.does(line[2:])]
    return "\n".join(lines) + "\n"


class _Client:
    """Sends what a transcript says, and tells what it gets."""

    def __init__(self, scenario: str, folder: Path) -> None:
        warnings: list[Mistake] = []
        agent = load_text(scenario, folder=folder, warnings=warnings)
        assert not warnings, "\n".join(map(str, warnings))
        self.agent = agent
        self.gateway = Gateway({agent.name: agent}, Settings(speed=0), runtime=Runtime())
        self.world = self.gateway.world("")
        self.opened: Session | None = None
        self.teller = Teller()

    def does(self, line: str) -> list[str]:
        """One line of a transcript."""
        word, _, rest = line.removeprefix("(").partition(")")
        name, _, argument = word.partition(" ")
        try:
            if not line.startswith("("):
                return list(self._told(self._send(line)))
            return list(_COMMANDS[name](self, argument, rest.strip()))
        except Refusal as refusal:
            later = f"; retry after {refusal.retry_after:g} s" if refusal.retry_after is not None else ""
            return [f"refused {status_of(refusal)}: {refusal.message}{later}"]

    @property
    def session(self) -> Session:
        """The session that it talks in; made when it is first needed."""
        return self.opened or self._open(None)

    @property
    def turn(self) -> Turn:
        """The latest turn."""
        return self.session.turns[-1]

    # -- sending -------------------------------------------------------------------------------------------------------

    def _open(self, title: str | None) -> Session:
        made = self.gateway.perform(self.world, CreateSession(self.agent.name, title), ME)
        assert isinstance(made, Session)
        self.opened = made
        return made

    def _send(self, line: str) -> Turn:
        entry = _entry(line)
        for server in entry.authorize:
            decide(self.session, server, allow=True)
        return self._start(self._items(entry))

    def _start(self, items: tuple[Item, ...] | None) -> Turn:
        turn = self.gateway.perform(self.world, StartTurn(self.session.id, items), ME)
        assert isinstance(turn, Turn)
        return turn

    def _items(self, entry: HistoryTurn) -> tuple[Item, ...] | None:
        if entry.kind == "resume":
            return None
        if entry.kind == "answers":
            return tuple(self._answers(entry))
        files = [FilePart(name, _uri(mime, content), mime, len(content)) for name, mime, content in entry.files]
        return (UserMessage((TextPart(entry.text), *files) if files else entry.text),)

    def _answers(self, entry: HistoryTurn) -> Iterator[Item]:
        for call in (call for thread in self.turn.rest for call in thread.pending()):
            if call.name in (*entry.allow, *entry.deny):
                reason = entry.deny.get(call.name) or None
                yield ToolApproval(call.thread_id, call.id, allow=call.name in entry.allow, reason=reason)
            elif call.is_client_side:
                yield ToolAnswer(call.thread_id, call.id, entry.answers.get(call.name, entry.answers.get("", "")))

    # -- commands ------------------------------------------------------------------------------------------------------

    def opens(self, argument: str, _rest: str) -> Iterator[str]:
        """A new session, perhaps with a title."""
        self._open(argument.removeprefix("session").strip() or None)
        yield from ()

    def finds(self, wanted: str, _rest: str) -> Iterator[str]:
        """A session that is there from the start, by id or title, with all that happened in it."""
        (self.opened,) = [one for one in self.world.sessions.values() if wanted in (one.id, one.title)]
        for turn in self.session.turns:
            yield from self.retells(str(turn.number), "")

    def cancels(self, _argument: str, _rest: str) -> Iterator[str]:
        """Cancels the session, and tells how the turn ends."""
        before = list(self._told(self.turn))
        self.gateway.perform(self.world, CancelSession(self.session.id), ME)
        yield from [line for line in self._told(self.turn) if line not in before]

    def resumes(self, _argument: str, _rest: str) -> Iterator[str]:
        """A turn without input."""
        yield from self._told(self._start(None))

    def refuses(self, server: str, _rest: str) -> Iterator[str]:
        """A person refuses a server."""
        decide(self.session, server, allow=False)
        yield from ()

    def retells(self, number: str, _rest: str) -> Iterator[str]:
        """An earlier turn, as it is now."""
        turn = self.session.turns[int(number) - 1]
        yield f"turn {number}{': ' + turn.text() if turn.text() else ''}"
        yield from (f"  {line}" for line in self._told(turn))

    def lists(self, _argument: str, _rest: str) -> Iterator[str]:
        """The stored events of the latest turn."""
        ask = ListEvents(self.session.id, self.turn.id)
        turn = self.gateway.perform(self.world, ask, ME)
        assert isinstance(turn, Turn)
        yield from self.teller.tell(json.loads(BETA.events(ask, turn))["data"])

    def cuts(self, _argument: str, rest: str) -> Iterator[str]:
        """The pieces of a turn."""
        yield from self.teller.tell_pieces(_events(self._send(rest)))

    def times(self, _argument: str, rest: str) -> Iterator[str]:
        """The pieces and the other events of a turn, with the seconds since it began."""
        turn = self._send(rest)
        moments = [fact.at - turn.created_at for fact in turn.log.facts for _ in range(BETA.weigh(fact))]
        for moment, pairs in groupby(zip(moments, _events(turn), strict=True), key=lambda pair: f"{pair[0]:.2f} s"):
            yield from (f"{moment}  {line}" for line in self.teller.tell_pieces(event for _, event in pairs))

    def _told(self, turn: Turn) -> Iterator[str]:
        yield from self.teller.tell(assembled(_events(turn)))
        if turn.is_running:
            yield "(still running)"


_COMMANDS: dict[str, Callable[[_Client, str, str], Iterator[str]]] = {
    "new": _Client.opens,
    "session": _Client.finds,
    "cancel": _Client.cancels,
    "resume": _Client.resumes,
    "refuse": _Client.refuses,
    "turn": _Client.retells,
    "events": _Client.lists,
    "pieces": _Client.cuts,
    "times": _Client.times,
}


def _entry(line: str) -> HistoryTurn:
    """What is sent: a text, or an item as in a history."""
    written = line if line[0] in "{[" else json.dumps(line)
    record = read_scenario(Source(f"{{ agent: a, sessions: [{{ history: [{written}] }}] }}", "transcript"))
    mistakes: list[Mistake] = []
    entry = make_turn(record["sessions"][0]["history"][0], record.node.position, mistakes)
    assert not mistakes, mistakes
    return entry


def _uri(mime: str, content: bytes) -> str:
    return f"data:{mime};base64,{b64encode(content).decode()}"


def _events(turn: Turn) -> list[Event]:
    """The stream of a turn in the documented contract."""
    view, cursor = view_of(turn, BETA), 0
    events: list[Event] = []
    while True:
        body, cursor = view.take(cursor)
        if not body:
            return events
        frames = [frame.split("\ndata: ", 1)[1] for frame in body.decode().split("\n\n") if frame]
        events += [json.loads(frame) for frame in frames]
