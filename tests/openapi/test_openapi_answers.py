"""The documents are true of refusals, of turns that still run, and of what no agent of the gallery comes by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import httpx
import pytest
from openapi_reading import READINGS, Json, Reading, every_contract, every_operation, operations_where
from openapi_witness import Witness

from mock_gateway.settings import Keys
from tests.v1.desk import desk

AGENT = """
agent: desk
mcp: { files: {} }
sandbox: { id: box.7f3a }
turns:
  - when: { message: delete }
    call: { tool: files.delete, arguments: { path: /a }, approval: required, returns: gone }
  - when: { message: run }
    call: { tool: run_python, sandbox: true, returns: "3" }
    then: { say: Three. }
  - when: { message: hold }
    call: { tool: run_python, sandbox: true, returns: "3" }
    then: { wait: cancel }
"""
KEYS = Keys(refused=frozenset({"spent"}), forbidden=frozenset({"guest"}))
LIMIT = 4096
NOWHERE = {"session_id": "nobody", "turn_id": "nothing", "sandbox_id": "nothing"}
MESSAGE: Json = {"type": "user.message", "content": "plain"}
ALLOW: Json = {"type": "user.tool_approval", "thread_id": "main", "tool_call_id": "x", "approval": {"status": "allow"}}
SPEC = {"model": {"name": "desk", "params": {"temperature": 0}}, "instructions": "Be kind.", "skills": None}


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    """A client of a server on wall time."""
    files = {"/out/report.txt": b"3\n"}
    with desk(AGENT, files=files, speed=1.0, keys=KEYS, body_limit=LIMIT, cancel_delay=0.0) as server:
        yield server.http


WORLDS = count(1)
Watch = Callable[[Reading], Witness]


@pytest.fixture
def watch(http: httpx.Client) -> Watch:
    """Makes a witness in a new world."""

    def make(reading: Reading) -> Witness:
        witness = Witness(reading, http)
        witness.prefix = f"/answers-{next(WORLDS)}"
        return witness

    return make


def _status(witness: Witness) -> int:
    """The only status seen."""
    [(_, status)] = witness.statuses
    return status


def _session(witness: Witness) -> dict[str, str]:
    return {"session_id": witness.ask("create_session", body={"agent_name": "desk"})["data"]["id"]}


def _turn(witness: Witness, session: dict[str, str], text: str) -> dict[str, str]:
    """A turn that is not followed."""
    body = {"input": [{"type": "user.message", "content": text}], "stream": False}
    return {**session, "turn_id": witness.ask("create_turn", session, body)["data"]["id"]}


@every_operation
@pytest.mark.parametrize(("key", "status"), [("", 401), ("Bearer spent", 401), ("Bearer guest", 403)])
def test_a_key_that_is_not_let_in(watch: Watch, reading: Reading, name: str, key: str, status: int) -> None:
    witness = watch(reading)

    witness.try_to(name, NOWHERE, headers={"Authorization": key})

    assert _status(witness) == status


@every_operation
def test_another_method(watch: Watch, reading: Reading, name: str) -> None:
    witness = watch(reading)

    witness.try_to(name, NOWHERE, method="DELETE")

    assert _status(witness) == 405


@every_operation
def test_something_that_is_not_there_or_not_said(watch: Watch, reading: Reading, name: str) -> None:
    witness = watch(reading)

    witness.try_to(name, NOWHERE)

    in_the_path = "{" in reading.table[name].path
    needs_more = reading.table[name].method == "POST" or name in {"list_sessions", "download_sandbox_file"}
    assert _status(witness) in ({404} if in_the_path else set()) | ({400} if needs_more else {200, 404})


@pytest.mark.parametrize(("reading", "name"), operations_where(lambda operation: "{" in operation.path))
def test_a_path_that_is_not_utf_8(watch: Watch, reading: Reading, name: str) -> None:
    witness = watch(reading)

    witness.try_to(name, dict.fromkeys(NOWHERE, "%FF"))

    assert _status(witness) == 400


@pytest.mark.parametrize(("reading", "name"), operations_where(lambda operation: operation.method != "GET"))
def test_a_body_that_is_too_large(watch: Watch, reading: Reading, name: str) -> None:
    witness = watch(reading)

    witness.try_to(name, NOWHERE, {"long": "x" * LIMIT})

    assert _status(witness) == 413


@pytest.mark.parametrize(("reading", "name"), operations_where(lambda operation: "list" in operation.name))
@pytest.mark.parametrize("query", [{"limit": "0"}, {"page_token": "garbage"}], ids=str)
def test_a_list_that_is_asked_for_wrongly(watch: Watch, reading: Reading, name: str, query: dict[str, str]) -> None:
    witness = watch(reading)
    session = _session(witness)
    [created, *_] = witness.ask("create_turn", session, {"input": [MESSAGE]})
    witness.statuses.clear()

    witness.try_to(name, {**session, "turn_id": created["turn_id"]}, query={"agent_name": "desk", **query})

    assert _status(witness) == 400


@every_contract
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 400),
        ({"stream": "no"}, 400),
        ({"input": [MESSAGE, ALLOW]}, 400),
        ({"input": [MESSAGE], "previous_turn_id": "nothing"}, 404),
        ({"input": [ALLOW]}, 422),
    ],
)
def test_a_turn_that_cannot_be(watch: Watch, reading: Reading, body: Any, status: int) -> None:
    witness = watch(reading)
    session = _session(witness)
    witness.statuses.clear()

    witness.try_to("create_turn", session, body)

    assert _status(witness) == status


@every_contract
def test_a_message_while_an_approval_is_pending(watch: Watch, reading: Reading) -> None:
    witness = watch(reading)
    session = _session(witness)
    witness.ask("create_turn", session, {"input": [{"type": "user.message", "content": "delete"}]})

    witness.ask("create_turn", session, {"input": [MESSAGE]})

    assert ("create_turn", 422) in witness.statuses


@every_contract
def test_a_turn_that_still_runs(watch: Watch, reading: Reading) -> None:
    witness = watch(reading)
    session = _session(witness)
    turn = _turn(witness, session, "hold")

    assert witness.ask("get_turn", turn)["data"]["state"] == {"status": "running"}
    witness.ask("list_turn_events", turn)
    witness.ask("create_turn", session, {"input": [MESSAGE], "stream": False})
    witness.ask("cancel_session", session)

    assert ("list_turn_events", 409) in witness.statuses
    second = {status for name, status in witness.statuses if name == "create_turn"}
    assert second == ({200, 409} if str(reading) == "beta" else {200})


V1 = READINGS["v1"]


def test_a_second_turn_where_it_is_refused_is_412() -> None:
    with desk(AGENT, speed=1.0, v1_concurrent_turn="refuse") as server:
        witness = Witness(V1, server.http)
        session = _session(witness)
        _turn(witness, session, "hold")

        witness.ask("create_turn", session, {"input": [MESSAGE]})

        assert ("create_turn", 412) in witness.statuses


def test_a_stream_that_is_over_for_too_long_is_412() -> None:
    with desk(AGENT, v1_replay=0.0) as server:
        witness = Witness(V1, server.http)
        session = _session(witness)
        [created, *_] = witness.ask("create_turn", session, {"input": [MESSAGE]})

        witness.ask("subscribe_turn", {**session, "turn_id": created["turn_id"]}, {})

        assert ("subscribe_turn", 412) in witness.statuses


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ({"after_sequence_number": -1}, {}, 400),
        ({"after_sequence_number": "3"}, {}, 400),
        ({}, {"Last-Event-ID": "three"}, 400),
        ({"after_sequence_number": 3}, {"Last-Event-ID": "-1"}, 400),
        ({"after_sequence_number": 3.5}, {}, 400),
        ([], {}, 400),
    ],
)
def test_a_cursor_that_is_none(watch: Watch, body: Any, headers: dict[str, str], status: int) -> None:
    witness = watch(V1)
    turn = _turn(witness, _session(witness), "plain")
    witness.statuses.clear()

    witness.try_to("subscribe_turn", turn, body, headers=headers)

    assert _status(witness) == status


def test_a_cursor_with_a_zero_behind_its_point_is_a_whole_number(watch: Watch) -> None:
    witness = watch(V1)
    turn = _turn(witness, _session(witness), "plain")

    assert witness.try_to("subscribe_turn", turn, {"after_sequence_number": 1.0})


@pytest.mark.parametrize("name", ["session_type", "created_by_subject_type"])
def test_an_empty_kind_is_none(watch: Watch, name: str) -> None:
    witness = watch(V1)

    witness.try_to("search_sessions", query={name: ""})

    assert _status(witness) == 400


def test_drafts_and_lists_of_everything(watch: Watch) -> None:
    witness = watch(V1)
    draft = witness.ask("create_draft_session", body={"agent_spec": SPEC, "agent_name": None})["data"]
    place = {"session_id": draft["id"]}
    _session(witness)

    witness.ask("create_turn", place, {"input": [MESSAGE], "previous_turn_id": "none"})
    for body in ({"agent_spec": SPEC}, {"agent_spec": None}, {}, None):
        witness.ask("update_draft_session", place, body)
    witness.ask("get_draft_session", place)
    pages = {
        name: [item["type"] for item in witness.ask(name, query=query)["data"]]
        for name, query in (
            ("list_draft_sessions", {}),
            ("list_owned_sessions", {"order": "asc"}),
            ("search_sessions", {"session_type": "session", "created_by_subject_type": "user"}),
        )
    }

    assert {status for _, status in witness.statuses} == {200, 201}
    assert pages == {
        "list_draft_sessions": ["session/draft"],
        "list_owned_sessions": ["session/draft", "session"],
        "search_sessions": ["session"],
    }


@pytest.mark.parametrize(
    "spec",
    [
        *({"model": model} for model in (None, "gpt", {}, {"name": ""}, {"name": "m", "params": "hot"})),
        *({**SPEC, name: 7} for name in ("instructions", "messages", "mcp_servers", "skills", "config", "variables")),
        {**SPEC, "messages": ["hi"]},
        {**SPEC, "variables": {"n": 1}},
    ],
)
def test_a_spec_that_does_not_fit_is_refused_and_never_shown(watch: Watch, spec: Json) -> None:
    witness = watch(V1)

    witness.try_to("create_draft_session", body={"agent_spec": spec})

    assert _status(witness) == 400


def test_a_file_of_a_sandbox_in_all_its_states(watch: Watch) -> None:
    witness = watch(V1)
    place, report = {"sandbox_id": "box.7f3a"}, {"path": "/out/report.txt"}

    witness.ask("download_sandbox_file", place, query=report)
    session = _session(witness)
    witness.ask("create_turn", session, {"input": [{"type": "user.message", "content": "run"}]})
    got = witness.ask("download_sandbox_file", place, query=report)
    witness.ask("download_sandbox_file", place, query={"path": "report.txt"})
    witness.ask("download_sandbox_file", place, query={"path": "/nothing"})

    assert got == b"3\n"
    assert {status for name, status in witness.statuses if name == "download_sandbox_file"} == {200, 400, 404, 412}


# -- a witness that would see nothing would prove nothing --------------------------------------------------------------

FOUND: Json = {
    "data": {
        "type": "session",
        "id": "s",
        "agent_name": "desk",
        "created_by_subject": {"subject_id": "a", "subject_type": "user", "subject_slug": "a@b"},
        "created_at": "2024-12-23T22:26:09.474Z",
        "updated_at": "2024-12-23T22:26:09.474Z",
    }
}


def _said(status: int, body: Json, headers: dict[str, str] | None = None) -> Witness:
    """A witness of a server that gives one answer."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, json=body, headers=headers))
    return Witness(V1, httpx.Client(base_url="http://mock.test", transport=transport))


