"""What a client understood of a turn, in words that no dialect owns.

Owns: the record, reading one that an adapter sent, and the order in which fields are compared. Adapters send it as JSON
under the same names; `oracle.py` makes the true one. A field that is None was not reported, and is not compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, ValidationError, convert, to_builtins

Json = dict[str, Any]


class SeenCall(Struct, omit_defaults=True):
    """A tool call, put together. arguments: JSON text, as far as it came. thread: id of its thread."""

    id: str = ""
    name: str = ""
    arguments: str = ""
    thread: str = "main"


class SeenResult(Struct, omit_defaults=True):
    """The result of a tool that ran on the server. id: of the call."""

    id: str
    content: str
    thread: str = "main"


class SeenAction(Struct, omit_defaults=True):
    """Something that the user has to do.

    kind: `approval` and `response` have the id and the thread of a tool call, `auth` has server and url.
    """

    kind: str
    id: str = ""
    thread: str = ""
    server: str = ""
    url: str = ""


class SeenError(Struct, omit_defaults=True):
    """Why the client gave up. kind: one of `protocol.ERROR_KINDS`; status: of HTTP; retry_after_s: seconds."""

    kind: str = "client"
    message: str = ""
    status: int | None = None
    code: str | None = None
    retry_after_s: float | None = None


class Observation(Struct, omit_defaults=True):
    """One turn, or what was read of it. `FIELD_HELP` explains the fields."""

    session_id: str | None = None
    turn_id: str | None = None
    status: str | None = None
    message: str | None = None
    reason: str | None = None
    text: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    threads: dict[str, str] | None = None
    tool_calls: list[SeenCall] | None = None
    tool_results: list[SeenResult] | None = None
    actions: list[SeenAction] | None = None
    events: list[str] | None = None
    last: int | None = None
    error: SeenError | None = None

    def json(self) -> Json:
        """As an adapter sends it."""
        return dict(to_builtins(self))


FIELD_HELP: Mapping[str, str] = {
    "session_id": "the session",
    "turn_id": "the turn",
    "status": "`done`, `cancelled`, `error`; `running` when no end was seen",
    "message": "of a turn that failed: why",
    "reason": "of a turn that was cancelled: why",
    "text": "what the main thread said, its messages joined without anything between them",
    "reasoning": "the same of its thoughts, where the contract has them",
    "refusal": "the same of its refusals",
    "threads": "text by thread id, that of `main` too",
    "tool_calls": "`{id, name, arguments, thread}` of each call, its arguments put together, as text",
    "tool_results": "`{id, content, thread}` of each result of a tool that ran on the server; `id` is that of the call",
    "actions": "what waits for the user: `{kind: approval, id, thread}`, `{kind: response, id, thread}`, "
    "`{kind: auth, server, url}`",
    "events": "the types of all events in the order in which the client delivered them",
    "last": "the last sequence id",
}
"""What each field is, for people who write adapters."""
REQUIRED = ("status", "text")
"""What every adapter reports of a turn."""
FIELDS = (
    "turn_id",
    "status",
    "message",
    "reason",
    "text",
    "threads",
    "reasoning",
    "refusal",
    "tool_calls",
    "tool_results",
    "actions",
    "events",
    "last",
)
"""What is compared with the truth, in this order: the first difference names the failure."""


class BadObservation(Exception):
    """An adapter's result that is no observation; the message names the field."""


def read_observation(value: object) -> Observation:
    """An observation as it was sent. Raises `BadObservation`."""
    if not isinstance(value, Mapping):
        raise BadObservation(f"an observation is an object, not {type(value).__name__}")
    try:
        return convert(value, Observation)
    except ValidationError as error:
        raise BadObservation(str(error)) from None


def read_error(value: object) -> SeenError:
    """An error as it was sent. Raises `BadObservation`."""
    try:
        return convert(value, SeenError)
    except ValidationError as error:
        raise BadObservation(f"error: {error}") from None
