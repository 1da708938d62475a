"""Pages for people: the start page, the contracts' references, and the way to the page of an MCP server.

Owns: which path is which page, methods, the start page. What looks like a page and is none is an unknown endpoint,
which the edge answers. Must not know: endpoints. Look next: `html.py` (the shell), `consent.py` (allowing a server).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shlex import quote as shell_quote

from starlette.requests import Request
from starlette.responses import Response

from mock_gateway.core.errors import Refusal
from mock_gateway.gateway import Gateway
from mock_gateway.http import consent
from mock_gateway.http.edge import Edge, Scope
from mock_gateway.http.html import guarded, page, text
from mock_gateway.http.routes import decoded
from mock_gateway.http.streams import Receive, Send
from mock_gateway.wire.request import read_query

PACKAGE = Path(__file__).resolve().parent.parent
FORM_LIMIT = 1024
"""Bytes of a form."""
MARK = b"__auth"


class Pages:
    """The ASGI application for what is no endpoint of a contract."""

    def __init__(self, gateway: Gateway, edge: Edge) -> None:
        self._gateway = gateway
        self._edge = edge
        self._fixed: dict[bytes, Callable[[Request], Response]] = {
            b"/": self._start,
            b"/docs": partial(_reference, "reference.html"),
            b"/docs/v1": partial(_reference, "reference.v1.html"),
            b"/openapi.yaml": partial(_document, "openapi.yaml"),
            b"/openapi.v1.yaml": partial(_document, "openapi.v1.yaml"),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["raw_path"]
        if path in self._fixed:
            response = _answer(Request(scope), self._fixed[path], ("GET", "HEAD"))
            await self._reply(scope, receive, send, response)
        elif path.split(b"/")[-3:-2] == [MARK]:
            await self._consent(scope, receive, send)
        else:
            await self._edge(scope, receive, send)

    def _start(self, request: Request) -> Response:
        return page("mock-gateway", _start_body(self._gateway, _base_url(request)))

    async def _consent(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        sent = await _read_form(request) if request.method == "POST" else b""
        response = _answer(request, lambda request: self._consent_page(request, sent), ("GET", "HEAD", "POST"))
        await self._reply(scope, receive, send, response, sent)

    async def _reply(self, scope: Scope, receive: Receive, send: Send, response: Response, sent: bytes = b"") -> None:
        """Answer, and note it. sent: the form. A page's body and its way back have the page's own key in them."""
        journal = self._gateway.journal
        exchange = journal.begin(scope["method"], scope["raw_path"], scope["query_string"], scope["headers"])
        exchange.world, exchange.operation = self._gateway.nearest_world(exchange.path), "page"
        exchange.take(sent)
        shown = [pair for pair in response.raw_headers if pair[0] in (b"content-type", b"content-length", b"allow")]
        exchange.give(response.status_code, b"", b"", shown)
        try:
            await response(scope, receive, send)
        finally:
            journal.close(exchange)

    def _consent_page(self, request: Request, sent: bytes) -> Response:
        scope = request.scope
        try:
            *before, _, session_id, server = scope["raw_path"].split(b"/")
            base, session_id, server = decoded(b"/".join(before)), decoded(session_id), decoded(server)
            key = read_query(scope["query_string"]).get("key", "")
        except Refusal:
            base, session_id, server, key = "", "", "", ""
        if request.method != "POST":
            return consent.show(self._gateway, base, session_id, server, key)
        # Only the query: whatever stands in the path, the way back leads to this page.
        here = "?" + scope["query_string"].decode()
        return consent.choose(self._gateway, base, session_id, server, key, sent=sent, here=here)


def _answer(request: Request, make: Callable[[Request], Response], methods: tuple[str, ...]) -> Response:
    allow = {"allow": ", ".join((*methods, "OPTIONS"))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=allow)
    if request.method not in methods:
        return page("Not allowed", f"<h1>{text(request.method)} is not allowed here</h1>", 405, headers=allow)
    response = make(request)
    if request.method == "HEAD":
        response.body = b""  # the length in its headers stays that of the page
    return response


async def _read_form(request: Request) -> bytes:
    """The form; one that is too large is none."""
    form = b""
    async for part in request.stream():
        form = (form + part)[: FORM_LIMIT + 1]
    return form if len(form) <= FORM_LIMIT else b""


def _base_url(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '127.0.0.1')}"


def _start_body(gateway: Gateway, base: str) -> str:
    agents = sorted(gateway.world("").all_agents(gateway.agents).values(), key=lambda agent: agent.name)
    rows = "".join(
        f"<div><dt><code>{text(agent.name)}</code></dt><dd>{text(agent.description)}</dd></div>" for agent in agents
    )
    listed = f'<dl class="agents">{rows}</dl>' if agents else "<p>No scenario is loaded.</p>"
    keys = gateway.settings.keys
    key = "Only the keys that the server was told are let in." if keys.only_known else "Any key will do."
    return (
        "<h1>mock-gateway</h1>"
        '<p class="faint">A scriptable local stand-in for an agent-harness gateway.</p>'
        f"<h2>Base URL</h2><pre>{text(base)}</pre>"
        f"<p>{key} With a path behind it, as <code>{text(base)}/my-test</code>, it is a world of its own.</p>"
        f"<h2>Try it</h2><pre>{text(_example(base, agents[0].name if agents else 'my-agent'))}</pre>"
        '<ul class="links">'
        '<li><a href="/docs">The documented contract</a> (<a href="/openapi.yaml">openapi.yaml</a>)</li>'
        '<li><a href="/docs/v1">The published contract</a> (<a href="/openapi.v1.yaml">openapi.v1.yaml</a>)</li>'
        '<li><a href="/__admin/health">Health</a></li></ul>'
        f"<h2>Agents ({len(agents)})</h2>{listed}"
    )


def _example(base: str, agent: str) -> str:
    """Two lines for a shell: a session, and a turn in it."""
    key = "-H 'Authorization: Bearer any-key'"
    session = shell_quote(json.dumps({"agent_name": agent}))
    turn = shell_quote(json.dumps({"input": [{"type": "user.message", "content": "Hello!"}]}))
    url = shell_quote(f"{base}/sessions")
    return (
        f"S=$(curl -s {url} {key} \\\n    -d {session} | grep -o 'sess-[^\"]*')\n"
        f"curl -sN {url}/$S/turns {key} \\\n    -d {turn}"
    )


def _reference(name: str, _request: Request) -> Response:
    content = (PACKAGE / "openapi" / name).read_bytes()
    return Response(content, headers=guarded(content.decode()), media_type="text/html")


def _document(name: str, _request: Request) -> Response:
    for path in (PACKAGE / name, PACKAGE.parent / name):
        if path.is_file():
            # A viewer of OpenAPI documents on another port may read it.
            shared = {"access-control-allow-origin": "*", "x-content-type-options": "nosniff"}
            return Response(path.read_bytes(), headers=shared, media_type="application/yaml")
    return page("Not installed", f"<h1>{name} is not installed</h1>", 404)