def test_a_good_answer_is_taken() -> None:
    assert _said(200, FOUND).ask("get_session", {"session_id": "s"}) == FOUND


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(200, {"data": {**FOUND["data"], "id": 7}}, id="another type"),
        pytest.param(200, {"data": {**FOUND["data"], "colour": "green"}}, id="a field that the document lacks"),
        pytest.param(200, {}, id="a field that is not there"),
        pytest.param(418, {"error": {"message": "I am a teapot"}}, id="a status that the document lacks"),
        pytest.param(404, {"error": "no"}, id="another error body"),
        pytest.param(401, {"error": {"message": "no"}}, id="a header that is not there"),
    ],
)
def test_a_bad_answer_is_found(status: int, body: Json) -> None:
    with pytest.raises(AssertionError):
        _said(status, body).ask("get_session", {"session_id": "s"})


@pytest.mark.parametrize(
    "text",
    [
        'id: 1\ndata: {"type":"turn.done"}\n\n',
        'data: {"type":"sandbox.created","id":"e","created_at":"2024-12-23T22:26:09.474Z","sandbox_id":"b"}\n\n',
        'id: 1\ndata: {"type":"sandbox.created","id":"e","created_at":"2024-12-23T22:26:09.474Z","sandbox_id":"b"}\n',
    ],
    ids=["an event that does not fit", "a frame without a number", "a frame without an end"],
)
def test_a_bad_frame_is_found(text: str) -> None:
    headers = {"content-type": "text/event-stream", "cache-control": "no-store"}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text=text, headers=headers))
    witness = Witness(V1, httpx.Client(base_url="http://mock.test", transport=transport))

    with pytest.raises(AssertionError):
        witness.ask("subscribe_turn", NOWHERE, {})
