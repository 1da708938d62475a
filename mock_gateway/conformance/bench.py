"""The gateway under the cases: one server on a thread of its own, and a world for every run of a case.

Owns: making a world ready (its agent, its clock, its faults), what was asked there, the truth of its turns.
Must not know: cases, adapters, verdicts. What could change while it is looked at is looked at on the server's loop.
"""

from __future__ import annotations

import socket
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from types import TracebackType
from typing import Any, TypeVar

from mock_gateway.conformance import oracle
from mock_gateway.conformance.observation import Observation
from mock_gateway.core.clock import Rate
from mock_gateway.core.script import Agent
from mock_gateway.core.state import Session, Turn
from mock_gateway.faults.specs import parse_fault
from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.http.server import bind
from mock_gateway.journal import Exchange
from mock_gateway.runtime import LoopRuntime
from mock_gateway.scenario.library import load_text
from mock_gateway.settings import Settings
from mock_gateway.testing.thread import ServerThread
from mock_gateway.wire.dialect import Dialect
from mock_gateway.wire.dialects import all_dialects
from mock_gateway.wire.request import Request, read_query

RATES = {"virtual": Rate(0.0, skipping=True), "real": Rate(1.0)}
KEY = "conformance-key"
"""The bearer key that every client is given."""
SAME = {"follow_turn": ("stream_turn", "subscribe_turn"), "cancel": ("cancel_session", "cancel_turn")}
"""Operations that the dialects call by other names."""

Given = TypeVar("Given")


@lru_cache(512)
def agent_of(text: str, seed: int) -> Agent:
    """The agent of a scenario's text. Raises `ScenarioErrors`."""
    return load_text(text, "scenario.yaml", seed)


class Bench:
    """A server for cases; a context manager. seed: of everything that is drawn."""

    def __init__(self, seed: int = 0, **settings: Any) -> None:
        self.seed = seed
        self._settings = Settings(seed=seed, **{"journal_size": 2000, "worlds": 1_000_000, **settings})
        self._asked: dict[str, list[Exchange]] = defaultdict(list)
        self._numbers = count(1)

    def __enter__(self) -> Bench:
        sock = bind("127.0.0.1", 0)
        self.gateway = Gateway({}, self._settings, runtime=LoopRuntime())
        self.url = self.gateway.base_url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        self.gateway.journal.keeps_bytes = True
        self.gateway.journal.starters.append(self._began)
        self.gateway.journal.listeners.append(self._ended)
        dialects = all_dialects(self._settings)
        self.dialects: Mapping[str, Dialect] = {dialect.name: dialect for dialect in dialects}
        self._serve(App(self.gateway, dialects), sock)
        return self

    def _serve(self, app: App, sock: socket.socket) -> None:
        self._thread = ServerThread(app, sock)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._thread.stop()

    def _began(self, exchange: Exchange) -> None:
        """Note a request when it comes: what a client has the answer to may not be over here yet."""
        self._asked[exchange.world or ""].append(exchange)

    def _ended(self, entry: object) -> None:
        """Note a request that no operation is for."""
        if isinstance(entry, Exchange) and not entry.operation:
            self._asked[entry.world or ""].append(entry)

    @property
    def now(self) -> float:
        """Wall seconds, of the clock that requests are noted by."""
        return time.perf_counter() + self.gateway.journal.epoch

    def on_loop(self, do: Callable[[], Given]) -> Given:
        """Do something where the server does everything, and wait for what it gives."""
        return self._thread.call(do)

    def stage(self, name: str, dialect: str, *, clock: str = "virtual") -> Stage:
        """A fresh world. name: for its base path; clock: `virtual` or `real`."""
        prefix = f"/{name.lower()}-{dialect}-{next(self._numbers)}"
        return self.on_loop(lambda: Stage(self, prefix, self.dialects[dialect], RATES[clock]))

    def asked(self, world: str, since: float = 0.0) -> list[Exchange]:
        """What was asked in a world, in the order in which it came. since: wall seconds."""
        return sorted((one for one in self._asked[world] if one.at >= since), key=lambda exchange: exchange.at)

    def unanswered(self, world: str) -> list[Exchange]:
        """What was asked in a world and has not been answered to the end."""
        return [one for one in self._asked[world] if not one.is_complete]

    def forget(self, world: str) -> None:
        """Forget a world and everything in it."""
        self.gateway.faults.clear(world)
        self.gateway.worlds.pop(world, None)
        self.forget_asked(world)

    def forget_asked(self, world: str) -> None:
        """Forget what was asked in a world."""
        self._asked.pop(world, None)


