"""`mock-gateway play`: a conversation with an agent in the terminal, without a server.

Owns: the loop of message, turn, answers; time while a turn runs. The same gateway and the same engine as behind HTTP.
Look next: `transcript.py` (what is printed), `keyboard.py` (what is read), `pending.py` (what a pause asks for).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path

from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import OK, UsageError
from mock_gateway.cli.keyboard import Cancel, Lines, New, Over, open_lines
from mock_gateway.cli.loading import add_config, load, scenario_paths
from mock_gateway.cli.options import OPTIONS
from mock_gateway.cli.pending import ask_all, is_waiting
from mock_gateway.cli.resolve import Chosen, choose
from mock_gateway.cli.terminal import has_colours
from mock_gateway.cli.transcript import Events, Transcript
from mock_gateway.core.commands import Item, UserMessage
from mock_gateway.core.errors import Refusal
from mock_gateway.core.script import Agent
from mock_gateway.core.state import Session, Turn
from mock_gateway.gateway import Caller, Gateway
from mock_gateway.runtime import Runtime
from mock_gateway.settings import Settings
from mock_gateway.wire.asks import CancelTurn, CreateSession, StartTurn
from mock_gateway.wire.dialects import documented
from mock_gateway.worlds import World


class WaitingRuntime(Runtime):
    """Time that passes while the program waits. due: wall time at which something happens next."""

    def __init__(self) -> None:
        super().__init__()
        self.due = inf

    def _wait(self, _turn: Turn, wall: float) -> None:
        self.due = wall


def run(arguments: Sequence[str]) -> int:
    """The command. Gives the exit code; raises `UsageError`."""
    flags = _parser().read(arguments)
    chosen = choose(flags, os.environ, Path.cwd())
    settings = Settings(
        seed=chosen["seed"],
        speed=chosen["speed"],
        subject=chosen["subject"],
        cancel=chosen["cancel"],
        concurrent_turn=chosen["concurrent-turn"],
    )
    agent = find_agent(str(flags["what"]), chosen, settings)
    screen = Events(documented()) if flags.get("json") else Transcript(colours=has_colours(os.environ))
    messages = flags.get("message")
    lines = open_lines([str(one) for one in messages] if isinstance(messages, list) else None, screen.say)
    if lines.is_person:
        screen.say(f"{agent.name}: {agent.description}\n/help shows what there is besides messages\n")
    Conversation(agent, settings, screen, lines).run()
    return OK


def _parser() -> Parser:
    parser = Parser("play")
    parser.add_argument(
        "what", metavar="AGENT_OR_FILE", help="A scenario file, or the name of an agent in --scenarios."
    )
    parser.add_argument(
        "--message", metavar="TEXT", action="append", help="A line to use instead of stdin; repeatable."
    )
    parser.add_options([OPTIONS[name] for name in ("speed", "seed", "scenarios", "param")])
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="Print the events of the contract, one JSON object a line.")
    return parser


def find_agent(what: str, chosen: Chosen, settings: Settings) -> Agent:
    """The agent of a file, or by its name. Raises `UsageError`."""
    path = Path(what)
    is_file = path.suffix in (".yaml", ".yml") or path.is_file()
    paths = scenario_paths([what] if is_file else chosen["scenarios"])
    agents = load(paths, settings, params=chosen["param"]).agents
    if is_file:
        return next(iter(agents.values()))
    if what not in agents:
        raise _unknown(what, agents, paths)
    return agents[what]


def _unknown(what: str, agents: Mapping[str, Agent], paths: Sequence[str]) -> UsageError:
    from difflib import get_close_matches

    close = get_close_matches(what, agents, n=1)
    hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(agents)}"
    return UsageError(f"there is no agent {what!r} in {', '.join(paths)}, and no such file", hint)


class Conversation:
    """Sessions with one agent, one after the other."""

    def __init__(self, agent: Agent, settings: Settings, screen: Transcript | Events, lines: Lines) -> None:
        self._runtime = WaitingRuntime()
        self._gateway = Gateway({agent.name: agent}, settings, runtime=self._runtime)
        # A world of its own: the seeded sessions of the agent are not wanted here.
        self._world = World("")
        self._agent = agent
        self._caller = Caller(settings.subject)
        self._screen = screen
        self._lines = lines

    def run(self) -> None:
        """Talk until there are no more lines."""
        while True:
            try:
                self._talk()
            except New:
                self._screen.say("a new session")
            except Over:
                return

    def _talk(self) -> None:
        """One session."""
        session: Session | None = None
        while True:
            try:
                items = self._input(session)
            except Cancel:
                self._screen.say("no turn is running")
                continue
            try:
                session = session or self._new_session()
                self._play(session, items)
            except Refusal as refusal:
                self._screen.refuse(refusal.message, documented().refusal(refusal)[1])

    def _new_session(self) -> Session:
        session = self._gateway.perform(self._world, CreateSession(self._agent.name), self._caller)
        assert isinstance(session, Session)
        return session

    def _input(self, session: Session | None) -> tuple[Item, ...] | None:
        if session is not None and is_waiting(session):
            return ask_all(session, self._lines.read, self._screen.say)
        while not (text := self._lines.read("> ")):
            pass
        return (UserMessage(text),)

    def _play(self, session: Session, items: tuple[Item, ...] | None) -> None:
        self._screen.begin()
        turn = self._gateway.perform(self._world, StartTurn(session.id, items), self._caller)
        assert isinstance(turn, Turn)
        while True:
            self._screen.show(turn)
            if not turn.is_running:
                return
            try:
                self._let_pass(turn)
            except Cancel:
                self._cancel(turn)
            except KeyboardInterrupt:
                # A person stops what runs first; without one, or the second time, it is the program that ends.
                if not self._lines.is_person or turn.stopping or turn.stop_at < inf:
                    raise
                self._cancel(turn)
            else:
                self._runtime.arrange(turn)

    def _let_pass(self, turn: Turn) -> None:
        """Wait until something is due; a turn that is held until it is cancelled waits for a line."""
        if turn.next_skip() < inf:
            self._lines.wait(max(0.0, self._runtime.due - self._runtime.wall()))
            return
        self._screen.say("(held until it is cancelled: /cancel)")
        self._lines.read("> ")
        self._screen.say("the turn is running; /cancel it first")

    def _cancel(self, turn: Turn) -> None:
        self._gateway.cancel_turn(self._world, CancelTurn(turn.session.id, turn.id), self._caller)
