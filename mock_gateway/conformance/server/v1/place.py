"""The gateway under test, with what was seen on it: a conversation that many checks need is held once.

Must not know: which conversations.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from mock_gateway.conformance.server.client import KEY
from mock_gateway.conformance.server.hooks import Hooks
from mock_gateway.conformance.server.target import Target, opened
from mock_gateway.conformance.server.v1.worlds import Talk, Town

Seen = TypeVar("Seen")


@dataclass(slots=True)
class Place(Target):
    """A target that remembers. memory: what was seen, or is being looked at, by name."""

    memory: dict[object, asyncio.Task[Any]] = field(default_factory=dict)

    async def once(self, name: object, look: Callable[[], Coroutine[Any, Any, Seen]]) -> Seen:
        """What a look gives; the first who asks looks. Raises what the look raised, for everybody."""
        if name not in self.memory:
            self.memory[name] = asyncio.get_running_loop().create_task(look())
        waiting: Awaitable[Seen] = asyncio.shield(self.memory[name])
        return await waiting

    def town(self, prefix: str | None = None) -> Town:
        """A world of its own."""
        return Town(self.speaker(prefix))

    async def talk(self, agent: str = "contract-talk") -> Talk:
        """A new session in a world of its own."""
        return await self.town().talk(agent)


def at_place(target: Target) -> Place:
    """The target as a place; checks of this contract are only run on one."""
    assert isinstance(target, Place), "open the target with mock_gateway.conformance.server.v1.place.arrived"
    return target


@asynccontextmanager
async def arrived(
    url: str, *, patience: float = 10.0, heartbeat: float = 15.0, key: str = KEY, hooks: Hooks | None = None
) -> AsyncIterator[Place]:
    """A place with connections, for the length of a block."""
    async with opened(url, patience=patience, heartbeat=heartbeat) as target:
        place = Place(target.url, target.pool, patience, heartbeat, key=key, hooks=hooks)
        try:
            yield place
        finally:
            for task in place.memory.values():
                task.cancel()
            await asyncio.gather(*place.memory.values(), return_exceptions=True)
