"""Where the published contract is served, and what every answer has in common."""

from __future__ import annotations

import pytest

from mock_gateway.http.routes import build, find
from mock_gateway.settings import Keys
from mock_gateway.wire.beta.dialect import Beta
from mock_gateway.wire.v1.dialect import V1
from tests.v1.desk import SESSIONS, Desk, desk
from tests.v1.stories import DESK

TREE = build((Beta(), V1()))


@pytest.mark.parametrize(
    ("path", "prefix", "operation"),
    [
        ("/v1/agents/sessions", "", "v1 list_sessions"),
        ("/tenant/v1/agents/sessions", "/tenant", "v1 list_sessions"),
        ("/a/b/v1/agents/sessions/s/turns", "/a/b", "v1 list_turns"),
        ("/sessions/v1/agents/sessions/s", "/sessions", "v1 get_session"),
        ("/v1/x/agents/owned-sessions", "", "v1 list_owned_sessions"),
        ("/sessions/s", "", "beta get_session"),
        ("/v1/sessions/s", "/v1", "beta get_session"),
        ("/agents/sessions/s", "/agents", "beta get_session"),
        ("/tenant/sessions/s/turns/t", "/tenant", "beta get_turn"),
    ],
)
def test_a_path_leads_to_one_contract_and_the_base_path_before_it(path: str, prefix: str, operation: str) -> None:
    match = find(TREE, path.encode())

    assert match is not None
    endpoint = match.node.methods["GET"]
    assert (match.prefix(), f"{endpoint.dialect.name} {endpoint.operation.name}") == (prefix, operation)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/agents/sessions/s/turns/t/stream",
        "/v1/agents/sessions/s/turns/t/cancel",
        "/tenant/v1/agents/sessions/s/turns/t/stream",
        "/v1/agents/v1/agents/sessions",
        "/v1/x/agents/sessions",
        "/v1/agents/other/sessions",
        "/v1/agents",
    ],
)
def test_below_its_base_no_path_is_taken_for_the_other_contract(path: str) -> None:
    assert find(TREE, path.encode()) is None


def test_a_base_path_is_a_world_of_both_contracts(server: Desk) -> None:
    path = server.session("desk", "/mine")
    session_id = path.rsplit("/", 1)[1]

    assert server.call("GET", f"/mine/sessions/{session_id}")["data"]["id"] == session_id
    server.call("GET", f"{SESSIONS}/{session_id}", None, 404)


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", f"{SESSIONS}/nope", 404, "not_found"),
        ("GET", f"{SESSIONS}/nope/turns", 404, "not_found"),
        ("GET", f"{SESSIONS}/nope/events", 404, "not_found"),
        ("GET", f"{SESSIONS}/nope/turns/nope", 404, "not_found"),
        ("DELETE", f"{SESSIONS}/nope", 405, "method_not_allowed"),
        ("PUT", "/v1/agents/draft-sessions/nope", 405, "method_not_allowed"),
    ],
)
def test_every_error_has_the_one_shape(server: Desk, method: str, path: str, status: int, kind: str) -> None:
    answer = server.call(method, path, None, status)

    assert answer.keys() == {"error"}
    assert answer["error"].keys() == {"message", "type", "code", "param"}
    assert answer["error"]["message"]
    if status == 404:
        assert answer["error"]["type"] == kind


def test_a_key_is_asked_for_and_can_be_refused() -> None:
    keys = Keys(refused=frozenset({"spent"}), forbidden=frozenset({"guest"}))
    with desk(DESK, keys=keys) as server:
        body = {"agent_name": "desk"}
        for headers, status, kind in (
            ({"authorization": ""}, 401, "unauthorized"),
            ({"authorization": "Bearer spent"}, 401, "unauthorized"),
            ({"authorization": "Bearer guest"}, 403, "forbidden"),
        ):
            assert server.call("POST", SESSIONS, body, status, headers=headers)["error"]["type"] == kind


def test_a_session_is_made_for_an_agent_that_there_is(server: Desk) -> None:
    for body, status in (
        ({"agent_name": "nobody"}, 404),
        ({}, 400),
        ({"agent_name": ""}, 400),
        ({"agent_name": 1}, 400),
    ):
        server.call("POST", SESSIONS, body, status)


def test_a_scripted_refusal_at_the_door_keeps_its_status() -> None:
    door = "agent: door\ndoor: [{ on: create_turn, nth: 1, answer: 503 }, { on: create_session, nth: 2, answer: 424 }]"
    with desk(door) as server:
        path = server.session("door")

        assert server.call("POST", f"{path}/turns", {}, 503)["error"]["type"] == "internal_server_error"
        server.call("POST", SESSIONS, {"agent_name": "door"}, 424)


def test_unknown_fields_are_taken_unless_strict() -> None:
    body = {"agent_name": "desk", "title": "Mine", "color": "red"}
    with desk(DESK) as server:
        assert server.call("POST", SESSIONS, body, 201)["data"]["title"] is None
    with desk(DESK, strict=True) as server:
        assert "color" in server.call("POST", SESSIONS, body, 400)["error"]["message"]


def test_a_page_of_another_origin_may_ask_first(server: Desk) -> None:
    headers = {
        "origin": "http://localhost:5173",
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "authorization,content-type,x-fern-language,x-fern-sdk-version",
    }

    answer = server.http.options("/v1/agents/draft-sessions/d", headers=headers)

    assert answer.status_code == 204
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "x-fern-sdk-version" in answer.headers["access-control-allow-headers"]
    assert answer.headers["access-control-allow-origin"] == "*"
