"""Draft sessions: for an agent that is not saved yet.

Owns: which scenario plays a draft. It is the saved agent that the draft names; else the first scenario whose name the
spec has (as its own `name`, or as its model's); else the first scenario there is. Its turns are like any session's.
Must not know: what else a spec may hold; it is kept as it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mock_gateway.core.errors import Reason, Refusal
from mock_gateway.core.script import Agent
from mock_gateway.core.state import Draft, Session
from mock_gateway.wire.asks import CreateDraft, GetSession, UpdateDraft
from mock_gateway.worlds import World

if TYPE_CHECKING:
    from mock_gateway.gateway import Caller, Gateway


def create_draft(gateway: Gateway, world: World, ask: CreateDraft, caller: Caller) -> Session:
    """A new draft. Raises `Refusal` when it names a saved agent that there is not."""
    session = gateway.new_session(world, agent_of_draft(gateway, world, ask))
    session.created_by = caller.subject
    session.draft = Draft(ask.spec, ask.agent_name)
    world.add(session)
    return session


def update_draft(gateway: Gateway, world: World, ask: UpdateDraft, caller: Caller) -> Session:
    """Another spec. It picks another scenario only before the first turn: a conversation keeps its agent (SES-4)."""
    session = gateway.get_session(world, GetSession(ask.session_id, kind="draft", owned=True), caller)
    assert session.draft is not None
    if ask.spec is not None:
        session.draft.spec = ask.spec
        if session.draft.agent_name is None and not session.turns:
            session.agent = _agent_for(gateway, world, ask.names)
    session.updated_at = gateway.now(session)
    return session


def agent_of_draft(gateway: Gateway, world: World, ask: CreateDraft) -> Agent:
    """The agent that will play a new draft. Raises `Refusal` when there is none."""
    if ask.agent_name is not None:
        return gateway.agent(world, ask.agent_name)
    return _agent_for(gateway, world, ask.names)


def _agent_for(gateway: Gateway, world: World, names: Sequence[str]) -> Agent:
    agents = world.all_agents(gateway.agents)
    chosen = [] if world.selected is None else [world.selected]
    for name in (*names, *chosen, *agents):
        if name in agents:
            return agents[name]
    raise Refusal(Reason.UNKNOWN_AGENT, "there is no agent to play a draft: no scenario is loaded", param="agent_spec")
