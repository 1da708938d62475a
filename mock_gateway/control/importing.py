"""A world made again from a document.

Owns: checking a document, compiling its scenarios, playing its commands. All of it is done beside the world that is
there, which is replaced at the end or not at all. Must not know: where the document comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import inf
from typing import TYPE_CHECKING, Any

from msgspec import ValidationError, convert
from msgspec.structs import replace

from mock_gateway.control import document as doc
from mock_gateway.control.errors import Cause, ControlError
from mock_gateway.control.limited import WorldFaults
from mock_gateway.control.pushing import put
from mock_gateway.core.authorise import decide
from mock_gateway.core.clock import Clock, Rate
from mock_gateway.core.commands import NONE, CreateTurn, FilePart, Item, TextPart, ToolAnswer, ToolApproval, UserMessage
from mock_gateway.core.deeds import NOTHING_RUNS, progress
from mock_gateway.core.engine import Policy, cancel_turn, close_session, create_turn, play_next
from mock_gateway.core.errors import MockGatewayError
from mock_gateway.core.events import Deltas
from mock_gateway.core.gate import Gate
from mock_gateway.core.script import Agent, Written
from mock_gateway.core.state import Draft, Session, Turn
from mock_gateway.gateway import Gateway
from mock_gateway.scenario.again import compile_again
from mock_gateway.worlds import World

if TYPE_CHECKING:
    from mock_gateway.faults.specs import FaultSpec

AGAIN = Policy(supersede=True, empty_runs=True, ask_again=True)
"""What was taken once is taken again, whatever the readings were."""


def import_state(gateway: Gateway, prefix: str, document: Mapping[str, object]) -> None:
    """Make a world what a document says. Raises `ControlError` with the place; then nothing has changed."""
    state = _read(document)
    world = World(prefix)
    agents = [_agent(gateway, scenario, index) for index, scenario in enumerate(state.scenarios)]
    _fill(gateway, world, state, agents)
    for index, session in enumerate(state.sessions):
        world.add(_session(session, agents, f"sessions[{index}]", gateway.runtime.wall()))
    faults = [_fault(fault, f"world.faults[{index}].spec") for index, fault in enumerate(state.world.faults)]
    _put_in_place(gateway, world)
    gateway.faults.learn(agents)
    for spec, fault in zip(faults, state.world.faults, strict=True):
        gateway.faults.put(spec, world=prefix, session=fault.session, turn=fault.turn)


def _read(document: Mapping[str, object]) -> doc.Document:
    try:
        state = convert(document, doc.Document)
    except ValidationError as error:
        message, _, place = str(error).rpartition(" - at ")
        field = place.strip("`").removeprefix("$").removeprefix(".")
        said = message or str(error)
        hint = f"a state of version {doc.VERSION} is what export gives"
        where = f"{field}: " if field else ""
        raise ControlError(Cause.INVALID, f"{where}{said[:1].lower()}{said[1:]}", field=field, hint=hint) from error
    ids = [session.id for session in state.sessions]
    for index, session_id in enumerate(ids):
        if session_id in ids[:index]:
            raise _wrong(f"sessions[{index}].id", f"there are two sessions {session_id!r}")
    return state


def _wrong(field: str, message: str) -> ControlError:
    return ControlError(Cause.INVALID, f"{field}: {message}", field=field)


@contextmanager
def _at(field: str) -> Iterator[None]:
    """Say where in the document something went wrong."""
    try:
        yield
    except ControlError as error:
        raise error if error.field.startswith(field) else _wrong(field, str(error)) from error
    except MockGatewayError as error:
        raise _wrong(field, str(error)) from error


# -- agents ------------------------------------------------------------------------------------------------------------


def _agent(gateway: Gateway, scenario: doc.ScenarioText, index: int) -> Agent:
    known = gateway.agents.get(scenario.agent)
    if scenario.text is None:
        if known is None:
            message = f"agent {scenario.agent!r} has no text here, and the server has no such agent"
            raise _wrong(f"scenarios[{index}].text", message)
        return known
    written = Written(
        scenario.text,
        scenario.name,
        scenario.base,
        scenario.strict,
        scenario.params,
        tuple((file.path, file.name, file.text) for file in scenario.included),
        scenario.folder,
    )
    if known is not None and known.written == written and known.seed == scenario.seed:
        return known
    with _at(f"scenarios[{index}].text"):
        agent = compile_again(written, scenario.seed)
    if agent.name != scenario.agent:
        raise _wrong(f"scenarios[{index}].agent", f"the text is that of agent {agent.name!r}, not {scenario.agent!r}")
    return agent


def _fill(gateway: Gateway, world: World, state: doc.Document, agents: Sequence[Agent]) -> None:
    """Everything of a world but its sessions."""
    whole = state.world
    for scenario, agent in zip(state.scenarios, agents, strict=True):
        if scenario.of == "world" or (scenario.of == "server" and gateway.agents.get(agent.name) is not agent):
            world.agents[agent.name] = agent
    world.numbers, world.attempts, world.advanced = whole.numbers, dict(whole.attempts), whole.advanced
    world.paused, world.removed, world.selected = whole.paused, set(whole.removed), whole.selected
    if whole.rate is not None:
        world.rate = Rate(whole.rate.speed, whole.rate.skipping)
    if whole.selected is not None and whole.selected not in world.all_agents(gateway.agents):
        raise _wrong("world.selected", f"there is no agent {whole.selected!r}")


def _fault(fault: doc.FaultState, field: str) -> FaultSpec:
    from mock_gateway.faults.specs import parse_fault

    with _at(field):
        return parse_fault(fault.spec)


def _put_in_place(gateway: Gateway, world: World) -> None:
    gateway.forget_world(world.prefix)
    WorldFaults(gateway.faults, world.prefix).clear()
    gateway.worlds[world.prefix] = world
    for session in world.sessions.values():
        if session.running is not None:
            gateway.runtime.arrange(session.running)


# -- sessions ----------------------------------------------------------------------------------------------------------


def _session(state: doc.SessionState, agents: Sequence[Agent], field: str, wall: float) -> Session:
    if state.agent >= len(agents):
        raise _wrong(f"{field}.agent", f"there is no scenario {state.agent}; there are {len(agents)}")
    agent = agents[state.agent]
    if agent.name != state.name:
        agent = replace(agent, name=state.name, sessions=())
    session = Session(state.id, agent, state.number, state.seed, _clock(state.clock, wall), state.created_at)
    session.created_by, session.title = state.created_by, state.title
    for index, command in enumerate(state.commands):
        place = f"{field}.commands[{index}]"
        with _at(place):
            _catch_up(session, command.played, place)
            DO[type(command)](session, command)
    _catch_up(session, state.played, f"{field}.played")
    session.updated_at = state.updated_at
    if state.draft is not None:
        session.draft = Draft(state.draft.spec, state.draft.agent_name)
    for turn_id, gate in state.gates.items():
        _gate(session, turn_id, Gate(gate.facts, gate.pieces), f"{field}.gates")
    return session


def _clock(state: doc.ClockState, wall: float) -> Clock:
    clock = Clock(state.now, wall, state.speed, state.skipping)
    if state.paused:
        clock.pause(wall)
    return clock


def _catch_up(session: Session, played: int, field: str) -> None:
    """Play what runs as far as it had come."""
    turn = session.running
    while turn is not None and turn.is_running and (played == NOTHING_RUNS or progress(turn) < played):
        if turn.next_due() == inf:
            break
        play_next(turn)
    reached = progress(session.running)
    if reached != played:
        raise _wrong(field, f"the running turn is at {reached}, not at {played}: the scenario plays differently here")


def _gate(session: Session, turn_id: str, gate: Gate, field: str) -> None:
    turn = session.find(turn_id)
    if turn is None:
        raise _wrong(field, f"there is no turn {turn_id!r}")
    facts = turn.log.facts
    run = facts[gate.facts] if gate.facts < len(facts) else None
    inside = isinstance(run, Deltas) and run.first + gate.pieces < run.stop
    if gate.facts > len(facts) or (gate.pieces and not inside):
        raise _wrong(field, f"turn {turn_id} has no place {gate.facts}, {gate.pieces}; it has {len(facts)} facts")
    turn.gate = gate


# -- commands ----------------------------------------------------------------------------------------------------------


def _create_turn(session: Session, state: doc.CreateTurnState) -> None:
    items = None if state.input is None else tuple(_item(item) for item in state.input)
    command = CreateTurn(items, state.previous or NONE, state.created_by, state.origin)
    turn = create_turn(session, command, state.at, AGAIN)
    if turn.id != state.id:
        message = f"the turn is {turn.id} here, not {state.id}: the seed, the number or a time is another one"
        raise ControlError(Cause.INVALID, message)


def _cancel(session: Session, state: doc.CancelState) -> None:
    cancel_turn(_running(session), state.at, state.delay)


def _close(session: Session, _state: doc.CloseState) -> None:
    close_session(session)  # what ran then was cancelled by a command of its own


def _authorise(session: Session, state: doc.AuthoriseState) -> None:
    names = [server.name for server in session.agent.mcp]
    if state.server not in names:
        raise ControlError(Cause.INVALID, f"there is no server {state.server!r}", allowed=names)
    decide(session, state.server, allow=state.allow)


def _push(session: Session, state: doc.PushState) -> None:
    put(_running(session), state.event, state.at)


def _running(session: Session) -> Turn:
    if session.running is None:
        raise ControlError(Cause.INVALID, "no turn runs here")
    return session.running


DO: Mapping[type[doc.CommandState], Callable[[Session, Any], None]] = {
    doc.CreateTurnState: _create_turn,
    doc.CancelState: _cancel,
    doc.CloseState: _close,
    doc.AuthoriseState: _authorise,
    doc.PushState: _push,
}


def _item(state: doc.MessageState | doc.ApprovalState | doc.AnswerState) -> Item:
    if isinstance(state, doc.MessageState):
        content = state.content
        return UserMessage(content if isinstance(content, str) else tuple(_part(part) for part in content))
    if isinstance(state, doc.ApprovalState):
        return ToolApproval(state.thread_id, state.call_id, state.allow, state.reason)
    return ToolAnswer(state.thread_id, state.call_id, state.content)


def _part(state: doc.TextState | doc.FileState) -> TextPart | FilePart:
    if isinstance(state, doc.TextState):
        return TextPart(state.text)
    return FilePart(state.name, state.uri, state.mime, state.size)
