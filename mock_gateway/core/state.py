"""What a session is made of while it lives: sessions, turns, logs, threads, messages, calls.

Owns: the records and the small questions that one asks of them. They are changed by `engine.py`, `performer.py` and
`answers.py` only, and their `state` fields by `lifecycle.move` only.
Must not know: HTTP, YAML, how anybody waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import inf
from random import Random

from msgspec import Struct, field, json

from mock_gateway.core.clock import Clock
from mock_gateway.core.commands import Item, UserMessage
from mock_gateway.core.deeds import Deed
from mock_gateway.core.events import ApprovalRequired, Deltas, Fact, McpAuthRequired, ResponseRequired
from mock_gateway.core.gate import Gate
from mock_gateway.core.lifecycle import CallState, SessionState, ThreadState, TurnState
from mock_gateway.core.pieces import Piece, PieceKind
from mock_gateway.core.script import (
    NOTHING,
    Agent,
    Call,
    Interleave,
    Pace,
    Rule,
    Script,
    Step,
    SubAgentCall,
    ToolCall,
    Usage,
)

MAIN = "main"
NO_VISITS: Mapping[int, int] = {}


class Log:
    """The facts of one turn. readers: called whenever there are more."""

    __slots__ = ("facts", "readers")

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.readers: list[Callable[[], None]] = []

    def wake(self) -> None:
        """Tell every reader."""
        for tell in self.readers:
            tell()


class OpenCall(Struct, eq=False):
    """A tool call that a message made.

    arguments: its JSON text. result: what templates see. content: what the model is told (EVT-5).
    """

    id: str
    call: Call
    arguments: str
    message: Message
    thread_id: str
    state: CallState = CallState.OPEN
    allowed: bool | None = None
    reason: str | None = None
    answer: str | None = None
    result: object = None

    @property
    def name(self) -> str:
        """The name that the model uses."""
        return "create_sub_agent" if isinstance(self.call, SubAgentCall) else self.call.tool

    @property
    def needs_approval(self) -> bool:
        """Whether a person has to allow it."""
        return isinstance(self.call, ToolCall) and self.call.approval

    @property
    def is_client_side(self) -> bool:
        """Whether the client has to answer it."""
        return isinstance(self.call, ToolCall) and self.call.runs_on == "client"

    @property
    def is_gated(self) -> bool:
        """Whether it pauses the turn."""
        return self.needs_approval or self.is_client_side

    @property
    def is_denied(self) -> bool:
        """Whether a person denied it."""
        return self.allowed is False


class Message:
    """One model message.

    number: counts the messages of the session, from 1. complete: its last piece was delivered.
    plain: it has text, calls and a finish only.
    """

    __slots__ = ("calls", "complete", "finish_reason", "number", "pieces", "plain", "started_at", "thread_id", "usage")

    def __init__(
        self, number: int, thread_id: str, started_at: float, pieces: tuple[Piece, ...], finish_reason: str
    ) -> None:
        self.number = number
        self.thread_id = thread_id
        self.started_at = started_at
        self.pieces = pieces
        self.finish_reason = finish_reason
        self.calls: tuple[OpenCall, ...] = ()
        self.usage: Usage | None = None
        self.complete = False
        self.plain = True

    def text(self, kind: PieceKind = PieceKind.TEXT) -> str:
        """Everything of one kind, joined."""
        if kind is PieceKind.TEXT:
            return self.pieces[-1].text
        return "".join([text for its, text, _, _ in self.pieces if its is kind])


class Frame(Struct):
    """A place in a script: the next step, and how often the current one has been played."""

    script: Script
    index: int = 0
    rounds: int = 0


class Siblings:
    """Threads that one step started, and the order in which they take turns when they are due together."""

    __slots__ = ("drawn", "policy", "random", "spoken")

    def __init__(self, policy: Interleave, random: Random) -> None:
        self.policy = policy
        self.random = random
        self.spoken: dict[str, int] = {}
        self.drawn: dict[str, float] = {}

    def rank(self, name: str, thread_id: str) -> float:
        """The place of the next piece of a thread; the least goes first."""
        if self.policy.by == "seeded":
            # Steps of an exponential draw: at every moment each thread is as likely to be next as any other.
            place = self.drawn[thread_id] = self.drawn.get(thread_id, 0.0) + self.random.expovariate(1.0)
            return place
        count = self.spoken[thread_id] = self.spoken.get(thread_id, -1) + 1
        if self.policy.by == "listed":
            return self._listed(name, count)
        return float(count)

    def _listed(self, name: str, count: int) -> float:
        names = self.policy.names
        places = [place for place, other in enumerate(names) if other == name]
        if not places:
            return inf
        cycle, nth = divmod(count, len(places))
        return float(cycle * len(names) + places[nth])


class Playing(Struct):
    """How far a list has been played: the next event, the threads and calls by the author's labels."""

    next: int = 0
    waited: bool = False
    threads: dict[str, Thread] = field(default_factory=dict)
    calls: dict[str, OpenCall] = field(default_factory=dict)


