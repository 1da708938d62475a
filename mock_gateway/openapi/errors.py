"""Making error answers: what all contracts have in common.

Owns: the shape of an error body. Which errors a contract has: `beta/errors.py`, `v1/errors.py`.
"""

from __future__ import annotations

from mock_gateway.openapi.facts import ErrorAnswer, Json


def error(message: str, kind: str, code: str | None = None, param: str | None = None) -> Json:
    """An error body (NET-4)."""
    return {"error": {"message": message, "type": kind, "code": code, "param": param}}


def error_answer(
    name: str, kind: str, description: str, message: str, code: str, param: str | None = None, **headers: str
) -> ErrorAnswer:
    """An error answer with its example.

    name: of the component response. kind: `error.type`. message, code, param: of the example.
    headers: header name, `_` for `-`, to component header.
    """
    named = {header.replace("_", "-"): component for header, component in headers.items()}
    return ErrorAnswer(name, kind, description, error(message, kind, code, param), named)
