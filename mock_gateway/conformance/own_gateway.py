"""A gateway of our own, with the agents that the checks of gateways talk to.

Owns: its life, for the length of a block. Must not know: checks (`server/` knows no gateway).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mock_gateway.conformance.server import SCENARIOS
from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.http.server import bind
from mock_gateway.runtime import LoopRuntime
from mock_gateway.scenario.library import Library
from mock_gateway.settings import Settings
from mock_gateway.testing.thread import ServerThread

HEARTBEAT = 0.3
"""Seconds of silence after which a stream has a comment: short, so that nobody waits for it."""


@contextmanager
def own_gateway() -> Iterator[str]:
    """Serve on a free port; gives the base URL."""
    sock = bind("127.0.0.1", 0)
    agents = dict(Library.load([SCENARIOS]).agents)
    gateway = Gateway(agents, Settings(heartbeat=HEARTBEAT), runtime=LoopRuntime())
    gateway.base_url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    server = ServerThread(App(gateway), sock)
    try:
        yield gateway.base_url
    finally:
        server.stop()
