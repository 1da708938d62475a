"""An adapter in this very process: for the zoo, whose hundred clients would cost a minute as children.

Owns: what a child would show too: a crash is a crash, what cannot be written as JSON cannot be told. Must not know:
which bug a client has, what a case is about.
"""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from contract_tests.mutants.adapter import Adapter
from mock_gateway.conformance.adapters.channel import (
    DEADLINE,
    Crashed,
    Hello,
    Hung,
    Live,
    Reply,
    read_hello,
    read_line,
    read_live,
    read_reply,
)


class InProcess:
    """A way to one adapter. make: gives a fresh one, at first and after each crash."""

    def __init__(self, make: Callable[[], Adapter]) -> None:
        self._make = make
        self._adapter: Adapter | None = None
        self._live: list[Live] = []

    def hello(self) -> Hello:
        """See `Channel`."""
        return read_hello(self.call("hello", {}))

    def call(self, op: str, args: Mapping[str, object], deadline: float = DEADLINE) -> Reply:
        """See `Channel`. A call that takes too long is let end by itself: nothing here can be killed."""
        adapter = self._ready()
        self._live = []
        began = time.monotonic()
        try:
            told = adapter.reply(op, json.loads(json.dumps(args)))
            message = read_line(json.dumps(told).encode())
        except Exception as error:  # whatever a client does not catch ends its program
            self._adapter = None
            raise Crashed(f"{op}: {error!r}", traceback.format_exc()) from error
        took = time.monotonic() - began
        if took > deadline:
            raise Hung(f"{op}: no answer in {deadline:g} s")
        reply = read_reply(op, message)
        reply.live, reply.took = self._live, took
        return reply

    def close(self) -> None:
        """See `Channel`."""

    def _ready(self) -> Adapter:
        if self._adapter is None:
            self._adapter = self._make()
            self._adapter.write = self._note  # type: ignore[method-assign]  # in place of stdout
        return self._adapter

    def _note(self, message: dict[str, Any]) -> None:
        self._live.append(read_live(message))
