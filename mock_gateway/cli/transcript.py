"""A turn as a person reads it in the terminal, or as the events of the contract.

Owns: the words for every kind of fact. The main thread's text is printed as it streams; a sub-agent's, which may be
mixed with others', message by message under its name. Must not know: where lines come from, how time passes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from mock_gateway.cli.errors import write
from mock_gateway.cli.terminal import STATES, paint, span
from mock_gateway.core.events import (
    Deltas,
    Fact,
    McpInitialized,
    SandboxCreated,
    ThreadCreated,
    ThreadDone,
    ToolResponded,
)
from mock_gateway.core.pieces import PieceKind
from mock_gateway.core.state import MAIN, OpenCall, Turn, json_compact
from mock_gateway.wire.dialect import Dialect
from mock_gateway.wire.projection import view_of

LONGEST = 300


class Transcript:
    """What a person sees. colours: whether the terminal shows them."""

    def __init__(self, *, colours: bool) -> None:
        self._colours = colours
        self._in_line = False
        self._names: dict[str, str] = {}
        self._shown = 0

    def say(self, line: str) -> None:
        """Print a line of its own."""
        write(("\n" if self._in_line else "") + line + "\n")
        self._in_line = False

    def begin(self) -> None:
        """A turn begins."""
        self._shown = 0

    def show(self, turn: Turn) -> None:
        """Print what has happened since the last time; when the turn is over, how it ended."""
        facts = turn.log.facts
        for fact in facts[self._shown :]:
            show = _SHOW.get(type(fact))
            if show is not None:
                show(self, fact)
        self._shown = len(facts)
        if not turn.is_running:
            self.say(self._end(turn))

    def refuse(self, message: str, _body: bytes) -> None:
        """A request was refused."""
        self.say(f"refused: {message}")

    def _end(self, turn: Turn) -> str:
        state = paint(turn.state.value, STATES.get(turn.state.value, "odd"), on=self._colours)
        took = span((turn.completed_at or turn.created_at) - turn.created_at)
        why = turn.error or turn.cancel_reason
        place = f"  {turn.rule.position}" if turn.rule is not None and turn.rule.position is not None else ""
        return f"-- {state} {took}{f': {why}' if why else ''}{paint(place, 'faint', on=self._colours)}\n"

    def _label(self, thread_id: str) -> str:
        return "" if thread_id == MAIN else f"[{self._names.get(thread_id, thread_id)}] "

    def _deltas(self, fact: Deltas) -> None:
        message = fact.message
        if message.thread_id == MAIN:
            pieces = message.pieces[fact.first : fact.stop]
            text = "".join([piece.text for piece in pieces if piece.kind is PieceKind.TEXT])
            if text:
                write(text)
                self._in_line = True
        if fact.stop < len(message.pieces):
            return
        label = self._label(message.thread_id)
        if label and message.text():
            self.say(label + message.text())
        for call in message.calls:
            self.say(f"{label}  -> {named(call)} {cut(call.arguments)}")

    def _responded(self, fact: ToolResponded) -> None:
        # What a sub-agent gave is told by its own last message.
        if fact.content:
            self.say(f"{self._label(fact.thread_id)}  <- {cut(fact.content)}")

    def _thread_created(self, fact: ThreadCreated) -> None:
        thread = fact.thread
        self._names[thread.id] = thread.name
        task = thread.bound.get("task", "")
        self.say(f"[{thread.name}] begins: {cut(task if isinstance(task, str) else json_compact(task))}")

    def _thread_done(self, fact: ThreadDone) -> None:
        self.say(f"[{fact.thread.name}] {'is done' if fact.error is None else f'failed: {fact.error}'}")

    def _connected(self, fact: McpInitialized) -> None:
        if fact.fresh:
            self.say(f"{self._label(fact.thread_id)}  connected: {', '.join(name for name, _ in fact.fresh)}")

    def _sandbox(self, fact: SandboxCreated) -> None:
        self.say(f"  sandbox: {fact.sandbox_id}")


_SHOW: Mapping[type[Fact], Callable[..., None]] = {
    Deltas: Transcript._deltas,
    ToolResponded: Transcript._responded,
    ThreadCreated: Transcript._thread_created,
    ThreadDone: Transcript._thread_done,
    McpInitialized: Transcript._connected,
    SandboxCreated: Transcript._sandbox,
}


class Events:
    """The events of a contract, one JSON object a line, as a stream has them."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._cursor = 0

    def say(self, line: str) -> None:
        """What only a person wants to know goes to stderr, and only when somebody reads it there."""
        if sys.stderr is not None and sys.stderr.isatty():
            sys.stderr.write(line + "\n")

    def begin(self) -> None:
        """A turn begins."""
        self._cursor = 0

    def show(self, turn: Turn) -> None:
        """Print the events that are new."""
        view = view_of(turn, self._dialect)
        while True:
            body, self._cursor = view.take(self._cursor)
            if not body:
                return
            lines = body.decode().split("\n")
            write("".join([line.removeprefix("data: ") + "\n" for line in lines if line.startswith("data: ")]))

    def refuse(self, _message: str, body: bytes) -> None:
        """A request was refused: the body that a server would answer."""
        write(body.decode() + "\n")


def named(call: OpenCall) -> str:
    """A call as the scenario names it."""
    server = getattr(call.call, "server", None)
    return f"{server}.{call.name}" if server else call.name


def cut(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[:LONGEST] + "…"