class Thread(Struct, eq=False):
    """One agent at work: the main thread, or a sub-agent's.

    rule: what the main thread plays. frames: the stack of scripts. bound: names that only this thread's templates see.
    step, message, calls, position: what it is in the middle of. entered: the step's own wait is over.
    """

    id: str
    name: str
    frames: list[Frame]
    parent: Thread | None = None
    parent_call: OpenCall | None = None
    siblings: Siblings | None = None
    rule: Rule | None = None
    servers: tuple[str, ...] = ()
    bound: dict[str, object] = field(default_factory=dict)
    state: ThreadState = ThreadState.READY
    step: Step | None = None
    entered: bool = False
    message: Message | None = None
    position: int = 0
    pace: Pace | None = None
    random: Random | None = None
    calls: tuple[OpenCall, ...] = ()
    children: int = 0
    last_message: Message | None = None
    listing: Playing | None = None

    @property
    def is_main(self) -> bool:
        """Whether it is the root agent's."""
        return self.parent is None

    def pending(self) -> Iterator[OpenCall]:
        """The calls that the user has to answer."""
        if self.state is ThreadState.PAUSED:
            yield from (call for call in self.calls if call.state is CallState.PENDING)


Due = tuple[float, float, int, Thread]


class Turn:
    """One turn. tasks: a heap of (due, rank, tie-break, thread). rest: threads that live on when it has ended.

    stop_at: when a cancellation takes effect. values: what `set` has made of the scenario's state by now.
    trace: the steps that were begun, each with the id of its thread.
    gate: what readers of its stream may see so far; None is all. pushed: what was put into it by hand.
    timer: which one of the runtime's timers is meant for it now.
    """

    __slots__ = (
        "cancel_reason",
        "captures",
        "completed_at",
        "created_at",
        "created_by",
        "deadline",
        "depth",
        "error",
        "gate",
        "id",
        "items",
        "iterations",
        "log",
        "messages",
        "number",
        "origin",
        "previous",
        "pushed",
        "rest",
        "rule",
        "sandbox_first",
        "session",
        "state",
        "steps",
        "stop_at",
        "stopping",
        "tasks",
        "threads",
        "ticks",
        "timer",
        "trace",
        "values",
        "views",
        "visits",
    )

    def __init__(
        self,
        session: Session,
        turn_id: str,
        previous: Turn | None,
        items: tuple[Item, ...] | None,
        at: float,
    ) -> None:
        self.session = session
        self.id = turn_id
        self.number = len(session.turns) + 1
        self.depth: int = previous.depth + 1 if previous is not None else 1
        self.previous = previous
        self.items = items
        self.created_at = at
        self.created_by = ""
        self.origin = ""
        self.state = TurnState.RUNNING
        self.cancel_reason: str | None = None
        self.error: str | None = None
        self.completed_at: float | None = None
        self.log = Log()
        self.tasks: list[Due] = []
        self.threads: list[Thread] = []
        self.rest: tuple[Thread, ...] = ()
        self.messages: list[Message] = []
        self.deadline = at + session.agent.limits.timeout
        self.stop_at = inf
        self.stopping = False
        self.iterations = 0
        self.steps = 0
        self.trace: list[tuple[str, Step]] = []
        self.ticks = 0
        self.values: Mapping[str, object] = previous.values if previous else session.agent.state
        self.visits: Mapping[int, int] = previous.visits if previous else NO_VISITS
        self.captures: Mapping[str, object] = NOTHING
        self.sandbox_first = False
        self.views: dict[str, object] = {}
        self.rule: Rule | None = None
        self.gate: Gate | None = None
        self.pushed: Playing | None = None
        self.timer = 0

    @property
    def is_running(self) -> bool:
        """TRN-2."""
        return self.state is TurnState.RUNNING

    def next_due(self) -> float:
        """When something happens by itself, in session time; infinite when it has ended."""
        if self.state is not TurnState.RUNNING:
            return inf
        first = self.tasks[0][0] if self.tasks else inf
        return min(first, self.stop_at, self.deadline)

    def next_skip(self) -> float:
        """The time to jump to when nothing but waiting is left; infinite when it waits for somebody.

        A turn that is held until it is cancelled is not skipped into its timeout.
        """
        if not self.tasks and self.stop_at == inf:
            return inf
        return self.next_due()

    def chain(self) -> Iterator[Turn]:
        """This turn and those before it in its chain, newest first."""
        turn: Turn | None = self
        while turn is not None:
            yield turn
            turn = turn.previous

    def pauses(self) -> list[ApprovalRequired | ResponseRequired | McpAuthRequired]:
        """The pause events of the turn, in order."""
        kinds = (ApprovalRequired, ResponseRequired, McpAuthRequired)
        return [fact for fact in self.log.facts if isinstance(fact, kinds)]

    def output(self) -> list[Deltas | ApprovalRequired | ResponseRequired | McpAuthRequired]:
        """Complete messages (as their last deltas) and pause events in order (TRN-3)."""
        kinds = (ApprovalRequired, ResponseRequired, McpAuthRequired)
        return [
            fact
            for fact in self.log.facts
            if isinstance(fact, kinds) or (isinstance(fact, Deltas) and fact.stop == len(fact.message.pieces))
        ]

    def text(self) -> str:
        """All text of the user messages that began it."""
        return "\n".join(item.text for item in self.items or () if isinstance(item, UserMessage))

    def reply(self) -> str:
        """The text of the main thread's last complete message."""
        texts = [message.text() for message in self.messages if message.thread_id == MAIN]
        return texts[-1] if texts else ""


