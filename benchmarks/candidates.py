"""Who is measured: the yardstick and the product, and what is asked of each.

Owns: command lines, scenarios that are written for the occasion, and the request behind every measure.
A server is started with one folder of scenarios: `start` holds what a first user has, `flow` long and short answers,
`hold` and `crowd` slow streams. Every stream needs a session of its own, so sessions are seeded with ids that count.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine import Call

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
COUNTED = "N" * 10
"""The part of an id that the load replaces by a counter."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the scenarios are. held, crowd: slow streams; interval: seconds between their events.

    sessions: of the agents with streams at full speed, used again and again. words: of a long answer (2,000 events).
    """

    sessions: int = 500
    held: int = 1000
    crowd: int = 5000
    interval: float = 1.0
    words: int = 48_100


@dataclass(frozen=True, slots=True)
class Candidate:
    """A server that can be measured. command: `{port}` and `{folder}` in it are replaced; ready: answers 200.

    touch: a GET that does the work that is done once, on first use.
    """

    name: str
    command: tuple[str, ...]
    ready: str
    calls: Mapping[str, Call]
    touch: str
    headers: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path = ROOT

    def command_in(self, folder: Path) -> tuple[str, ...]:
        """The command line for one folder of scenarios."""
        return tuple(part.replace("{folder}", str(folder)) for part in self.command)


def yardstick(sizes: Sizes) -> Candidate:
    """The reference server. It knows nothing of sessions and scenarios."""
    uvicorn = (sys.executable, "-m", "uvicorn", "reference_server:app", "--port", "{port}", "--no-access-log")
    small, create = Call("GET", "/small"), Call("POST", "/create", '{"n":1}')
    calls = {
        "short": Call("POST", "/s?n=6", "{}"),
        "stream": Call("POST", "/s?n=2000", "{}"),
        "slow": Call("POST", f"/s?n=100000&ms={sizes.interval * 1000:g}", "{}"),
        "get": small,
        "list": small,
        "post": create,
        "turn": create,
    }
    return Candidate("yardstick", uvicorn, "/small", calls, "/small", cwd=HERE)


def product(sizes: Sizes, base: str = "") -> Candidate:
    """The product as a user starts it: keys are checked, requests are logged and journalled, streams can be resumed.

    base: where the endpoints of the contract hang: nothing, or `/v1/agents` for the published one.
    """
    serve = (sys.executable, "-m", "mock_gateway", "serve", "--port", "{port}", "--scenarios", "{folder}")
    said = [{"type": "user.message", "content": "hi"}]

    def turn(agent: str, sessions: int, **extra: object) -> Call:
        return Call("POST", f"{base}/sessions/{agent}-{COUNTED}/turns", json.dumps({"input": said, **extra}), sessions)

    calls = {
        "short": turn("short", sizes.sessions),
        "stream": turn("stream", sizes.sessions),
        "slow": turn("slow", sizes.crowd),
        "get": Call("GET", f"{base}/sessions/short-0000000001"),
        "list": Call("GET", f"{base}/sessions?agent_name=short&limit=20"),
        "post": Call("POST", f"{base}/sessions", '{"agent_name":"short"}'),
        "turn": turn("short", sizes.sessions, stream=False),
    }
    headers = ("Authorization: Bearer any-key",)
    env = {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)}
    return Candidate("product", serve, "/__admin/health", calls, f"{base}/sessions/none", headers, env)


def write_scenarios(folder: Path, sizes: Sizes) -> None:
    """Write the folders of scenarios."""
    short = "  - say: { pieces: [one, two, three] }\n"
    pace = f"{{ first: {sizes.interval * 1000:g}ms, rate: {1 / sizes.interval:g} tokens/s }}"
    slow = f"  - say: {{ words: 3000, cut: {{ size: 170 }}, pace: {pace} }}\n"
    long = f"  - say: {{ words: {sizes.words}, cut: {{ size: 170 }} }}\n"
    for where, agent, step, sessions in (
        ("start", "short", short, 0),
        ("flow", "short", short, sizes.sessions),
        ("flow", "stream", long, sizes.sessions),
        ("hold", "slow", slow, sizes.held),
        ("crowd", "slow", slow, sizes.crowd),
    ):
        (folder / where).mkdir(exist_ok=True)
        seeded = "".join(f"  - id: {agent}-{number:010d}\n" for number in range(1, sessions + 1))
        text = f"agent: {agent}\nturns:\n{step}" + (f"sessions:\n{seeded}" if seeded else "")
        (folder / where / f"{agent}.yaml").write_text(text)
