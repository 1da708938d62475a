"""The answers of the published contract that are not a success, one per status.

Owns: status, component name, error type and example. When an operation gives which: `sessions.py`, `turns.py`.
"""

from __future__ import annotations

from mock_gateway.openapi.errors import error_answer
from mock_gateway.openapi.facts import ErrorAnswer
from mock_gateway.openapi.story import REFUND_CALL, SANDBOX_ID, SESSION_ID, TURN_ID
from mock_gateway.openapi.v1.examples import ERROR

ERRORS: dict[int, ErrorAnswer] = {
    400: error_answer(
        "BadRequest",
        "bad_request",
        "The request is malformed: not JSON, not of the schema, kinds mixed, a bad page token or cursor (V1-ERR-2).",
        "limit is '0'; an integer from 1 to 100 was expected",
        "malformed",
        "limit",
    ),
    401: error_answer(
        "Unauthorized",
        "unauthorized",
        "The key is missing, empty or refused (V1-NET-3).",
        "there is no Authorization header; send 'Authorization: Bearer <key>', any key will do",
        "missing_key",
        WWW_Authenticate="WwwAuthenticate",
    ),
    403: error_answer(
        "Forbidden",
        "forbidden",
        "The key is known but may not do this (V1-NET-3).",
        "this key may not use the agents here",
        "forbidden",
    ),
    404: ErrorAnswer(
        "NotFound", "not_found", "The session, turn, agent, sandbox or file is not known (V1-ERR-3).", ERROR
    ),
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
        "conflict",
        "The request is sound, but not now. Python clients repeat a request that is answered so.",
        f"turn {TURN_ID} is running; its events are stored when it has ended, stream it",
        "turn_running",
    ),
    410: error_answer(
        "Gone",
        "gone",
        "The sandbox was stopped.",
        f"sandbox '{SANDBOX_ID}' was stopped when its turn was cancelled; the next turn starts it again",
        "sandbox_stopped",
        "sandbox_id",
    ),
    412: error_answer(
        "PreconditionFailed",
        "precondition_failed",
        "The request is sound, but the state of the session, turn or sandbox does not allow it.",
        f"turn {TURN_ID} is done; only a running turn can be streamed, read its events instead",
        "turn_not_running",
    ),
    413: error_answer(
        "TooLarge",
        "content_too_large",
        "The body, or what was asked for, is larger than the server takes.",
        "the body is larger than 33554432 bytes",
        "body_too_large",
    ),
    422: error_answer(
        "Unprocessable",
        "unprocessable_entity",
        "The input does not fit what the session waits for.",
        f"tool calls are pending ({REFUND_CALL}); answer each of them, a user message is not allowed before that",
        "message_while_pending",
        "input",
    ),
    424: error_answer(
        "FailedDependency",
        "failed_dependency",
        "Something that the request needs failed. Only where a scenario scripts it.",
        f"session {SESSION_ID} could not be cancelled: its store did not answer",
        "failed_dependency",
    ),
    429: error_answer(
        "TooManyRequests",
        "too_many_requests",
        "Too many requests; wait as long as `Retry-After` says. Only where a scenario scripts it.",
        "create_turn is answered 429 by the scenario (attempt 2)",
        "scripted",
        Retry_After="RetryAfter",
    ),
    500: error_answer(
        "ServerError",
        "internal_server_error",
        "The server failed. Only where a scenario scripts it.",
        "create_turn is answered 500 by the scenario (attempt 2)",
        "scripted",
    ),
    502: error_answer(
        "BadGateway",
        "bad_gateway",
        "What stands behind the server failed. Only where a scenario scripts it.",
        "create_turn is answered 502 by the scenario (attempt 2)",
        "scripted",
    ),
    503: error_answer(
        "Unavailable",
        "internal_server_error",
        "The server cannot answer now. Only where a scenario scripts it.",
        "create_turn is answered 503 by the scenario (attempt 2)",
        "scripted",
    ),
    504: error_answer(
        "GatewayTimeout",
        "gateway_timeout",
        "The server waited for too long. Only where a scenario scripts it.",
        "create_turn is answered 504 by the scenario (attempt 2)",
        "scripted",
    ),
}
"""By status."""
