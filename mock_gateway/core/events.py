"""Facts: what has happened in a turn, in the order in which it happened.

Owns: one class per kind of fact. Dialects render them; the log keeps them. `at` is session time in seconds.
A run of deltas of one message is one fact (`Deltas`), so that a long text costs as little as a short one.
Must not know: names of fields on a wire, sequence ids (a dialect numbers what it shows).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from mock_gateway.core.state import Message, OpenCall, Thread


class TurnCreated(Struct):
    """The turn began."""

    at: float


class MessageStarted(Struct):
    """A model request began; nothing of the message is known yet."""

    at: float
    message: Message


# Most facts of a busy server are these. The collector need not look at them: nothing that they hold leads back to them.
class Deltas(Struct, eq=False, gc=False):
    """Pieces `first` to `stop` (exclusive) of a message were delivered."""

    at: float
    message: Message
    first: int
    stop: int


class ToolResponded(Struct):
    """A call got its result."""

    at: float
    thread_id: str
    call_id: str
    content: str


class ApprovalRequired(Struct):
    """Calls wait for a decision."""

    at: float
    thread_id: str
    calls: tuple[OpenCall, ...]


class ResponseRequired(Struct):
    """Calls wait for the client's result."""

    at: float
    thread_id: str
    calls: tuple[OpenCall, ...]


class ThreadCreated(Struct):
    """A sub-agent began."""

    at: float
    thread: Thread


class ThreadDone(Struct):
    """A sub-agent ended: with its last message, or with an error text."""

    at: float
    thread: Thread
    output: Message | None = None
    error: str | None = None


class McpInitialized(Struct):
    """Servers were connected: (name, MCP session id). fresh: those that no earlier turn had connected."""

    at: float
    thread_id: str
    servers: tuple[tuple[str, str], ...]
    fresh: tuple[tuple[str, str], ...]


class McpAuthRequired(Struct):
    """Servers need a person's authorisation: (name, URL, ids of the threads that need it)."""

    at: float
    servers: tuple[tuple[str, str, tuple[str, ...]], ...]


class SandboxCreated(Struct):
    """A sandbox was made."""

    at: float
    sandbox_id: str


class TurnDone(Struct):
    """The turn ended; its final state is on the turn."""

    at: float


Fact = (
    TurnCreated
    | MessageStarted
    | Deltas
    | ToolResponded
    | ApprovalRequired
    | ResponseRequired
    | ThreadCreated
    | ThreadDone
    | McpInitialized
    | McpAuthRequired
    | SandboxCreated
    | TurnDone
)
