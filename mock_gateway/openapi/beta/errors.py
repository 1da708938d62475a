"""The answers of the documented contract that are not a success, one per status (NET-4).

Owns: status, component name, error type and example. When an operation gives which: `operations.py`.
"""

from __future__ import annotations

from mock_gateway.openapi.beta.examples import ERROR
from mock_gateway.openapi.errors import error_answer
from mock_gateway.openapi.facts import ErrorAnswer
from mock_gateway.openapi.story import REFUND_CALL, SESSION_ID, TURN_ID

ERRORS: dict[int, ErrorAnswer] = {
    400: error_answer(
        "BadRequest",
        "invalid_request_error",
        "The request is malformed: not JSON, not of the schema, kinds mixed, a bad page token or cursor.",
        "limit is '0'; an integer from 1 to 1000 was expected",
        "malformed",
        "limit",
    ),
    401: error_answer(
        "Unauthorized",
        "authentication_error",
        "The key is missing, empty or refused (NET-2).",
        "there is no Authorization header; send 'Authorization: Bearer <key>', any key will do",
        "missing_key",
        WWW_Authenticate="WwwAuthenticate",
    ),
    403: error_answer(
        "Forbidden",
        "permission_error",
        "The key is known but may not do this (NET-2).",
        "this key may not use the agents here",
        "forbidden",
    ),
    404: ErrorAnswer("NotFound", "not_found_error", "The session, turn or agent is not known.", ERROR),
    405: error_answer(
        "MethodNotAllowed",
        "method_not_allowed",
        "The path is known, the method is not; `Allow` names those that are. Every path answers so, "
        "this operation's own method never does.",
        "DELETE is not allowed here; allowed: GET, HEAD, OPTIONS, POST",
        "method_not_allowed",
        Allow="Allow",
    ),
    409: error_answer(
        "Conflict",
        "conflict_error",
        "The request is sound, but the state of the session or turn does not allow it.",
        f"turn {TURN_ID} of session {SESSION_ID} is running, and only one can; "
        "wait for its turn.done or cancel it first",
        "turn_running",
    ),
    413: error_answer(
        "TooLarge",
        "request_too_large",
        "The body is larger than the server takes.",
        "the body is larger than 33554432 bytes",
        "body_too_large",
    ),
    422: error_answer(
        "Unprocessable",
        "unprocessable_error",
        "The input does not fit what the session waits for.",
        f"tool calls are pending ({REFUND_CALL}); answer each of them, a user message is not allowed before that",
        "message_while_pending",
        "input",
    ),
    429: error_answer(
        "TooManyRequests",
        "rate_limit_error",
        "Too many requests; wait as long as `Retry-After` says. Only where a scenario scripts it.",
        "create_turn is answered 429 by the scenario (attempt 2)",
        "scripted",
        Retry_After="RetryAfter",
    ),
    500: error_answer(
        "ServerError",
        "server_error",
        "The server failed. Only where a scenario scripts it.",
        "create_turn is answered 500 by the scenario (attempt 2)",
        "scripted",
    ),
    502: error_answer(
        "BadGateway",
        "server_error",
        "What stands behind the server failed. Only where a scenario scripts it.",
        "create_turn is answered 502 by the scenario (attempt 2)",
        "scripted",
    ),
    503: error_answer(
        "Unavailable",
        "server_error",
        "The server cannot answer now. Only where a scenario scripts it.",
        "create_turn is answered 503 by the scenario (attempt 2)",
        "scripted",
    ),
    504: error_answer(
        "GatewayTimeout",
        "server_error",
        "The server waited for too long. Only where a scenario scripts it.",
        "create_turn is answered 504 by the scenario (attempt 2)",
        "scripted",
    ),
}
"""By status."""
