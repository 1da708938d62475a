"""A page on another port is a client: what it may send and read."""

from __future__ import annotations

import json

import pytest

from tests.http.apps import make_app, make_session
from tests.http.asgi import Reply, call

ORIGIN = "http://127.0.0.1:3000"
TURN = json.dumps({"input": [{"type": "user.message", "content": "hello"}]})


def is_readable(reply: Reply) -> bool:
    """Whether a page elsewhere may read an answer, and the headers that it needs."""
    exposed = {name.strip() for name in reply.headers.get("access-control-expose-headers", "").split(",")}
    return (
        reply.headers.get("access-control-allow-origin") == "*"
        and {"retry-after", "date", "www-authenticate"} <= exposed
    )


def test_who_sends_no_origin_gets_no_such_headers() -> None:
    app = make_app()
    session = make_session(app)

    replies = [call(app, "GET", f"/sessions/{session}"), call(app, "POST", f"/sessions/{session}/turns", TURN)]
    replies += [call(app, "OPTIONS", "/sessions", key=None), call(app, "GET", "/nope")]

    assert not [name for reply in replies for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("method", "path", "body", "key", "status"),
    [
        ("GET", "/sessions/{}", "", "k", 200),
        ("POST", "/sessions/{}/turns", TURN, "k", 200),
        ("POST", "/sessions/{}/turns", "{", "k", 400),
        ("POST", "/sessions/{}/turns", " " * 2000, "k", 413),
        ("GET", "/sessions/{}", "", None, 401),
        ("GET", "/sessions/nope", "", "k", 404),
        ("GET", "/nope", "", "k", 404),
        ("DELETE", "/sessions/{}", "", "k", 405),
        ("POST", "/sessions/{}/turns", "{}", "k", 422),
    ],
)
def test_a_page_elsewhere_can_read_every_answer(
    method: str, path: str, body: str, key: str | None, status: int
) -> None:
    app = make_app(body_limit=1000)
    session = make_session(app)

    reply = call(app, method, path.format(session), body, key=key, origin=ORIGIN)

    assert reply.status == status
    assert is_readable(reply)
    assert "access-control-allow-credentials" not in reply.headers


def test_a_page_elsewhere_can_read_the_answer_of_a_fault() -> None:
    app = make_app("agent: desk\nfaults: [{ fault: status, status: 503, on: create_session }]\nturns: [{ say: x }]")

    reply = call(app, "POST", "/sessions", '{"agent_name": "desk"}', origin=ORIGIN)

    assert reply.status == 503
    assert is_readable(reply)


@pytest.mark.parametrize(("path", "method"), [("/sessions", "POST"), ("/sessions", "DELETE"), ("/nope", "GET")])
def test_a_preflight_needs_no_key_and_allows_what_it_asks_for(path: str, method: str) -> None:
    # Refused here, the page would never see the error that the request itself gets.
    reply = call(
        make_app(),
        "OPTIONS",
        path,
        key=None,
        origin=ORIGIN,
        access_control_request_method=method,
        access_control_request_headers="authorization,x-trace",
    )

    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["access-control-allow-origin"] == "*"
    assert method in reply.headers["access-control-allow-methods"]
    assert reply.headers["access-control-allow-headers"] == "authorization,x-trace"


def test_a_preflight_from_the_web_to_this_machine_is_allowed() -> None:
    reply = call(
        make_app(),
        "OPTIONS",
        "/sessions",
        key=None,
        origin=ORIGIN,
        access_control_request_method="POST",
        access_control_request_private_network="true",
    )

    assert reply.headers["access-control-allow-private-network"] == "true"


def test_options_says_what_is_allowed() -> None:
    reply = call(make_app(), "OPTIONS", "/sessions/x/turns", key=None)

    assert (reply.status, reply.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
