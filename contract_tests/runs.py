"""From tests, which are not asynchronous, to targets, which are.

Owns: `Address` and one event loop for each run. Must not know: pytest, checks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from mock_gateway.conformance.server.target import Target, opened

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a gateway is, and how patient to be with it; see `Target`."""

    url: str
    patience: float = 10.0
    heartbeat: float = 15.0

    def run(self, story: Callable[[Target], Awaitable[Result]]) -> Result:
        """Play a story against the gateway, on connections of its own."""

        async def play() -> Result:
            async with opened(self.url, patience=self.patience, heartbeat=self.heartbeat) as target:
                return await story(target)

        return asyncio.run(play())
