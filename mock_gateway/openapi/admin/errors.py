"""The answers of the admin API that are not a success, one per status (NET-4).

Owns: status, component name, error type and example, and those that every operation has. Further ones:
`admin/operations.py`. What the body is made by: `admin/errors.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_gateway.admin.errors import AdminError
from mock_gateway.openapi.facts import ErrorAnswer

PLAIN = {
    403: "The name under which the server was reached is not one of this machine.",
    405: "The path has other methods.",
}
"""Of health, which asks nobody for anything."""
ON_ALL = {
    400: "A parameter or the body does not fit this document.",
    401: "A token is set, and the request does not carry it.",
    **PLAIN,
}
"""Of every other operation."""


def _answer(name: str, description: str, error: AdminError, **headers: str) -> ErrorAnswer:
    body = error.body()
    named = {header.replace("_", "-"): component for header, component in headers.items()}
    return ErrorAnswer(name, body["error"]["type"], description, body, named)


ERRORS: Mapping[int, ErrorAnswer] = {
    400: _answer(
        "BadRequest",
        "The request does not fit this document; `param` names the place, `allowed` what could be there.",
        AdminError(
            400,
            "mode is 'fast'; one of real, scaled, virtual, skipping was expected",
            "malformed",
            param="mode",
            allowed=["real", "scaled", "virtual", "skipping"],
        ),
    ),
    401: _answer(
        "Unauthorized",
        "A token is set, and the request does not carry it, or another one.",
        AdminError(
            401,
            "the admin API asks for a token",
            "missing_token",
            hint="send 'Authorization: Bearer <token>' or 'X-Admin-Token: <token>'",
        ),
        WWW_Authenticate="WwwAuthenticate",
    ),
    403: _answer(
        "Forbidden",
        "The server was reached under a foreign name, or by a page of another site.",
        AdminError(403, "the admin API is not for pages of another site", "foreign_origin"),
    ),
    404: _answer(
        "NotFound",
        "What the request is about is not there; `allowed` lists what is.",
        AdminError(
            404,
            "there is no session 'sess-9'",
            "session_id_unknown",
            param="session_id",
            allowed=["sess-0193f5a0b1c2d3e4"],
        ),
    ),
    405: _answer(
        "MethodNotAllowed",
        "The path is known, the method is not.",
        AdminError(405, "PATCH is not allowed here; allowed: GET, HEAD, OPTIONS", "method_not_allowed"),
        Allow="Allow",
    ),
    409: _answer(
        "Conflict",
        "The request is sound, but not now.",
        AdminError(409, "session sess-9 is not paused", "conflict", hint="pause its clock first"),
    ),
    413: _answer(
        "TooLarge",
        "The body is larger than the server takes.",
        AdminError(413, "the body is larger than 33554432 bytes", "body_too_large"),
    ),
    422: _answer(
        "Unprocessable",
        "The request fits this document and makes no sense all the same.",
        AdminError(
            422,
            "the scenario has a mistake: unknown key `sya` in rule",
            "scenario_invalid",
            param="text",
            mistakes=[
                {
                    "message": "unknown key `sya` in rule",
                    "file": "<text>",
                    "line": 3,
                    "column": 5,
                    "hint": "did you mean `say`?",
                    "excerpt": "  - sya: hello",
                }
            ],
        ),
    ),
    501: _answer(
        "Missing",
        "Something that this needs is not installed.",
        AdminError(501, "jsonschema-rs is not installed", "check_missing"),
    ),
    503: ErrorAnswer("NotReady", "", "The server takes no requests now.", {"status": "loading"}, schema="NotReady"),
}
"""By status."""
