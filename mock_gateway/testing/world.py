"""One world of a gateway, in the hands of a test.

Owns: what a test can do with it, from any thread; each call is done on the gateway's loop (`hopping.py`). A world is a
base path (NET-1): it has sessions, scenarios, faults, time and a journal of its own. Must not know: pytest.
Look next: `control/facade.py`, which does what is asked here; `mock.py`, whose root world the whole server is.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mock_gateway.control import Control
from mock_gateway.control.clocks import SessionClock, WorldClock
from mock_gateway.journal.queries import query
from mock_gateway.journal.verify import Verdict, verify
from mock_gateway.testing.checks import NotMet, Odd, Oddity, Strictness, oddities
from mock_gateway.testing.environment import KEY, environment_of
from mock_gateway.testing.faults import Faults
from mock_gateway.testing.hopping import hopping
from mock_gateway.testing.records import Records
from mock_gateway.testing.served import Served
from mock_gateway.testing.sources import Source, is_text
from mock_gateway.testing.transcript import transcript

if TYPE_CHECKING:
    import httpx

    from mock_gateway.testing.inprocess import InProcessTransport

Json = dict[str, Any]


class GatewayWorld:
    """A world. prefix: its base path below the server's; empty is the root.

    agent: the name of the agent that was played last; empty when none was.
    """

    def __init__(self, served: Served, prefix: str) -> None:
        self._served = served
        self._prefix = prefix
        self.agent = ""

    # -- where it is -------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The base URL of this world, for any client: no slash at the end."""
        return self._served.url + self._prefix

    @property
    def prefix(self) -> str:
        """The base path of this world; empty for the root."""
        return self._prefix

    @property
    def environment(self) -> dict[str, str]:
        """The variables under which programs find this world: `GATEWAY_BASE_URL`, `TFY_API_KEY`, and ours."""
        return environment_of(self.url, admin=self._served.url, token=self._served.settings.admin_token)

    @property
    def transport(self) -> InProcessTransport:
        """For `httpx.Client` and `httpx.AsyncClient`: requests that go through no socket. It needs `httpx`."""
        from mock_gateway.testing.inprocess import InProcessTransport

        return InProcessTransport(self._served.thread)

    def client(self, **settings: Any) -> httpx.Client:
        """An `httpx.Client` of this world that goes through no socket. settings: of the client."""
        import httpx

        return httpx.Client(**{**self._client_settings(), **settings})

    def async_client(self, **settings: Any) -> httpx.AsyncClient:
        """The same for asyncio."""
        import httpx

        return httpx.AsyncClient(**{**self._client_settings(), **settings})

    def _client_settings(self) -> Json:
        return {"transport": self.transport, "base_url": self.url, "headers": {"Authorization": f"Bearer {KEY}"}}

    def world(self, prefix: str) -> GatewayWorld:
        """Another world, below this one. prefix: one or more segments, as `test-1`."""
        return GatewayWorld(self._served, f"{self._prefix}/{prefix.strip('/')}")

    # -- what is played ----------------------------------------------------------------------------------------------

    def play(self, source: Source) -> str:
        """Let this world play a scenario; gives its agent's name, which is also in `agent`.

        source: the name of an agent that the server has, YAML text (it may be indented as a whole), or a path.
        Raises `ScenarioErrors` with every mistake, `ControlError` for a name that is not there.
        """
        self.agent = self._served.call(lambda: self._control().play(_source(source)))
        return self.agent

    def select(self, name: str | None) -> None:
        """Let an agent answer for every name that nobody knows; None: such names are refused again."""
        self._served.call(lambda: self._control().select(name))

    def scenarios(self) -> list[Json]:
        """The agents of this world."""
        return self._served.call(lambda: self._control().scenarios())

    def remove_scenario(self, name: str) -> None:
        """Let this world have an agent no more; its sessions go on."""
        self._served.call(lambda: self._control().remove_scenario(name))

    def push(self, session_id: str, event: Mapping[str, object]) -> Json:
        """Put an event into the running turn of a session, now. event: as in the `events` of a scenario."""
        return self._served.call(lambda: self._control().push(session_id, event))

    # -- what is there -----------------------------------------------------------------------------------------------

    def sessions(self) -> list[Json]:
        """The sessions of this world, each in short."""
        return self._served.call(lambda: self._control().sessions())

    def timeline(self, session_id: str) -> Json:
        """A session with all that happened in it."""
        return self._served.call(lambda: self._control().timeline(session_id))

    def delete_session(self, session_id: str) -> None:
        """Let a session go; its streams end."""
        self._served.call(lambda: self._control().delete_session(session_id))

    def export_state(self) -> Json:
        """Everything that this world is, as a document."""
        return self._served.call(lambda: self._control().export_state())

    def import_state(self, document: Mapping[str, object]) -> None:
        """Make this world what a document says."""
        self._served.call(lambda: self._control().import_state(document))

    def reset(self, scope: str = "world") -> None:
        """Put a part of this world back to its beginning.

        scope: `sessions`, `scenarios`, `faults`, `clock`, `journal`, `world` (all of these) or `server` (all worlds).
        """
        self._served.call(lambda: self._control().reset(scope))

    # -- time, faults, journal ---------------------------------------------------------------------------------------

    @property
    def clock(self) -> Clock:
        """Time: `clock.advance("10m")` for all sessions, `clock(session_id).step()` for one."""
        return Clock(self)

    @property
    def faults(self) -> Faults:
        """The faults of this world."""
        served = self._served
        return Faults(lambda: hopping(served.call(lambda: self._control().faults), served.call))

    @property
    def journal(self) -> Records:
        """What went over the wire in this world."""
        return Records(self._served, self._prefix)

    # -- was it as it should be --------------------------------------------------------------------------------------

    def transcript(self) -> str:
        """Everything that went over the wire in this world, for people."""
        return self._served.call(lambda: transcript(self._served.gateway, self._prefix))

    def verify(self, *expectations: Mapping[str, object]) -> None:
        """Raise `NotMet`, an `AssertionError`, unless every expectation is met; it says what came instead.

        expectations: as in docs/journal.md, as `{"sent": {"operation": "create_turn"}, "times": 2}`, `{"never": ...}`,
        `{"in_order": [...]}`, `{"steps_played": "desk"}`, `{"no_violations": True}`. Raises `ExpectationError` for one
        that is none.
        """
        verdicts = self._served.call(lambda: self._verdicts(expectations))
        if not all(verdict.ok for verdict in verdicts):
            raise NotMet(verdicts)

    def _verdicts(self, expectations: Sequence[Mapping[str, object]]) -> list[Verdict]:
        gateway = self._served.gateway
        agents = gateway.world(self._prefix).all_agents(gateway.agents)
        return verify(query(gateway.journal, world=self._prefix), expectations, agents)

    def oddities(self, strictness: Strictness | None = None) -> list[Oddity]:
        """What was odd in this world so far: steps that were not played, messages that no rule was written for,
        requests that break the contract. strictness: which of them count; all when it is left out."""
        return self._served.call(lambda: oddities(self._served.gateway, self._prefix, strictness or Strictness()))

    def check(self, strictness: Strictness | None = None, *, transcript: bool = True) -> None:
        """Raise `Odd`, an `AssertionError`, when something was odd. strictness: as in `oddities`. transcript: tell it
        in the message."""
        found = self.oddities(strictness)
        if found:
            raise Odd(found, self.transcript() if transcript else "")

    def claim(self) -> None:
        """Let requests below this world that are none of a contract be told from those of other worlds, before the
        first that is one makes it. `forget` takes it back."""
        self._served.call(self._served.gateway.claimed.add, self._prefix)

    def forget(self) -> None:
        """End this world: its streams, sessions, scenarios, faults and journal are gone."""
        self.reset("world")

    def _control(self) -> Control:
        return Control(self._served.gateway, self._prefix)


