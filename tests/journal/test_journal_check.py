"""What of a request breaks its contract."""

from __future__ import annotations

import builtins
import json
from collections.abc import Sequence
from typing import Any

import pytest

from mock_gateway.http.app import App
from mock_gateway.journal.check import violations
from mock_gateway.journal.fit import CheckMissing, Fit
from mock_gateway.openapi.lookup import event_types, operations
from mock_gateway.settings import Settings
from mock_gateway.wire.dialects import all_dialects
from tests.http.asgi import call
from tests.journal.journals import BASES, exchanges, pending, post, say, session, shop, turn

MESSAGE = {"type": "user.message", "content": "hello"}


def found(app: App, level: str = "violation") -> list[str]:
    """What the last request did wrong."""
    return [str(one) for one in violations(exchanges(app)[-1]) if one.level == level]


@pytest.mark.parametrize("base", BASES.values(), ids=list(BASES))
def test_a_client_that_does_all_right_has_no_violation_and_no_remark(base: str) -> None:
    app = shop()
    path = session(app, base=base)
    say(app, path, "pay")
    turn(app, path, pending(app))
    call(app, "GET", f"{path}/turns?limit=5", accept="application/json")

    assert [violations(one) for one in exchanges(app)] == [[]] * 4


BODIES: list[tuple[object, Sequence[str]]] = [
    (
        {"input": [{"type": "user.mesage", "content": "x"}]},
        [
            'body /input/0/type is "user.mesage"; one of "user.message", "user.tool_approval", "user.tool_response"'
            " was expected"
        ],
    ),
    ({"input": [{"type": "user.message"}]}, ["body /input/0/content is missing"]),
    ({"input": [{**MESSAGE, "content": 5}]}, ["body /input/0/content is 5; a string or a list was expected"]),
    ({"input": "hello"}, ['body /input is "hello"; a list or null was expected']),
    (
        {"input": [{"type": "user.tool_approval", "thread_id": 3, "tool_call_id": "c", "approval": {"status": "yes"}}]},
        [
            "body /input/0/thread_id is 3; a string was expected",
            'body /input/0/approval/status is "yes"; one of "allow", "deny" was expected',
        ],
    ),
    (
        {"input": [{"type": "user.tool_approval", "thread_id": "main", "tool_call_id": "c", "approval": {}}]},
        ['body /input/0/approval/status is missing; one of "allow", "deny" was expected'],
    ),
    (
        {"input": [MESSAGE, {"type": "user.tool_response"}]},
        ['body /input/1/type is "user.tool_response"; "user.message" was expected'],
    ),
    ({"input": [{**MESSAGE, "content": [5]}]}, ["body /input/0/content/0 is 5; an object was expected"]),
    ({"previous_turn_id": ""}, ['body /previous_turn_id is ""; a text of 1 or more characters was expected']),
    ({"stream": "yes"}, ['body /stream is "yes"; null or a boolean was expected']),
    ([MESSAGE], ["body is a list; an object was expected"]),
]


@pytest.mark.parametrize(("body", "expected"), BODIES, ids=[str(case[0])[:60] for case in BODIES])
@pytest.mark.parametrize("base", BASES.values(), ids=list(BASES))
def test_a_violation_in_a_body_names_its_place_and_what_was_allowed(
    base: str, body: object, expected: Sequence[str]
) -> None:
    app = shop()
    path = session(app, base=base)

    post(app, f"{path}/turns", body, accept="text/event-stream")

    assert found(app) == list(expected)


def test_a_part_of_a_message_is_checked_as_what_it_says_it_is() -> None:
    app = shop()
    file = {"filename": "a.txt", "file_data": "nope"}
    post(app, f"{session(app)}/turns", {"input": [{**MESSAGE, "content": [{"type": "file_upload", "file": file}]}]})

    assert found(app) == [
        'body /input/0/content/0/file/file_data is "nope", which has not the form that the contract describes'
    ]


def test_parameters_are_checked_as_what_they_stand_for() -> None:
    app = shop()

    call(app, "GET", "/sessions?limit=0&start_timestamp=soon")

    assert found(app) == [
        "query agent_name is missing",
        'query start_timestamp is "soon", which has not the form date-time',
        "query limit is 0; 1 or more was expected",
    ]


def test_what_is_only_odd_is_a_remark() -> None:
    app = shop()
    path = session(app)

    call(app, "POST", f"{path}/turns?x=1", json.dumps({"input": [MESSAGE], "inputs": 1}), content_type="text/plain")

    assert found(app) == []
    assert found(app, "remark") == [
        "query x is no parameter of create_turn; there are: none",
        'header content-type is "text/plain"; application/json was expected',
        "header accept is missing; text/event-stream was expected, for the answer is a stream",
        "body unknown field 'inputs' (nearest known: input)",
    ]
    assert violations(exchanges(app)[-1], remarks=False) == []


def test_a_turn_without_a_stream_needs_not_accept_one() -> None:
    app = shop()

    post(app, f"{session(app)}/turns", {"input": [MESSAGE], "stream": False})

    assert found(app, "remark") == []


def test_a_parameter_that_is_there_twice_is_a_remark_and_the_first_counts() -> None:
    app = shop()

    call(app, "GET", "/sessions?agent_name=shop&limit=2&limit=x")

    assert (found(app), found(app, "remark")) == ([], ["query limit is there 2 times; only the first counts"])


@pytest.mark.parametrize(
    ("key", "message"),
    [(None, "is missing; 'Bearer <key>' was expected"), ("", "is not 'Bearer <key>'")],
)
def test_a_missing_key_is_a_violation(key: str | None, message: str) -> None:
    app = shop()

    call(app, "GET", "/sessions?agent_name=shop", key=key)

    assert found(app) == [f"header authorization {message}"]


def test_a_body_that_is_missing_or_no_json_is_a_violation() -> None:
    app = shop()
    call(app, "POST", "/sessions", b"")
    missing = found(app)
    call(app, "POST", "/sessions", b"{", content_type="application/json")

    assert missing == ["body is missing; a JSON object was expected"]
    assert found(app)[0].startswith("body is not JSON: ")


def test_what_is_no_endpoint_is_a_violation_and_a_page_is_none() -> None:
    app = shop()
    call(app, "GET", "/sesions")
    unknown = found(app)
    call(app, "PUT", "/sessions")
    wrong = found(app)
    call(app, "GET", "/")

    assert unknown == ["request there is no endpoint /sesions"]
    assert wrong == ["request PUT is not allowed here; allowed: GET, HEAD, OPTIONS, POST"]
    assert found(app) == []


def test_without_the_library_a_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    known = builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name == "jsonschema_rs":
            raise ImportError(name)
        return known(name, *args)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(CheckMissing, match=r"pip install 'mock-gateway\[check\]'"):
        Fit({})


def test_every_operation_of_every_dialect_is_in_its_document() -> None:
    for dialect in all_dialects(Settings()):
        known = operations(dialect.name)
        assert {one.name: (one.method, one.path) for one in dialect.operations} == {
            name: (one.method, one.path) for name, one in known.items()
        }


def test_the_documents_list_the_events_of_a_stream() -> None:
    for dialect in BASES:
        assert {"turn.created", "turn.done", "model.message"} <= set(event_types(dialect))
