"""What a request asks for, in words that no dialect owns.

Owns: one class per use case. A dialect's parse table makes them from bytes; `gateway.py` performs them.
`notes` are remarks on the request (unknown fields, NET-5): tolerated, reported, refused only when strict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct, field

from mock_gateway.core.commands import Item
from mock_gateway.core.state import Turn

SAVED = frozenset({"saved"})


class Ask(Struct, kw_only=True):
    """Any request that parsed. operation: its name in the dialect that it was asked in; empty when nobody asked so."""

    operation: str = ""
    notes: list[str] = field(default_factory=list)


class CreateSession(Ask):
    """A new session for an agent."""

    agent_name: str
    title: str | None = None


class ListSessions(Ask):
    """Sessions of an agent, or of all agents. start, end: inclusive window on `created_at`, seconds since the epoch.

    kinds: `saved`, `draft` or both. window: seconds before the end at which it starts when no start is given.
    owned: only the caller's. creator: a test of the creator's slug. listing: what its page tokens are marked with.
    any_agent: an agent that there is not has no sessions, instead of being refused.
    """

    agent_name: str | None
    created_by: str | None = None
    start: float | None = None
    end: float | None = None
    limit: int = 100
    token: str | None = None
    newest_first: bool = True
    kinds: frozenset[str] = SAVED
    window: float | None = None
    owned: bool = False
    creator: Callable[[str], bool] | None = None
    session_id: str | None = None
    listing: str = "sessions"
    any_agent: bool = False


class GetSession(Ask):
    """One session. kind: `saved` or `draft`; None is any. owned: only the caller's."""

    session_id: str
    kind: str | None = None
    owned: bool = False


class CreateDraft(Ask):
    """A session for an agent that is not saved yet.

    spec: what the agent is to be; kept, and shown again. names: what in it may name the scenario that plays it.
    agent_name: a saved agent that the draft belongs to.
    """

    spec: Mapping[str, object]
    names: tuple[str, ...] = ()
    agent_name: str | None = None


class UpdateDraft(Ask):
    """Another spec for a draft. spec: None only touches it."""

    session_id: str
    spec: Mapping[str, object] | None = None
    names: tuple[str, ...] = ()


class CancelSession(Ask):
    """Cancel what runs in a session. reading: `turn` or `session`, instead of the server's setting."""

    session_id: str
    reading: str | None = None


class StartTurn(Ask):
    """A new turn. items: None when input is absent. stream: follow it in the answer.

    concurrent: `supersede` or `refuse`, instead of the server's setting. empty_runs: empty input with nothing pending
    runs the model again. ask_again: a user message while MCP servers wait for their authorisation is taken.
    owned: a caller whose key is pinned may go on only with sessions of their own.
    """

    session_id: str
    items: tuple[Item, ...] | None = None
    previous: str = "auto"
    stream: bool = True
    concurrent: str | None = None
    empty_runs: bool = False
    ask_again: bool = False
    owned: bool = False


class ListTurns(Ask):
    """Turns of a session. chain: only the latest turn and those it builds on."""

    session_id: str
    newest_first: bool = True
    limit: int = 100
    token: str | None = None
    chain: bool = False

    @property
    def listing(self) -> str:
        """What its page tokens are marked with."""
        return f"{'chain' if self.chain else 'turns'} {self.session_id} {self.newest_first}"


class GetTurn(Ask):
    """One turn."""

    session_id: str
    turn_id: str


class CancelTurn(Ask):
    """Cancel one turn."""

    session_id: str
    turn_id: str


class FollowTurn(Ask):
    """The live stream of a turn, after a sequence id. replay: seconds for which a finished turn can be streamed too."""

    session_id: str
    turn_id: str
    after: int = 0
    replay: float = 0.0


class ListEvents(Ask):
    """The stored events of a turn. reading: `refuse` or `snapshot` while it runs, instead of the server's setting."""

    session_id: str
    turn_id: str
    newest_first: bool = False
    limit: int = 100
    token: str | None = None
    reading: str | None = None


class ListSessionEvents(Ask):
    """The stored events of a chain of turns, newest first. last_turn_id: the turn to begin with."""

    session_id: str
    last_turn_id: str | None = None
    limit: int = 100
    token: str | None = None

    @property
    def listing(self) -> str:
        """What its page tokens are marked with."""
        return f"session events {self.session_id}"


class Trail(Struct, frozen=True):
    """What `ListSessionEvents` found: finished turns, newest first, and how many events of the first to leave out."""

    turns: Iterable[Turn]
    skip: int = 0


class DownloadFile(Ask):
    """A file of a sandbox, by its absolute path there."""

    sandbox_id: str
    path: str
