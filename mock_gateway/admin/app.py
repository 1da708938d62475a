"""The ASGI application below `/__admin`: who is let in, what goes where, and the form of every answer.

Owns: routes and methods, the order of the checks, and turning whatever is raised into the one error shape.
    token 401, other site 403 -> path 404 -> method 405 -> body 413 -> query and body 400 -> the act
Must not know: what operations do (`acts.py`), the server's names (`http/hosts.py`), whether there is an admin API at
all (`http/app.py`). Nothing of it is in the journal, which is about the client that is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_gateway.admin.acts import ACTS
from mock_gateway.admin.answers import Answer, Desk
from mock_gateway.admin.asking import Asked, ClientGone, body_value, path_params, query_values, read_body
from mock_gateway.admin.errors import AdminError, nearest
from mock_gateway.admin.feed import Feed
from mock_gateway.admin.guard import check_site, check_token
from mock_gateway.admin.operation import JSON, ROOT, AdminOperation
from mock_gateway.admin.operations import OPERATIONS
from mock_gateway.admin.translation import admin_error
from mock_gateway.control import Control
from mock_gateway.core.errors import MockGatewayError
from mock_gateway.core.state import json_bytes
from mock_gateway.gateway import Gateway

KEPT = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""Headers of every answer: no cache keeps one, no browser guesses what it is."""


ASKS_ONLY = "verify"
"""The one operation with a body that changes nothing."""


class AdminApp:
    """The admin API of a server. state: `ready`, `loading` or `ending`."""

    def __init__(self, gateway: Gateway, state: Callable[[], str]) -> None:
        self.gateway = gateway
        self.feed = Feed(gateway)
        self._state = state
        self._router = Router(routes=self._routes(), redirect_slashes=False, default=_nowhere)

    def _routes(self) -> list[Route]:
        places: dict[str, dict[str, AdminOperation]] = {}
        for operation in OPERATIONS:
            places.setdefault(operation.path, {})[operation.method] = operation
        return [Route(path, self._place(methods)) for path, methods in places.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send, prefix: str, rest: bytes) -> None:
        """Answer one request. prefix: the world's. rest: the path behind `ROOT`, as it was sent."""
        # Matched as it was sent: an id may hold an encoded slash.
        inside = {**scope, "path": rest.decode("latin-1") or "/", "root_path": "", "mock_gateway.prefix": prefix}
        headers = dict(reversed(scope["headers"]))
        try:
            check_token(headers, self.gateway.settings.admin_token)
            check_site(headers, scope["scheme"], scope["method"])
            await self._router(inside, receive, send)
        except AdminError as error:
            await _response_of(error, scope)(scope, receive, send)
        except MockGatewayError as error:
            await _response_of(admin_error(error), scope)(scope, receive, send)
        except ClientGone:
            return

    def _place(self, methods: Mapping[str, AdminOperation]) -> ASGIApp:
        """The application of one path."""
        allow = ", ".join(sorted([*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"]))

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            method = scope["method"]
            operation = methods.get("GET" if method == "HEAD" else method)
            if method == "OPTIONS":
                response = Response(status_code=204, headers={"allow": allow})
            elif operation is None:
                message = f"{method} is not allowed here; allowed: {allow}"
                allowed, headers = allow.split(", "), {"allow": allow}
                raise AdminError(405, message, "method_not_allowed", allowed=allowed, headers=headers)
            else:
                response = await self._act(operation, scope, receive)
            await response(scope, receive, send)

        # Not a function to starlette, so it leaves the methods to us.
        return _Application(answer)

    async def _act(self, operation: AdminOperation, scope: Scope, receive: Receive) -> Response:
        headers = dict(reversed(scope["headers"]))
        params = path_params(scope["path_params"])
        body = await read_body(headers, receive, self.gateway.settings.body_limit) if operation.takes else b""
        query = query_values(operation, scope["query_string"])
        kind = headers.get(b"content-type", b"").decode("latin-1")
        asked = Asked(operation, params, query, body_value(operation, body, kind), headers)
        prefix = scope["mock_gateway.prefix"]
        desk = Desk(asked, prefix, Control(self.gateway, prefix), self.gateway, self.feed, self._state)
        given = ACTS[operation.name](desk)
        if operation.method != "GET" and operation.name != ASKS_ONLY:
            self.feed.publish("control", prefix, {"operation": operation.name, **params, **_result(given)})
        return _shown(given, operation, scope["method"])


class _Application:
    """An ASGI application made of a function."""

    def __init__(self, answer: ASGIApp) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answer(scope, receive, send)


async def _nowhere(scope: Scope, _receive: Receive, _send: Send) -> None:
    path = ROOT + scope["path"][:200]
    known = [ROOT + operation.path for operation in OPERATIONS]
    message = f"there is no admin operation {path}"
    hint = nearest(path, known) or f"{ROOT}/docs tells what there is"
    raise AdminError(404, message, "route_not_found", hint=hint)


def _result(given: object) -> dict[str, object]:
    """What of an act's answer names what it was about."""
    return {name: given[name] for name in ("id", "name", "scope") if name in given} if isinstance(given, dict) else {}


def _shown(given: object, operation: AdminOperation, method: str) -> Response:
    """The response for what an act gave."""
    status = operation.success
    if isinstance(given, Answer):
        status, headers = given.status or status, {**KEPT, **given.headers}
        if not isinstance(given.content, str | bytes) and method != "HEAD":
            return StreamingResponse(given.content, status, headers, given.media)
        content = given.content if isinstance(given.content, str | bytes) else b""
        response = Response(content, status, headers, given.media)
    elif status == 204:
        return Response(status_code=204, headers=KEPT)
    else:
        response = Response(json_bytes(given), status, KEPT, JSON)
    if method == "HEAD":
        response.body = b""  # its length stays that of the body
    return response


def _response_of(error: AdminError, scope: Scope) -> Response:
    response = Response(json_bytes(error.body()), error.status, {**KEPT, **error.headers}, JSON)
    if scope["method"] == "HEAD":
        response.body = b""
    return response
