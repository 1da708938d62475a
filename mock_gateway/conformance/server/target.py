"""The gateway that is under test.

Owns: its address, how patient to be with it, and what checks found out about it. Must not know: who started it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit
from uuid import uuid4

from mock_gateway.conformance.server.beta.worlds import Conversation, World
from mock_gateway.conformance.server.client import KEY, Answer, Speaker
from mock_gateway.conformance.server.hooks import Hooks
from mock_gateway.conformance.server.http11 import Pool

_NUMBERS = count(1)


@dataclass(slots=True)
class Target:
    """A gateway.

    url: base URL. patience: seconds for any answer and any gap that the scenarios do not explain.
    heartbeat: seconds of silence after which it sends a comment (STR-4). notes: which readings were found, by rule id.
    key: that is let in. hooks: what stands in for the agents of the checks; None when those are there.
    """

    url: str
    pool: Pool
    patience: float = 10.0
    heartbeat: float = 15.0
    notes: dict[str, str] = field(default_factory=dict)
    key: str = KEY
    hooks: Hooks | None = None

    def speaker(self, prefix: str | None = None) -> Speaker:
        """Somebody in a world of their own; prefix: with its slash in front, None makes a new one, if there are any."""
        if prefix is None:
            has_worlds = self.hooks is None or self.hooks.worlds
            prefix = f"/contract-{uuid4().hex[:12]}-{next(_NUMBERS)}" if has_worlds else ""
        voice = None if self.hooks is None else self.hooks.voice()
        return Speaker(self.pool, urlsplit(self.url).path + prefix, patience=self.patience, key=self.key, voice=voice)

    async def fetch(self, url: str) -> Answer:
        """What a person's browser would get at an address, on this gateway or elsewhere. No key is sent."""
        parts = urlsplit(url)
        pool = Pool.of(url)
        try:
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            return await Speaker(pool, "", patience=self.patience, key=None).send("GET", path or "/")
        finally:
            pool.close()

    def world(self, prefix: str | None = None) -> World:
        """A world; None makes a new one."""
        return World(self.speaker(prefix))

    async def session(self, agent: str = "contract-talk") -> Conversation:
        """A new session in a world of its own."""
        return await self.world().session(agent)


@asynccontextmanager
async def opened(
    url: str, *, patience: float = 10.0, heartbeat: float = 15.0, key: str = KEY, hooks: Hooks | None = None
) -> AsyncIterator[Target]:
    """A target with connections, for the length of a block."""
    pool = Pool.of(url)
    try:
        yield Target(url.rstrip("/"), pool, patience, heartbeat, key=key, hooks=hooks)
    finally:
        pool.close()
