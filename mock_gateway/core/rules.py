"""Choosing the rule for a turn: first match wins; then `otherwise`; then an explicit default.

Owns: the echo, the error that names the nearest rule, the counts behind `visit`, and telling afterwards why the rules
before did not fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile

from msgspec.structs import replace

from mock_gateway.core.errors import ScriptError
from mock_gateway.core.ids import random_for
from mock_gateway.core.pieces import cut_text
from mock_gateway.core.scope import files_of, incoming_of
from mock_gateway.core.script import NOTHING, Incoming, Rule, Say, Step
from mock_gateway.core.state import Turn


def choose_rule(turn: Turn) -> Rule:
    """The rule to play; sets the turn's captures and visits.

    Raises `ScriptError` when none fits and the scenario has no default.
    """
    agent = turn.session.agent
    kind = "message" if turn.items else "resume"
    incoming = incoming_of(turn, kind=kind)
    _count_visits(turn, incoming)
    for index, rule in enumerate(agent.rules):
        captures = _match(turn, index, rule, incoming)
        if captures is not None:
            turn.captures = {"match": captures} if captures else NOTHING
            return rule
    if isinstance(agent.otherwise, Rule):
        return agent.otherwise
    if agent.otherwise == "echo":
        return _echo(turn)
    raise ScriptError(no_rule_message(turn, incoming))


def _count_visits(turn: Turn, incoming: Incoming) -> None:
    """Count this turn for every rule that asks for a number of visits and fits but for it, played or not."""
    visits = {
        index: turn.visits.get(index, 0) + 1
        for index, rule in enumerate(turn.session.agent.rules)
        if rule.when is not None and rule.when.counts_visit(incoming)
    }
    if visits:
        turn.visits = {**turn.visits, **visits}


def rule_of(turn: Turn) -> Rule | None:
    """The rule that a turn plays: its own, or that of the turn that it goes on with; None when none fitted."""
    for past in turn.chain():
        if past.rule is not None:
            return past.rule
        if not _goes_on(past):
            return None
    return None


def _goes_on(turn: Turn) -> bool:
    """Whether its threads were there before it: no rule was looked for."""
    return turn.previous is not None and bool(turn.previous.rest) and turn.rule is None


def passed_over(turn: Turn) -> list[tuple[Rule, str]]:
    """The rules that were tried for a turn before the one that was played, and why each did not fit.

    Nothing of it is kept while the turn is played: everything that was looked at is still there.
    """
    if _goes_on(turn):
        return []
    agent, previous = turn.session.agent, turn.previous
    kind = "message" if turn.items else "resume"
    values = agent.state if previous is None else previous.values
    incoming = replace(incoming_of(turn, kind=kind), state=values)
    tried = takewhile(lambda rule: rule is not turn.rule, agent.rules)
    return [(rule, _why_not(turn, index, rule, incoming)) for index, rule in enumerate(tried)]


def _why_not(turn: Turn, index: int, rule: Rule, incoming: Incoming) -> str:
    if rule.when is None:
        return "the turn has no input"
    visit = turn.visits.get(index)
    return rule.when.explain(incoming if visit is None else replace(incoming, visit=visit))


def _match(turn: Turn, index: int, rule: Rule, incoming: Incoming) -> Mapping[str, object] | None:
    if rule.when is None:
        return NOTHING if incoming.kind == "message" else None
    visit = turn.visits.get(index)
    return rule.when.match(incoming if visit is None else replace(incoming, visit=visit))


MOST_ECHOED = 10_000
"""Characters that an echo repeats."""


def _echo(turn: Turn) -> Rule:
    files = ", ".join(f"{file.name} ({file.mime}, {file.size} bytes)" for file in files_of(turn))
    said = turn.text()
    if len(said) > MOST_ECHOED:
        said = f"{said[:MOST_ECHOED]}... ({len(said)} characters)"
    text = f"You said: {said}" if said or not files else "You sent a file."
    if files:
        text += f" [{files}]"
    cut = turn.session.agent.cut
    texts = tuple(cut_text(text, cut, random_for(turn.session.seed, turn.session.number, "echo", turn.number)))
    return Rule("echo", None, (Step(say=Say(text=text, texts=texts, cut=cut)),))


def no_rule_message(turn: Turn, incoming: Incoming) -> str:
    """What came, which rule was nearest, and what to do."""
    agent = turn.session.agent
    start = f"no rule of agent {agent.name!r} fits {incoming.text[:80]!r}"
    if not agent.rules:
        return f"{start}: it has no rules; add one under 'turns', or set 'otherwise' ({agent.file})"
    nearest = min(agent.rules, key=lambda rule: _distance(rule, incoming))
    place = nearest.position or agent.file
    why = nearest.when.explain(incoming) if nearest.when is not None else ""
    return f"{start}; nearest is {place} ({why}); change it, add a rule, or set 'otherwise'"


def _distance(rule: Rule, incoming: Incoming) -> tuple[int, float]:
    """How far a rule is: parts that do not fit, then how unlike its words and the text are."""
    if rule.when is None:
        return (0, 0.0)
    why = rule.when.explain(incoming)
    words = set(incoming.text.lower().split())
    wanted = set(rule.when.describe().lower().replace('"', " ").split())
    return (why.count(";"), -float(len(words & wanted)))
