"""What was seen of a conversation, in words that no dialect owns: the vocabulary of a recording.

Owns: one record per thing that a stream or a stored log shows, and what a dialect's reader can be asked (`Reader`).
Each dialect has a reader of its own (`wire/<dialect>/recorded.py`). The readers take what they know and nothing else:
a field that is not named there never gets into a recording. Look next: `mock_gateway/recording/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from msgspec import Struct

Json = dict[str, Any]
SYSTEM = "truefoundry-system"
"""Where tools live that are built into the harness, in both dialects."""


class Opened(Struct, frozen=True):
    """A turn began."""

    turn: str


class Started(Struct, frozen=True):
    """A message began; nothing of it is known yet."""

    thread: str


class Spoke(Struct, frozen=True):
    """A piece of a message."""

    thread: str
    kind: Literal["text", "reasoning", "refusal"]
    text: str


class Called(Struct, frozen=True):
    """A message calls a tool. server: None for a tool built into the harness. index: its place among the calls."""

    thread: str
    index: int
    id: str
    name: str
    server: str | None = None
    server_id: str | None = None
    deferred: bool = False


class Argued(Struct, frozen=True):
    """A piece of the JSON of a call's arguments."""

    thread: str
    index: int
    text: str


class Tokens(Struct, frozen=True):
    """The usage of a message."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None


class Finished(Struct, frozen=True):
    """A message ended."""

    thread: str
    reason: str
    usage: Tokens | None = None


class Got(Struct, frozen=True):
    """A call got its result. fails: the text of an error, where the result is one."""

    thread: str
    call: str
    content: str
    fails: str | None = None


class Waits(Struct, frozen=True):
    """Calls wait for the user: for an approval, or for an answer."""

    thread: str
    kind: Literal["approval", "answer"]
    calls: tuple[str, ...]


class Began(Struct, frozen=True):
    """A sub-agent began."""

    thread: str
    parent: str
    call: str
    name: str
    task: str


class Ended(Struct, frozen=True):
    """A sub-agent ended. error: None when it ended well."""

    thread: str
    output: str
    error: str | None = None


class Server(Struct, frozen=True):
    """An MCP server."""

    name: str
    id: str | None = None
    transport: str | None = None


class Connected(Struct, frozen=True):
    """MCP servers were connected."""

    thread: str
    servers: tuple[Server, ...]


class Locked(Struct, frozen=True):
    """MCP servers need a person's authorisation."""

    servers: tuple[Server, ...]


class Boxed(Struct, frozen=True):
    """The sandbox is there."""

    sandbox: str


class Over(Struct, frozen=True):
    """The turn ended. text: the reason of a cancellation, or the error. cost: of all its messages, in USD."""

    status: str
    text: str = ""
    cost: float | None = None


Fact = (
    Opened
    | Started
    | Spoke
    | Called
    | Argued
    | Finished
    | Got
    | Waits
    | Began
    | Ended
    | Connected
    | Locked
    | Boxed
    | Over
)


class SeenSession(Struct, frozen=True):
    """A session as an answer shows it."""

    id: str
    agent: str
    title: str | None = None


class SeenTurn(Struct, frozen=True):
    """A turn as an answer shows it.

    over: how it ended; None while it runs. input: what was sent, as data. output: the events that its state holds.
    """

    id: str
    previous: str | None
    over: Over | None
    input: list[Json] | None = None
    output: tuple[Json, ...] = ()


class Reader(Protocol):
    """How a dialect is read. Everything raises `ValueError`, `KeyError` or `TypeError` for what is none of it."""

    def facts(self, event: Json) -> list[Fact]:
        """What an event of a stream shows; nothing for one that is not known."""

    def stored(self, event: Json) -> list[Fact]:
        """The same of an event of a stored log, where messages are whole."""

    def number(self, event: Json) -> int | None:
        """The sequence id that an event carries itself, if the dialect's events do."""

    def session(self, body: Json) -> SeenSession | None:
        """The session of an answer; None when it is no session of a saved agent."""

    def turn(self, body: Json) -> SeenTurn:
        """The turn of an answer."""

    def page(self, body: Json) -> list[Json]:
        """The items of an answer that is a list."""


def text_of(event: Mapping[str, Any], name: str) -> str:
    """A field that is text; empty when it is absent or null. Raises `TypeError`."""
    value = event.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"{name} of {event.get('type')} is no text")
    return value


def required(event: Mapping[str, Any], name: str) -> str:
    """A field that is text and must be there. Raises `KeyError`, `TypeError`."""
    value = event[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} of {event.get('type')} is no text")
    return value


def ids(refs: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The ids of calls."""
    return tuple(required(ref, "id") for ref in refs)
