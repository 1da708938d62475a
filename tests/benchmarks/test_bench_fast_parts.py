"""The server runs on its fast parts: without them it would be three to eight times slower, and nothing would say so."""

from __future__ import annotations

from asyncio import get_running_loop
from http.client import HTTPConnection
from threading import Event, Thread

import httptools
import uvloop

from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.http.server import Server, bind
from mock_gateway.runtime import LoopRuntime
from mock_gateway.settings import Settings

PATIENCE = 20.0


class Probe(App):
    """The application, which notes what it runs on."""

    def __init__(self) -> None:
        super().__init__(Gateway({}, Settings(), runtime=LoopRuntime()))
        self.runs_on: list[object] = []

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            self.runs_on = [get_running_loop(), scope["extensions"]["mock_gateway.connection"].parser]
        await super().__call__(scope, receive, send)


def test_the_served_application_runs_on_uvloop_and_httptools():
    probe, ready = Probe(), Event()
    with bind("127.0.0.1", 0) as sock:
        server = Server(probe, [sock], ready.set)
        thread = Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        assert ready.wait(PATIENCE)
        connection = HTTPConnection("127.0.0.1", sock.getsockname()[1], timeout=PATIENCE)
        connection.request("GET", "/__admin/health")
        status = connection.getresponse().status
        connection.close()
        server.should_exit = True
        thread.join(PATIENCE)

    assert status == 200
    loop, parser = probe.runs_on
    assert isinstance(loop, uvloop.Loop)
    assert isinstance(parser, httptools.HttpRequestParser)
