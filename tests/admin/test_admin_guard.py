"""Who may use the admin API: nobody when it is off, whoever has the token, no page of another site."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from mock_gateway.admin.operations import HEALTH, OPERATIONS
from mock_gateway.cli.resolve import choose
from mock_gateway.cli.serve import settings_of
from mock_gateway.http.app import App
from mock_gateway.testing.process import RunningServer
from tests.http.apps import make_app
from tests.http.asgi import Reply, call

TOKEN = "tok-äöü-s3cret"
ALL = [operation for operation in OPERATIONS if operation.name != HEALTH]
every_operation = pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)


def code(reply: Reply) -> str:
    return str(json.loads(reply.body)["error"]["code"])


def version(app: App, **headers: str) -> Reply:
    return call(app, "GET", "/__admin/version", key=None, **headers)


# -- off ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", ["", "/one"])
@every_operation
def test_when_it_is_off_nothing_of_it_is_there(operation, base) -> None:
    reply = call(make_app(admin=False), operation.method, f"{base}/__admin{operation.path}")

    assert (reply.status, code(reply)) == (404, "route_not_found")
    assert "allowed" not in json.loads(reply.body)["error"]


@pytest.mark.parametrize("path", ["/__admin", "/__admin/", "/__admin/sessions", "/__admin/nothing", "/a/b/__admin/x"])
def test_when_it_is_off_a_path_of_it_is_like_any_that_is_not_there(path: str) -> None:
    app = make_app(admin=False)

    there, nowhere = call(app, "GET", path), call(app, "GET", "/nowhere")

    assert there.status == nowhere.status == 404
    assert there.text.replace(path, "") == nowhere.text.replace("/nowhere", "")


def test_health_is_there_when_it_is_off_and_needs_no_token() -> None:
    for app in (make_app(admin=False), make_app(admin_token=TOKEN)):
        assert call(app, "GET", "/__admin/health", key=None).status == 200
        assert call(app, "GET", "/one/__admin/health", key=None).status == 200


def test_it_is_switched_off_on_the_command_line() -> None:
    import urllib.error
    import urllib.request

    with RunningServer("--admin", "off") as server:
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{server.url}/__admin/version")
        assert refused.value.code == 404
        refused.value.close()
        with urllib.request.urlopen(f"{server.url}/__admin/health") as health:
            assert health.status == 200


@pytest.mark.parametrize(
    ("flags", "environment", "file", "admin", "token"),
    [
        ({}, {}, "", True, None),
        ({}, {}, "admin: off\nadmin-token: from-file\n", False, "from-file"),
        ({}, {"MOCK_GATEWAY_ADMIN": "on", "MOCK_GATEWAY_ADMIN_TOKEN": "from-env"}, "admin: off\n", True, "from-env"),
        ({"admin": "off", "admin-token": "from-flag"}, {"MOCK_GATEWAY_ADMIN": "on"}, "", False, "from-flag"),
    ],
)
def test_a_flag_goes_before_a_variable_before_the_file(
    tmp_path: Path, flags: dict[str, object], environment: dict[str, str], file: str, admin: bool, token: str | None
) -> None:
    (tmp_path / "mock-gateway.yaml").write_text(file)

    settings = settings_of(choose(flags, environment, tmp_path))

    assert (settings.admin, settings.admin_token) == (admin, token)


# -- the token ---------------------------------------------------------------------------------------------------------


@every_operation
def test_without_the_token_no_operation_answers(operation) -> None:
    reply = call(make_app(admin_token=TOKEN), operation.method, f"/__admin{operation.path}", key=None)

    assert (reply.status, code(reply)) == (401, "missing_token")
    assert reply.headers["www-authenticate"] == 'Bearer realm="admin"'


@pytest.mark.parametrize("path", ["/__admin/nothing", "/one/__admin"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS", "PATCH"])
def test_without_the_token_nobody_learns_what_there_is(path: str, method: str) -> None:
    assert call(make_app(admin_token=TOKEN), method, path, key=None).status == 401


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("authorization", "Bearer good", 200),
        ("authorization", "bearer  good", 200),
        ("x_admin_token", "good", 200),
        ("authorization", "Bearer goo", 401),
        ("authorization", "Bearer good2", 401),
        ("authorization", "Basic good", 401),
        ("authorization", "Bearer ", 401),
        ("x_admin_token", "", 401),
    ],
)
def test_the_token_is_taken_from_either_header(header: str, value: str, status: int) -> None:
    assert version(make_app(admin_token="good"), **{header: value}).status == status


def test_the_own_header_goes_before_the_key_of_the_client() -> None:
    assert version(make_app(admin_token="good"), authorization="Bearer other", x_admin_token="good").status == 200


def test_without_a_token_any_key_will_do() -> None:
    assert version(make_app(), authorization="Bearer whatever").status == 200


def test_the_token_is_in_no_log_and_no_journal(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(admin_token="good-token")
    caplog.set_level(logging.DEBUG)

    replies = [version(app, x_admin_token=value) for value in ("good-token", "bad-token")]
    call(app, "GET", "/sessions/none", x_admin_token="good-token")
    shown = call(app, "GET", "/__admin/journal/export", key=None, x_admin_token="good-token")

    written = caplog.text + shown.text + "".join(reply.text for reply in replies)
    assert "x-admin-token" in shown.text
    assert "good-token" not in written and "bad-token" not in written


def test_the_token_of_the_command_line_is_shown_shortened(capsys: pytest.CaptureFixture[str]) -> None:
    from mock_gateway.cli.main import main

    assert main(["serve", "--admin-token", "s3cret-token", "--explain"]) == 0

    printed = capsys.readouterr().out
    assert "admin-token" in printed and "s3cret" not in printed


# -- names and sites ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/__admin/version", "/one/__admin/version", "/a/b/__admin", "/__admin/nothing"])
def test_a_foreign_host_is_refused_below_any_base_path(path: str) -> None:
    reply = call(make_app(), "GET", path, host="rebound.example.test")

    assert (reply.status, code(reply)) == (403, "foreign_host")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://example.test"},
        {"origin": "http://127.0.0.1:5173"},
        {"origin": "https://127.0.0.1:4010"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"},
    ],
)
def test_a_page_of_another_site_is_refused_and_gets_no_cors_headers(headers: dict[str, str]) -> None:
    reply = version(make_app(), **headers)

    assert (reply.status, code(reply)) == (403, "foreign_origin")
    assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_a_page_of_another_site_sets_nothing_in_motion(method: str) -> None:
    app = make_app()

    reply = call(app, method, "/__admin/scenarios", "agent: x\nturns: [{ say: x }]", origin="http://example.test")

    assert reply.status == 403
    assert "x" not in app.gateway.world("").agents


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://127.0.0.1:4010"},
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"},
    ],
)
def test_the_own_page_and_a_link_are_let_in(headers: dict[str, str]) -> None:
    assert version(make_app(), **headers).status == 200


def test_no_contract_endpoint_asks_for_the_token() -> None:
    app = make_app(admin_token=TOKEN)

    assert call(app, "GET", "/sessions/none").status == 404
    assert call(app, "GET", "/", key=None).status == 200


@pytest.mark.parametrize("path", ["/__administrator/sessions/x", "/x__admin/sessions/x", "/%5F%5Fadmin/sessions/x"])
def test_what_only_looks_like_it_is_a_base_path(path: str) -> None:
    reply = call(make_app(admin_token=TOKEN), "GET", path)

    assert (reply.status, code(reply)) == (404, "session_not_found")