class Stage:
    """The world of one run. base_url: for the client."""

    def __init__(self, bench: Bench, prefix: str, dialect: Dialect, rate: Rate) -> None:
        self.bench = bench
        self.prefix = prefix
        self.dialect = dialect
        self.base_url = bench.url + prefix
        self._since = 0.0
        self._world = bench.gateway.world(prefix)
        self._world.rate = rate

    def play(self, text: str) -> str:
        """Let a scenario be played here; gives the name of its agent. Raises `ScenarioErrors`."""
        agent = agent_of(text, self.bench.seed)
        self._world.agents[agent.name] = agent  # one step for every thread, so it need not be done on the loop
        return agent.name

    def put_fault(self, fault: Mapping[str, object]) -> None:
        """Put a fault on this world. Raises `FaultError`.

        Its `on` may have names that the dialects share; with `dialects` it is for these only. A `location` may say
        `ELSEWHERE`: this world under another host name.
        """
        fault = dict(fault)
        only = fault.pop("dialects", None)
        if isinstance(only, list) and self.dialect.name not in only:
            return
        on = fault.get("on")
        if isinstance(on, list):
            fault["on"] = [name for shared in on for name in SAME.get(shared, (shared,))]
        if "location" in fault:
            elsewhere = self.base_url.replace("127.0.0.1", "localhost")
            fault["location"] = str(fault["location"]).replace("ELSEWHERE", elsewhere)
        spec = parse_fault(fault)
        self.bench.on_loop(lambda: self.bench.gateway.faults.put(spec, world=self.prefix))

    def faults_left(self) -> list[str]:
        """The faults of this world that have not been delivered."""
        entries = self.bench.on_loop(lambda: self.bench.gateway.faults.listed(self.prefix))
        return [str(entry.spec) for entry in entries if not entry.injected]

    def sessions(self) -> list[Session]:
        """All sessions, oldest first."""
        return list(self._world.sessions.values())

    def turns(self, session_id: str) -> list[Turn]:
        """The turns of a session, oldest first; none of a session that there is not."""
        session = self._world.sessions.get(session_id)
        return [] if session is None else list(session.turns)

    def truth(self, turn: Turn, after: int = 0, upto: int | None = None) -> Observation:
        """What a reader has to have understood. See `oracle.truth`."""
        return self.bench.on_loop(lambda: oracle.truth(turn, self.dialect, after, upto))

    def asked(self, *operations: str, since: float = 0.0) -> list[Exchange]:
        """What was asked here; of some operations, by a dialect's name for them or by one that the dialects share.

        since: wall seconds.
        """
        earliest = max(since, self._since)
        found = self.bench.on_loop(lambda: self.bench.asked(self.prefix, earliest))
        names = {name for one in operations for name in SAME.get(one, (one,))}
        return [one for one in found if not operations or one.operation in names]

    def all_closed(self, within: float) -> bool:
        """Whether every stream of this world has ended; waits for it. within: seconds."""
        until = time.monotonic() + within
        while self.bench.on_loop(lambda: self.bench.unanswered(self.prefix)):
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        return True

    def cursor(self, exchange: Exchange) -> int:
        """The cursor that a stream was asked for with, refused or not."""
        if exchange.sent is not None:
            return exchange.sent.cursor
        after = getattr(self.dialect.parse[exchange.operation](request_of(exchange)), "after", 0)
        return int(after)

    def clear(self) -> None:
        """Make room for another story in the same world: no faults, no agents, nothing was asked; sessions stay."""
        self._since = self.bench.now
        self.bench.on_loop(self._clear)

    def _clear(self) -> None:
        if self.bench.gateway.faults.is_set:
            self.bench.gateway.faults.clear(self.prefix)
        self.bench.forget_asked(self.prefix)
        self._world.agents.clear()

    def close(self) -> None:
        """Forget it."""
        self.bench.on_loop(lambda: self.bench.forget(self.prefix))


def request_of(exchange: Exchange) -> Request:
    """A request as a dialect parses it."""
    names = [part.strip("{}") if part.startswith("{") else "" for part in exchange.template.split("/")]
    values: Sequence[str] = exchange.path.split("/")[-len(names) :]
    params = {name: value for name, value in zip(names, values, strict=True) if name}
    return Request(params, read_query(exchange.query_string), exchange.body, exchange.header("last-event-id"))
