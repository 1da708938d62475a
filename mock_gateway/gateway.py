"""The use cases: the only conductor between requests and the engine.

Owns: which world, which session, which agent, which reading; paging over sessions and turns.
Everything that can still be a status code is decided here. Must not know: HTTP, JSON, any dialect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from msgspec import Struct

from mock_gateway.core.authorise import decide, secret
from mock_gateway.core.clock import Clock, Rate
from mock_gateway.core.commands import CreateTurn
from mock_gateway.core.engine import Policy, cancel_session, cancel_turn, create_turn
from mock_gateway.core.errors import Reason, Refusal
from mock_gateway.core.ids import digest
from mock_gateway.core.script import Agent
from mock_gateway.core.state import Session, Turn
from mock_gateway.door import knock
from mock_gateway.drafts import create_draft, update_draft
from mock_gateway.faults.board import FaultBoard
from mock_gateway.journal import Journal, TurnEntry
from mock_gateway.runtime import Runtime
from mock_gateway.sandboxes import download_file
from mock_gateway.seeding import seed_world
from mock_gateway.settings import EPOCH, Settings
from mock_gateway.wire import tokens
from mock_gateway.wire.asks import (
    Ask,
    CancelSession,
    CancelTurn,
    CreateDraft,
    CreateSession,
    DownloadFile,
    FollowTurn,
    GetSession,
    GetTurn,
    ListEvents,
    ListSessionEvents,
    ListSessions,
    ListTurns,
    StartTurn,
    Trail,
    UpdateDraft,
)
from mock_gateway.worlds import World


class Caller(Struct, frozen=True):
    """Who asks. subject: slug; origin: base URL of the request, prefix included."""

    subject: str
    origin: str = ""


class Page(Struct, frozen=True):
    """Part of a list. more: there is a next page."""

    items: list[Session] | list[Turn]
    more: bool


Answer = Session | Turn | Page | Trail | bytes | None


class Gateway:
    """Everything that a client can ask for.

    agents: by name; replaced when scenario files change. runtime: makes time pass. base_url: where the server is
    reached, for sessions that exist before any request does. faults: what goes wrong on the wire. on_agents: told of
    the names of agents whose files changed, and of those that are gone.
    """

    def __init__(
        self, agents: Mapping[str, Agent], settings: Settings, *, runtime: Runtime, journal: Journal | None = None
    ) -> None:
        self.faults = FaultBoard(settings.seed)
        self.agents = agents
        self.settings = settings
        self.runtime = runtime
        self.journal = journal or Journal(settings.journal_size, settings.journal_bytes)
        self.worlds: dict[str, World] = {}
        self.claimed: set[str] = set()
        self.started = runtime.wall()
        self.base_url = "http://127.0.0.1:4010"
        self.on_agents: Callable[[Iterable[str], Iterable[str]], None] = lambda _changed, _gone: None
        runtime.on_end = self._turn_ended

    @property
    def agents(self) -> Mapping[str, Agent]:
        """The agents that every world has, by name."""
        return self._agents

    @agents.setter
    def agents(self, agents: Mapping[str, Agent]) -> None:
        self._agents = agents
        self.faults.learn(agents.values())

    def perform(self, world: World, ask: Ask, caller: Caller) -> Answer:
        """Do what is asked. Raises `Refusal`; then nothing has changed (INP-8)."""
        knock(self, world, ask)
        return PERFORM[type(ask)](self, world, ask, caller)

    # -- worlds ----------------------------------------------------------------------------------------------------

    def world(self, prefix: str) -> World:
        """The world under a base path; made, with its seeded sessions, when it is first used."""
        world = self.worlds.get(prefix)
        if world is None:
            world = self.worlds[prefix] = World(prefix)
            seed_world(self, world, self.agents.values())
            if len(self.worlds) > self.settings.worlds:
                self._forget_a_world()
        return world

    def nearest_world(self, path: str) -> str:
        """The prefix of the world that a path is below, as far as there are worlds or somebody has claimed one before
        it is used; else of the root."""
        while path and path not in self.worlds and path not in self.claimed:
            path = path.rpartition("/")[0]
        return path

    def _forget_a_world(self) -> None:
        """Too many base paths: the oldest one goes, but never the root, the newest, or one in which a turn runs."""
        for prefix, world in list(self.worlds.items())[:-1]:
            if prefix and not any(session.running for session in world.sessions.values()):
                del self.worlds[prefix]
                return

    def forget_world(self, prefix: str) -> None:
        """Let a world go with everything in it: its streams end, and nothing of it happens any more."""
        self.claimed.discard(prefix)
        world = self.worlds.pop(prefix, None)
        if world is not None:
            self.runtime.forget([turn for session in world.sessions.values() for turn in session.turns])

    def renew_world(self, old: World) -> World:
        """A world without the sessions of another one, in its place: the same agents and clocks, and what is seeded."""
        world = self.worlds[old.prefix] = old.emptied()
        seed_world(self, world, world.all_agents(self.agents).values())
        return world

    def new_clock(self, world: World) -> Clock:
        """The clock of the world's next session."""
        wall, speed = self.runtime.wall(), self.settings.speed
        rate = world.rate or Rate(speed, skipping=speed == 0)
        origin = world.advanced + (EPOCH + world.numbers if rate.speed == 0 else wall)
        clock = Clock(origin, wall, rate.speed, rate.skipping)
        if world.paused:
            clock.pause(wall)
        return clock

    def new_session(self, world: World, agent: Agent, session_id: str | None = None) -> Session:
        """A session that is not in its world yet."""
        clock = self.new_clock(world)
        world.numbers += 1
        seed = self.settings.seed
        session_id = session_id or "sess-" + digest(8, seed, "session", world.numbers).hex()
        session = Session(session_id, agent, world.numbers, seed, clock, clock.read(self.runtime.wall()))
        session.world = world.prefix  # a seeded one plays its history before it is added
        return session

    # -- sessions --------------------------------------------------------------------------------------------------

    def create_session(self, world: World, ask: CreateSession, caller: Caller) -> Session:
        """SES-1."""
        agent = self.agent(world, ask.agent_name)
        session = self.new_session(world, agent)
        session.title = ask.title
        session.created_by = caller.subject
        world.add(session)
        return session

    def list_sessions(self, world: World, ask: ListSessions, caller: Caller) -> Page:
        """SES-3."""
        if ask.agent_name is not None and not ask.any_agent:
            self.agent(world, ask.agent_name)
        if ask.owned:
            ask.created_by = caller.subject
        if ask.window is not None and ask.start is None:
            now = self.new_clock(world).read(self.runtime.wall())
            ask.start = (now if ask.end is None else ask.end) - ask.window
        position = tokens.decode(ask.listing, ask.token)
        place = (position[0], int(position[1])) if position else None
        listed = world.listed(ask.agent_name, ask.kinds, place, newest_first=ask.newest_first)
        items = list(islice((session for session in listed if _wanted(session, ask)), ask.limit + 1))
        return Page(items[: ask.limit], len(items) > ask.limit)

    def get_session(self, world: World, ask: GetSession, caller: Caller) -> Session:
        """API-3."""
        session = find_session(world, ask.session_id)
        kind = "saved" if session.draft is None else "draft"
        if ask.kind not in (None, kind) or (ask.owned and session.created_by != caller.subject):
            raise Refusal(
                Reason.UNKNOWN_SESSION, f"there is no {ask.kind} session {ask.session_id!r}", param="session_id"
            )
        return session

    def cancel_session(self, world: World, ask: CancelSession, _caller: Caller) -> None:
        """API-4, SES-6, CAN-1."""
        session = find_session(world, ask.session_id)
        for_good = (session.agent.readings.cancel or ask.reading or self.settings.cancel) == "session"
        turn = session.running
        cancel_session(session, self.now(session), self.settings.cancel_delay, for_good=for_good)
        if turn is not None:
            self.runtime.arrange(turn)

    # -- turns -----------------------------------------------------------------------------------------------------

    def start_turn(self, world: World, ask: StartTurn, caller: Caller) -> Turn:
        """API-5."""
        session = find_session(world, ask.session_id)
        if ask.owned and session.created_by != caller.subject and self._is_pinned(caller):
            raise Refusal(
                Reason.FOREIGN_SESSION,
                f"session {session.id} was created by {session.created_by}, and only they can go on with it; "
                f"this key is of {caller.subject}",
                param="session_id",
            )
        reading = session.agent.readings.concurrent_turn or ask.concurrent or self.settings.concurrent_turn
        command = CreateTurn(ask.items, ask.previous, caller.subject, caller.origin)
        policy = Policy(supersede=reading == "supersede", empty_runs=ask.empty_runs, ask_again=ask.ask_again)
        superseded = session.running
        turn = create_turn(session, command, self.now(session), policy)
        if superseded is not None:
            self._turn_ended(superseded)
        self.runtime.arrange(turn)
        return turn

    def list_turns(self, world: World, ask: ListTurns, _caller: Caller) -> Page:
        """API-6, TRN-6."""
        session = find_session(world, ask.session_id)
        position = tokens.decode(ask.listing, ask.token)
        turns = session.turns
        if ask.chain:
            first_turn = turns[int(position[0]) - 1].previous if position else turns[-1] if turns else None
            chain = list(islice(first_turn.chain(), ask.limit + 1)) if first_turn is not None else []
            return Page(chain[: ask.limit], len(chain) > ask.limit)
        if ask.newest_first:
            last = int(position[0]) - 1 if position else len(turns)
            items = turns[max(0, last - ask.limit) : last][::-1]
            return Page(items, last > ask.limit)
        first = int(position[0]) if position else 0
        return Page(turns[first : first + ask.limit], first + ask.limit < len(turns))

    def get_turn(self, world: World, ask: GetTurn, _caller: Caller) -> Turn:
        """API-7."""
        return find_turn(find_session(world, ask.session_id), ask.turn_id)

    def cancel_turn(self, world: World, ask: CancelTurn, _caller: Caller) -> None:
        """API-10, CAN-4."""
        session = find_session(world, ask.session_id)
        turn = find_turn(session, ask.turn_id)
        if turn.is_running:
            cancel_turn(turn, self.now(session), self.settings.cancel_delay)
            self.runtime.arrange(turn)

    def follow_turn(self, world: World, ask: FollowTurn, _caller: Caller) -> Turn:
        """API-8, STR-6."""
        session = find_session(world, ask.session_id)
        turn = find_turn(session, ask.turn_id)
        ended = turn.completed_at
        # Behind its gate a turn has ended, and for those who follow it, it has not.
        if ended is not None and turn.gate is None and (not ask.replay or self.now(session) > ended + ask.replay):
            raise Refusal(
                Reason.TURN_NOT_RUNNING,
                f"turn {turn.id} is {turn.state}; only a running turn can be streamed, read its events instead",
            )
        return turn

    def list_events(self, world: World, ask: ListEvents, _caller: Caller) -> Turn:
        """API-9, LOG-1, reading `running_turn_events`."""
        turn = find_turn(find_session(world, ask.session_id), ask.turn_id)
        readings = turn.session.agent.readings
        reading = readings.running_turn_events or ask.reading or self.settings.running_turn_events
        if turn.is_running and reading == "refuse":
            raise Refusal(
                Reason.TURN_RUNNING, f"turn {turn.id} is running; its events are stored when it has ended, stream it"
            )
        return turn

    def list_session_events(self, world: World, ask: ListSessionEvents, _caller: Caller) -> Trail:
        """The chain that ends with a turn; a turn that still runs is left out, for its events are not stored yet."""
        session = find_session(world, ask.session_id)
        position = tokens.decode(ask.listing, ask.token)
        if position:
            return Trail(session.turns[int(position[0]) - 1].chain(), int(position[1]))
        last = session.turns[-1] if session.turns else None
        if ask.last_turn_id is not None:
            last = find_turn(session, ask.last_turn_id, "last_turn_id")
        if last is not None and last.is_running:
            last = last.previous
        return Trail(last.chain() if last is not None else ())

    # -- authorisation ---------------------------------------------------------------------------------------------

    def authorise(self, world: World, session_id: str, server: str, key: str, *, allow: bool | None) -> Session:
        """What a person chose on the page of a server; None only looks. Raises `Refusal` for an unknown page."""
        session = world.sessions.get(session_id)
        names = [known.name for known in session.agent.mcp if known.auth_required] if session else []
        if session is None or server not in names or key != secret(session, server):
            raise Refusal(Reason.UNKNOWN_SESSION, "this authorisation page does not exist, or no more")
        if allow is not None:
            decide(session, server, allow=allow)
        return session

    # -- common ----------------------------------------------------------------------------------------------------

    def agent(self, world: World, name: str) -> Agent:
        """An agent of a world by its name. Raises `Refusal`."""
        agent = world.agent(name, self.agents)
        if agent is None:
            names = ", ".join(sorted(world.all_agents(self.agents))) or "none: no scenario is loaded"
            raise Refusal(
                Reason.UNKNOWN_AGENT, f"there is no agent {name[:80]!r}; there are: {names}", param="agent_name"
            )
        return agent

    def _is_pinned(self, caller: Caller) -> bool:
        """Whether the caller's key says who it is; any other key is anybody's."""
        return caller.subject in self.settings.keys.subjects.values()

    def now(self, session: Session) -> float:
        """Session time."""
        return session.clock.read(self.runtime.wall())

    def _turn_ended(self, turn: Turn) -> None:
        session, rule = turn.session, turn.rule
        where = "" if rule is None else str(rule.position or rule.name)
        took = (turn.completed_at or 0.0) - turn.created_at
        detail = turn.error or turn.cancel_reason or ("paused" if turn.rest else "")
        entry = TurnEntry(
            self.runtime.wall(), session.id, turn.id, session.agent.name, turn.state.value, took, where, detail
        )
        entry.world, entry.source = session.world, turn
        self.journal.add(entry)


