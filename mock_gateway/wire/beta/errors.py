"""Statuses and error bodies of the documented contract (NET-4)."""

from __future__ import annotations

from collections.abc import Mapping

from mock_gateway.core.errors import Reason, Refusal
from mock_gateway.core.state import json_bytes

STATUS: Mapping[Reason, int] = {
    Reason.MALFORMED: 400,
    Reason.MIXED_INPUT: 400,
    Reason.BAD_FILE: 400,
    Reason.BAD_CURSOR: 400,
    Reason.BAD_PAGE_TOKEN: 400,
    Reason.UNKNOWN_AGENT: 404,
    Reason.UNKNOWN_SESSION: 404,
    Reason.UNKNOWN_TURN: 404,
    Reason.TURN_RUNNING: 409,
    Reason.TURN_NOT_RUNNING: 409,
    Reason.SESSION_CANCELLED: 409,
    Reason.DOES_NOT_FIT_PENDING: 422,
    Reason.MESSAGE_WHILE_PENDING: 422,
    Reason.MESSAGE_WHILE_AUTH: 422,
    Reason.NOTHING_TO_DO: 422,
    Reason.SANDBOX_REQUIRED: 422,
}

TYPE: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    405: "method_not_allowed",
    409: "conflict_error",
    413: "request_too_large",
    422: "unprocessable_error",
    429: "rate_limit_error",
}


def error_body(status: int, message: str, code: str | None = None, param: str | None = None) -> bytes:
    """The error object as JSON."""
    kind = TYPE.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return json_bytes({"error": {"message": message, "type": kind, "code": code, "param": param}})


def status_of(refusal: Refusal) -> int:
    """The status of a refusal; a scripted one brings its own."""
    return refusal.status or STATUS[refusal.reason]
