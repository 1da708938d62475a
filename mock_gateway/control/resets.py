"""Back to the beginning: of a part of a world, of a world, of a server.

Owns: the scopes (`SCOPES`, a table) and what each of them takes away. Nothing that is taken away happens any more: its
streams end, its timers are gone. Must not know: who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mock_gateway.control.errors import unknown
from mock_gateway.control.limited import WorldFaults
from mock_gateway.gateway import Gateway


def reset(gateway: Gateway, prefix: str, scope: str) -> None:
    """Put something back to its beginning. Raises `ControlError` for a scope that there is not."""
    act = SCOPES.get(scope)
    if act is None:
        raise unknown("scope to reset", scope, SCOPES, field="scope")
    act(gateway, prefix)


def _sessions(gateway: Gateway, prefix: str) -> None:
    old = gateway.worlds.get(prefix)
    gateway.forget_world(prefix)
    if old is not None:
        gateway.renew_world(old)


def _scenarios(gateway: Gateway, prefix: str) -> None:
    world = gateway.world(prefix)
    world.agents.clear()
    world.removed.clear()
    world.selected = None


def _faults(gateway: Gateway, prefix: str) -> None:
    WorldFaults(gateway.faults, prefix).clear()


def _clock(gateway: Gateway, prefix: str) -> None:
    world = gateway.world(prefix)
    world.rate, world.paused, world.advanced = None, False, 0.0
    rate = gateway.new_clock(world).rate
    for session in world.sessions.values():
        gateway.runtime.go(session, rate)
        gateway.runtime.resume(session)


def _journal(gateway: Gateway, prefix: str) -> None:
    gateway.journal.clear(prefix)


def _world(gateway: Gateway, prefix: str) -> None:
    gateway.forget_world(prefix)
    _faults(gateway, prefix)
    _journal(gateway, prefix)


def _server(gateway: Gateway, _prefix: str) -> None:
    for prefix in list(gateway.worlds):
        gateway.forget_world(prefix)
    gateway.faults.clear()
    gateway.journal.clear()


SCOPES: Mapping[str, Callable[[Gateway, str], None]] = {
    "sessions": _sessions,
    "scenarios": _scenarios,
    "faults": _faults,
    "clock": _clock,
    "journal": _journal,
    "world": _world,
    "server": _server,
}
"""What can be reset, by name."""
