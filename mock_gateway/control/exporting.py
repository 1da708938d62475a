"""A world as a document: what was done to it, in order.

Owns: the way from sessions, deeds and agents to the records of `document.py`. Must not know: how they are read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from msgspec import to_builtins

from mock_gateway.control import document as doc
from mock_gateway.control.facts import Json
from mock_gateway.control.limited import entries_of
from mock_gateway.core.commands import FilePart, Item, TextPart, ToolApproval, UserMessage
from mock_gateway.core.deeds import Began, Cancelled, Closed, Decided, Deed, Pushed, progress
from mock_gateway.core.script import Agent
from mock_gateway.core.state import Session, Turn
from mock_gateway.faults.board import FaultEntry
from mock_gateway.gateway import Gateway
from mock_gateway.worlds import World


def export_state(gateway: Gateway, world: World) -> Json:
    """Everything that a world is, as JSON-like data."""
    shelf = _Shelf(gateway, world)
    for agent in world.agents.values():
        shelf.place(agent)
    selected = world.all_agents(gateway.agents).get(world.selected or "")
    if selected is not None:
        shelf.place(selected)
    sessions = [_session(gateway, session, shelf) for session in world.sessions.values()]
    whole = _world(gateway, world)
    whole.selected = None if selected is None else selected.name  # a reload may have taken it away
    state = doc.Document("mock-gateway state", 1, whole, shelf.texts, sessions)
    return cast(Json, to_builtins(state))


class _Shelf:
    """The scenarios of a document, each once."""

    def __init__(self, gateway: Gateway, world: World) -> None:
        self.texts: list[doc.ScenarioText] = []
        self._known = world.all_agents(gateway.agents)
        self._world = world
        self._places: dict[int | str, int] = {}

    def place(self, agent: Agent) -> int:
        """Where an agent's scenario is; a stand-in has that of the agent that it stands in for."""
        key = agent.name if agent.written is None else id(agent.written)
        if key not in self._places:
            self._places[key] = len(self.texts)
            self.texts.append(self._text(agent))
        return self._places[key]

    def _text(self, agent: Agent) -> doc.ScenarioText:
        same = (known for known in self._known.values() if agent.written and known.written is agent.written)
        named = next(same, agent)
        text = doc.ScenarioText(named.name, agent.seed, self._owner(named))
        written = agent.written
        if written is not None:
            text.text, text.name, text.base = written.text, written.name, written.base
            text.strict, text.params = written.strict, dict(written.params)
            text.folder = written.folder
            text.included = [doc.IncludedText(*one) for one in written.included]
        return text

    def _owner(self, agent: Agent) -> Any:
        if self._known.get(agent.name) is not agent:
            return "past"
        return "world" if agent.name in self._world.agents else "server"


def _world(gateway: Gateway, world: World) -> doc.WorldState:
    return doc.WorldState(
        numbers=world.numbers,
        attempts=world.attempts,
        advanced=world.advanced,
        paused=world.paused,
        rate=doc.RateState(world.rate.speed, world.rate.skipping) if world.rate is not None else None,
        removed=sorted(world.removed),
        faults=[_fault(entry) for entry in entries_of(gateway.faults, world.prefix)],
    )


def _fault(entry: FaultEntry) -> doc.FaultState:
    from mock_gateway.faults.specs import fault_json

    return doc.FaultState(dict(fault_json(entry.spec)), entry.session, entry.turn)


def _session(gateway: Gateway, session: Session, shelf: _Shelf) -> doc.SessionState:
    clock, draft = session.clock, session.draft
    return doc.SessionState(
        id=session.id,
        number=session.number,
        agent=shelf.place(session.agent),
        name=session.agent.name,
        seed=cast(int, session.seed),
        created_at=session.created_at,
        updated_at=session.updated_at,
        created_by=session.created_by,
        title=session.title,
        clock=doc.ClockState(clock.rate.speed, clock.rate.skipping, clock.paused is not None, gateway.now(session)),
        played=progress(session.running),
        commands=[COMMANDS[type(deed)](deed) for deed in session.deeds],
        draft=doc.DraftState(dict(draft.spec), draft.agent_name) if draft is not None else None,
        gates={
            turn.id: doc.GateState(turn.gate.facts, turn.gate.pieces) for turn in session.turns if turn.gate is not None
        },
    )


def _began(deed: Began) -> doc.CreateTurnState:
    turn: Turn = deed.turn
    return doc.CreateTurnState(
        played=deed.played,
        at=turn.created_at,
        id=turn.id,
        input=None if turn.items is None else [_item(item) for item in turn.items],
        previous=None if turn.previous is None else turn.previous.id,
        created_by=turn.created_by,
        origin=turn.origin,
    )


COMMANDS: Mapping[type[Deed], Callable[[Any], doc.CommandState]] = {
    Began: _began,
    Cancelled: lambda deed: doc.CancelState(deed.played, deed.at, deed.delay),
    Closed: lambda deed: doc.CloseState(deed.played),
    Decided: lambda deed: doc.AuthoriseState(deed.played, deed.server, deed.allow),
    Pushed: lambda deed: doc.PushState(deed.played, deed.at, dict(deed.event)),
}


def _item(item: Item) -> doc.MessageState | doc.ApprovalState | doc.AnswerState:
    if isinstance(item, UserMessage):
        if isinstance(item.content, str):
            return doc.MessageState(item.content)
        return doc.MessageState([_part(part) for part in item.content])
    if isinstance(item, ToolApproval):
        return doc.ApprovalState(item.thread_id, item.call_id, item.allow, item.reason)
    return doc.AnswerState(item.thread_id, item.call_id, item.content)


def _part(part: TextPart | FilePart) -> doc.TextState | doc.FileState:
    if isinstance(part, TextPart):
        return doc.TextState(part.text)
    return doc.FileState(part.name, part.uri, part.mime, part.size)
