"""The error tree of the reference client, and how an error answer becomes one of its leaves.

    GatewayError
    ├── ApiError                  the gateway answered with an error status (NET-4)
    │   ├── BadRequest            400
    │   ├── Unauthorized          401
    │   ├── Forbidden             403
    │   ├── NotFound              404
    │   ├── Conflict              409
    │   ├── ContentTooLarge       413
    │   ├── Unprocessable         422
    │   ├── RateLimited           429
    │   └── ServerError           5xx
    ├── TransportError            no whole answer: refused, reset, timed out, ended early
    └── ProtocolError             an answer that breaks the contract
        └── SequenceGap           a sequence id is missing (SEQ-1)

Owns: the tree, the reading of an error body, the reading of Retry-After.
Must not know: httpx, sessions, turns. Next: `transport.py`, which raises most of these.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_TRANSIENT_STATUSES = frozenset({408, 429, 502, 503, 504})
_SNIPPET = 200


class GatewayError(Exception):
    """Everything that this client raises about the gateway.

    transient: True when the same safe request may succeed a little later.
    """

    transient = False


class ApiError(GatewayError):
    """The gateway refused or failed a call (NET-4).

    status: the HTTP status.
    message: the text for a person; of a body that is not JSON, its beginning.
    type, code, param: the fields of the error body, None when absent.
    retry_after: seconds that the gateway asked to wait, None when it did not ask.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        call: str = "",
        type: str | None = None,
        code: str | None = None,
        param: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{call} answered {status}: {message}" if call else f"{status}: {message}")
        self.status = status
        self.message = message
        self.type = type
        self.code = code
        self.param = param
        self.retry_after = retry_after
        self.transient = status in _TRANSIENT_STATUSES


class BadRequest(ApiError):
    """400: malformed, mixed kinds of input, bad cursor or page token."""


class Unauthorized(ApiError):
    """401: no key, or one that is not accepted (NET-2)."""


class Forbidden(ApiError):
    """403: the key may not do this (NET-2)."""


class NotFound(ApiError):
    """404: no such agent, session or turn."""


class Conflict(ApiError):
    """409: the session or turn is in a state that does not allow the call."""


class ContentTooLarge(ApiError):
    """413: the body is larger than the gateway takes."""


class Unprocessable(ApiError):
    """422: input that does not fit what is pending (INP-3 to INP-7)."""


class RateLimited(ApiError):
    """429: too many calls; `retry_after` says how long to wait."""


class ServerError(ApiError):
    """5xx: the gateway failed."""


class TransportError(GatewayError):
    """No whole answer arrived: connection refused, reset, closed early, or timed out."""

    transient = True


class ProtocolError(GatewayError):
    """An answer that the contract does not allow; the message names what and where."""


class SequenceGap(ProtocolError):
    """The stream skipped a sequence id and did so again after resuming (SEQ-1)."""

    transient = True


_BY_STATUS: dict[int, type[ApiError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: ContentTooLarge,
    422: Unprocessable,
    429: RateLimited,
}


def api_error(status: int, headers: Mapping[str, str], body: bytes, call: str) -> ApiError:
    """Turn an error answer into the leaf for its status.

    status: HTTP status, not 2xx. headers: of the answer, looked up in lower case.
    body: as received, JSON or not. call: method and path, for the message.
    Never raises: a body of any shape gives an error with a message.
    """
    fields = _error_fields(body)
    message = fields.pop("message", None) or _snippet(body) or f"HTTP {status}"
    kind = ServerError if status >= 500 else _BY_STATUS.get(status, ApiError)
    return kind(
        message,
        status=status,
        call=call,
        type=fields.get("type"),
        code=fields.get("code"),
        param=fields.get("param"),
        retry_after=retry_after_seconds(headers.get("retry-after"), headers.get("date")),
    )


def _error_fields(body: bytes) -> dict[str, str]:
    """The text fields of `{"error": {...}}`; empty when the body has another shape."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, str):
        return {"message": error}
    if not isinstance(error, dict):
        return {}
    return {
        name: str(error[name])
        for name in ("message", "type", "code", "param")
        if isinstance(error.get(name), str | int)
    }


def _snippet(body: bytes) -> str:
    text = " ".join(body.decode("utf-8", "replace").split())
    return text if len(text) <= _SNIPPET else text[:_SNIPPET] + "..."


def retry_after_seconds(value: str | None, date: str | None) -> float | None:
    """Read a Retry-After header.

    value: seconds or an HTTP date. date: the answer's Date header; a date is measured against it,
    so that a server whose clock is off is still understood.
    Returns seconds, never negative; None when absent or unreadable.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    until = _timestamp(text)
    if until is None:
        return None
    now = _timestamp(date) if date else None
    return max(0.0, until - (time.time() if now is None else now))


def _timestamp(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
