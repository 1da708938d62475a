"""Requests as a client makes them: what both contracts spell alike. Items are a dialect's own business.

Owns: method, path and body of an ask. Must not know: HTTP. The way back is each dialect's `parse.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from mock_gateway.core.commands import Item
from mock_gateway.wire.dialect import Dialect

WriteItem = Callable[[Item], dict[str, object]]


def path_of(dialect: Dialect, operation: str, **ids: str) -> tuple[str, str]:
    """Method and path of an operation below the base URL. Raises `KeyError` when the dialect has no such operation."""
    found = {one.name: one for one in dialect.operations}[operation]
    return found.method, found.path.format(**{name: quote(value, safe="") for name, value in ids.items()})


def session_body(agent: str) -> dict[str, Any]:
    """The body that makes a session."""
    return {"agent_name": agent}


def turn_body(items: tuple[Item, ...] | None, write: WriteItem) -> dict[str, Any]:
    """The body that makes a turn, streamed."""
    return {} if items is None else {"input": [write(item) for item in items]}
