"""What an agent does, as data: the compiled form of a scenario.

Owns: agents, rules, steps, calls, the door, seeded sessions. `scenario/` makes these from YAML; `core/performer.py`
plays them. Everything is immutable and shared by all sessions of an agent.
Must not know: YAML, HTTP, time of day, ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, Protocol

from msgspec import Struct, field

from mock_gateway.core.pieces import Cut, Piece

Scope = Mapping[str, object]
"""The names that a template can use while a turn runs."""

Value = object
"""JSON-like data in which any leaf, key value or the whole may be an `Expression`."""

NOTHING: Mapping[str, Value] = MappingProxyType({})


def _nothing() -> Mapping[str, Value]:
    # Python 3.11 takes no mapping as a dataclass default, not even one that cannot change.
    return NOTHING


class Expression(Protocol):
    """A template: text or data that depends on what happened in the session."""

    def evaluate(self, scope: Scope) -> object:
        """The value in a scope.

        Raises `ScriptError` when a name is unknown there.
        """


class Position(Struct, frozen=True):
    """A place in a scenario file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class File(Struct, frozen=True):
    """An uploaded file: name, MIME type, size in bytes."""

    name: str
    mime: str
    size: int


class Incoming(Struct, frozen=True):
    """What a condition looks at.

    kind: `message`, `resume` (no input, after authorisation) or `answers`.
    text: all text of the user messages, joined by line breaks.
    turn: number of this turn in its chain, from 1. visit: how often this rule would have been played, from 1.
    tool, decision, reason, answer: of one answered call, in branches only.
    """

    kind: Literal["message", "resume", "answers"]
    text: str = ""
    files: tuple[File, ...] = ()
    turn: int = 1
    visit: int = 1
    state: Scope = field(default_factory=_nothing)
    tool: str = ""
    decision: str = ""
    reason: str = ""
    answer: str = ""


class ConditionPart(Protocol):
    """One thing that a condition asks for."""

    def match(self, incoming: Incoming) -> Mapping[str, object] | None:
        """The captures (maybe none) when it fits, else None."""

    def describe(self) -> str:
        """What it asks for, in a few words."""

    def explain(self, incoming: Incoming) -> str:
        """Why it does not fit, in a few words; empty when it fits."""


class Condition(ConditionPart, Protocol):
    """What stands behind `when`: all its parts."""

    def counts_visit(self, incoming: Incoming) -> bool:
        """Whether it asks for a number of visits, and everything else in it fits: then this is one more."""


class Fault(Protocol):
    """Something that is to go wrong on the wire (`faults/`). The core only keeps it."""

    @property
    def fault(self) -> str:
        """Its name."""


class Pace(Struct, frozen=True):
    """How fast pieces come. first: seconds before the first; gap: seconds between two (0: all at once);
    jitter: share of the gap, 0 to 1, by which each gap varies (seeded)."""

    first: float = 0.0
    gap: float = 0.0
    jitter: float = 0.0


