"""The ASGI application: contract endpoints, health, pages.

Owns: what goes where, and whether there is an admin API. The contract endpoints take the short way; pages and the admin
API are loaded when the first of their paths is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_gateway.core.errors import Refusal
from mock_gateway.gateway import Gateway
from mock_gateway.http.edge import Edge, Scope
from mock_gateway.http.hosts import control_place, is_foreign
from mock_gateway.http.routes import build, decoded
from mock_gateway.http.streams import Receive, Send, Streams
from mock_gateway.wire.dialect import Dialect
from mock_gateway.wire.dialects import all_dialects

PAGES = (b"/", b"/docs", b"/docs/v1", b"/openapi.yaml", b"/openapi.v1.yaml")


class App:
    """One server. ready: scenarios are loaded; until then health is 503."""

    dates = True

    def __init__(self, gateway: Gateway, dialects: Sequence[Dialect] | None = None) -> None:
        served: Sequence[Dialect] = dialects or all_dialects(gateway.settings)
        self.gateway = gateway
        self.faults = gateway.faults
        self.streams = Streams(gateway.settings.heartbeat)
        self.edge = Edge(gateway, build(served), self.streams, served[0])
        self.ready = True
        self._pages: Any = None
        self._admin: Any = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] == "http":
            path = scope["raw_path"]
            if b"/__" in path or path in PAGES:
                await self._beside(scope, receive, send)
            else:
                await self.edge(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    def unreadable(self, status: int, message: str) -> None:
        """Note bytes that were no request."""
        exchange = self.gateway.journal.begin("-", b"-", b"", ())
        exchange.status, exchange.message, exchange.world = status, message, ""
        self.gateway.journal.close(exchange)

    async def _beside(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is no endpoint of a contract."""
        place = control_place(scope["raw_path"])
        if place is not None:
            await self._control(scope, receive, send, *place)
            return
        if self._pages is None:
            from mock_gateway.http.pages import Pages

            self._pages = Pages(self.gateway, self.edge)
        await self._pages(scope, receive, send)

    async def _control(self, scope: Scope, receive: Receive, send: Send, base: bytes, rest: bytes) -> None:
        """What is below `/__admin`. Health needs no token and is never off: whoever starts a server waits for it."""
        if is_foreign(scope):
            message = "the control paths are reached by localhost, 127.0.0.1 or [::1], not by another name"
            await self._json(scope, send, 403, self.edge.fallback.error(403, message, "foreign_host"))
        elif rest == b"/health":
            await self._health(scope, send)
        elif not self.gateway.settings.admin:
            message = f"there is no endpoint {scope['path'][:200]}"
            await self._json(scope, send, 404, self.edge.fallback.error(404, message, "route_not_found"))
        else:
            await self._administer(scope, receive, send, base, rest)

    async def _administer(self, scope: Scope, receive: Receive, send: Send, base: bytes, rest: bytes) -> None:
        if self._admin is None:
            from mock_gateway.admin.app import AdminApp

            self._admin = AdminApp(self.gateway, self._state)
        try:
            prefix = decoded(base)
        except Refusal as refusal:
            await self._json(scope, send, 400, self.edge.fallback.error(400, refusal.message, "malformed"))
        else:
            await self._admin(scope, receive, send, prefix, rest)

    def _state(self) -> str:
        return "ending" if self.streams.closing else "ready" if self.ready else "loading"

    async def _health(self, scope: Scope, send: Send) -> None:
        allow = (b"allow", b"GET, HEAD, OPTIONS")
        if scope["method"] == "OPTIONS":
            await self._json(scope, send, 204, b"", allow)
        elif scope["method"] not in ("GET", "HEAD"):
            message = f"{scope['method']} is not allowed here; allowed: {allow[1].decode()}"
            await self._json(scope, send, 405, self.edge.fallback.error(405, message, "method_not_allowed"), allow)
        elif self.ready:
            await self._json(scope, send, 200, b'{"status":"ok"}')
        else:
            await self._json(scope, send, 503, b'{"status":"loading"}')

    async def _json(self, scope: Scope, send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
        described = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        start = [*headers, *(described if status != 204 else [])]
        await send({"type": "http.response.start", "status": status, "headers": start})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                self.streams.close()
                await send({"type": "lifespan.shutdown.complete"})
                return
