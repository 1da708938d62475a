"""Scenario files that are saved while a server runs.

Owns: looking at them now and then on a thread of its own, so that a file that is being read costs no stream anything;
what changed is put in place inside the event loop. Running sessions keep the agent that they began with (SES-4).
Must not know: how a file is read (`scenario/library.py`).
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Sequence
from contextlib import suppress

from msgspec.structs import replace

from mock_gateway.cli.errors import complain
from mock_gateway.cli.loading import history_mistakes
from mock_gateway.cli.terminal import Terminal
from mock_gateway.core.script import Agent
from mock_gateway.gateway import Gateway
from mock_gateway.scenario import Library, Reload
from mock_gateway.seeding import seed_world

PERIOD = 0.3
"""Seconds between two looks."""


class Watch:
    """Keeps a gateway's agents as the files say. start and stop: inside, and after, the event loop."""

    def __init__(self, library: Library, gateway: Gateway, terminal: Terminal) -> None:
        self._library = library
        self._gateway = gateway
        self._terminal = terminal
        self._over = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin to look."""
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._look, name="watch", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def _look(self) -> None:
        while not self._over.wait(PERIOD):
            # A folder that goes away while it is listed; the next look tells.
            with suppress(OSError):
                found = self._library.reload()
                if found:
                    self._hand_over(found)

    def _hand_over(self, found: Reload) -> None:
        """Still on the thread: keep back what cannot be played, and give the rest to the loop."""
        agents = self._library.agents
        wrong = [str(mistake) for mistake in found.errors]
        changed = []
        for name in found.changed:
            mistakes = history_mistakes([agents[name]], self._gateway.settings)
            wrong += map(str, mistakes)
            if not mistakes:
                changed.append(agents[name])
        if self._loop is not None and not self._over.is_set():
            self._loop.call_soon_threadsafe(self._put_in_place, changed, found.removed, wrong)

    def _put_in_place(self, changed: Sequence[Agent], removed: Sequence[str], wrong: Sequence[str]) -> None:
        """In the loop: new sessions get the new agents, worlds get the sessions that are new."""
        before = self._gateway.agents
        _seed(self._gateway, changed)
        kept = {name: agent for name, agent in before.items() if name not in removed}
        self._gateway.agents = kept | {agent.name: agent for agent in changed}
        for mistake in wrong:
            complain(f"not reloaded, the last good version stays\n{mistake}")
        for agent in changed:
            self._tell("reloaded", agent.name, agent.file)
        for name in removed:
            self._tell("removed", name, "")
        self._gateway.on_agents([agent.name for agent in changed], removed)

    def _tell(self, what: str, name: str, file: str) -> None:
        if self._terminal.as_json:
            self._terminal.say(json.dumps({"event": what, "agent": name, "file": file or None}, ensure_ascii=False))
        else:
            self._terminal.say(f"{what} {name} ({file})" if file else f"{what} {name}")


def _seed(gateway: Gateway, changed: Sequence[Agent]) -> None:
    """Add the seeded sessions that are new to the worlds there are. gateway.agents: those before the change."""
    fresh = [_with_ids(agent) if agent.name in gateway.agents else agent for agent in changed]
    for world in gateway.worlds.values():
        hidden = world.removed | world.agents.keys()
        seed_world(gateway, world, [agent for agent in fresh if agent.name not in hidden])


def _with_ids(agent: Agent) -> Agent:
    # Without an id nobody can tell whether a session is there already.
    return replace(agent, sessions=tuple(plan for plan in agent.sessions if plan.id is not None))
