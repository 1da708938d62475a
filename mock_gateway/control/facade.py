"""`Control`: one object with everything that can be done to a world.

Owns: the names of it all, which other parts rely on, and what each gives back and refuses. Each is done elsewhere:
`clocks.py`, `scenarios.py`, `sessions.py`, `pushing.py`, `resets.py`, `exporting.py` and `importing.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mock_gateway.control import resets, scenarios
from mock_gateway.control.clocks import SessionClock, WorldClock
from mock_gateway.control.exporting import export_state
from mock_gateway.control.facts import Json
from mock_gateway.control.importing import import_state
from mock_gateway.control.limited import WorldFaults, WorldJournal
from mock_gateway.control.pushing import push
from mock_gateway.control.sessions import delete_session, find_session, session_json, timeline_json
from mock_gateway.gateway import Gateway
from mock_gateway.wire.dialects import all_dialects
from mock_gateway.worlds import World


class Control:
    """One world of a gateway in somebody's hands.

    prefix: the base path of the world; empty is the root. Every method is called on the thread of the server's loop,
    gives JSON-like data, and raises `ControlError` for what cannot be done; then nothing has changed.
    """

    def __init__(self, gateway: Gateway, prefix: str = "") -> None:
        self.gateway = gateway
        self.prefix = prefix
        self._dialects = all_dialects(gateway.settings)

    @property
    def world(self) -> World:
        """The world as it is now; another one after a reset or an import."""
        return self.gateway.world(self.prefix)

    @property
    def faults(self) -> WorldFaults:
        """The faults that are set in this world."""
        return WorldFaults(self.gateway.faults, self.prefix)

    @property
    def journal(self) -> WorldJournal:
        """What this world has of the journal."""
        return WorldJournal(self.gateway.journal, self.prefix)

    # -- scenarios -------------------------------------------------------------------------------------------------

    def play(self, source: str | Path, name: str | None = None) -> str:
        """Let this world, and no other, have a scenario; gives its agent's name.

        source: the name of a scenario that the server has, a path of a file, or YAML text (whose includes are looked
        for in the working directory). name: what positions in a text show instead of `<text>`. A scenario takes the
        place of another one of its name. Raises `ScenarioErrors` with every mistake, or `ControlError`.
        """
        return scenarios.play(self.gateway, self.world, source, name)

    def play_text(self, text: str, name: str | None = None, *, agent: str | None = None) -> str:
        """As `play`, for a text that comes from somebody else: whatever it looks like, no file of this machine is read.

        agent: the only one that it may be of.
        """
        return scenarios.play_text(self.gateway, self.world, text, name, agent)

    def scenarios(self) -> list[Json]:
        """The scenarios of this world: `name`, `description`, `file`, `of` (`server` or `world`), `selected`."""
        return scenarios.listed(self.gateway, self.world)

    def remove_scenario(self, name: str) -> None:
        """Let this world have a scenario no more. Sessions that play it go on (SES-4)."""
        scenarios.remove(self.gateway, self.world, name)

    def select(self, name: str | None) -> None:
        """Let a scenario play every agent that the client names and nobody knows; None: they are refused again."""
        scenarios.select(self.gateway, self.world, name)

    # -- sessions --------------------------------------------------------------------------------------------------

    def sessions(self) -> list[Json]:
        """The sessions of this world in the order in which they were made, each in short, with its clock."""
        return [session_json(self.gateway, session) for session in self.world.sessions.values()]

    def timeline(self, session_id: str) -> Json:
        """A session with all its turns: `state`, times, `rule` (file:line:column), `threads`, `pauses` and `facts`.

        A fact has `at`, seconds since its turn began, and `sequence_ids`, the first and the last by dialect.
        """
        return timeline_json(self.gateway, find_session(self.world, session_id), self._dialects)

    def delete_session(self, session_id: str) -> None:
        """Let a session go: a turn that runs in it ends, and so do its streams. Raises `ControlError`."""
        delete_session(self.gateway, self.world, session_id)

    def push(self, session_id: str, event: Mapping[str, object]) -> Json:
        """Put an event into the running turn, now. event: as in the `events` of a scenario.

        Raises `ControlError` when no turn runs, when the event is none, or when it would break the contract there.
        """
        return push(self.gateway, find_session(self.world, session_id), event, self._dialects)

    # -- time ------------------------------------------------------------------------------------------------------

    def clock(self, session_id: str | None = None) -> SessionClock | WorldClock:
        """The clock of a session; None: of the world, for all of its sessions and those that come."""
        if session_id is None:
            return WorldClock(self.gateway, self.world, self._session_clock)
        return self._session_clock(session_id)

    def _session_clock(self, session_id: str) -> SessionClock:
        find_session(self.world, session_id)
        return SessionClock(self.gateway, lambda: find_session(self.world, session_id), self._dialects)

    # -- state -----------------------------------------------------------------------------------------------------

    def reset(self, scope: str) -> None:
        """Put a part of this world back to its beginning.

        scope: `sessions` (their streams end; those of the scenarios are there again), `scenarios`, `faults`, `clock`
        (time goes as the server was told), `journal`, `world` (all of these), or `server` (all worlds).
        """
        resets.reset(self.gateway, self.prefix, scope)

    def export_state(self) -> Json:
        """Everything that this world is, as a document: its scenarios, its sessions as the commands that made them."""
        return export_state(self.gateway, self.world)

    def import_state(self, document: Mapping[str, object]) -> None:
        """Make this world what a document says. Raises `ControlError` with the place; then nothing has changed."""
        import_state(self.gateway, self.prefix, document)
