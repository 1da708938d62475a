"""`mock-gateway drift`: plays conversations against a gateway and against the mock, and says where they differ.

Owns: what is asked of the command line, both ends, the exit code. Must not know: what a difference is
(`recording/drift.py`), what is said (`recording/plan.py`).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from mock_gateway.cli import kinds
from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import CHECKS_FAILED, OK, UsageError, complain, write
from mock_gateway.cli.loading import add_config, load, scenario_paths
from mock_gateway.cli.options import OPTIONS, Option
from mock_gateway.cli.record import needs_httpx, upstream_of
from mock_gateway.cli.resolve import choose
from mock_gateway.settings import Settings

if TYPE_CHECKING:
    import httpx

    from mock_gateway.core.script import Agent
    from mock_gateway.gateway import Gateway
    from mock_gateway.recording.drift import Finding
    from mock_gateway.recording.plan import Conversation
    from mock_gateway.recording.player import Player
    from mock_gateway.wire.dialects import Voice

UNREACHABLE = 3
KEY_VARIABLE = "TFY_API_KEY"
ABSENT, REFUSED = 404, (401, 403)

OF_DRIFT: Mapping[str, Option] = {
    "upstream": Option("upstream", kinds.text, None, "Base URL of the gateway that is looked at.", metavar="URL"),
    "scenarios": OPTIONS["scenarios"],
    "agent": Option("agent", kinds.text, None, "Only this agent of the scenarios.", metavar="NAME", many=True),
    "key": Option(
        "key", kinds.text, None, f"The bearer key for the gateway; else that of {KEY_VARIABLE}.", metavar="KEY"
    ),
    "contract": Option(
        "contract", kinds.choice("beta", "v1", "both"), "both", "Which contract is tried.", metavar="beta|v1|both"
    ),
    "json": Option("json", kinds.truth, "false", "Print one JSON object."),
}
"""The settings as this command has them."""

TEACHERS = (
    "support-bot",
    "parallel-agents",
    "nested-agents",
    "failing-agent",
    "failing-tool",
    "parallel-approvals",
    "question-and-approval",
    "sandbox",
    "thinking",
    "timeout",
    "turn-error",
    "held-turn",
)
"""Agents of the gallery that show together whatever the mock can do."""


def run(arguments: Sequence[str]) -> int:
    """The command. 0: no drift; 1: drift; 3: the gateway does not answer. Raises `UsageError`."""
    parser = Parser("drift")
    parser.add_options(OF_DRIFT.values())
    add_config(parser)
    flags = parser.read(arguments)
    upstream = upstream_of(flags)
    needs_httpx("drift")
    from mock_gateway.recording.player import Unreachable

    chosen = choose({name: flags[name] for name in ("scenarios", "config") if name in flags}, os.environ, Path.cwd())
    library = load(scenario_paths(chosen["scenarios"]), Settings(speed=0))
    agents = _wanted(library.agents, flags.get("agent"))
    try:
        result = _compare(upstream, agents, flags)
    except Unreachable as error:
        complain(str(error), "is it running, and is --upstream right?")
        return UNREACHABLE
    _print(upstream, result, as_json=bool(flags.get("json")))
    return CHECKS_FAILED if result.found else OK


def _wanted(agents: Mapping[str, Agent], names: object) -> dict[str, Agent]:
    if not isinstance(names, list):
        return dict(agents)
    missing = [name for name in names if name not in agents]
    if missing:
        raise UsageError(f"there is no agent {missing[0]!r} in the scenarios", f"there are: {', '.join(agents)}")
    return {name: agents[name] for name in names}


class Result(Struct):
    """What came of it: differences, how much was compared, remarks."""

    found: list[Finding] = field(default_factory=list)
    conversations: int = 0
    turns: int = 0
    notes: list[str] = field(default_factory=list)


def _compare(upstream: str, agents: Mapping[str, Agent], flags: Mapping[str, object]) -> Result:
    """Both ends in each contract. Raises `UsageError`, `Unreachable`."""
    import httpx

    from mock_gateway.recording.player import SILENCE
    from mock_gateway.wire.dialects import voices

    key = str(flags.get("key") or os.environ.get(KEY_VARIABLE) or "any-key")
    contract = str(flags.get("contract", "both"))
    result = Result()
    patience = httpx.Timeout(SILENCE, connect=10.0)
    with (
        httpx.Client(timeout=patience, headers={"Authorization": f"Bearer {key}"}) as http,
        _mock(agents) as mock,
    ):
        for voice in voices():
            if contract in (voice.dialect.name, "both"):
                _of_one_contract(upstream, agents, voice, http, mock, result)
    if not result.conversations:
        raise UsageError(
            f"nothing could be compared with {upstream}: it has none of the agents {', '.join(agents)}",
            "give --scenarios whose agents are there, for instance a folder that `mock-gateway record` wrote",
        )
    return result


def _of_one_contract(
    upstream: str, agents: Mapping[str, Agent], voice: Voice, http: httpx.Client, mock: Mock, result: Result
) -> None:
    from mock_gateway.recording.drift import compare
    from mock_gateway.recording.plan import all_conversations
    from mock_gateway.recording.player import Player

    there, here = Player(http, upstream, voice), Player(mock.http, f"{mock.url}/here", voice)
    # The mock is asked the same, so that both have been asked as often.
    statuses = {name: (there.has(name), here.has(name))[0] for name in agents}
    if all(status in REFUSED for status in statuses.values()):
        raise UsageError("the gateway does not take this key", "give one with --key")
    absent = [name for name, status in statuses.items() if status == ABSENT]
    if absent:
        result.notes.append(f"{voice.dialect.name}: not there: {', '.join(absent)}")
    spoken = all_conversations([agent for name, agent in agents.items() if name not in absent])
    for number, conversation in enumerate(spoken, 1):
        _progress(f"{voice.dialect.name}: {number} of {len(spoken)}, {conversation.agent}")
        there.play(conversation)
        here.play(conversation)
    _progress("")
    if spoken:
        known = Player(mock.http, f"{mock.url}/known-{voice.dialect.name}", voice)
        mock.show(known, spoken)
        result.found += compare(voice.dialect.name, there.seen, here.seen, known.seen)
    result.conversations += len(spoken)
    result.turns += there.seen.turns


def _progress(text: str) -> None:
    """One line that is written over, for a person who waits; nobody else sees it."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


