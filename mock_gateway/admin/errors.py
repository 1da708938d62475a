"""Errors of the admin API: one exception, one shape.

Owns: the error body, its types by status, and what the errors of other parts become. Must not know: HTTP frameworks,
operations. The shape is that of the contracts (NET-4), with `allowed` and `hint` for whoever has to put it right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from mock_gateway.core.errors import MockGatewayError

TYPES: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    405: "method_not_allowed",
    409: "conflict_error",
    413: "request_too_large",
    422: "unprocessable_error",
    501: "server_error",
    503: "server_error",
}
"""`error.type` by status."""


class AdminError(MockGatewayError):
    """A request that the admin API refuses; nothing has changed.

    message: what is wrong. code: for programs. param: the field, as a path (`at.event`), or the parameter.
    allowed: what could have stood there. hint: what to do. mistakes: of a scenario, each with its place.
    headers: of the answer.
    """

    def __init__(
        self,
        status: int,
        message: str,
        code: str,
        *,
        param: str | None = None,
        allowed: Iterable[object] | None = None,
        hint: str | None = None,
        mistakes: Sequence[Mapping[str, object]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.allowed = None if allowed is None else list(allowed)
        self.hint = hint or None
        self.mistakes = mistakes
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The error body."""
        error: dict[str, Any] = {
            "message": self.message,
            "type": TYPES.get(self.status, "server_error"),
            "code": self.code,
            "param": self.param,
            "allowed": self.allowed,
            "hint": self.hint,
        }
        if self.mistakes is not None:
            error["mistakes"] = list(self.mistakes)
        return {"error": error}


def malformed(
    message: str, param: str | None = None, *, allowed: Iterable[object] | None = None, hint: str | None = None
) -> AdminError:
    """A 400."""
    return AdminError(400, message, "malformed", param=param, allowed=allowed, hint=hint)


def not_found(message: str, param: str, known: Iterable[str]) -> AdminError:
    """A 404 that lists what there is. known: names; a long list is cut in the message's `allowed`."""
    names = list(known)
    return AdminError(404, message, f"{param}_not_found", param=param, allowed=names[:100])


def nearest(name: str, names: Iterable[str]) -> str | None:
    """A hint with the name that was probably meant."""
    close = get_close_matches(name, list(names), n=1)
    return f"did you mean {close[0]!r}?" if close else None
