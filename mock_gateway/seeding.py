"""Sessions that exist from the start: their history is played through the script, on virtual time.

Owns: turning a scenario's `sessions` into sessions of a world. History is never written by hand, so it is always in
step with the script. Must not know: HTTP, any dialect.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from mock_gateway.core.authorise import decide
from mock_gateway.core.clock import Clock
from mock_gateway.core.commands import CreateTurn, FilePart, Item, TextPart, ToolAnswer, ToolApproval, UserMessage
from mock_gateway.core.engine import Policy, advance, cancel_turn, create_turn, waiting_threads
from mock_gateway.core.errors import MockGatewayError, Refusal
from mock_gateway.core.script import Agent, HistoryTurn, SeededSession
from mock_gateway.core.state import OpenCall, Session, Turn
from mock_gateway.settings import EPOCH
from mock_gateway.worlds import World

if TYPE_CHECKING:
    from mock_gateway.gateway import Gateway


class HistoryError(MockGatewayError):
    """A history that its script does not allow; the message names the place."""


def seed_world(gateway: Gateway, world: World, agents: Iterable[Agent]) -> None:
    """Add the seeded sessions of some agents that the world has not yet. Raises `HistoryError`."""
    for agent in agents:
        for plan in agent.sessions:
            if plan.id is None or plan.id not in world.sessions:
                world.add(_seed_session(gateway, world, agent, plan))


def check_histories(gateway: Gateway) -> list[str]:
    """Play every history in a world that is thrown away; the mistakes found."""
    mistakes = []
    for agent in gateway.agents.values():
        for plan in agent.sessions:
            try:
                _seed_session(gateway, World(""), agent, plan)
            except HistoryError as error:
                mistakes.append(str(error))
    return mistakes


def _seed_session(gateway: Gateway, world: World, agent: Agent, plan: SeededSession) -> Session:
    settings = gateway.settings
    session = gateway.new_session(world, agent, plan.id)
    start = gateway.started if session.clock.rate.speed else EPOCH + world.advanced
    session.created_at = session.updated_at = _created_at(plan, start)
    session.created_by = plan.created_by or settings.subject
    session.title = plan.title
    now, session.clock = session.clock, Clock(session.created_at, 0.0, 0.0, skipping=True)
    past = plan.history[:-1] if plan.running else plan.history
    origin = gateway.base_url + world.prefix
    for entry in past:
        _play(session, entry, origin)
    session.clock = now
    if plan.running and plan.history:
        turn = _begin(session, plan.history[-1], now.read(gateway.runtime.wall()), origin)
        gateway.runtime.arrange(turn)
    return session


def _created_at(plan: SeededSession, start: float) -> float:
    if isinstance(plan.created, str):
        return datetime.fromisoformat(plan.created).timestamp()
    return start - plan.created


def _play(session: Session, entry: HistoryTurn, origin: str) -> None:
    clock = session.clock
    turn = _begin(session, entry, clock.origin, origin)
    advance(turn, clock.origin)
    if entry.cancel:
        _cancel_in_the_middle(turn, clock)
    while turn.is_running and turn.next_skip() < float("inf"):
        clock.advance_to(turn.next_skip())
        advance(turn, clock.origin)
    if turn.is_running:
        raise _wrong(entry, "this turn waits for a cancel; add 'cancel: true' to it, or make it the running one")
    clock.advance_to(clock.origin + 1)


def _cancel_in_the_middle(turn: Turn, clock: Clock) -> None:
    """Let a few pieces pass before the cancellation, as a person would."""
    for _ in range(4):
        if turn.next_skip() < min(turn.deadline, float("inf")):
            clock.advance_to(turn.next_skip())
            advance(turn, clock.origin)
    cancel_turn(turn, clock.origin)


def _begin(session: Session, entry: HistoryTurn, at: float, origin: str) -> Turn:
    for server in entry.authorize:
        decide(session, server, allow=True)
    try:
        command = CreateTurn(_items(session, entry), created_by=session.created_by, origin=origin)
        return create_turn(session, command, at, Policy())
    except Refusal as refusal:
        raise _wrong(entry, refusal.message) from refusal


def _wrong(entry: HistoryTurn, message: str) -> HistoryError:
    return HistoryError(f"{entry.position or 'history'}: {message}")


def _items(session: Session, entry: HistoryTurn) -> tuple[Item, ...] | None:
    if entry.kind == "resume":
        return None
    if entry.kind == "message":
        return (_message(entry),)
    pending = [call for thread in waiting_threads(session) for call in thread.pending()]
    return tuple(_answer(entry, call) for call in pending)


def _message(entry: HistoryTurn) -> UserMessage:
    if not entry.files:
        return UserMessage(entry.text)
    files = [
        FilePart(name, f"data:{mime};base64,{b64encode(payload).decode()}", mime, len(payload))
        for name, mime, payload in entry.files
    ]
    return UserMessage((TextPart(entry.text), *files))


def _answer(entry: HistoryTurn, call: OpenCall) -> Item:
    if call.needs_approval:
        if call.name in entry.deny:
            return ToolApproval(call.thread_id, call.id, allow=False, reason=entry.deny[call.name] or None)
        if call.name in entry.allow:
            return ToolApproval(call.thread_id, call.id, allow=True)
        raise _wrong(
            entry, f"{call.name} waits for a decision; write {{ allow: {call.name} }} or {{ deny: {call.name} }}"
        )
    answer = entry.answers.get(call.name, entry.answers.get(""))
    if answer is None:
        raise _wrong(entry, f"{call.name} waits for an answer; write {{ answer: {{ {call.name}: text }} }}")
    return ToolAnswer(call.thread_id, call.id, answer)
