"""What is wrong or odd about an agent as a whole, once all of it is compiled.

Owns: errors for lists of events that break the contract; warnings for what is never reached, never used, or never seen.
Must not know: single steps as they were written (`scripts.py` reports what one step shows by itself).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from mock_gateway.core.pieces import Cut
from mock_gateway.core.script import (
    Agent,
    Branch,
    Condition,
    HistoryTurn,
    Position,
    Rule,
    Say,
    Script,
    SeededSession,
    Step,
    SubAgentCall,
    ToolCall,
)
from mock_gateway.scenario.cover import covers
from mock_gateway.scenario.errors import did_you_mean
from mock_gateway.scenario.lint_events import Finding, lint_events
from mock_gateway.scenario.lint_names import LATE, lint_names
from mock_gateway.scenario.records import Record
from mock_gateway.scenario.workshop import Workshop


def lint(agent: Agent, record: Record, shop: Workshop) -> None:
    """Add what is wrong to the mistakes and what is odd to the warnings."""
    steps = list(_all_steps(agent))
    for step in (step for step in steps if step.events):
        shop.mistakes += [shop.at(*finding) for finding in lint_events(step.events)]
        if step.repeat != 1 and any(event.kind == "sandbox_created" for event in step.events):
            shop.mistakes.append(shop.at(step.position, "a session has one sandbox; this would make more (SBX-1)"))
    shop.mistakes += [shop.at(*finding) for finding in _twice(agent.sessions)]
    tools = list(_tool_calls(steps))
    scripts = () if LATE.isdisjoint(shop.names) else _scripts(agent)
    early = [finding for script in scripts for finding in lint_names(script)]
    for finding in (*_unreached(agent), *_silent(steps), *early, *_histories(agent, tools)):
        shop.warnings.append(shop.at(*finding))
    _unused_servers(agent, record, tools, shop)
    _unrefused(agent, shop)


# -- walking -----------------------------------------------------------------------------------------------------------


def _scripts(agent: Agent) -> Iterator[Script]:
    for rule in agent.rules:
        yield rule.script
        if rule.on_refused is not None:
            yield rule.on_refused
    if isinstance(agent.otherwise, Rule):
        yield agent.otherwise.script


def _inner(script: Script) -> Iterator[Script]:
    """A script and all scripts inside it."""
    yield script
    for step in script:
        for branch in _branches(step):
            yield from _inner(branch.script)
        for call in step.calls:
            if isinstance(call, SubAgentCall):
                yield from _inner(call.script)


def _branches(step: Step) -> Sequence[Branch]:
    return (*step.on_allow, *step.on_deny, *step.on_answer)


def _all_steps(agent: Agent) -> Iterator[Step]:
    for script in _scripts(agent):
        for inner in _inner(script):
            yield from inner


def _tool_calls(steps: Sequence[Step]) -> Iterator[ToolCall]:
    for step in steps:
        yield from (call for call in step.calls if isinstance(call, ToolCall))
        for event in step.events:
            yield from (call for _, call in event.calls)


# -- what is never reached ---------------------------------------------------------------------------------------------


def _unreached(agent: Agent) -> Iterator[Finding]:
    yield from _shadowed([(rule.when, rule.position) for rule in agent.rules], "rule")
    for script in _scripts(agent):
        for inner in _inner(script):
            yield from _cut_off(inner)
            for step in inner:
                for branches in filter(None, (step.on_allow, step.on_deny, step.on_answer)):
                    yield from _shadowed([(branch.when, _begin(branch.script)) for branch in branches], "branch")


def _begin(script: Script) -> Position | None:
    return script[0].position if script else None


def _shadowed(items: Sequence[tuple[Condition | None, Position | None]], what: str) -> Iterator[Finding]:
    for index, (when, position) in enumerate(items):
        for earlier, place in items[:index]:
            if covers(earlier, when):
                asked = earlier.describe() if earlier else "nothing is asked for"
                where = f"line {place.line}" if place else "before it"
                message = f"this {what} is never reached: the one in {where} fits whenever it would ({asked})"
                yield position, message, f"put the narrower {what} first"
                break


def _cut_off(script: Script) -> Iterator[Finding]:
    for step, following in pairwise(script):
        if why := _stops(step):
            yield following.position, f"this step is never reached: {why}", ""
    for step in script:
        if step.until_cancelled and (step.say is not None or step.calls or step.events):
            hint = "write the wait as a step of its own, after this one"
            yield step.position, "nothing of this step is ever seen: it waits first, and only a cancel ends that", hint


def _stops(step: Step) -> str:
    if step.until_cancelled:
        return "the step before waits until the turn is cancelled"
    if step.repeat == 0:
        return "the step before is repeated for ever"
    return "the step before fails" if step.fail is not None else ""


def _silent(steps: Sequence[Step]) -> Iterator[Finding]:
    for step in steps:
        waits = step.wait or step.until_cancelled or any(event.after for event in step.events)
        if step.repeat == 0 and not (waits or step.say is not None or step.calls):
            yield step.position, "`repeat: forever` without a wait or a message goes round without an end", "add `wait`"
        if step.say is not None and not step.calls and replace(step.say, cut=Cut(), pace=None) == Say():
            yield step.position, "an empty message: no client could tell that anything was said", "leave `say` out"


# -- servers -----------------------------------------------------------------------------------------------------------


def _unused_servers(agent: Agent, record: Record, tools: Sequence[ToolCall], shop: Workshop) -> None:
    called = {call.server for call in tools}
    for server in agent.mcp:
        if server.auth_required and server.name not in called:
            message = f"`{server.name}` needs authorisation but is never called, so nobody is asked for it"
            hint = f"call one of its tools: {{ tool: {server.name}.<tool> }}"
            shop.warnings.append(record["mcp"].mistake(message, hint, key=server.name))
    declared = [server.name for server in agent.mcp]
    for call in tools:
        if declared and call.server is not None and call.server not in declared:
            hint = did_you_mean(call.server, declared)
            if hint.startswith("did"):
                shop.warnings.append(shop.at(call.position, f"the server `{call.server}` is not under `mcp`", hint))


def _unrefused(agent: Agent, shop: Workshop) -> None:
    locked = {server.name for server in agent.mcp if server.auth_required}
    for rule in agent.rules:
        if rule.on_refused is not None and locked.isdisjoint(rule.servers):
            message = "`on_refused` is never played: the rule's script calls no server with `auth: required`"
            shop.warnings.append(shop.at(rule.position, message))


# -- seeded sessions ---------------------------------------------------------------------------------------------------


def _twice(sessions: Sequence[SeededSession]) -> Iterator[Finding]:
    seen: set[str] = set()
    for session in sessions:
        if session.id is not None and session.id in seen:
            yield session.position, f"there is a session `{session.id}` already", "ids are unique"
        seen.add(session.id or "")


def _histories(agent: Agent, tools: Sequence[ToolCall]) -> Iterator[Finding]:
    approved = sorted({call.tool for call in tools if call.approval})
    asked = sorted({call.tool for call in tools if call.runs_on == "client"})
    servers = [server.name for server in agent.mcp if server.auth_required]
    for session in agent.sessions:
        for turn in session.history:
            yield from _unknown(turn, (*turn.allow, *turn.deny), approved, "calls it with `approval: required`")
            yield from _unknown(turn, [name for name in turn.answers if name], asked, "has the client run it")
            yield from _unknown(turn, turn.authorize, servers, "is declared with `auth: required` under that name")
            if "" in turn.answers and not asked:
                yield turn.position, "this answers a question, but no script asks the client anything", ""


def _unknown(turn: HistoryTurn, names: Sequence[str], known: Sequence[str], does: str) -> Iterator[Finding]:
    for name in names:
        if name not in known:
            subject = "no server" if turn.kind == "resume" else "no script"
            yield turn.position, f"`{name}`: {subject} {does}", did_you_mean(name, known)
