"""What the operations on the server, its scenarios, its sessions and its clocks do.

Owns: from a checked request to one call of `Control`, and its answer as JSON. Must not know: HTTP, how a thing is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mock_gateway.admin.answers import Answer, Desk
from mock_gateway.admin.errors import AdminError, not_found
from mock_gateway.admin.operation import JSON
from mock_gateway.core.quantities import DURATION
from mock_gateway.core.state import json_bytes

Act = Callable[[Desk], Any]

LONGEST = 10 * 365 * 86400.0
"""Seconds that time can be advanced at once: ten years."""


# -- server ------------------------------------------------------------------------------------------------------------


def _ready(desk: Desk) -> object:
    state = desk.state()
    if state != "ready":
        return Answer(json_bytes({"status": state}), JSON, 503)
    return {"status": "ready", "agents": len(desk.gateway.agents), "worlds": len(desk.gateway.worlds)}


def _version(desk: Desk) -> object:
    return {
        "version": version(),
        "contracts": list(CONTRACTS),
        "world": desk.prefix,
        "seed": desk.gateway.settings.seed,
    }


CONTRACTS = ("beta", "v1")


def version() -> str:
    """Of the installed package; a source tree that was never installed has none."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("mock-gateway")
    except PackageNotFoundError:
        return "unknown"


def _worlds(desk: Desk) -> object:
    def told(prefix: str) -> dict[str, object]:
        sessions = desk.gateway.worlds[prefix].sessions.values()
        running = sum(session.running is not None for session in sessions)
        return {"world": prefix, "sessions": len(sessions), "running": running}

    return {"worlds": [told(prefix) for prefix in sorted(desk.gateway.worlds)]}


def _reset(desk: Desk) -> object:
    scope = desk.body["scope"]
    if scope == "server" and desk.prefix:
        hint = "ask for it at /__admin/reset, or reset the world"
        raise AdminError(409, "the scope server is of all worlds, and this is one", "not_the_root", hint=hint)
    desk.control.reset(scope)
    return {"scope": scope}


# -- scenarios ---------------------------------------------------------------------------------------------------------


def _play(desk: Desk) -> object:
    body = _text_body(desk)
    if "text" in body:
        return {"name": desk.control.play_text(body["text"], body.get("name"))}
    if "name" not in body:
        raise AdminError(422, "there is neither a text nor a name", "nothing_to_play", allowed=["text", "name"])
    name = body["name"]
    if name not in desk.gateway.agents:
        raise not_found(f"there is no scenario {name[:80]!r} on this server", "name", sorted(desk.gateway.agents))
    return {"name": desk.control.play(name)}


def _replace(desk: Desk) -> object:
    body = _text_body(desk)
    return {"name": desk.control.play_text(body["text"], body.get("name"), agent=desk.param("scenario"))}


def _text_body(desk: Desk) -> Mapping[str, str]:
    return {"text": desk.body} if isinstance(desk.body, str) else desk.body


def _scenarios(desk: Desk) -> object:
    return {"scenarios": desk.control.scenarios()}


def _scenario(desk: Desk) -> object:
    name = desk.param("scenario")
    return _listed(desk, name) | {"source": source_of(desk, name)}


def _listed(desk: Desk, name: str) -> dict[str, Any]:
    there = {one["name"]: one for one in desk.control.scenarios()}
    if name not in there:
        raise not_found(f"there is no scenario {name[:80]!r} in this world", "scenario", there)
    return dict(there[name])


def source_of(desk: Desk, name: str) -> str | None:
    """The text of a scenario of this world; None for an agent that was never one."""
    written = desk.control.world.all_agents(desk.gateway.agents)[name].written
    return None if written is None else written.text


def _remove_scenario(desk: Desk) -> None:
    desk.control.remove_scenario(desk.param("scenario"))


def _selection(desk: Desk) -> object:
    return {"name": desk.control.world.selected}


def _select(desk: Desk) -> object:
    desk.control.select(desk.body["name"])
    return _selection(desk)


# -- sessions ----------------------------------------------------------------------------------------------------------


def _sessions(desk: Desk) -> object:
    return {"sessions": desk.control.sessions()}


def _session(desk: Desk) -> object:
    return desk.control.timeline(desk.param("session_id"))


def _delete_session(desk: Desk) -> None:
    desk.control.delete_session(desk.param("session_id"))


def _push(desk: Desk) -> object:
    return desk.control.push(desk.param("session_id"), desk.body)


# -- time --------------------------------------------------------------------------------------------------------------


def _clock_of(desk: Desk) -> Any:
    return desk.control.clock(desk.asked.params.get("session_id"))


def _set_clock(desk: Desk) -> object:
    return _clock_of(desk).set(desk.body["mode"], desk.body.get("speed"))


def _advance(desk: Desk) -> object:
    clock = _clock_of(desk)
    if "to" in desk.body:
        return clock.next() if desk.body["to"] == "next" else clock.finish()
    written = desk.body["seconds"]
    seconds = DURATION.parse(written) if isinstance(written, str) else float(written)
    if seconds is None or seconds > LONGEST:
        hint = "ten years at most, which are 3650d"
        raise AdminError(422, f"{written!r} is too long to advance by", "too_long", param="seconds", hint=hint)
    return clock.advance(seconds)


def _step(desk: Desk) -> object:
    return _clock_of(desk).step(desk.body.get("dialect"))


# -- state -------------------------------------------------------------------------------------------------------------


def _export(desk: Desk) -> object:
    return desk.control.export_state()


def _import(desk: Desk) -> None:
    desk.control.import_state(desk.body)


WORLD_ACTS: Mapping[str, Act] = {
    "get_ready": _ready,
    "get_version": _version,
    "list_worlds": _worlds,
    "reset": _reset,
    "export_state": _export,
    "import_state": _import,
    "list_scenarios": _scenarios,
    "play_scenario": _play,
    "get_scenario": _scenario,
    "replace_scenario": _replace,
    "remove_scenario": _remove_scenario,
    "get_selection": _selection,
    "select_scenario": _select,
    "list_sessions": _sessions,
    "get_session": _session,
    "delete_session": _delete_session,
    "push_event": _push,
    "get_clock": lambda desk: _clock_of(desk).show(),
    "set_clock": _set_clock,
    "advance_clock": _advance,
    "pause_clock": lambda desk: _clock_of(desk).pause(),
    "resume_clock": lambda desk: _clock_of(desk).resume(),
    "get_session_clock": lambda desk: _clock_of(desk).show(),
    "set_session_clock": _set_clock,
    "advance_session_clock": _advance,
    "pause_session_clock": lambda desk: _clock_of(desk).pause(),
    "step_session_clock": _step,
    "resume_session_clock": lambda desk: _clock_of(desk).resume(),
}
"""By operation."""
