"""What the admin API says to requests that are wrong: one shape of error, the place, what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_gateway.admin.checking import Checker
from mock_gateway.admin.errors import AdminError
from mock_gateway.admin.operations import HEALTH, OPERATIONS
from mock_gateway.admin.shapes import items, number, one_of, or_null, ref, text, truth, whole, wish
from tests.admin.control_desk import ControlDesk
from tests.http.apps import make_app
from tests.http.asgi import call

FIELDS = {"message", "type", "code", "param", "allowed", "hint"}


def error_of(method: str, target: str, body: bytes | str = b"", **settings: Any) -> tuple[int, dict[str, Any]]:
    reply = call(make_app(**settings), method, target, body, key=None)
    error = json.loads(reply.body)["error"]
    assert error.keys() == FIELDS
    return reply.status, error


def test_an_unknown_path_says_where_to_look() -> None:
    status, error = error_of("GET", "/__admin/sesions")

    assert (status, error["code"], error["hint"]) == (404, "route_not_found", "did you mean '/__admin/sessions'?")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_path_tells_its_methods(operation) -> None:
    app = make_app()
    path = f"/__admin{operation.path}"

    wrong, options = call(app, "PATCH", path, key=None), call(app, "OPTIONS", path, key=None)

    assert (wrong.status, options.status, options.body) == (405, 204, b"")
    assert wrong.headers["allow"] == options.headers["allow"]
    assert {operation.method, "OPTIONS"} <= set(options.headers["allow"].split(", "))


@pytest.mark.parametrize(
    "operation",
    [one for one in OPERATIONS if one.method == "GET" and "{" not in one.path and one.name != HEALTH],
    ids=lambda operation: operation.name,
)
def test_head_is_get_without_a_body(operation) -> None:
    app = make_app()
    path = f"/__admin{operation.path}"

    head = call(app, "HEAD", path, key=None)

    assert (head.status, head.body) == (200, b"")
    if operation.name != "follow_events":
        assert head.headers["content-length"] == str(len(call(app, "GET", path, key=None).body))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is empty"),
        (b"{", "the body is not JSON"),
        (b'{"scope": NaN}', "NaN is no JSON value"),
        (b"\xff", "the body is not UTF-8"),
        (b"[]", "the body is an array; an object was expected"),
        (b"[" * 200, "the body is nested too deep"),
        (b'{"scope": 5}', "scope is a number; a string was expected"),
    ],
)
def test_a_body_that_is_no_json_of_the_form_is_told(body: bytes, message: str) -> None:
    status, error = error_of("POST", "/__admin/reset", body)

    assert (status, error["code"]) == (400, "malformed")
    assert message in error["message"] or (message == "the body is nested too deep" and "not JSON" in error["message"])


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("limit=0", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("full=yes", "full"),
        ("status=4", "status"),
        ("after=y-1", "after"),
        ("since=now", "since"),
        ("kind=all", "kind"),
        ("lmit=1", "lmit"),
        ("session=", "session"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(query: str, param: str) -> None:
    status, error = error_of("GET", f"/__admin/journal?{query}")

    assert (status, error["param"]) == (400, param)


@pytest.mark.parametrize("target", ["/__admin/sessions/%ff", "/__admin/journal?session=%ff"])
def test_what_is_not_utf_8_is_refused(target: str) -> None:
    assert error_of("GET", target)[0] == 400


def test_a_base_path_that_is_not_utf_8_is_refused() -> None:
    assert call(make_app(), "GET", "/%ff/__admin/sessions").status == 400


@pytest.mark.parametrize("length", [None, "1000000"])
def test_a_body_that_is_too_large_is_413_and_the_line_is_closed(length: str | None) -> None:
    more = {} if length is None else {"content_length": length}

    reply = call(make_app(body_limit=1000), "POST", "/__admin/reset", b"x" * 1001, key=None, **more)

    assert (reply.status, reply.headers["connection"]) == (413, "close")
    assert json.loads(reply.body)["error"]["hint"] == "start the server with a larger --body-limit"


def test_answers_are_kept_by_nobody() -> None:
    headers = ControlDesk().ask("get_version").headers

    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


# -- the checks of values ----------------------------------------------------------------------------------------------

SCHEMAS = {
    "Pet": wish(
        "A pet.",
        {
            "name": text(minLength=1, maxLength=5, pattern="^[a-z]+$"),
            "age": or_null(number(minimum=0, maximum=30)),
            "legs": whole(),
            "weight": number(exclusiveMinimum=0),
            "kind": one_of("", "cat", "dog"),
            "tame": truth(),
            "friends": items(ref("Pet"), minItems=1, maxItems=2),
        },
        needs=["name"],
    )
}
GOOD = {"name": "tom", "age": None, "legs": 4.0, "weight": 0.5, "kind": "cat", "tame": True}


@pytest.mark.parametrize("value", [GOOD, {"name": "tom", "friends": [GOOD]}])
def test_a_value_that_fits_is_let_through(value: object) -> None:
    Checker(SCHEMAS).check(ref("Pet"), value)


@pytest.mark.parametrize(
    ("change", "param", "message"),
    [
        ({"name": ""}, "name", "name is empty"),
        ({"name": "thomas"}, "name", "name is longer than 5 characters"),
        ({"name": "Tom"}, "name", "name is 'Tom'; it has to match ^[a-z]+$"),
        ({"age": True}, "age", "age is a boolean; a number or null was expected"),
        ({"age": -1}, "age", "age is -1; at least 0 was expected"),
        ({"age": 31}, "age", "age is 31; at most 30 was expected"),
        ({"legs": 4.5}, "legs", "legs is a number; a whole number was expected"),
        ({"weight": 0}, "weight", "weight is 0; more than 0 was expected"),
        ({"kind": "cta"}, "kind", "kind is 'cta'; one of cat, dog was expected"),
        ({"tame": 1}, "tame", "tame is a number; a boolean was expected"),
        ({"nmae": "x"}, "nmae", "there is no field 'nmae' here; there are: name, age"),
        ({"friends": []}, "friends", "friends is empty; at least one item was expected"),
        ({"friends": [GOOD] * 3}, "friends", "friends has 3 items; at most 2 may be there"),
        ({"friends": [{}]}, "friends[0].name", "friends[0].name is missing"),
        ({"friends": [GOOD, 5]}, "friends[1]", "friends[1] is a number; an object was expected"),
    ],
)
def test_the_first_thing_that_does_not_fit_is_told_with_its_path(
    change: dict[str, object], param: str, message: str
) -> None:
    with pytest.raises(AdminError) as refused:
        Checker(SCHEMAS).check(ref("Pet"), {**GOOD, **change})

    assert (refused.value.status, refused.value.param) == (400, param)
    assert refused.value.message.startswith(message)


def test_a_word_that_was_nearly_right_is_hinted_at() -> None:
    with pytest.raises(AdminError) as refused:
        Checker(SCHEMAS).check(ref("Pet"), {**GOOD, "kind": "cta"})

    assert (refused.value.allowed, refused.value.hint) == (["cat", "dog"], "did you mean 'cat'?")