class Clock:
    """The clocks of a world. Called with a session's id, the clock of that session."""

    def __init__(self, world: GatewayWorld) -> None:
        self._world = world

    def __call__(self, session_id: str) -> SessionClock:
        served = self._world._served
        clock = served.call(lambda: self._world._control().clock(session_id))
        return hopping(cast(SessionClock, clock), served.call)

    def _all(self) -> WorldClock:
        served = self._world._served
        clock = served.call(lambda: self._world._control().clock())
        return hopping(cast(WorldClock, clock), served.call)

    def show(self) -> Json:
        """How the clock of the next session goes, its time, and the `sessions` by id."""
        return self._all().show()

    def set(self, mode: str, speed: float | None = None) -> Json:
        """How the clocks of later sessions go: `real`, `scaled` (by `speed`), `virtual` (it stands still until it is
        advanced) or `skipping` (it jumps over every wait)."""
        return self._all().set(mode, speed)

    def advance(self, duration: float | str) -> Json:
        """Let time pass in every session, at once. duration: seconds, or text such as `10m`."""
        return self._all().advance(duration)

    def next(self) -> Json:
        """Let time pass until the first thing that happens in any session."""
        return self._all().next()

    def finish(self) -> Json:
        """Let every running turn go to its end, or to its pause."""
        return self._all().finish()

    def pause(self) -> Json:
        """Stop time in every session, and in those that come."""
        return self._all().pause()

    def resume(self) -> Json:
        """Let time go on in every session."""
        return self._all().resume()


def _source(source: Source) -> str | Path:
    """A source as `Control` takes it."""
    if isinstance(source, str):
        from textwrap import dedent

        return dedent(source) if is_text(source) else source
    return Path(os.fspath(source))
