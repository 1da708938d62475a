"""Error answers of every status and every shape (NET-4)."""

from __future__ import annotations

import pytest

from mock_gateway.client import (
    ApiError,
    BadRequest,
    Conflict,
    ContentTooLarge,
    Forbidden,
    GatewayError,
    NotFound,
    RateLimited,
    ServerError,
    Unauthorized,
    Unprocessable,
)
from mock_gateway.client.errors import api_error, retry_after_seconds

KINDS: list[tuple[int, type[ApiError]]] = [
    (400, BadRequest),
    (401, Unauthorized),
    (403, Forbidden),
    (404, NotFound),
    (405, ApiError),
    (409, Conflict),
    (413, ContentTooLarge),
    (422, Unprocessable),
    (429, RateLimited),
    (500, ServerError),
    (599, ServerError),
    (304, ApiError),
]


@pytest.mark.parametrize(("status", "kind"), KINDS)
def test_each_status_has_its_class_and_the_body_fills_it(status: int, kind: type[ApiError]) -> None:
    body = b'{"error": {"message": "m", "type": "t", "code": "c", "param": "p"}}'

    error = api_error(status, {"retry-after": "3"}, body, "GET /x")

    assert type(error) is kind
    assert isinstance(error, GatewayError)
    assert (error.status, error.message, error.type, error.code, error.param) == (status, "m", "t", "c", "p")
    assert error.retry_after == 3
    assert str(error) == f"GET /x answered {status}: m"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "HTTP 502"),
        (b"<html>\n <b>Bad</b>\n</html>", "<html> <b>Bad</b> </html>"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"[]", "[]"),
        (b'{"error": "down"}', "down"),
        (b'{"error": {"message": null, "code": 7}}', '{"error": {"message": null, "code": 7}}'),
        (b'{"error": {"message": {"a": 1}}}', '{"error": {"message": {"a": 1}}}'),
        (b"[" * 100_000, "[" * 200 + "..."),
    ],
)
def test_a_body_of_any_shape_gives_a_message(body: bytes, message: str) -> None:
    assert api_error(502, {}, body, "GET /x").message == message


def test_a_code_that_is_a_number_becomes_text() -> None:
    assert api_error(400, {}, b'{"error": {"message": "m", "code": 7}}', "").code == "7"


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        (None, None, None),
        ("2", None, 2.0),
        (" 0 ", None, 0.0),
        ("-2", None, None),
        ("soon", None, None),
        ("Fri, 02 Jan 2026 10:00:30 GMT", "Fri, 02 Jan 2026 10:00:00 GMT", 30.0),
        ("Fri, 02 Jan 2026 09:00:00 GMT", "Fri, 02 Jan 2026 10:00:00 GMT", 0.0),
        ("Fri, 02 Jan 1970 09:00:00 GMT", None, 0.0),
        ("Fri, 02 Jan 1970 09:00:00 GMT", "gibberish", 0.0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(
    value: str | None, date: str | None, seconds: float | None
) -> None:
    assert retry_after_seconds(value, date) == seconds


@pytest.mark.parametrize(("status", "transient"), [(408, True), (429, True), (503, True), (500, False), (409, False)])
def test_only_some_statuses_are_worth_another_try(status: int, transient: bool) -> None:
    assert api_error(status, {}, b"", "").transient is transient
