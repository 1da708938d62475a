"""A conversation with an agent in which every stream is cut at some event, and gone on with where it ended.

Owns: driving a session in either contract: messages, answers to what a turn waits for, cut and resume. Time is stopped
and goes on event by event, so that a turn still runs when its reader comes back.
Must not know: how requests travel (`Wire`): in this program, or over a socket.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

from mock_gateway.cli.compare import MOST_TURNS, suggested
from mock_gateway.control import Control
from mock_gateway.core.authorise import decide
from mock_gateway.core.script import Agent
from mock_gateway.core.state import Session, Turn
from mock_gateway.faults.specs import parse_fault
from mock_gateway.gateway import Gateway
from mock_gateway.wire.dialects import Voice
from mock_gateway.wire.story import Cast, Line, read_frames

SESSIONS = {"beta": "/sessions", "v1": "/v1/agents/sessions"}
ATTEMPTS = 5
"""How often a door may refuse."""
LONG, VERY_LONG = 40, 1000
"""Events of a turn that is cut behind each of them; of one that is cut at its ends only."""


class Stream(Protocol):
    """A request that was sent."""

    @property
    def is_over(self) -> bool:
        """Whether its answer is known to be complete."""

    def read(self) -> tuple[int, bytes]:
        """Its status and all of its body, however that ends."""


class Wire(Protocol):
    """The way to a gateway."""

    gateway: Gateway

    def send(self, method: str, path: str, body: object = None) -> Stream:
        """Send a request and read nothing yet."""

    def do(self, work: Callable[[], Any]) -> Any:
        """Do something where the gateway lives."""

    def until(self, is_so: Callable[[], bool]) -> None:
        """Return when something is so."""


class Cut:
    """One conversation. at: the event behind which every stream is cut; 0 cuts none. fault: how."""

    def __init__(self, wire: Wire, agent: Agent, voice: Voice, prefix: str, at: int, fault: str = "clean-end") -> None:
        self.wire = wire
        self.agent = agent
        self.voice = voice
        self.at = at
        self.fault = fault
        self.base = prefix + SESSIONS[voice.dialect.name]
        self.prefix = prefix
        self.streams: list[bytes] = []
        self.resumed = 0
        made = self._ask("POST", self.base, {"agent_name": agent.name})
        self.session: Session = self.gateway.worlds[prefix].sessions[made["data"]["id"]]
        self.path = f"{self.base}/{self.session.id}"
        self.clock = Control(self.gateway, prefix).clock(self.session.id)

    @property
    def gateway(self) -> Gateway:
        """The gateway."""
        return self.wire.gateway

    def story(self) -> list[Line]:
        """What was told, over all turns."""
        cast = Cast()
        return [line for stream in self.streams for line in self.voice.tell(read_frames(stream), cast)]

    def talk(self) -> Cut:
        """Say what the scenario suggests, and answer whatever it asks for."""
        items: list[Any] | None = [{"type": "user.message", "content": suggested(self.agent)}]
        for _ in range(MOST_TURNS):
            turn = self._turn({} if items is None else {"input": items})
            if not turn.rest:
                break
            items = self.wire.do(self._answers) or None
        return self

    def _turn(self, body: object) -> Turn:
        """One turn, its stream cut and resumed."""
        self.wire.do(self.clock.pause)
        fault_id = self._cut_next()
        stream, turn = self._begin(body)
        shown = self._step() if self.at <= LONG else self._leap(turn)
        seen = b""
        if shown and self.at and not self._has_ended(turn):
            seen, stream = stream.read()[1], self._resume(turn, shown)
            self.resumed += 1
        self.wire.do(self.clock.finish)
        self.wire.do(self.clock.resume)
        status, rest = stream.read()
        assert status == 200, rest
        # Addresses have the base path in them.
        self.streams.append((seen + rest).replace(self.prefix.encode() + b"/", b"/"))
        if fault_id is not None:
            self.gateway.faults.remove(fault_id)
        return turn

    def _begin(self, body: object) -> tuple[Stream, Turn]:
        """A turn and its stream; a door may refuse it some times."""
        turns = self.session.turns
        before = len(turns)
        for _ in range(ATTEMPTS):
            stream = self.wire.send("POST", f"{self.path}/turns", body)
            self.wire.until(lambda: len(turns) > before or stream.is_over)  # noqa: B023
            if len(turns) > before:
                return stream, turns[before]
        raise AssertionError(stream.read()[1])

    def _has_ended(self, turn: Turn) -> bool:
        """Whether readers have seen all of it."""
        if turn.gate is not None and not turn.is_running and turn.gate.facts == len(turn.log.facts):
            self.wire.do(self.clock.resume)
        return not turn.is_running and turn.gate is None

    def _cut_next(self) -> str | None:
        if not self.at:
            return None
        place = {"event": self.at, "after": "blank"}
        spec = parse_fault({"fault": self.fault, "at": place, "on": "create_turn", "every": True})
        return self.gateway.faults.put(spec, session=self.session.id)

    def _step(self) -> int:
        """Show as many events as come before the cut; gives how many there were."""
        for shown in range(self.at):
            if self.wire.do(lambda: self.clock.step(self.voice.dialect.name))["event"] is None:
                return shown
        return self.at

    def _leap(self, turn: Turn) -> int:
        """The same for a turn with thousands of events: let all of it happen, and open its gate far enough."""
        self.wire.do(self.clock.finish)

        def open_gate() -> int:
            gate, weigh = turn.gate, self.voice.dialect.weigh
            assert gate is not None
            shown = 0
            while shown < self.at and gate.step(turn.log.facts, weigh):
                shown += 1
            turn.log.wake()
            return shown

        shown: int = self.wire.do(open_gate)
        return shown

    def _resume(self, turn: Turn, after: int) -> Stream:
        path = f"{self.path}/turns/{turn.id}"
        self.wire.until(lambda: not turn.log.readers)
        if self.voice.dialect.name == "beta":
            stream = self.wire.send("GET", f"{path}/stream?after_sequence_id={after}")
        else:
            stream = self.wire.send("POST", f"{path}/subscribe", {"after_sequence_number": after})
        self.wire.until(lambda: bool(turn.log.readers))
        return stream

    def _ask(self, method: str, path: str, body: object) -> Any:
        for _ in range(ATTEMPTS):
            status, answer = self.wire.send(method, path, body).read()
            if status < 400:
                return json.loads(answer)
        raise AssertionError(answer)

    def _answers(self) -> list[Any]:
        """Allow everything, take the first option, authorise every server."""
        items = [_answer(thread.id, call) for thread in self.session.turns[-1].rest for call in thread.pending()]
        for server in self.session.agent.mcp:
            decide(self.session, server.name, allow=True)
        return items


def _answer(thread_id: str, call: Any) -> dict[str, object]:
    names = {"thread_id": thread_id, "tool_call_id": call.id}
    if call.needs_approval:
        return {"type": "user.tool_approval", **names, "approval": {"status": "allow"}}
    options = json.loads(call.arguments).get("options") or ["fine"]
    return {"type": "user.tool_response", **names, "content": str(options[0])}


def places(stream: bytes) -> list[int]:
    """Where to cut: behind each event of a short turn; of a long one at its ends, and around whatever is no delta."""
    frames = stream.split(b"\n\n")[:-1]
    every = range(1, len(frames))
    if len(frames) <= LONG:
        return list(every)
    if len(frames) > VERY_LONG:
        return [1, len(frames) - 1]
    matters = {number for number, frame in enumerate(frames, 1) if b'"type":"model.message' not in frame}
    return [number for number in every if number in (1, len(frames) - 1) or {number, number + 1} & matters]
