"""One recorded agent as a scenario file.

Owns: what stands around the rules (servers, sandbox, door, readings, limits, pace, cut), and the comments at the top.
Must not know: how a script is written (`render.py`), where the file goes (`writing.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field

from mock_gateway.recording.cuts import common_cut, written
from mock_gateway.recording.listed import listed_turn
from mock_gateway.recording.program import Attached, Call, Play, Script
from mock_gateway.recording.render import Data, Renderer, Style, plain_name, server_name
from mock_gateway.recording.rules import Occurrence, Rule, rules_of
from mock_gateway.recording.secrets import REMOVED, Fence
from mock_gateway.recording.timing import Tempo, common_tempo, duration, rounded
from mock_gateway.recording.yaml_text import text, yaml_text
from mock_gateway.wire.recorded import Server

_NEVER = 3
"""How many times the timeout something takes that never ends."""


class Refused(Struct, frozen=True):
    """A request that the gateway refused by itself. nth: which attempt it was, from 1. retry_after: seconds."""

    on: str
    nth: int
    status: int
    message: str
    retry_after: int | None = None


class Agent(Struct):
    """Everything that is known of an agent.

    servers: by name, in the order in which they were seen. sandboxes: ids of those that were made.
    sandbox_first: one was there before anything was said. timeout: seconds after which the gateway ended a turn.
    door: refusals. passed: attempts that got in, by (operation, number). readings: what was seen of them.
    sessions: how many were seen. past: those that were there before, as they are written.
    """

    name: str
    plays: list[Occurrence] = field(default_factory=list)
    servers: dict[str, Server] = field(default_factory=dict)
    sandboxes: set[str] = field(default_factory=set)
    has_sandbox: bool = False
    sandbox_first: bool = False
    timeout: float | None = None
    door: list[Refused] = field(default_factory=list)
    passed: set[tuple[str, int]] = field(default_factory=set)
    readings: dict[str, str] = field(default_factory=dict)
    sessions: int = 0
    past: list[Data] = field(default_factory=list)


def scenario_text(agent: Agent, fence: Fence) -> str:
    """The file of an agent."""
    rules = rules_of(agent.plays)
    plays = [rule.play for rule in rules]
    timeout = None if agent.timeout is None else max(1.0, rounded(agent.timeout))
    style = Style(fence, common_cut(plays), common_tempo(plays), (timeout or 0.0) * _NEVER)
    renderer = Renderer(style)
    servers = dict(_servers(agent, plays))
    body: Data = {"agent": plain_name(agent.name)}
    body |= _settings(agent, style, timeout)
    if servers:
        body["mcp"] = {fence.clean(server_name(name)): settings for name, settings in servers.items()}
    if agent.door:
        body["door"] = [_door(one, fence) for one in _fitting(agent)]
    written_rules = [_rule(rule, renderer) for rule in rules]
    if written_rules:
        body["turns"] = written_rules
    body["otherwise"] = "error"
    if agent.past:
        body["sessions"] = agent.past
    return "".join(_comments(agent, rules, fence)) + yaml_text(body)


def _settings(agent: Agent, style: Style, timeout: float | None) -> Data:
    data: Data = {}
    if agent.has_sandbox:
        data["sandbox"] = _sandbox(agent, style.fence)
    if timeout is not None:
        data["limits"] = {"timeout": duration(timeout)}
    if agent.readings:
        data["readings"] = dict(agent.readings)
    if style.cut != "tokens":
        data["cut"] = written(style.cut)
    if style.tempo != Tempo():
        data["pace"] = style.tempo.written()
    return data


def _sandbox(agent: Agent, fence: Fence) -> object:
    # Where every session had one of its own, its id was drawn; so it will be again.
    data: Data = {"id": fence.clean(*agent.sandboxes)} if len(agent.sandboxes) == 1 else {}
    if agent.sandbox_first:
        data["starts"] = "first_turn"
    return data or True


def _servers(agent: Agent, plays: Sequence[Play]) -> Iterator[tuple[str, Data]]:
    locked: dict[str, int] = {}
    for play in plays:
        for name, asks in play.locked.items():
            locked[name] = locked.get(name, 0) or asks
    for name, server in agent.servers.items():
        data: Data = {}
        if name in locked:
            data["auth"] = "required"
            if locked[name]:
                data["allowed_after"] = f"{locked[name]} ask{'s' if locked[name] > 1 else ''}"
        if server.id is not None and server.id != name:
            data["id"] = server.id
        if server.transport == "sse":
            data["transport"] = "sse"
        yield name, data


def _fitting(agent: Agent) -> list[Refused]:
    """Refusals of attempts that always were refused."""
    return [one for one in dict.fromkeys(agent.door) if (one.on, one.nth) not in agent.passed]


def _door(one: Refused, fence: Fence) -> Data:
    data: Data = {"on": one.on, "nth": one.nth, "answer": one.status}
    if one.retry_after is not None and (one.status, one.retry_after) != (429, 1):
        data["retry_after"] = f"{one.retry_after}s"
    return data | ({"message": fence.clean(one.message)} if one.message else {})


# -- rules -------------------------------------------------------------------------------------------------------------


def _rule(rule: Rule, renderer: Renderer) -> Data:
    play = rule.play
    when = _when(rule, renderer.style.fence)
    data: Data = {"when": when} if when else {}
    missing = [name for name in play.locked if name not in called_servers(play.script)]
    if play.tape is not None:
        data |= listed_turn(play.tape, renderer)
    elif not play.script and missing:
        # What the agent wanted of them was never seen: it was not let in.
        calls = [{"tool": f"{server_name(name)}.use"} for name in missing]
        data |= {"call": calls[0] if len(calls) == 1 else calls}
    else:
        data |= renderer.inline(play.script)
    if play.refused:
        data["on_refused"] = renderer.script(play.refused)
    return data


def _when(rule: Rule, fence: Fence) -> Data:
    play = rule.play
    if play.message is None:
        return {"resumed": True}
    data: Data = {}
    if play.message:
        data["message"] = _message(play.message, fence, exact=rule.exact)
    if play.files:
        data["files"] = len(play.files)
        data["file"] = _file(play.files[0])
    if rule.visits:
        data["visit"] = rule.visits[0] if len(rule.visits) == 1 else list(rule.visits)
    if rule.turns:
        data["turn"] = rule.turns[0] if len(rule.turns) == 1 else list(rule.turns)
    return data


def _message(message: str, fence: Fence, *, exact: bool) -> object:
    """A condition on a message. Where a key was taken out of it, anything may stand."""
    clean = fence.clean(message)
    if clean != message:
        # Only words: what stands between them may have been part of a key.
        words = [part.strip() for part in clean.split(REMOVED)]
        longest = max(words, key=len)
        return longest if longest and not longest.startswith("/") else {"equals": clean}
    is_plain = len(message) <= 300 and not message.startswith("/") and message == message.strip()
    return message if is_plain and not exact else {"equals": message}


def _file(file: Attached) -> Data:
    name = "".join("?" if character in "*?[" else character for character in file.name)
    return {"name": name, "mime": file.mime}


def called_servers(script: Script) -> set[str]:
    """The servers that a script calls, in its sub-agents too."""
    found: set[str] = set()
    for step in script:
        for call in step.calls:
            found |= _servers_of(call)
        for outcome in step.outcomes:
            found |= called_servers(outcome.script)
    return found


def _servers_of(call: Call) -> set[str]:
    return called_servers(call.script) | ({call.server} if call.server is not None else set())


# -- the text ----------------------------------------------------------------------------------------------------------


def _comments(agent: Agent, rules: Sequence[Rule], fence: Fence) -> Iterator[str]:
    sessions = f"{agent.sessions} session{'s' if agent.sessions != 1 else ''}"
    yield f"# shows: recorded from a gateway, {sessions}\n"
    first = next((rule.play.message for rule in rules if rule.play.message), None)
    if first is not None and "\n" not in first:
        yield f"# try: {fence.clean(first)}\n"
    for rule in rules:
        for note in (*rule.notes, *rule.play.notes):
            yield f"# left out, after {text(fence.clean(rule.play.message or 'no message'), flow=False)[:60]}: {note}\n"


def agents_by_name(agents: Mapping[str, Agent]) -> list[Agent]:
    """Those of which there is something to write."""
    return [agent for _, agent in sorted(agents.items()) if agent.plays or agent.door]
