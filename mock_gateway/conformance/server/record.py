"""What a check said and heard, kept for the case that it fails.

Owns: the list that a speaker writes to, and its form as evidence. Must not know: rules, verdicts of a run.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

from mock_gateway.conformance.server.http11 import Exchange
from mock_gateway.conformance.verdicts import Asked, Evidence, Write

SHOWN = 2000
"""Bytes of a body that evidence has."""
MOST = 12
"""Requests and writes of an answer that evidence has: the last ones, where checks fail."""


@dataclass(slots=True)
class Said:
    """One request. at: monotonic seconds. exchange: its answer, as far as it came; None when none came."""

    at: float
    request: str
    body: bytes
    exchange: Exchange | None = None


_SAID: ContextVar[list[Said] | None] = ContextVar("said", default=None)


def listen() -> list[Said]:
    """A list that fills with everything that is said from here on, in this task and those that it starts."""
    said: list[Said] = []
    _SAID.set(said)
    return said


def note(request: str, body: bytes | None) -> Said:
    """Note a request before it is sent; keys are in no evidence."""
    one = Said(time.monotonic(), request, body or b"")
    said = _SAID.get()
    if said is not None:
        said.append(one)
    return one


def evidence_of(said: Sequence[Said], began: float) -> Evidence:
    """The last requests, with what came back."""
    return Evidence(asked=[_asked(one, began) for one in said[-MOST:]])


def _asked(one: Said, began: float) -> Asked:
    exchange = one.exchange
    writes = [] if exchange is None else list(_writes(one, exchange))
    return Asked(
        at_ms=round((one.at - began) * 1000),
        request=one.request,
        status=0 if exchange is None else exchange.status,
        body=one.body[:SHOWN].decode("utf-8", "replace"),
        answer={} if exchange is None else dict(exchange.headers),
        size=0 if exchange is None else sum(len(piece) for _, piece in exchange.read),
        writes=writes[-MOST:],
    )


def _writes(one: Said, exchange: Exchange) -> Iterator[Write]:
    for at, piece in exchange.read:
        yield Write(round((at - one.at) * 1000, 3), piece[:SHOWN], len(piece) if len(piece) > SHOWN else 0)
