"""The document of a state: what is in it, and nothing else.

Owns: its records and its version. Everything that happens follows from a seed, a scenario and commands, so a session is
the commands that made it, each with how far the running turn had come (`played`). Times are session time in seconds.
Must not know: how it is made (`exporting.py`) and read (`importing.py`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

VERSION = 1
Count = Annotated[int, Meta(ge=0)]
Time = Annotated[float, Meta(ge=0, le=1e11)]
Speed = Annotated[float, Meta(ge=0, le=1e9)]


class Strict(Struct, forbid_unknown_fields=True):
    """A record in which everything has its name."""


class IncludedText(Strict):
    """A file that a scenario includes. path: as in `core.script.Written`."""

    path: str
    name: str
    text: str


class ScenarioText(Strict):
    """A scenario. text: None when it was never one; then a server needs an agent of that name.

    of: `world` when only this world has it, `server`, or `past` when sessions began with it and it was replaced since.
    """

    agent: str
    seed: int
    of: Literal["world", "server", "past"] = "server"
    text: str | None = None
    name: str = ""
    base: str = ""
    strict: bool = False
    params: dict[str, Any] = field(default_factory=dict)
    included: list[IncludedText] = field(default_factory=list)
    folder: str = "."


class ClockState(Strict):
    """How a clock goes. now: session time."""

    speed: Speed
    skipping: bool
    paused: bool
    now: Time


class RateState(Strict):
    """How new clocks go."""

    speed: Speed
    skipping: bool


class GateState(Strict):
    """What readers of a turn see: so many facts whole, and so many pieces of the next one."""

    facts: Count
    pieces: Count


class DraftState(Strict):
    """What makes a session a draft."""

    spec: dict[str, Any]
    agent_name: str | None = None


# -- input -------------------------------------------------------------------------------------------------------------


class TextState(Strict, tag_field="type", tag="text"):
    """A part of a message."""

    text: str


class FileState(Strict, tag_field="type", tag="file"):
    """A file of a message."""

    name: str
    uri: str
    mime: str
    size: int


class MessageState(Strict, tag_field="type", tag="message"):
    """A user message."""

    content: str | list[TextState | FileState]


class ApprovalState(Strict, tag_field="type", tag="approval"):
    """A decision on a call."""

    thread_id: str
    call_id: str
    allow: bool
    reason: str | None = None


class AnswerState(Strict, tag_field="type", tag="answer"):
    """An answer to a call."""

    thread_id: str
    call_id: str
    content: str


# -- commands ----------------------------------------------------------------------------------------------------------


class CreateTurnState(Strict, tag_field="do", tag="create_turn"):
    """A turn began. id: what it has to be called again. previous: the turn that it chains to."""

    played: int
    at: Time
    id: str
    input: list[MessageState | ApprovalState | AnswerState] | None
    previous: str | None
    created_by: str
    origin: str


class CancelState(Strict, tag_field="do", tag="cancel"):
    """The running turn was cancelled, `delay` seconds before that takes effect."""

    played: int
    at: Time
    delay: Time


class CloseState(Strict, tag_field="do", tag="close"):
    """The session was cancelled for good."""

    played: int


class AuthoriseState(Strict, tag_field="do", tag="authorise"):
    """A person allowed or refused a server."""

    played: int
    server: str
    allow: bool


class PushState(Strict, tag_field="do", tag="push"):
    """An event was put into the running turn."""

    played: int
    at: Time
    event: dict[str, Any]


CommandState = CreateTurnState | CancelState | CloseState | AuthoriseState | PushState


class SessionState(Strict):
    """A session. agent: place of its scenario in the document. name: what the agent is called in it.

    played: how far its running turn is now, -1 when none runs. gates: by turn id.
    """

    id: str
    number: Count
    agent: Count
    name: str
    seed: int
    created_at: Time
    updated_at: Time
    created_by: str
    title: str | None
    clock: ClockState
    played: int
    commands: list[CommandState]
    draft: DraftState | None = None
    gates: dict[str, GateState] = field(default_factory=dict)


class FaultState(Strict):
    """A fault that is set. spec: as in a scenario."""

    spec: dict[str, Any]
    session: str | None = None
    turn: str | None = None


class WorldState(Strict):
    """A world as a whole. removed: names of the server's agents that it does not have."""

    numbers: Count
    attempts: dict[str, int]
    advanced: Time
    paused: bool
    rate: RateState | None = None
    removed: list[str] = field(default_factory=list)
    selected: str | None = None
    faults: list[FaultState] = field(default_factory=list)


class Document(Strict):
    """A state. version: other ones are refused."""

    format: Literal["mock-gateway state"]
    version: Literal[1]
    world: WorldState
    scenarios: list[ScenarioText]
    sessions: list[SessionState]