class Authorisation(Struct):
    """What a person said about one MCP server. asked_at: session time of the first asking; asks: how often."""

    state: str = "asked"
    asked_at: float | None = None
    asks: int = 0


class Draft(Struct):
    """What makes a session a draft: the agent's spec as a client wrote it, and the saved agent that it belongs to."""

    spec: Mapping[str, object]
    agent_name: str | None = None


class Session:
    """One conversation.

    agent: the configuration that it began with (SES-4). running: its turn that runs (SES-5). world: the prefix of the
    world that it was added to. deeds: what was done to it from outside.
    """

    __slots__ = (
        "agent",
        "authorisations",
        "by_id",
        "calls",
        "clock",
        "connected",
        "created_at",
        "created_by",
        "deeds",
        "draft",
        "id",
        "messages",
        "number",
        "running",
        "sandbox_id",
        "sandbox_stopped",
        "seed",
        "state",
        "threads",
        "title",
        "turns",
        "updated_at",
        "world",
    )

    def __init__(self, session_id: str, agent: Agent, number: int, seed: object, clock: Clock, at: float) -> None:
        self.id = session_id
        self.agent = agent
        self.number = number
        self.seed = seed
        self.clock = clock
        self.title: str | None = None
        self.created_by = ""
        self.created_at = at
        self.updated_at = at
        self.state = SessionState.OPEN
        self.running: Turn | None = None
        self.draft: Draft | None = None
        self.turns: list[Turn] = []
        self.by_id: dict[str, Turn] = {}
        self.authorisations: dict[str, Authorisation] = {}
        self.connected: dict[str, tuple[tuple[str, str], ...]] = {}
        self.sandbox_id: str | None = None
        self.sandbox_stopped = False
        self.calls = 0
        self.threads = 0
        self.messages = 0
        self.world = ""
        self.deeds: list[Deed] = []

    def find(self, turn_id: str) -> Turn | None:
        """A turn by its id."""
        return self.by_id.get(turn_id)


_ENCODER = json.Encoder()


def json_bytes(value: object) -> bytes:
    """JSON in UTF-8 without blanks, in the order given; text in it stays as it is."""
    return _ENCODER.encode(value)


def json_compact(value: object) -> str:
    """The same as text."""
    return _ENCODER.encode(value).decode()