def _wanted(session: Session, ask: ListSessions) -> bool:
    # Compared as they are shown: in whole milliseconds.
    created = int(session.created_at * 1000 + 0.5) / 1000
    return (
        (ask.created_by is None or session.created_by == ask.created_by)
        and (ask.creator is None or ask.creator(session.created_by))
        and (ask.session_id is None or session.id == ask.session_id)
        and (ask.start is None or created >= ask.start)
        and (ask.end is None or created <= ask.end)
    )


def find_session(world: World, session_id: str) -> Session:
    """A session of a world. Raises `Refusal`."""
    session = world.sessions.get(session_id)
    if session is None:
        raise Refusal(Reason.UNKNOWN_SESSION, f"there is no session {session_id[:80]!r}", param="session_id")
    return session


def find_turn(session: Session, turn_id: str, param: str = "turn_id") -> Turn:
    """A turn of a session. Raises `Refusal`."""
    turn = session.find(turn_id)
    if turn is None:
        raise Refusal(Reason.UNKNOWN_TURN, f"session {session.id} has no turn {turn_id[:80]!r}", param=param)
    return turn


PERFORM: Mapping[type[Ask], Callable[..., Answer]] = {
    CreateSession: Gateway.create_session,
    ListSessions: Gateway.list_sessions,
    GetSession: Gateway.get_session,
    CancelSession: Gateway.cancel_session,
    StartTurn: Gateway.start_turn,
    ListTurns: Gateway.list_turns,
    GetTurn: Gateway.get_turn,
    CancelTurn: Gateway.cancel_turn,
    FollowTurn: Gateway.follow_turn,
    ListEvents: Gateway.list_events,
    ListSessionEvents: Gateway.list_session_events,
    CreateDraft: create_draft,
    UpdateDraft: update_draft,
    DownloadFile: download_file,
}
