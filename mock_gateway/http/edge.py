"""The edge: one path for every operation of every dialect.

Owns: route, method, key, body, the order of the checks, CORS, and the journal's line for the request.
    404 route -> 405 method -> 401/403 key -> 413 body -> 400 parse -> gateway -> answer or stream
Must not know: any field of any dialect. The status is decided before the first byte of a stream.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress
from math import ceil
from typing import Any
from urllib.parse import quote, unquote

from mock_gateway.core.errors import Refusal
from mock_gateway.core.state import Session, Turn
from mock_gateway.gateway import Answer, Caller, Gateway, Page
from mock_gateway.http.keys import Denied, subject_of
from mock_gateway.http.routes import Endpoint, Match, Node, find
from mock_gateway.http.streams import Connection, Injected, Receive, Send, Streams
from mock_gateway.journal import Exchange
from mock_gateway.wire.asks import Ask, FollowTurn, ListEvents, ListSessions, ListTurns, StartTurn
from mock_gateway.wire.dialect import Dialect
from mock_gateway.wire.projection import view_of
from mock_gateway.wire.request import Request, malformed, read_query

Scope = dict[str, Any]
Headers = list[tuple[bytes, bytes]]

logger = logging.getLogger("mock_gateway")

STREAM_HEADERS: Headers = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
CHALLENGE = (b"www-authenticate", b"Bearer")
"""What every 401 says, a scripted one too (RFC 9110)."""
LINGER_BYTES = 256 * 1024 * 1024
LINGER_SECONDS = 1.0
"""What is still read of a body that is too large, and for how long."""
EXPOSED = (b"access-control-expose-headers", b"retry-after, date, allow, www-authenticate")


class TooLarge(Exception):
    """The body is over the limit."""


class ClientGone(Exception):
    """The client hung up before its request was complete."""


class Call:
    """One request on its way.

    exchange: what the journal remembers of it. base: of its path, when it is an endpoint's. unread: the client may
    still be sending its body when the answer goes out. singly: faults want each frame of a stream by itself.
    """

    __slots__ = ("base", "dialect", "exchange", "headers", "receive", "scope", "send", "singly", "unread")

    def __init__(self, scope: Scope, receive: Receive, send: Send, dialect: Dialect, exchange: Exchange) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.dialect = dialect
        self.exchange = exchange
        self.base: bytes | None = None
        self.headers: dict[bytes, bytes] = dict(reversed(scope["headers"]))  # the first of equal names counts
        self.unread = False
        self.singly = False


class Edge:
    """The ASGI application for all contract endpoints. fallback: whose error bodies answer when no dialect is known."""

    def __init__(self, gateway: Gateway, root: Node, streams: Streams, fallback: Dialect) -> None:
        self.gateway = gateway
        self.root = root
        self.streams = streams
        self.fallback = fallback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        journal = self.gateway.journal
        exchange = journal.begin(scope["method"], scope["raw_path"], scope["query_string"], scope["headers"])
        call = Call(scope, receive, send, self.fallback, exchange)
        try:
            try:
                stream = await self._answer(call)
                # A stream can be open for long: while it is, nothing of its beginning is held but the call.
                if stream is not None:
                    await stream
            except Refusal as refusal:
                await self._refuse(call, refusal)
            except TooLarge:
                limit = self.gateway.settings.body_limit
                await self._fail(call, 413, f"the body is larger than {limit} bytes", "body_too_large")
        except (ClientGone, Injected):
            return
        finally:
            if exchange.world is None:
                exchange.world = self._world_of(call)
            journal.close(exchange)

    def _world_of(self, call: Call) -> str:
        """The world of a request that did not get to one."""
        if call.base is not None:
            return unquote(call.base.decode("latin-1"), errors="replace").rstrip("/")
        return self.gateway.nearest_world(call.exchange.path)

    async def _answer(self, call: Call) -> Awaitable[None] | None:
        """Answer with a status, and all of the body unless that is a stream; then the stream is what it gives."""
        method = call.scope["method"]
        match = find(self.root, call.scope["raw_path"])
        endpoint = None if match is None else _endpoint(match.node, method)
        if match is not None:
            call.base = match.base
        if endpoint is not None:
            exchange, operation = call.exchange, endpoint.operation
            call.dialect = endpoint.dialect
            exchange.dialect = endpoint.dialect.name
            exchange.operation, exchange.template = operation.name, operation.path
            if self.gateway.journal.starters:
                exchange.world = self._world_of(call)
                for tell in self.gateway.journal.starters:
                    tell(exchange)
        _check_head(call)
        if match is None and _is_preflight(call):
            # Refused, it would hide from a page what the endpoint would have said.
            await self._options(call, b"OPTIONS")
        elif match is None:
            await self._fail(call, 404, f"there is no endpoint {call.scope['path'][:200]}", "route_not_found")
        elif method == "OPTIONS":
            await self._options(call, match.node.allow)
        elif endpoint is None:
            allow = match.node.allow
            message = f"{method} is not allowed here; allowed: {allow.decode()}"
            await self._fail(call, 405, message, "method_not_allowed", [(b"allow", allow)])
        else:
            return await self._operate(call, match, endpoint)
        return None

    async def _operate(self, call: Call, match: Match, endpoint: Endpoint) -> Awaitable[None] | None:
        gateway = self.gateway
        subject = subject_of(call.headers.get(b"authorization"), gateway.settings)
        if isinstance(subject, Denied):
            challenge = [CHALLENGE] if subject.status == 401 else None
            await self._fail(call, subject.status, subject.message, subject.code, challenge)
            return None
        exchange = call.exchange
        exchange.subject = subject
        ask = self._parse(call, match, endpoint, await self._read_body(call))
        ask.operation = endpoint.operation.name
        exchange.world = prefix = match.prefix()
        world, caller = gateway.world(prefix), Caller(subject, origin_of(call, prefix))
        if gateway.faults.is_set:
            from mock_gateway.http.faulted import perform

            answer = await perform(gateway, call, world, ask, caller)
        else:
            answer = gateway.perform(world, ask, caller)
        if isinstance(answer, Turn):
            exchange.session, exchange.turn = answer.session.id, answer.id
        elif isinstance(answer, Session):
            exchange.session = answer.id
        if isinstance(ask, FollowTurn) or (isinstance(ask, StartTurn) and ask.stream):
            assert isinstance(answer, Turn)
            return await self._stream(call, answer, ask.after if isinstance(ask, FollowTurn) else 0)
        if isinstance(answer, bytes):
            await self._send(call, endpoint.operation.success, answer, kind=b"application/octet-stream")
        else:
            await self._send(call, endpoint.operation.success, self._render(call.dialect, ask, answer))
        return None

    def _parse(self, call: Call, match: Match, endpoint: Endpoint, body: bytes) -> Ask:
        last_event_id = call.headers.get(b"last-event-id")
        request = Request(
            match.params(),
            read_query(call.scope["query_string"]),
            body,
            None if last_event_id is None else last_event_id.decode("latin-1"),
        )
        try:
            return self._strictly(request, endpoint.parse(request))
        finally:
            if request.notes:
                call.exchange.notes = request.notes

    def _strictly(self, request: Request, ask: Ask) -> Ask:
        if request.notes and self.gateway.settings.strict:
            raise malformed("; ".join(request.notes) + " (strict)")
        return ask

    def _render(self, dialect: Dialect, ask: Ask, answer: Answer) -> bytes:
        if answer is None:
            return b"{}"
        show = dialect.shows.get(type(ask))
        if show is not None:
            return show(ask, answer)
        if isinstance(answer, Page):
            if isinstance(ask, ListSessions):
                return dialect.sessions(ask, answer.items, more=answer.more)  # type: ignore[arg-type]
            assert isinstance(ask, ListTurns)
            return dialect.turns(ask, answer.items, more=answer.more)  # type: ignore[arg-type]
        if isinstance(answer, Turn):
            return dialect.events(ask, answer) if isinstance(ask, ListEvents) else dialect.turn(answer)
        assert isinstance(answer, Session)
        return dialect.session(answer)

    async def _read_body(self, call: Call) -> bytes:
        limit = self.gateway.settings.body_limit
        length = call.headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > limit:
            call.unread = True
            raise TooLarge
        if call.scope["method"] not in ("POST", "PUT", "PATCH"):
            return b""
        parts: list[bytes] = []
        size = 0
        while True:
            message = await call.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            call.unread = bool(message.get("more_body"))
            if size > limit:
                raise TooLarge
            if not call.unread:
                body = parts[0] if len(parts) == 1 else b"".join(parts)
                call.exchange.take(body)
                return body

    # -- answers ---------------------------------------------------------------------------------------------------

    async def _stream(self, call: Call, turn: Turn, cursor: int) -> Awaitable[None] | None:
        headers = STREAM_HEADERS + cors(call) if b"origin" in call.headers else STREAM_HEADERS
        call.exchange.give(200, b"", b"", headers)
        connection = _keep_head(call)
        await call.send({"type": "http.response.start", "status": 200, "headers": headers})
        if call.scope["method"] == "HEAD":
            await call.send({"type": "http.response.body", "body": b""})
            return None
        view = view_of(turn, call.dialect)
        sent = self.gateway.journal.open(call.exchange, view, cursor)
        return self.streams.follow(view, cursor, call.receive, call.send, connection, sent, singly=call.singly)

    async def _send(
        self, call: Call, status: int, body: bytes, extra: Headers | None = None, kind: bytes = b"application/json"
    ) -> None:
        if b"origin" in call.headers:
            extra = [*(extra or ()), *cors(call)]
        call.exchange.give(status, kind, body, extra)
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
        if extra:
            headers += extra
        _keep_head(call)
        await call.send({"type": "http.response.start", "status": status, "headers": headers})
        if call.scope["method"] == "HEAD":
            body = b""
        if call.unread:
            await call.send({"type": "http.response.body", "body": body, "more_body": True})
            await self._linger(call)
            body = b""
        await call.send({"type": "http.response.body", "body": body})

    async def _linger(self, call: Call) -> None:
        """Let a client that writes all before it reads get its answer: a line closed under it would be reset."""
        left = LINGER_BYTES
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while left > 0:
                    message = await call.receive()
                    left -= len(message.get("body", b""))
                    if not message.get("more_body"):
                        return

    async def _refuse(self, call: Call, refusal: Refusal) -> None:
        status, body = call.dialect.refusal(refusal, call.exchange.operation)
        call.exchange.message = refusal.message
        extra: Headers = []
        if refusal.retry_after is not None:
            extra.append((b"retry-after", b"%d" % ceil(refusal.retry_after)))
        if status == 401:
            extra.append(CHALLENGE)
        await self._send(call, status, body, extra)

    async def _fail(self, call: Call, status: int, message: str, code: str, extra: Headers | None = None) -> None:
        call.exchange.message = message
        if status == 413:
            extra = [*(extra or []), (b"connection", b"close")]
        await self._send(call, status, call.dialect.error(status, message, code), extra)

    async def _options(self, call: Call, allow: bytes) -> None:
        """What is allowed here; for a browser's preflight, which carries no key, also what its page may send."""
        headers: Headers = [(b"allow", allow)]
        if b"origin" in call.headers:
            wanted = call.headers.get(b"access-control-request-headers", b"authorization, content-type, last-event-id")
            headers += [
                *cors(call),
                (b"access-control-allow-methods", call.headers.get(b"access-control-request-method", allow)),
                (b"access-control-allow-headers", wanted),
                (b"access-control-max-age", b"600"),
            ]
            if b"access-control-request-private-network" in call.headers:
                headers.append((b"access-control-allow-private-network", b"true"))
        call.exchange.give(204, b"", b"", headers)
        await call.send({"type": "http.response.start", "status": 204, "headers": headers})
        await call.send({"type": "http.response.body", "body": b""})


