"""Pages for people: the start page, the contract's reference, and the page on which a person allows an MCP server.

Owns: HTML, and nothing else. Everything shown is escaped; the pages need no network.
"""

from __future__ import annotations

from functools import partial
from html import escape
from pathlib import Path
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, Router

from mock_gateway.core.errors import Refusal
from mock_gateway.gateway import Gateway
from mock_gateway.http.edge import Edge

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 42rem; margin: 3rem auto; padding: 0 1rem }
code, pre { font: 14px/1.5 ui-monospace, monospace } pre { overflow: auto; padding: 1rem; border: 1px solid #8884 }
button { font: inherit; padding: .5rem 1.25rem; margin-right: .75rem; cursor: pointer }
li { margin: .3rem 0 } small { opacity: .7 }
"""

PACKAGE = Path(__file__).resolve().parent.parent


def build_pages(gateway: Gateway, edge: Edge) -> Router:
    """The routes of all pages; what is no page is an unknown endpoint."""
    auth = "/__auth/{session_id}/{server}"
    return Router(
        [
            Route("/", partial(_start, gateway)),
            Route("/docs", _reference),
            Route("/openapi.yaml", _openapi),
            Route(auth, partial(_authorise, gateway), methods=["GET", "POST"]),
            Route("/{prefix:path}" + auth, partial(_authorise, gateway), methods=["GET", "POST"]),
        ],
        default=edge,  # type: ignore[arg-type]
        redirect_slashes=False,
    )


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    html = f"<!doctype html><html lang=en><head>{head}<style>{STYLE}</style></head><body>{body}</body></html>"
    headers = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"}
    return HTMLResponse(html, status, headers=headers)


async def _start(gateway: Gateway, request: Request) -> Response:
    base = str(request.base_url).rstrip("/")
    agents = "".join(
        f"<li><code>{escape(agent.name)}</code> <small>{escape(agent.description)}</small></li>"
        for agent in sorted(gateway.agents.values(), key=lambda agent: agent.name)
    )
    return _page(
        "mock-gateway",
        f"<h1>mock-gateway</h1><p>Serving at <code>{escape(base)}</code>. "
        f'<a href="/docs">The contract</a> · <a href="/openapi.yaml">openapi.yaml</a></p>'
        f"<h2>Agents</h2><ul>{agents}</ul>",
    )


async def _reference(_request: Request) -> Response:
    return Response((PACKAGE / "openapi" / "reference.html").read_bytes(), media_type="text/html")


async def _openapi(_request: Request) -> Response:
    for path in (PACKAGE / "openapi.yaml", PACKAGE.parent / "openapi.yaml"):
        if path.is_file():
            return Response(path.read_bytes(), media_type="application/yaml")
    return _page("not found", "<h1>openapi.yaml is not installed</h1>", 404)


async def _authorise(gateway: Gateway, request: Request) -> Response:
    prefix = request.path_params.get("prefix", "")
    session_id, server = (unquote(request.path_params[name]) for name in ("session_id", "server"))
    world = gateway.world("/" + prefix if prefix else "")
    choice = (await request.body()).decode("latin-1") if request.method == "POST" else ""
    allow = {"choice=allow": True, "choice=refuse": False}.get(choice)
    try:
        session = gateway.authorise(world, session_id, server, request.query_params.get("key", ""), allow=allow)
    except Refusal as refusal:
        return _page("not found", f"<h1>Not found</h1><p>{escape(refusal.message)}</p>", 404)
    name, agent = escape(server), escape(session.agent.name)
    if allow is not None:
        word = "allowed" if allow else "refused"
        return _page(f"{server} {word}", f"<h1>{name} is {word}</h1><p>You can close this page and go on.</p>")
    return _page(
        f"Authorise {server}",
        f"<h1>Authorise {name}</h1><p>Agent <b>{agent}</b> wants to use the MCP server <b>{name}</b> in session "
        f"<code>{escape(session.id)}</code>.</p><form method=post>"
        "<button name=choice value=allow>Allow</button><button name=choice value=refuse>Refuse</button></form>",
    )
