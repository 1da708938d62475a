"""Putting two plays of the same message together: what is the same once, what was answered differently as branches.

Owns: when two scripts can be one. Must not know: conditions (`rules.py`), YAML.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from mock_gateway.recording.program import Call, Outcome, Play, Script, Step


def merged(one: Play, other: Play) -> Play | None:
    """Both plays as one; None when they went different ways without the user having said anything different."""
    if (one.tape is None) != (other.tape is None):
        return None
    result = deepcopy(one)
    if not _merge_scripts(result.script, other.script):
        return None
    if result.refused is None or other.refused is None:
        result.refused = result.refused if other.refused is None else deepcopy(other.refused)
    elif not _merge_scripts(result.refused, other.refused):
        return None
    for name, asks in other.locked.items():
        result.locked[name] = result.locked.get(name, 0) or asks
    return result


def _merge_scripts(mine: Script, other: Script) -> bool:
    for one, two in zip(mine, other, strict=False):
        if not _merge_steps(one, two):
            return False
    shorter, longer = sorted((mine, other), key=len)
    if len(shorter) < len(longer) and not _can_go_on(shorter):
        return False
    mine += deepcopy(other[len(mine) :])
    return True


def _can_go_on(script: Sequence[Step]) -> bool:
    """Whether nothing says that a script was at its end."""
    return not script or bool(script[-1].gated and not script[-1].outcomes) or _waits(script[-1])


def _waits(step: Step) -> bool:
    """Whether a sub-agent of a step was still waiting for somebody."""
    return any(call.sub_agent is not None and not call.closed for call in step.calls)


def _merge_steps(mine: Step, other: Step) -> bool:
    if _said(mine) != _said(other) or len(mine.calls) != len(other.calls):
        return False
    if not all(_merge_calls(one, two) for one, two in zip(mine.calls, other.calls, strict=True)):
        return False
    mine.order = max(mine.order, other.order, key=len)
    return all(_merge_outcome(mine, outcome) for outcome in other.outcomes)


def _said(step: Step) -> tuple[object, ...]:
    texts = ("".join(step.text), "".join(step.reasoning), "".join(step.refusal))
    return (step.speaks, *texts, step.finish, step.fail, step.holds)


def _merge_calls(mine: Call, other: Call) -> bool:
    if (mine.name, mine.server, mine.json, mine.sub_agent) != (other.name, other.server, other.json, other.sub_agent):
        return False
    if mine.content is None:
        mine.content, mine.fails, mine.takes = other.content, other.fails, other.takes
    elif other.content is not None and mine.content != other.content:
        return False
    mine.approval, mine.client = mine.approval or other.approval, mine.client or other.client
    mine.sandbox, mine.closed = mine.sandbox or other.sandbox, mine.closed or other.closed
    return _merge_scripts(mine.script, other.script)


def _merge_outcome(step: Step, outcome: Outcome) -> bool:
    for known in step.outcomes:
        if known.decisions == outcome.decisions:
            return _merge_scripts(known.script, outcome.script)
    step.outcomes.append(deepcopy(outcome))
    return True