class Mock(Struct):
    """The mock, on a port of its own. gallery: all agents of the gallery."""

    url: str
    http: httpx.Client
    gateway: Gateway
    gallery: Mapping[str, Agent]

    def show(self, player: Player, spoken: Sequence[Conversation]) -> None:
        """Let it show all that it can: these conversations and some of the gallery."""
        from mock_gateway.recording.plan import conversations

        for conversation in spoken:
            player.play(conversation)
        agents = self.gateway.agents
        self.gateway.agents = self.gallery
        for name in TEACHERS:
            for conversation in conversations(self.gallery[name])[:3]:
                player.play(conversation)
        self.gateway.agents = agents


@contextmanager
def _mock(agents: Mapping[str, Agent]) -> Iterator[Mock]:
    import httpx

    from mock_gateway.cli.serve import base_url, build_app, listen
    from mock_gateway.scenario import Library, gallery_path
    from mock_gateway.testing.thread import ServerThread

    library = Library.load([str(gallery_path())])
    gallery = dict(library.agents)
    app = build_app(library, Settings(speed=0))
    app.gateway.agents = agents
    with listen("127.0.0.1", 0) as sock:
        server = ServerThread(app, sock)
        try:
            with httpx.Client(headers={"Authorization": "Bearer any"}, trust_env=False, timeout=30) as http:
                yield Mock(base_url("127.0.0.1", sock.getsockname()[1]), http, app.gateway, gallery)
        finally:
            server.stop()


def _print(upstream: str, result: Result, *, as_json: bool) -> None:
    from mock_gateway.recording.drift import report

    if not as_json:
        write(report(upstream, result.found, result.conversations, result.turns, result.notes))
        return
    shown = {
        "upstream": upstream,
        "conversations": result.conversations,
        "turns": result.turns,
        "notes": result.notes,
        "findings": [{name: getattr(one, name) for name in one.__struct_fields__} for one in result.found],
    }
    write(json.dumps(shown, ensure_ascii=False) + "\n")
