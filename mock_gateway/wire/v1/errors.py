"""Statuses and error bodies of the published contract.

A state conflict on creating a turn is 412 and never 409: clients repeat a request that got 409, and a repeated one
would start a second turn. A 409 is left for the events of a turn that still runs.
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_gateway.core.errors import Reason, Refusal
from mock_gateway.core.state import json_bytes

UNFIT = frozenset(
    {
        Reason.DOES_NOT_FIT_PENDING,
        Reason.MESSAGE_WHILE_PENDING,
        Reason.MESSAGE_WHILE_AUTH,
        Reason.NOTHING_TO_DO,
        Reason.SANDBOX_REQUIRED,
    }
)
"""Input that is well formed and does not fit the session: 422, or 400 by the reading `unfit`."""

STATUS: Mapping[Reason, int] = {
    Reason.MALFORMED: 400,
    Reason.MIXED_INPUT: 400,
    Reason.BAD_FILE: 400,
    Reason.BAD_CURSOR: 400,
    Reason.BAD_PAGE_TOKEN: 400,
    Reason.FOREIGN_SESSION: 403,
    Reason.UNKNOWN_AGENT: 404,
    Reason.UNKNOWN_SESSION: 404,
    Reason.UNKNOWN_TURN: 404,
    Reason.UNKNOWN_SANDBOX: 404,
    Reason.UNKNOWN_FILE: 404,
    Reason.TURN_RUNNING: 409,
    Reason.SANDBOX_STOPPED: 410,
    Reason.SANDBOX_NOT_STARTED: 412,
    Reason.TURN_NOT_RUNNING: 412,
    Reason.SESSION_CANCELLED: 412,
}

ON_OPERATION: Mapping[tuple[str, Reason], int] = {("create_turn", Reason.TURN_RUNNING): 412}
"""Where the status depends on what was asked for."""

TYPE: Mapping[int, str] = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    410: "gone",
    412: "precondition_failed",
    413: "content_too_large",
    422: "unprocessable_entity",
    424: "failed_dependency",
    429: "too_many_requests",
    502: "bad_gateway",
    504: "gateway_timeout",
}


def error_body(status: int, message: str, code: str | None = None, param: str | None = None) -> bytes:
    """The error object as JSON; any other shape would hide the typed error from the client."""
    kind = TYPE.get(status, "internal_server_error" if status >= 500 else "bad_request")
    return json_bytes({"error": {"message": message, "type": kind, "code": code, "param": param}})


def status_of(refusal: Refusal, operation: str, unfit: int) -> int:
    """The status of a refusal; a scripted one brings its own. unfit: for input that does not fit what is pending."""
    if refusal.status is not None:
        return refusal.status
    if refusal.reason in UNFIT:
        return unfit
    return ON_OPERATION.get((operation, refusal.reason)) or STATUS[refusal.reason]
