"""Faults of a request: which ones it gets, and doing it under them. Loaded when the first fault is set.

Owns: asking the board and the scenario. Must not know: how a fault is delivered (`fault_delivery.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mock_gateway.core.errors import Refusal
from mock_gateway.core.script import Agent, Fault, Rule
from mock_gateway.core.state import Session, Turn
from mock_gateway.faults.board import Chosen, Occasion
from mock_gateway.faults.specs import FaultSpec
from mock_gateway.gateway import Answer, Caller, Gateway
from mock_gateway.http.edge import Call
from mock_gateway.http.fault_delivery import Delivery
from mock_gateway.wire.asks import Ask, CreateSession, FollowTurn, StartTurn
from mock_gateway.worlds import World

if TYPE_CHECKING:
    from mock_gateway.http.app import App


async def perform(gateway: Gateway, call: Call, world: World, ask: Ask, caller: Caller) -> Answer:
    """Do what is asked, under the faults that are set for it. Raises `Refusal`, and `Injected` when all was said."""
    session, turn = _concerned(world, ask)
    occasion = _occasion(call, world, ask, session, turn)
    found = gateway.faults.chosen(occasion)
    agent = session.agent if session is not None else _agent(gateway, world, ask)
    if agent is not None:
        found += _of_agent(gateway, world, agent, occasion, session)
    if turn is not None and turn.rule is not None:
        found += _of_rule(gateway, world, turn, turn.rule, occasion)
    delivery = Delivery(call, gateway.runtime.wall()) if found else None
    if delivery is not None:
        delivery.add(found)
        await delivery.answer("before")
    answer = gateway.perform(world, ask, caller)
    if isinstance(ask, StartTurn) and isinstance(answer, Turn) and answer.rule is not None:
        mine = _of_rule(gateway, world, answer, answer.rule, _occasion(call, world, ask, answer.session, answer))
        if mine:
            delivery = delivery or Delivery(call, gateway.runtime.wall())
            delivery.add(mine)
    return answer


def _concerned(world: World, ask: Ask) -> tuple[Session | None, Turn | None]:
    """The session and the turn that a request names, as far as they exist."""
    session = world.sessions.get(getattr(ask, "session_id", None) or "")
    turn_id = getattr(ask, "turn_id", None)
    return session, session.find(turn_id) if session is not None and turn_id is not None else None


def _occasion(call: Call, world: World, ask: Ask, session: Session | None, turn: Turn | None) -> Occasion:
    number = 0
    if turn is not None:
        number = turn.number
    elif isinstance(ask, StartTurn) and session is not None:
        number = len(session.turns) + 1
    follows = isinstance(ask, FollowTurn) or (isinstance(ask, StartTurn) and ask.stream)
    return Occasion(
        world=world.prefix,
        operation=call.exchange.operation,
        session=None if session is None else session.id,
        turn=None if turn is None else turn.id,
        number=number,
        is_stream=follows and call.scope["method"] != "HEAD",
    )


def _agent(gateway: Gateway, world: World, ask: Ask) -> Agent | None:
    if not isinstance(ask, CreateSession):
        return None
    try:
        return gateway.agent(world, ask.agent_name)
    except Refusal:
        return None


def _of_agent(
    gateway: Gateway, world: World, agent: Agent, occasion: Occasion, session: Session | None
) -> list[Chosen]:
    named = {f"{agent.name}: faults/{index}": spec for index, spec in enumerate(_specs(agent.faults))}
    scope = f"agent {agent.name}" if session is None else session.id
    return gateway.faults.scripted(named, occasion, scope, world.met)


def _of_rule(gateway: Gateway, world: World, turn: Turn, rule: Rule, occasion: Occasion) -> list[Chosen]:
    name = f"{turn.session.agent.name}: {rule.name}: faults"
    named = {f"{name}/{index}": spec for index, spec in enumerate(_specs(rule.faults))}
    return gateway.faults.scripted(named, occasion, turn.id, world.met)


def _specs(faults: Iterable[Fault]) -> Iterator[FaultSpec]:
    return (fault for fault in faults if isinstance(fault, FaultSpec))


def refuses(app: App) -> bool:
    """Whether a fault refuses a connection that has just come; noted in the journal."""
    found = list(app.gateway.faults.refused())
    if not found:
        return False
    exchange = app.gateway.journal.begin("-", b"-", b"", ())
    exchange.world = ""
    for chosen in found:
        chosen.count()
        exchange.fault(chosen.spec.fault, chosen.id, "", "the connection was reset as soon as it was accepted")
    app.gateway.journal.close(exchange)
    return True
