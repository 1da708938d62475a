"""An adapter that is served: every operation is a POST of its line, and the body of the answer is the reply's lines.

Owns: the connection, deadlines. For clients that live in a browser, on a phone or in a server of their own. Such an
adapter cannot be killed: after a hang the connection is closed, and `reset` comes first on the next.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from mock_gateway.conformance.adapters.channel import (
    DEADLINE,
    ChannelError,
    Crashed,
    Garbage,
    Hello,
    Hung,
    Live,
    NotStarted,
    Reply,
    read_hello,
    read_line,
    read_live,
    read_reply,
    request_line,
)


class HttpChannel:
    """One adapter at a URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection: HTTPConnection | None = None
        self._hello: Hello | None = None
        self._number = 0

    def hello(self) -> Hello:
        """Who answers. Raises `NotStarted`."""
        if self._hello is None:
            try:
                self._hello = read_hello(self.call("hello", {}))
            except ChannelError as error:
                raise NotStarted(f"{self.url}: {error}", error.stderr) from error
        return self._hello

    def call(self, op: str, args: Mapping[str, object], deadline: float = DEADLINE) -> Reply:
        """Let it do something. Raises `ChannelError`."""
        self._number += 1
        started = time.monotonic()
        try:
            return self._ask(op, request_line(self._number, op, args), started, deadline)
        except TimeoutError:
            self.close()
            raise Hung(f"{op}: no reply in {deadline:g} s") from None
        except (OSError, HTTPException) as error:
            self.close()
            raise Crashed(f"{op}: the adapter at {self.url} does not answer: {error}") from None
        except ChannelError:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
            self._connection = None

    def _ask(self, op: str, line: bytes, started: float, deadline: float) -> Reply:
        target = urlsplit(self.url)
        if self._connection is None:
            make = HTTPSConnection if target.scheme == "https" else HTTPConnection
            self._connection = make(target.netloc, timeout=deadline)
        connection = self._connection
        if connection.sock is not None:
            connection.sock.settimeout(deadline)
        connection.request("POST", target.path or "/", line, {"content-type": "application/json"})
        answer = connection.getresponse()
        if answer.status != 200:
            shown = answer.read(200).decode("utf-8", "replace")
            raise Garbage(f"{op}: the adapter answered {answer.status} instead of 200: {shown!r}")
        live: list[Live] = []
        while told := answer.readline():
            message = read_line(told)
            if "event" not in message:
                answer.read()
                reply = read_reply(op, message)
                reply.live, reply.took = live, time.monotonic() - started
                return reply
            live.append(read_live(message))
        raise Garbage(f"{op}: the body of the answer has no reply")