class Usage(Struct, frozen=True):
    """Token counts of one model message (not part of every dialect)."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cost_in_usd: float | None = None


NEVER = "never"
"""The finish reason of a message that breaks off: it gets no end, and the turn goes no further by itself."""


class Say(Struct, frozen=True):
    """The text of a model message.

    text: a string or an Expression. texts: set when cut by hand (or by words: N); then text is their concatenation.
    finish_reason: None means `tool_calls` with calls and `stop` without; NEVER leaves the end out.
    """

    text: Value = ""
    texts: tuple[str, ...] | None = None
    cut: Cut = Cut()
    pace: Pace | None = None
    finish_reason: str | None = None
    reasoning: Value = ""
    refusal: Value = ""
    usage: Usage | None = None


class ToolCall(Struct, frozen=True):
    """A call of a tool.

    server: MCP server, None for a tool built into the harness. tool: its name there.
    runs_on: `server` (answered by the script) or `client` (answered by the user's next turn).
    takes: seconds until the server has the result. returns: the result; a string is sent as it is, data as JSON.
    fails: an error text instead of a result. in_sandbox: needs the sandbox.
    """

    tool: str
    server: str | None = None
    arguments: Value = field(default_factory=_nothing)
    cut: Cut = Cut()
    approval: bool = False
    runs_on: Literal["server", "client"] = "server"
    deferred: bool = False
    in_sandbox: bool = False
    takes: float = 0.0
    returns: Value = ""
    fails: Value | None = None
    position: Position | None = None


class SubAgentCall(Struct, frozen=True):
    """A call that starts a sub-agent in a thread of its own.

    servers: MCP servers that its own script calls (not those of its sub-agents).
    """

    name: str
    input: Value
    script: Script
    cut: Cut = Cut()
    servers: tuple[str, ...] = ()
    position: Position | None = None


Call = ToolCall | SubAgentCall


class Branch(Struct, frozen=True):
    """One way to go on after an answer; the first whose condition fits is taken (None always fits)."""

    when: Condition | None
    script: Script


class Interleave(Struct, frozen=True):
    """The order in which the threads started by one step take turns when they are due together.

    by: `in_turn` (one piece each), `seeded` (drawn), `listed` (names, repeated from the start), `calls` (as `in_turn`,
    and so do the calls of the step's own message).
    """

    by: Literal["in_turn", "seeded", "listed", "calls"] = "in_turn"
    names: tuple[str, ...] = ()


class ListedEvent(Struct, frozen=True):
    """One event of an explicit list, the escape from scripting.

    kind: `message`, `tool_response`, `thread_created`, `thread_done`, `mcp_initialize`, `sandbox_created`.
    thread, parent: labels of threads (`main` or the author's). call: label of a tool call.
    """

    kind: str
    thread: str = "main"
    parent: str = "main"
    call: str = ""
    calls: tuple[tuple[str, ToolCall], ...] = ()
    say: Say | None = None
    name: str = ""
    content: Value = ""
    error: Value | None = None
    servers: tuple[str, ...] = ()
    after: float = 0.0
    position: Position | None = None


class Step(Struct, frozen=True):
    """One thing that the agent does, in this order: wait, say and call (one message), collect the results,
    set state, take a branch. An empty part is left out.

    pieces: the whole message, when it does not depend on anything that happens (made at load).
    wait: seconds before. until_cancelled: waits for a cancel or the timeout instead, and never goes on.
    on_allow, on_deny: after approvals (on_deny if any was denied). on_answer: after client-side answers.
    fail: ends the turn (or the sub-agent's thread) with this error. repeat: how often in all; 0 is for ever.
    """

    position: Position | None = None
    wait: float = 0.0
    until_cancelled: bool = False
    say: Say | None = None
    calls: tuple[Call, ...] = ()
    pieces: tuple[Piece, ...] | None = None
    interleave: Interleave = Interleave()
    set: Mapping[str, Value] = field(default_factory=_nothing)
    on_allow: tuple[Branch, ...] = ()
    on_deny: tuple[Branch, ...] = ()
    on_answer: tuple[Branch, ...] = ()
    fail: Value | None = None
    repeat: int = 1
    events: tuple[ListedEvent, ...] = ()


Script = tuple[Step, ...]


class Rule(Struct, frozen=True):
    """When this comes in, play that.

    servers: MCP servers that the script calls in the main thread, so that authorisation is asked for first.
    on_refused: played instead, after a person refused an authorisation; None asks again.
    faults: what goes wrong with the requests of its turns.
    """

    name: str
    when: Condition | None
    script: Script
    servers: tuple[str, ...] = ()
    on_refused: Script | None = None
    position: Position | None = None
    faults: tuple[Fault, ...] = ()


class McpServer(Struct, frozen=True):
    """An MCP server of the agent.

    allowed_after: seconds after the first asking until it is allowed by itself; None waits for a person.
    allowed_after_asks: allowed by itself at the turn that would ask for the (n+1)th time; 0 is never.
    """

    name: str
    id: str
    auth_required: bool = False
    allowed_after: float | None = None
    allowed_after_asks: int = 0
    transport: str = "streamable-http"


class Sandbox(Struct, frozen=True):
    """The agent's sandbox. id: fixed, or None for a seeded one. at_once: made at the start of the first turn
    instead of at the first use. files: what can be downloaded from it, by absolute path."""

    id: str | None = None
    at_once: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict)


class Limits(Struct, frozen=True):
    """timeout: seconds that a turn may take; iterations: model messages that a turn may have in its main thread."""

    timeout: float = 600.0
    iterations: int = 100


class DoorRule(Struct, frozen=True):
    """A refusal at the door.

    on: the operation, by its name on the wire. attempts: which attempts (from 1); empty means every one.
    retry_after: seconds.
    """

    on: str
    status: int
    attempts: tuple[int, ...] = ()
    retry_after: float | None = None
    message: str = ""


class HistoryTurn(Struct, frozen=True):
    """One turn of a seeded session.

    kind: `message` (text, files), `answers` (the fields below, for every call that is pending), `resume`.
    allow, deny: tool names (deny with a reason); answers: tool name or `` (any question) to content.
    authorize: servers that a person allows before a `resume`. cancel: cancelled once it runs.
    """

    kind: Literal["message", "answers", "resume"]
    text: str = ""
    files: tuple[tuple[str, str, bytes], ...] = ()
    allow: tuple[str, ...] = ()
    deny: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    authorize: tuple[str, ...] = ()
    cancel: bool = False
    position: Position | None = None


class SeededSession(Struct, frozen=True):
    """A session that exists from the start.

    id: fixed, or None for a seeded one. created: ISO-8601 text with `Z`, or seconds before the start (float).
    running: the last turn of the history is still running when the world begins.
    """

    id: str | None = None
    title: str | None = None
    created_by: str | None = None
    created: str | float = 0.0
    history: tuple[HistoryTurn, ...] = ()
    running: bool = False
    position: Position | None = None


class Readings(Struct, frozen=True):
    """Where the contract can be read in two ways (section 12); None leaves it to the server's setting."""

    cancel: Literal["turn", "session"] | None = None
    running_turn_events: Literal["refuse", "snapshot"] | None = None
    concurrent_turn: Literal["refuse", "supersede"] | None = None


class Written(Struct, frozen=True):
    """What an agent was compiled from, so that another server can compile it again.

    text: of its file. name: what positions show. base: the file's name, which drawn things depend on. strict, params:
    as they were given. included: the files that it includes: path, name for positions, text. folder: its own; it and
    the paths begin at the innermost folder that all of these files are in.
    """

    text: str
    name: str
    base: str
    strict: bool = False
    params: Mapping[str, object] = field(default_factory=_nothing)
    included: tuple[tuple[str, str, str], ...] = ()
    folder: str = "."


class Agent(Struct, frozen=True):
    """A saved agent: everything that one scenario file says.

    otherwise: what to play when no rule fits; `echo` repeats the text, `error` ends the turn with a message
    that names the nearest rule. state: the names that `set` may change, with their first values. written: what it was
    compiled from, if it was.
    faults: what goes wrong with requests that concern it. has_faults: it has some, or one of its rules has.
    """

    name: str
    file: str = ""
    description: str = ""
    rules: tuple[Rule, ...] = ()
    otherwise: Rule | Literal["echo", "error"] = "echo"
    limits: Limits = Limits()
    sandbox: Sandbox | None = None
    mcp: tuple[McpServer, ...] = ()
    pace: Pace = Pace()
    cut: Cut = Cut()
    state: Mapping[str, Value] = field(default_factory=_nothing)
    params: Mapping[str, object] = field(default_factory=_nothing)
    door: tuple[DoorRule, ...] = ()
    sessions: tuple[SeededSession, ...] = ()
    readings: Readings = Readings()
    seed: int = 0
    written: Written | None = None
    faults: tuple[Fault, ...] = ()
    has_faults: bool = False