def _endpoint(node: Node, method: str) -> Endpoint | None:
    return node.methods.get("GET" if method == "HEAD" else method)


def _check_head(call: Call) -> None:
    """Refuse what RFC 9110 and 9112 have a server refuse and its parser lets pass. Raises `Refusal`."""
    headers, given = call.headers, call.scope["headers"]
    if b"host" not in headers and call.scope["http_version"] == "1.1":
        raise malformed("there is no Host header, which HTTP/1.1 asks for")
    coding = headers.get(b"transfer-encoding", b"chunked")
    if coding.strip().lower() != b"chunked":
        raise malformed(f"Transfer-Encoding is {coding.decode('latin-1')[:40]!r}; only chunked is understood")
    if len(headers) == len(given):
        return
    for name in (b"host", b"authorization"):
        if len({value for key, value in given if key == name}) > 1:
            raise malformed(f"there are several {name.decode()} headers that differ")


def _keep_head(call: Call) -> Connection | None:
    """Let the head go out with the first bytes of the body, where there will be some, and the server has the seam."""
    extensions = call.scope.get("extensions")
    connection: Connection | None = extensions.get("mock_gateway.connection") if extensions else None
    if connection is not None and call.scope["method"] != "HEAD":
        connection.keep_next()
    return connection


def _is_preflight(call: Call) -> bool:
    return call.scope["method"] == "OPTIONS" and b"access-control-request-method" in call.headers


def cors(call: Call) -> Headers:
    """A page on another port may read the answer; keys travel in a header, never in a cookie."""
    if b"origin" not in call.headers:
        return []
    return [(b"access-control-allow-origin", b"*"), EXPOSED]


def origin_of(call: Call, prefix: str) -> str:
    """The base URL that the client used."""
    host = call.headers.get(b"host")
    if host is None:
        server = call.scope.get("server") or ("127.0.0.1", None)
        host = (server[0] if server[1] is None else f"{server[0]}:{server[1]}").encode()
    return f"{call.scope['scheme']}://{host.decode('latin-1')}{quote(prefix) if prefix else ''}"
