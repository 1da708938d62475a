"""`MockGateway`: a gateway for the length of a `with` block.

Owns: its arguments and its life. What can be done with it is in `world.py`; how it is served in `served.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from msgspec.structs import replace

from mock_gateway.settings import Settings
from mock_gateway.testing.checks import Odd, Strictness, oddities_of_all
from mock_gateway.testing.served import Served
from mock_gateway.testing.sources import Sources
from mock_gateway.testing.world import GatewayWorld


class MockGateway(GatewayWorld):
    """A gateway in this program, on a thread of its own; `with` or `async with` starts and ends it.

    It answers whoever has its `url`, in any thread, loop or program, and its own methods can be called from any thread.
    `async with` blocks the loop while it starts, as long as loading takes.

    scenarios: files, folders, texts; None is `./scenarios` if there is one, else the gallery.
    speed: session seconds per second; 0 is at once, on virtual time. seed: of everything that is drawn.
    strict: refuse unknown fields (NET-5), and raise `Odd` at the end when something was odd in any of its
    worlds (see `checks.py`).
    host, port: where it listens; port 0 is one that is free, None is no socket: then only `client`, `async_client` and
    `transport` reach it. params: parameters of the scenarios. settings: all others, as `Settings`' fields.
    Raises `ValueError` for a speed below 0; when it is started, `ScenarioErrors`, and `OSError` for an address that
    cannot be had.
    """

    def __init__(
        self,
        scenarios: Sources = None,
        *,
        speed: float = 0.0,
        seed: int = 0,
        strict: bool = False,
        host: str = "127.0.0.1",
        port: int | None = 0,
        params: Mapping[str, object] | None = None,
        **settings: Any,
    ) -> None:
        if not speed >= 0:
            raise ValueError(f"speed is {speed!r}; 0 (at once, on virtual time) or more was expected")
        chosen = replace(Settings(), speed=speed, seed=seed, strict=strict, **settings)
        super().__init__(Served(scenarios, chosen, params=params, host=host, port=port), "")

    def start(self) -> MockGateway:
        """Start it; for those who have no `with`. Gives itself."""
        self._served.start()
        return self

    def stop(self) -> None:
        """End it. Called again it does nothing."""
        self._served.stop()

    def __enter__(self) -> MockGateway:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if error is None and self._served.settings.strict:
                found, transcripts = self._served.call(oddities_of_all, self._served.gateway, Strictness())
                if found:
                    raise Odd(found, transcripts)
        finally:
            self.stop()

    async def __aenter__(self) -> MockGateway:
        return self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)
