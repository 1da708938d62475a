"""What an act works with, and what it gives.

Owns: the two records between `app.py` and the acts. Must not know: HTTP frameworks.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from msgspec import Struct

from mock_gateway.admin.asking import Asked
from mock_gateway.admin.feed import Feed
from mock_gateway.control import Control
from mock_gateway.gateway import Gateway


class Desk(Struct):
    """What an act works with. control: of the world of `prefix`. state: `ready`, or why no requests are taken."""

    asked: Asked
    prefix: str
    control: Control
    gateway: Gateway
    feed: Feed
    state: Callable[[], str]

    @property
    def body(self) -> Any:
        """The body that was sent."""
        return self.asked.body

    def query(self, name: str, default: Any = None) -> Any:
        """A parameter of the query."""
        return self.asked.query.get(name, default)

    def param(self, name: str) -> str:
        """A parameter of the path."""
        return self.asked.params[name]


class Answer(Struct, frozen=True):
    """An answer that is not just JSON with the operation's usual status.

    content: the body as it is sent, or its parts as they come. status: None is the operation's own.
    """

    content: str | bytes | AsyncIterator[bytes]
    media: str
    status: int | None = None
    headers: Mapping[str, str] = {}
