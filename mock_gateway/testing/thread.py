"""A server on a thread of its own, in the program that tests with it.

Owns: the thread, its event loop, how other threads have something done on it, and that nothing is left when it ends:
no socket, no task, no thread. A loop of its own cannot be blocked by a test that blocks, and serves a test that has no
loop at all. Must not know: what is served. Look next: `http/server.py`, whose server it runs.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

from mock_gateway.core.errors import MockGatewayError
from mock_gateway.http.app import App
from mock_gateway.http.server import Server

PATIENCE = 60.0
"""Seconds that the thread may take to begin, to end, and to do one thing; one that is well takes milliseconds."""
GRACE = 1.0
"""Seconds that open requests have to end by themselves."""

Given = ParamSpec("Given")
Result = TypeVar("Result")


class GatewayEnded(MockGatewayError):
    """Something was asked of a gateway that has ended, or was never started."""


class GatewayBusy(MockGatewayError):
    """The gateway's thread is kept by something else."""


class ServerThread:
    """A server on a thread. app: what it serves. sock: where it listens; None serves no socket.

    The socket is closed with it. Raises what starting the server raised.
    """

    def __init__(self, app: App, sock: socket.socket | None = None) -> None:
        self.app = app
        self._sockets = [] if sock is None else [sock]
        self._server = Server(app, self._sockets, lambda: None)
        self._begun: Future[asyncio.AbstractEventLoop] = Future()
        self._over = asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="mock-gateway", daemon=True)
        self._thread.start()
        self._loop = self._begun.result(PATIENCE)

    # -- from other threads ------------------------------------------------------------------------------------------

    def call(self, do: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
        """Do something on the loop, and wait for what it gives. Raises what it raises, `GatewayEnded`, `GatewayBusy`.

        On the loop itself it is done at once.
        """
        if threading.get_ident() == self._thread.ident:
            return do(*args, **kwargs)
        done: Future[Result] = Future()

        def run() -> None:
            try:
                done.set_result(do(*args, **kwargs))
            except BaseException as error:
                done.set_exception(error)

        self._soon(run)
        try:
            return done.result(PATIENCE)
        except TimeoutError:
            if done.done():
                raise
            raise GatewayBusy(
                f"the gateway has not done this in {PATIENCE:g} seconds; something keeps its thread"
            ) from None

    def spawn(
        self, make: Callable[[], Coroutine[Any, Any, None]], ended: Callable[[BaseException | None], None]
    ) -> None:
        """Run a coroutine on the loop; nobody waits for it but the end of the server. Raises `GatewayEnded`.

        ended: is told on the loop when it has ended, and what it raised, None for nothing or a cancellation.
        """

        def tell(task: asyncio.Task[None]) -> None:
            self._open.discard(task)
            ended(None if task.cancelled() else task.exception())

        def run() -> None:
            task = asyncio.get_running_loop().create_task(make())
            self._open.add(task)
            task.add_done_callback(tell)

        self._soon(run)

    def wake(self, do: Callable[[], None]) -> None:
        """Do something on the loop soon; nothing when the loop has ended."""
        with suppress(GatewayEnded):
            self._soon(do)

    def stop(self) -> None:
        """End everything, and wait for it. Called again it does nothing."""
        if self._thread.is_alive():
            self.wake(self._over.set)
            self._thread.join(PATIENCE)
        for sock in self._sockets:
            sock.close()

    @property
    def is_alive(self) -> bool:
        """Whether it still serves."""
        return self._thread.is_alive()

    @property
    def connections(self) -> int:
        """Open connections."""
        return len(self._server.server_state.connections)

    def _soon(self, do: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(do)
        except RuntimeError as error:
            raise GatewayEnded(
                "this gateway has ended; what is asked of it stands inside of its `with` block"
            ) from error

    # -- on the thread -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        config = self._server.config
        config.load()
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = self._server
        server.lifespan = server.config.lifespan_class(server.config)
        try:
            await server.startup(self._sockets)
        except BaseException as error:
            self._begun.set_exception(error)
            return
        ticking = asyncio.create_task(server.main_loop())
        self._begun.set_result(asyncio.get_running_loop())
        await self._over.wait()
        ticking.cancel()
        await self._end()

    async def _end(self) -> None:
        """What uvicorn's own shutdown does, without the tenths of a second that it sleeps."""
        state = self._server.server_state
        for listener in self._server.servers:
            listener.close()
        self.app.streams.close()
        await asyncio.sleep(0)
        for connection in list(state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)
        left = {*state.tasks, *self._open}
        if left:
            _, late = await asyncio.wait(left, timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
