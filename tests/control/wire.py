"""A server and raw readers in the loop of the test, so that control and sockets share a thread."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from textwrap import dedent
from typing import Any

from mock_gateway.control import Control
from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.http.server import Server, bind
from mock_gateway.runtime import LoopRuntime
from mock_gateway.scenario import load_text
from mock_gateway.settings import Settings

PATIENCE = 20.0


class Wire:
    """A gateway that listens."""

    def __init__(self, gateway: Gateway, app: App, port: int) -> None:
        self.gateway = gateway
        self.app = app
        self.port = port
        self.control = Control(gateway)
        self.writers: list[asyncio.StreamWriter] = []

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request; the JSON of its answer."""
        reader = await self._send(method, path, body)
        _, _, content = (await asyncio.wait_for(reader.read(), PATIENCE)).partition(b"\r\n\r\n")
        return json.loads(content)

    async def follow(self, method: str, path: str, body: Any = None) -> Reader:
        """One request that is answered by a stream."""
        reader = await self._send(method, path, body)
        await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        return Reader(reader)

    async def close(self) -> None:
        """Hang up everywhere."""
        for writer in self.writers:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _send(self, method: str, path: str, body: Any) -> asyncio.StreamReader:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**24)
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer k\r\nConnection: close\r\n"
        writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        self.writers.append(writer)
        return reader


class Reader:
    """An open stream, chunk by chunk as it came."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._chunk: asyncio.Task[bytes] | None = None

    async def chunk(self) -> bytes:
        """The next chunk; empty at a clean end."""
        self._chunk = self._chunk or asyncio.ensure_future(self._read())
        try:
            return await asyncio.wait_for(asyncio.shield(self._chunk), PATIENCE)
        finally:
            self._chunk = None

    async def is_silent(self) -> bool:
        """Whether nothing comes, however often the loop gets round."""
        self._chunk = self._chunk or asyncio.ensure_future(self._read())
        for _ in range(50):
            await asyncio.sleep(0)
        return not self._chunk.done()

    async def rest(self) -> bytes:
        """Everything until the clean end."""
        parts = []
        while part := await self.chunk():
            parts.append(part)
        return b"".join(parts)

    async def _read(self) -> bytes:
        size = int(await self._reader.readline(), 16)
        body = await self._reader.readexactly(size)
        await self._reader.readexactly(2)
        return body


@asynccontextmanager
async def listening(text: str, **settings: Any) -> AsyncIterator[Wire]:
    """A server that plays a scenario."""
    agent = load_text(dedent(text), name="wire.yaml")
    gateway = Gateway({agent.name: agent}, Settings(**{"heartbeat": 3600.0, **settings}), runtime=LoopRuntime())
    app, sock, ready = App(gateway), bind("127.0.0.1", 0), asyncio.Event()
    server = Server(app, [sock], ready.set)
    serving = asyncio.ensure_future(server.serve(sockets=[sock]))
    try:
        await asyncio.wait_for(ready.wait(), PATIENCE)
        wire = Wire(gateway, app, sock.getsockname()[1])
        yield wire
        await wire.close()
    finally:
        server.should_exit = True
        await serving
        sock.close()
