"""From the turns of sessions to the plays of agents.

Owns: which turns belong together, where a play stands in its conversation, and what the turns tell of their agent.
Must not know: requests (`witness.py`), how a play is made of its turns (`weave.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mock_gateway.core.commands import UserMessage
from mock_gateway.recording.past import past_session
from mock_gateway.recording.program import Play, Tape
from mock_gateway.recording.rules import Occurrence
from mock_gateway.recording.scenario import Agent
from mock_gateway.recording.secrets import Fence
from mock_gateway.recording.weave import files_of, message_of, weave
from mock_gateway.recording.witness import Known, Witness
from mock_gateway.wire.recorded import Boxed, Called, Connected, Locked, Over, Server, Spoke, Waits

SUPERSEDED, TIMED_OUT = "cancelled-for-next-turn", "server-execution-timeout"
CUT_SHORT = "how the turn ended was not seen"


def recorded_agents(witness: Witness, fence: Fence) -> dict[str, Agent]:
    """Every agent that was met, with all that is known of it."""
    agents = witness.agents()
    for session in witness.sessions.values():
        if session.agent:
            agent = agents[session.agent]
            agent.plays += occurrences(session)
            past = past_session(session, fence)
            agent.past += [past] if past is not None else []
            for tape in session.tapes.values():
                _learn(agent, tape)
    return agents


def occurrences(session: Known) -> Iterator[Occurrence]:
    """The plays of a session. A play that was answered in two ways from the same place is there twice."""
    tapes = [tape for tape in session.tapes.values() if tape.seen and not (tape.live and not tape.is_over)]
    for tape in tapes:
        if _goes_on(session, tape):
            continue
        for path in _paths(tape, tapes, session):
            yield Occurrence(_play(path), len(_chain(session, tape)), _visits(session, tape))


def _goes_on(session: Known, tape: Tape) -> bool:
    """Whether a turn goes on with what the one before it began."""
    previous = session.tapes.get(tape.previous or "")
    pause = previous.pause() if previous is not None and previous.is_over else None
    speaks = any(isinstance(item, UserMessage) for item in tape.items or ())
    return (pause is Waits and bool(tape.items) and not speaks) or (pause is Locked and not tape.items)


def _paths(tape: Tape, tapes: Sequence[Tape], session: Known) -> Iterator[list[Tape]]:
    following = [other for other in tapes if other.previous == tape.id and _goes_on(session, other)]
    if not following:
        yield [tape]
    for other in following:
        for path in _paths(other, tapes, session):
            yield [tape, *path]


def _play(path: Sequence[Tape]) -> Play:
    play, odd = weave(path)
    if odd and len(path) == 1 and path[0].pause() is None:
        play.tape = path[0]
    elif odd:
        play.notes.append(odd)
    if not path[-1].is_over:
        play.notes.append(CUT_SHORT)
    return play


def _chain(session: Known, tape: Tape) -> list[Tape]:
    """A turn and those before it, newest first."""
    chain = [tape]
    while (previous := session.tapes.get(chain[-1].previous or "")) is not None and previous not in chain:
        chain.append(previous)
    return chain


def _visits(session: Known, tape: Tape) -> int:
    mine = (message_of(tape.items), files_of(tape.items))
    return sum((message_of(one.items), files_of(one.items)) == mine for one in _chain(session, tape))


def _learn(agent: Agent, tape: Tape) -> None:
    """What a turn tells of its agent beyond what was said."""
    spoken = False
    for at, fact in tape.seen:
        if isinstance(fact, Connected | Locked):
            for server in fact.servers:
                _know(agent, server)
        elif isinstance(fact, Called) and fact.server in agent.servers:
            _know(agent, Server(fact.server, fact.server_id))
        elif isinstance(fact, Boxed):
            agent.has_sandbox = True
            agent.sandboxes.add(fact.sandbox)
            documents = any(not file.is_image for file in files_of(tape.items))
            agent.sandbox_first = agent.sandbox_first or not (spoken or documents)
        elif isinstance(fact, Over) and fact.text == SUPERSEDED:
            agent.readings = {**agent.readings, "concurrent_turn": "supersede"}
        elif isinstance(fact, Over) and fact.text == TIMED_OUT:
            agent.timeout = max(agent.timeout or 0.0, at - tape.began)
        spoken = spoken or isinstance(fact, Spoke | Called)
    agent.has_sandbox = agent.has_sandbox or any(not file.is_image for file in files_of(tape.items))


def _know(agent: Agent, server: Server) -> None:
    known = agent.servers.get(server.name, server)
    agent.servers[server.name] = Server(server.name, server.id or known.id, server.transport or known.transport)
