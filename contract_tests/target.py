"""The gateway that is under test.

Owns: its address, how patient to be with it, and what checks found out about it. Must not know: who started it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from uuid import uuid4

import httpx

from contract_tests.client import KEY, Speaker
from contract_tests.worlds import Conversation, World

_NUMBERS = count(1)


@dataclass(slots=True)
class Target:
    """A gateway.

    url: base URL. patience: seconds for any answer and any gap that the scenarios do not explain.
    heartbeat: seconds of silence after which it sends a comment (STR-4). notes: which readings were found, by rule id.
    """

    url: str
    http: httpx.AsyncClient
    patience: float = 10.0
    heartbeat: float = 15.0
    notes: dict[str, str] = field(default_factory=dict)

    def speaker(self, prefix: str | None = None, key: str | None = KEY) -> Speaker:
        """Somebody in a world of their own; prefix: with its slash in front, None makes a new one."""
        if prefix is None:
            prefix = f"/contract-{uuid4().hex[:12]}-{next(_NUMBERS)}"
        return Speaker(self.http, self.url + prefix, patience=self.patience, key=key)

    def world(self, prefix: str | None = None) -> World:
        """A world; None makes a new one."""
        return World(self.speaker(prefix))

    async def session(self, agent: str = "contract-talk") -> Conversation:
        """A new session in a world of its own."""
        return await self.world().session(agent)


@asynccontextmanager
async def opened(url: str, *, patience: float = 10.0, heartbeat: float = 15.0) -> AsyncIterator[Target]:
    """A target with connections, for the length of a block."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=50)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as http:
        yield Target(url.rstrip("/"), http, patience, heartbeat)
