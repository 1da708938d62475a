"""Files of sandboxes: what a scenario says that an agent has left there.

Owns: finding a sandbox by its id, and saying why it cannot be read. Sessions that share a sandbox share its files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_gateway.core.errors import Reason, Refusal
from mock_gateway.core.lifecycle import TurnState
from mock_gateway.core.script import Agent, Sandbox
from mock_gateway.core.state import Session
from mock_gateway.wire.asks import DownloadFile
from mock_gateway.worlds import World

if TYPE_CHECKING:
    from mock_gateway.gateway import Caller, Gateway


def download_file(gateway: Gateway, world: World, ask: DownloadFile, _caller: Caller) -> bytes:
    """A file's bytes.

    Raises `Refusal`: there is no such sandbox, or no such file in it; no turn has started it yet; a cancellation has
    stopped it (CAN-2), until the next turn of its session wakes it.
    """
    sessions = _sharing(world, ask)
    if not sessions:
        _raise_unknown(gateway, world, ask)
    awake = [session for session in sessions if not _is_stopped(session)]
    if not awake:
        raise Refusal(
            Reason.SANDBOX_STOPPED,
            f"sandbox {ask.sandbox_id!r} was stopped when its turn was cancelled; the next turn starts it again",
            param="sandbox_id",
        )
    sandbox = awake[-1].agent.sandbox or Sandbox()
    if ask.path not in sandbox.files:
        there = ", ".join(sandbox.files) or "no file"
        raise Refusal(
            Reason.UNKNOWN_FILE,
            f"sandbox {ask.sandbox_id!r} has no file {ask.path[:80]!r}; it has {there}",
            param="path",
        )
    return sandbox.files[ask.path]


def _is_stopped(session: Session) -> bool:
    return session.sandbox_stopped and session.turns[-1].state is TurnState.CANCELLED


def agent_of_sandbox(gateway: Gateway, world: World, ask: DownloadFile) -> Agent | None:
    """The agent whose sandbox it is: of the latest session that has it, or the first that would have it."""
    sessions = _sharing(world, ask)
    if sessions:
        return sessions[-1].agent
    for agent in world.all_agents(gateway.agents).values():
        if agent.sandbox is not None and agent.sandbox.id == ask.sandbox_id:
            return agent
    return None


def _sharing(world: World, ask: DownloadFile) -> list[Session]:
    return [session for session in world.sessions.values() if session.sandbox_id == ask.sandbox_id]


def _raise_unknown(gateway: Gateway, world: World, ask: DownloadFile) -> None:
    agent = agent_of_sandbox(gateway, world, ask)
    if agent is not None:
        raise Refusal(
            Reason.SANDBOX_NOT_STARTED,
            f"sandbox {ask.sandbox_id!r} of agent {agent.name!r} was not started yet; a turn starts it",
            param="sandbox_id",
        )
    raise Refusal(Reason.UNKNOWN_SANDBOX, f"there is no sandbox {ask.sandbox_id[:80]!r}", param="sandbox_id")
