"""A gateway that is served in this program: from scenarios to a thread that answers, and back to nothing.

Owns: the order of its beginning and its end. Must not know: what a test does with it (`world.py`), pytest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.http.server import bind
from mock_gateway.runtime import LoopRuntime
from mock_gateway.settings import Settings
from mock_gateway.testing.sources import Sources, read_agents
from mock_gateway.testing.thread import GatewayEnded, ServerThread

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Served:
    """A gateway with its thread; neither is there before `start`.

    scenarios, params: as in `read_agents`. port: None is no socket at all.
    """

    def __init__(
        self,
        scenarios: Sources,
        settings: Settings,
        *,
        params: Mapping[str, object] | None,
        host: str,
        port: int | None,
    ) -> None:
        self._scenarios = scenarios
        self.settings = settings
        self._params = params
        self._host = host
        self._port = port
        self._url = ""
        self._gateway: Gateway | None = None
        self._thread: ServerThread | None = None

    def start(self) -> None:
        """Load the scenarios and serve. Raises `ScenarioErrors`, `OSError` for an address that cannot be had."""
        if self._thread is not None:
            raise GatewayEnded("a MockGateway is used once; make another one")
        agents = read_agents(self._scenarios, self.settings, self._params)
        gateway = Gateway(agents, self.settings, runtime=LoopRuntime())
        sock = None if self._port is None else bind(self._host, self._port)
        self._url = _url(self._host, None if sock is None else sock.getsockname()[1])
        gateway.base_url = self._url
        try:
            self._thread = ServerThread(App(gateway), sock)
        except BaseException:
            if sock is not None:
                sock.close()
            raise
        self._gateway = gateway

    def stop(self) -> None:
        """End everything. Called again it does nothing."""
        if self._thread is not None:
            self._thread.stop()

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end. Raises `GatewayEnded` before there is one."""
        self.thread  # noqa: B018  # there is no URL before there is a thread
        return self._url

    @property
    def thread(self) -> ServerThread:
        """Where it runs. Raises `GatewayEnded` before it does."""
        if self._thread is None:
            raise GatewayEnded("this gateway has not been started; it is by `with MockGateway() as gateway:`")
        return self._thread

    @property
    def gateway(self) -> Gateway:
        """What answers; to be touched on its loop alone."""
        assert self.thread is not None and self._gateway is not None
        return self._gateway

    def call(self, do: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
        """Do something on the gateway's loop. Raises what it raises."""
        return self.thread.call(do, *args, **kwargs)


def _url(host: str, port: int | None) -> str:
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    name = f"[{reached}]" if ":" in reached else reached
    return f"http://{name}" if port is None else f"http://{name}:{port}"
