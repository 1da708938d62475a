"""What is wrong or odd about an agent as a whole, once all of it is compiled.

Owns: errors for lists of events that break the contract; warnings for what is never reached, never used, or never seen.
Must not know: single steps as they were written (`scripts.py` reports what one step shows by itself).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
from mock_gateway.scenario.backtracking import slow_part
from mock_gateway.scenario.cover import covers
from mock_gateway.scenario.errors import Mistake, did_you_mean
from mock_gateway.scenario.lint_events import Finding, lint_events
from mock_gateway.scenario.lint_names import LATE, lint_names
from mock_gateway.scenario.matchers import texts_in
from mock_gateway.scenario.records import Record
from mock_gateway.scenario.workshop import Workshop


def lint(agent: Agent, record: Record, shop: Workshop) -> None:
    """Add what is wrong to the mistakes and what is odd to the warnings."""
    roots = _roots(agent)
    scripts = _all_scripts(roots)
    steps = [step for script in scripts for step in script]
    tools = list(_tool_calls(steps))
    shop.mistakes += [shop.at(*finding) for finding in (*_broken_lists(steps), *_twice(agent.sessions))]
    findings = [*_unreached(agent, scripts), *_silent(steps), *_slow(agent, steps)]
    if not LATE.isdisjoint(shop.names):
        findings += [finding for script in roots for finding in lint_names(script)]
    if agent.sessions:
        findings += _histories(agent, tools)
    if agent.mcp:
        findings += _strange_servers(agent, tools)
        shop.warnings += _unused_servers(agent, record, tools)
    if any(rule.on_refused is not None for rule in agent.rules):
        findings += _unrefused(agent)
    shop.warnings += [shop.at(*finding) for finding in findings]


def _broken_lists(steps: Sequence[Step]) -> Iterator[Finding]:
    for step in steps:
        if step.events:
            yield from lint_events(step.events)
            if step.repeat != 1 and any(event.kind == "sandbox_created" for event in step.events):
                yield step.position, "a session has one sandbox; this would make more (SBX-1)", ""


# -- walking -----------------------------------------------------------------------------------------------------------


def _roots(agent: Agent) -> list[Script]:
    """The scripts that begin in the main thread."""
    roots = [rule.script for rule in agent.rules]
    roots += [rule.on_refused for rule in agent.rules if rule.on_refused is not None]
    return roots + ([agent.otherwise.script] if isinstance(agent.otherwise, Rule) else [])


def _all_scripts(roots: Sequence[Script]) -> list[Script]:
    """These scripts and all that stand inside them."""
    found = list(roots)
    for script in found:  # grows as it goes
        for step in script:
            found += [branch.script for branches in _branchings(step) for branch in branches]
            found += [call.script for call in step.calls if isinstance(call, SubAgentCall)]
    return found


def _branchings(step: Step) -> Sequence[tuple[Branch, ...]]:
    if not (step.on_allow or step.on_deny or step.on_answer):
        return ()
    return step.on_allow, step.on_deny, step.on_answer


def _tool_calls(steps: Sequence[Step]) -> Iterator[ToolCall]:
    for step in steps:
        yield from (call for call in step.calls if isinstance(call, ToolCall))
        for event in step.events:
            yield from (call for _, call in event.calls)


# -- what is never reached ---------------------------------------------------------------------------------------------


def _unreached(agent: Agent, scripts: Sequence[Script]) -> Iterator[Finding]:
    if len(agent.rules) > 1:
        yield from _shadowed([(rule.when, rule.position) for rule in agent.rules], "rule")
    for script in scripts:
        for index, step in enumerate(script):
            if step.until_cancelled or step.repeat == 0 or step.fail is not None:
                yield from _cut_off(step, script[index + 1 : index + 2])
            for branches in _branchings(step):
                if len(branches) > 1:
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


def _cut_off(step: Step, following: Script) -> Iterator[Finding]:
    for late in following:
        yield late.position, f"this step is never reached: {_stops(step)}", ""
    if step.until_cancelled and (step.say is not None or step.calls or step.events):
        hint = "write the wait as a step of its own, after this one"
        yield step.position, "nothing of this step is ever seen: it waits first, and only a cancel ends that", hint


def _stops(step: Step) -> str:
    if step.until_cancelled:
        return "the step before waits until the turn is cancelled"
    return "the step before is repeated for ever" if step.repeat == 0 else "the step before fails"


def _silent(steps: Sequence[Step]) -> Iterator[Finding]:
    for step in steps:
        if step.repeat == 0 and step.say is None and not (step.calls or _waits(step)):
            yield step.position, "`repeat: forever` without a wait or a message goes round without an end", "add `wait`"
        say = step.say
        if say and not (say.text or step.calls) and replace(say, cut=Cut(), pace=None) == Say():
            yield step.position, "an empty message: no client could tell that anything was said", "leave `say` out"


def _slow(agent: Agent, steps: Sequence[Step]) -> Iterator[Finding]:
    """Regular expressions that can keep the server busy for longer than anybody waits."""
    conditions = [(rule.when, rule.position) for rule in agent.rules]
    conditions += [
        (branch.when, _begin(branch.script) or step.position)
        for step in steps
        for branches in _branchings(step)
        for branch in branches
    ]
    for when, position in conditions:
        for test in texts_in(when):
            if test.pattern is not None and slow_part(test.pattern):
                message = f"the regular expression {test.written} can take for ever: a repeat in a repeat"
                hint = "let something end each round of the outer one that the inner one cannot take, as in /(\\w+,)*/"
                yield position, message, hint


def _waits(step: Step) -> bool:
    return step.wait > 0 or step.until_cancelled or any(event.after for event in step.events)


# -- servers -----------------------------------------------------------------------------------------------------------


def _unused_servers(agent: Agent, record: Record, tools: Sequence[ToolCall]) -> Iterator[Mistake]:
    called = {call.server for call in tools}
    for server in agent.mcp:
        if server.auth_required and server.name not in called:
            message = f"`{server.name}` needs authorisation but is never called, so nobody is asked for it"
            hint = f"call one of its tools: {{ tool: {server.name}.<tool> }}"
            yield record["mcp"].mistake(message, hint, key=server.name)


def _strange_servers(agent: Agent, tools: Sequence[ToolCall]) -> Iterator[Finding]:
    """Servers that nobody declared are fine, unless their names look like a slip of the pen."""
    declared = [server.name for server in agent.mcp]
    for call in tools:
        name = call.server
        # Finding the nearest name costs more than all of linting: only where the letters are almost the same.
        if name and name not in declared and any(len(set(name) ^ set(other)) < 3 for other in declared):
            hint = did_you_mean(name, declared)
            if hint.startswith("did"):
                yield call.position, f"the server `{name}` is not under `mcp`", hint


def _unrefused(agent: Agent) -> Iterator[Finding]:
    locked = {server.name for server in agent.mcp if server.auth_required}
    for rule in agent.rules:
        if rule.on_refused is not None and locked.isdisjoint(rule.servers):
            message = "`on_refused` is never played: the rule's script calls no server with `auth: required`"
            yield rule.position, message, ""


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
