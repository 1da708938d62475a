"""The door in both contracts: every operation can be refused as a scenario says, before anything happens."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from mock_gateway.core.operations import OPERATIONS
from mock_gateway.settings import Settings
from mock_gateway.wire.dialects import all_dialects
from tests.v1.desk import SESSIONS, Desk, Json, desk, message

DIALECTS = {dialect.name: dialect for dialect in all_dialects(Settings())}
EVERY = [(name, operation.name) for name, dialect in DIALECTS.items() for operation in dialect.operations]
MAKING = {"create_session", "create_draft_session"}
SHAKY = f"""
agent: shaky
sandbox: {{ id: box.shaky }}
door:
  - {{ on: [{", ".join(sorted(MAKING))}], nth: 2, answer: 507 }}
  - {{ on: [{", ".join(name for name in OPERATIONS if name not in MAKING)}], nth: 1, answer: 507, message: not now }}
turns: [{{ say: Here I am. }}]
"""
BODIES: dict[str, Json] = {
    "create_session": {"agent_name": "shaky"},
    "create_draft_session": {"agent_name": "shaky", "agent_spec": {"model": {"name": "any"}}},
    "create_turn": {"input": [message("hello")]},
}
NAMED = {"list_sessions", "list_draft_sessions", "list_owned_sessions", "search_sessions"}


@pytest.fixture(scope="module")
def shaky() -> Iterator[Desk]:
    with desk(SHAKY, "agent: calm") as running:
        yield running


class Caller:
    """Somebody who calls operations of one contract, in a world of their own."""

    def __init__(self, server: Desk, dialect: str, operation: str) -> None:
        self.server, self.dialect, self.prefix = server, dialect, f"/door-{dialect}-{operation}"
        self.table = {found.name: found for found in DIALECTS[dialect].operations}
        self.places: Json = {"sandbox_id": "box.shaky", "turn_id": "none"}

    def call(self, name: str) -> tuple[int, Json]:
        """Status and body of an answer; a stream has none."""
        operation = self.table[name]
        query = {"agent_name": "shaky"} if name in NAMED else {"path": "/a"} if name == "download_sandbox_file" else {}
        path = self.prefix + operation.path.format(**self.places) + ("?" + urlencode(query) if query else "")
        answer = self.server.http.request(operation.method, path, json=BODIES.get(name))
        is_json = answer.headers["content-type"] == "application/json"
        return answer.status_code, answer.json() if is_json else {}

    def settle(self, name: str) -> None:
        """A session, or a draft, for operations in one."""
        status, made = self.call("create_draft_session" if name.endswith("draft_session") else "create_session")
        assert status == 201
        self.places["session_id"] = made["data"]["id"]


@pytest.mark.parametrize(("dialect", "name"), EVERY)
def test_every_operation_can_be_refused_at_the_door(shaky: Desk, dialect: str, name: str) -> None:
    caller = Caller(shaky, dialect, name)
    caller.settle(name)

    status, body = caller.call(name)
    later, _ = caller.call(name)

    assert status == 507
    assert body["error"]["code"] == "scripted"
    assert body["error"]["message"] == (
        f"{name} is answered 507 by the scenario (attempt 2)" if name in MAKING else "not now"
    )
    assert later != 507


def test_what_is_refused_at_the_door_does_not_happen(shaky: Desk) -> None:
    caller = Caller(shaky, "v1", "nothing")
    caller.settle("create_turn")

    caller.call("create_turn")
    caller.call("list_turns")

    assert caller.call("list_turns")[1]["data"] == []


def test_the_attempts_of_two_sessions_are_counted_apart(shaky: Desk) -> None:
    statuses: list[list[int]] = []
    for _ in range(2):
        caller = Caller(shaky, "v1", "apart")
        caller.places["session_id"] = shaky.session("shaky", f"/apart-{len(statuses)}").rsplit("/", 1)[1]
        caller.prefix = f"/apart-{len(statuses)}"
        statuses.append([caller.call("get_session")[0] for _ in range(2)])

    assert statuses == [[507, 200]] * 2


def test_another_agent_and_a_list_without_a_name_have_no_such_door(shaky: Desk) -> None:
    shaky.call("GET", f"/quiet{SESSIONS}?agent_name=calm")
    shaky.call("GET", "/quiet/v1/x/agents/owned-sessions")
    shaky.call("GET", "/quiet/v1/agents/sandbox/nobody/file?path=/a", None, 404)


def test_the_names_are_those_of_every_contract() -> None:
    assert sorted({name for _, name in EVERY}) == list(OPERATIONS)
