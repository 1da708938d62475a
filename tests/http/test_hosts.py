"""The control paths: health, and who may reach them by which name."""

from __future__ import annotations

import pytest

from tests.http.apps import make_app, make_session
from tests.http.asgi import call

HEALTH = "/__admin/health"


def test_health_is_ok_when_the_scenarios_are_loaded_and_503_before() -> None:
    app = make_app()
    app.ready = False

    loading = call(app, "GET", HEALTH, key=None)
    app.ready = True
    ready = call(app, "GET", HEALTH, key=None)

    assert (loading.status, loading.text) == (503, '{"status":"loading"}')
    assert (ready.status, ready.text) == (200, '{"status":"ok"}')


def test_health_knows_its_methods() -> None:
    app = make_app()

    head, options, wrong = (call(app, method, HEALTH, key=None) for method in ("HEAD", "OPTIONS", "POST"))

    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "15")
    assert (options.status, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert (wrong.status, wrong.message) == (405, "POST is not allowed here; allowed: GET, HEAD, OPTIONS")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:4010", "localhost", "LocalHost.:80", "[::1]:4010", "127.0.0.2"]
)
def test_the_control_paths_are_reached_by_names_of_this_machine(host: str) -> None:
    assert call(make_app(), "GET", HEALTH, key=None, host=host, server=("127.0.0.2", 4010)).status == 200


@pytest.mark.parametrize("host", ["example.test", "localhost.example.test:4010", "127.0.0.1.example.test", "[::2]", ""])
def test_the_control_paths_are_not_reached_by_a_foreign_name(host: str) -> None:
    reply = call(make_app(), "GET", HEALTH, key=None, host=host)

    assert reply.status == 403
    assert reply.message.startswith("the control paths are reached by localhost")


def test_who_was_let_in_from_other_machines_uses_any_name() -> None:
    assert call(make_app(), "GET", HEALTH, key=None, host="mock:4010", server=("172.18.0.2", 4010)).status == 200


def test_the_endpoints_are_reached_by_any_name() -> None:
    app = make_app()
    session = make_session(app)

    assert call(app, "GET", f"/sessions/{session}", host="example.test").status == 200
    assert call(app, "GET", "/", key=None, host="example.test").status == 200
