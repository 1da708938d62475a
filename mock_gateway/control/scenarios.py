"""The scenarios of one world: those of the server, and those that only this world has.

Owns: finding what somebody means by a scenario (a name, a file, a text), and putting it in place whole or not at all.
Must not know: what is in a scenario (`scenario/`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from mock_gateway.control.errors import Cause, ControlError, unknown
from mock_gateway.control.facts import Json
from mock_gateway.core.script import Agent
from mock_gateway.gateway import Gateway
from mock_gateway.runtime import Runtime
from mock_gateway.scenario import Library, Mistake, ScenarioErrors, load_text
from mock_gateway.seeding import check_histories, seed_world
from mock_gateway.worlds import World

TEXT_NAME = "<text>"
"""What positions show for a scenario that came as text."""
SUFFIXES = (".yaml", ".yml")


def play(gateway: Gateway, world: World, source: str | Path, name: str | None) -> str:
    """Let a world have a scenario. Raises `ControlError` and `ScenarioErrors`; then nothing has changed."""
    if isinstance(source, str) and source in gateway.agents and source not in world.agents:
        world.removed.discard(source)
        seed_world(gateway, world, [_with_ids(gateway.agents[source])])
        return source
    if isinstance(source, str) and source in world.agents:
        return source
    agent = read(gateway, source, name)
    put(gateway, world, agent)
    return agent.name


def play_text(gateway: Gateway, world: World, text: str, name: str | None, only: str | None) -> str:
    """As `play`, for a text that includes nothing. only: the agent that it has to be of. Raises the same."""
    settings = gateway.settings
    agent = load_text(text, name or TEXT_NAME, seed=settings.seed, strict=settings.strict)
    if only is not None and agent.name != only:
        hint = f"put it under its own name, {agent.name!r}"
        raise ControlError(Cause.CONFLICT, f"this is of {agent.name!r}, not of {only!r}", field="agent", hint=hint)
    put(gateway, world, agent)
    return agent.name


def read(gateway: Gateway, source: str | Path, name: str | None) -> Agent:
    """The agent of a file or a text. Raises `ControlError` and `ScenarioErrors`."""
    settings = gateway.settings
    if isinstance(source, str) and _is_text(source):
        return load_text(source, name or TEXT_NAME, seed=settings.seed, strict=settings.strict, folder=Path.cwd())
    path = Path(source)
    if path.is_dir():
        message = f"{path} is a folder, and one scenario is played at a time"
        raise ControlError(Cause.INVALID, message, field="source", hint="give one of its files")
    if not path.is_file():
        hint = "a scenario is a name, a path, or YAML text"
        raise unknown("scenario", str(source), gateway.agents, field="source", hint=hint)
    agents = list(Library.load([path], seed=settings.seed, strict=settings.strict).agents.values())
    if not agents:
        raise ControlError(Cause.INVALID, f"{path} has no agent: it only shares something with other files")
    return agents[0]


def _is_text(source: str) -> bool:
    """Whether a source is the scenario itself: text has a mapping in it, and a name or a path has not."""
    return "\n" in source or ": " in source or source.lstrip().startswith("{")


def put(gateway: Gateway, world: World, agent: Agent) -> None:
    """Add an agent to a world, with its seeded sessions. Raises `ScenarioErrors`; then nothing has changed."""
    alone = Gateway({agent.name: agent}, gateway.settings, runtime=Runtime())
    mistakes = check_histories(alone)
    if mistakes:
        raise ScenarioErrors([Mistake(None, mistake) for mistake in mistakes])
    known = world.agent(agent.name, gateway.agents) is not None
    world.agents[agent.name] = agent
    gateway.faults.learn([agent])
    gateway.faults.learn([agent])
    world.removed.discard(agent.name)
    seed_world(gateway, world, [_with_ids(agent) if known else agent])


def _with_ids(agent: Agent) -> Agent:
    # Without an id nobody can tell whether a session is there already.
    return replace(agent, sessions=tuple(plan for plan in agent.sessions if plan.id is not None))


def listed(gateway: Gateway, world: World) -> list[Json]:
    """The scenarios that a world plays, by name."""
    agents = world.all_agents(gateway.agents)
    return [
        {
            "name": name,
            "description": agents[name].description,
            "file": agents[name].file,
            "of": "world" if name in world.agents else "server",
            "selected": name == world.selected,
        }
        for name in sorted(agents)
    ]


def remove(gateway: Gateway, world: World, name: str) -> None:
    """Let a world have a scenario no more; its sessions go on with what they began with (SES-4)."""
    _check_name(name, world.all_agents(gateway.agents))
    world.agents.pop(name, None)
    if name in gateway.agents:
        world.removed.add(name)
    if world.selected == name:
        world.selected = None


def select(gateway: Gateway, world: World, name: str | None) -> None:
    """Let a scenario play every agent's name that is not known; None: such names are refused."""
    if name is not None:
        _check_name(name, world.all_agents(gateway.agents))
    world.selected = name


def _check_name(name: str, there: Iterable[str]) -> None:
    if name not in there:
        raise unknown("scenario", name, there, field="name")
