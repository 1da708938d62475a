"""What an agent did, as the steps of a script: the form between what was seen and what is written.

Owns: messages, calls, pauses with their outcomes, threads inside of calls. Times are seconds.
Must not know: events and dialects (`wire/recorded.py`), YAML (`render.py`). Look next: `weave.py`, which makes these.
"""

from __future__ import annotations

from msgspec import Struct, field

from mock_gateway.core.commands import Item
from mock_gateway.wire.recorded import Fact, Locked, Over, Tokens, Waits

Script = list["Step"]


class Call(Struct):
    """A call of a tool, or of a sub-agent (then `script` is what that did).

    arguments: the pieces of its JSON. approval, client: who has to answer it. content, fails: its result, if it came.
    closed: it was answered, if only with a denial. takes: seconds until then. late: something else was said between the
    message and the result.
    """

    id: str
    name: str
    server: str | None = None
    arguments: list[str] = field(default_factory=list)
    deferred: bool = False
    approval: bool = False
    client: bool = False
    sandbox: bool = False
    content: str | None = None
    fails: str | None = None
    closed: bool = False
    takes: float = 0.0
    late: bool = False
    sub_agent: str | None = None
    task: str = ""
    script: Script = field(default_factory=list)

    @property
    def json(self) -> str:
        """The arguments as they were sent."""
        return "".join(self.arguments)

    @property
    def is_gated(self) -> bool:
        """Whether the user has to answer it."""
        return self.approval or self.client


class Decision(Struct, frozen=True):
    """What the user said to one call. place: of the call in its message. answer: None for an approval."""

    place: int
    allow: bool = True
    reason: str | None = None
    answer: str | None = None


class Outcome(Struct):
    """How it went on after the user's decisions."""

    decisions: tuple[Decision, ...]
    script: Script = field(default_factory=list)


class Step(Struct):
    """One message with its calls; or no message, but a failure or a wait without end.

    speaks: whether there is a message. text, reasoning, refusal: pieces. finish: None when the message never ended.
    first: seconds before its first piece; gap: seconds between two. fail: the thread or the turn failed after it.
    holds: it was cancelled or timed out after it.
    order: names of the sub-agents in the order of their pieces. count: its pieces, those of calls and the end included.
    """

    speaks: bool = False
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    finish: str | None = None
    usage: Tokens | None = None
    cost: float | None = None
    first: float = 0.0
    gap: float = 0.0
    count: int = 0
    fail: str | None = None
    holds: str | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    @property
    def gated(self) -> list[int]:
        """The places of the calls that the user has to answer."""
        return [place for place, call in enumerate(self.calls) if call.is_gated]


class Attached(Struct, frozen=True):
    """A file that came with a message."""

    name: str
    mime: str
    is_image: bool


class Tape(Struct):
    """One turn as it was seen.

    items: what was sent; None when there was no input. previous: the turn that it follows, None for a root. began: when
    it was asked for. frames: by sequence id, what each showed, and when. log: its stored events, in order, for a turn
    that nobody streamed to its end. end: how it ended, as an answer said. live: streams of it that are open.
    was_found: it was there before anybody asked for it here; was_running: and it ran then.
    """

    id: str
    items: tuple[Item, ...] | None
    previous: str | None
    began: float
    frames: dict[int, tuple[float, list[Fact]]] = field(default_factory=dict)
    log: list[Fact] = field(default_factory=list)
    end: Over | None = None
    live: int = 0
    was_found: bool = False
    was_running: bool = False

    @property
    def seen(self) -> list[tuple[float, Fact]]:
        """Everything that was seen of it, in order, each with its time."""
        streamed = [(at, fact) for _, (at, facts) in sorted(self.frames.items()) for fact in facts]
        if (streamed and isinstance(streamed[-1][1], Over)) or not (self.log or self.end):
            return streamed
        over: list[Fact] = [] if self.end is None else [self.end]
        return [(self.began, fact) for fact in [*self.log, *over]]

    @property
    def is_over(self) -> bool:
        """Whether its end was seen."""
        return any(isinstance(fact, Over) for _, fact in self.seen[-1:])

    def pause(self) -> type[Waits] | type[Locked] | None:
        """What it waits for at its end: answers, an authorisation, or nothing."""
        kinds = {type(fact) for _, fact in self.seen}
        return Waits if Waits in kinds else Locked if Locked in kinds else None


class Play(Struct):
    """What one message, or a resumption without one, led to: over all turns until nothing was pending.

    message: None when there was none. refused: what was played after a person refused a server. locked: the servers
    that had to be authorised, each with how often it was asked for until it was there; 0 when it never was.
    tape: the turn itself, where no script can say it. notes: what could not be kept.
    """

    message: str | None
    files: tuple[Attached, ...] = ()
    script: Script = field(default_factory=list)
    refused: Script | None = None
    locked: dict[str, int] = field(default_factory=dict)
    tape: Tape | None = None
    notes: list[str] = field(default_factory=list)
