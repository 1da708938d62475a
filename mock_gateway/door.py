"""The door: what a scenario refuses before anything happens.

Owns: whose door a request is at, which attempt it is, and the refusal. A request in a session is at the door of the
session's agent, and so is one for a file of its sandbox; any other is at the door of the agent that it names. Where
nobody's name is said, there is no door.
Must not know: HTTP, which statuses a dialect has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mock_gateway.core.errors import Reason, Refusal
from mock_gateway.core.script import Agent, DoorRule
from mock_gateway.drafts import agent_of_draft
from mock_gateway.sandboxes import agent_of_sandbox
from mock_gateway.wire.asks import (
    Ask,
    CancelSession,
    CancelTurn,
    CreateDraft,
    CreateSession,
    DownloadFile,
    FollowTurn,
    GetSession,
    GetTurn,
    ListEvents,
    ListSessionEvents,
    ListSessions,
    ListTurns,
    StartTurn,
    UpdateDraft,
)
from mock_gateway.worlds import World

if TYPE_CHECKING:
    from mock_gateway.gateway import Gateway

Place = tuple[Agent, str]
"""An agent, and where the attempts at its door are counted: the session's id or the agent's name."""

NAMES: Mapping[type[Ask], str] = {
    CreateSession: "create_session",
    StartTurn: "create_turn",
    CancelSession: "cancel_session",
    CancelTurn: "cancel_turn",
    GetTurn: "get_turn",
    ListTurns: "list_turns",
    ListEvents: "list_turn_events",
}
"""What an ask is called when it was not read from the wire, where that is the same in every dialect."""


def knock(gateway: Gateway, world: World, ask: Ask) -> None:
    """Let a request in, or raise the `Refusal` that its scenario has for this attempt."""
    place = WHERE[type(ask)](gateway, world, ask)
    if place is None or not place[0].door:
        return
    agent, where = place
    operation = ask.operation or NAMES.get(type(ask), "")
    counter = f"{operation} {where}"
    attempt = world.attempts[counter] = world.attempts.get(counter, 0) + 1
    for rule in agent.door:
        if rule.on == operation and (not rule.attempts or attempt in rule.attempts):
            raise _refusal(rule, attempt)


def _refusal(rule: DoorRule, attempt: int) -> Refusal:
    return Refusal(
        Reason.SCRIPTED,
        rule.message or f"{rule.on} is answered {rule.status} by the scenario (attempt {attempt})",
        status=rule.status,
        # A 429 always says when to come back (NET-4).
        retry_after=1.0 if rule.status == 429 and rule.retry_after is None else rule.retry_after,
    )


def _in_session(_gateway: Gateway, world: World, ask: Ask) -> Place | None:
    session = world.sessions.get(ask.session_id)  # type: ignore[attr-defined]  # only asks that have one come here
    return None if session is None else (session.agent, session.id)


def _of_agent(gateway: Gateway, world: World, ask: CreateSession | ListSessions) -> Place | None:
    agent = None if ask.agent_name is None else world.agent(ask.agent_name, gateway.agents)
    return None if agent is None else (agent, agent.name)


def _of_draft(gateway: Gateway, world: World, ask: CreateDraft) -> Place:
    agent = agent_of_draft(gateway, world, ask)
    return agent, agent.name


def _of_sandbox(gateway: Gateway, world: World, ask: DownloadFile) -> Place | None:
    agent = agent_of_sandbox(gateway, world, ask)
    return None if agent is None else (agent, agent.name)


WHERE: Mapping[type[Ask], Callable[..., Place | None]] = {
    CreateSession: _of_agent,
    ListSessions: _of_agent,
    CreateDraft: _of_draft,
    DownloadFile: _of_sandbox,
    **dict.fromkeys(
        (
            CancelSession,
            CancelTurn,
            FollowTurn,
            GetSession,
            GetTurn,
            ListEvents,
            ListSessionEvents,
            ListTurns,
            StartTurn,
            UpdateDraft,
        ),
        _in_session,
    ),
}
"""Every ask has its row."""
