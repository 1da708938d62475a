"""A way to an adapter: one call at a time, with a deadline.

Owns: what a reply is, and the ways in which there is none: a crash, a hang, something that is no reply.
Must not know: how bytes travel (`process.py`, `http.py`, `oneshot.py`), what an operation means.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct, field

from mock_gateway.conformance.adapters.protocol import wrong_error, wrong_result
from mock_gateway.conformance.observation import Observation, SeenError, read_error, read_observation

Json = dict[str, Any]
DEADLINE = 10.0
"""Seconds for an operation, unless a case says otherwise."""


class Live(Struct, frozen=True):
    """One event line. at: seconds of some monotonic clock: the adapter's, or that at which the line arrived."""

    at: float
    type: str
    seq: int | None = None


def read_live(message: Json) -> Live:
    """An event line. An adapter that says when it was (`at_ms`) is not judged by how busy this program is."""
    at = message.get("at_ms")
    when = at / 1000 if isinstance(at, int | float) else time.monotonic()
    return Live(when, str(message.get("type")), message.get("seq"))


class Reply(Struct):
    """What an adapter answered. result: as it was sent; of a failed operation, what was seen until then."""

    ok: bool
    result: Json = field(default_factory=dict)
    error: SeenError | None = None
    live: list[Live] = field(default_factory=list)
    took: float = 0.0

    def observation(self) -> Observation:
        """The result as an observation, with the error in it."""
        seen = read_observation(self.result)
        seen.error = self.error or seen.error
        return seen


class Hello(Struct, frozen=True):
    """Who answers."""

    name: str
    version: str = ""
    dialects: tuple[str, ...] = ()
    capabilities: frozenset[str] = frozenset()


class ChannelError(Exception):
    """No reply. stderr: the end of what the adapter wrote there."""

    def __init__(self, message: str, stderr: str = "") -> None:
        super().__init__(message)
        self.stderr = stderr


class NotStarted(ChannelError):
    """The adapter cannot be started, or does not say hello."""


class Crashed(ChannelError):
    """The adapter ended in the middle of an operation."""


class Hung(ChannelError):
    """No reply before the deadline; the adapter was killed."""


class Garbage(ChannelError):
    """Something came that is no reply; the message quotes it."""


class Channel(Protocol):
    """One adapter. After a `ChannelError` the next call finds a fresh one."""

    def hello(self) -> Hello:
        """Who answers; asked once. Raises `NotStarted`."""

    def call(self, op: str, args: Mapping[str, object], deadline: float = DEADLINE) -> Reply:
        """Let it do something. deadline: seconds. Raises `ChannelError`."""

    def close(self) -> None:
        """End it."""


def request_line(number: int, op: str, args: Mapping[str, object]) -> bytes:
    """A request as a line."""
    message = {"v": 1, "id": number, "op": op, "args": args}
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def read_line(line: bytes) -> Json:
    """A line of an adapter. Raises `Garbage`."""
    try:
        # Not msgspec: a client may have seen half of a surrogate pair, and must be able to say so.
        message = json.loads(line)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        shown = line[:200].decode("utf-8", "backslashreplace").rstrip()
        raise Garbage(f"the adapter wrote a line that is no JSON object: {shown!r}; stdout is for replies only")
    return message


def read_reply(op: str, message: Json) -> Reply:
    """A reply. Raises `Garbage` naming what the protocol wants."""
    ok, result = message.get("ok"), message.get("result")
    if not isinstance(ok, bool):
        raise Garbage(f"{op}: a reply has `ok`, true or false; this one has {sorted(message)}")
    wrong = wrong_result(op, result) if ok else wrong_error(message.get("error"))
    if not ok and isinstance(result, dict):
        wrong += [flaw for flaw in wrong_result(op, result) if not flaw.endswith("is missing")]
    if wrong:
        raise Garbage("; ".join(wrong))
    error = None if ok else read_error(message["error"])
    return Reply(ok, result if isinstance(result, dict) else {}, error)


def read_hello(reply: Reply) -> Hello:
    """Who answers. Raises `NotStarted`."""
    if not reply.ok:
        raise NotStarted(f"the adapter refuses hello: {reply.error.message if reply.error else ''}")
    told = reply.result
    dialects, capabilities = tuple(told["dialects"]), frozenset(told["capabilities"])
    return Hello(told["name"], str(told.get("version") or ""), dialects, capabilities)
