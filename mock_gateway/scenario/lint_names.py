"""Templates that ask for a result before there is one.

Owns: following a script step by step, with what has come back so far. A message is said before its own calls run, so
that `say` and `call` in one step cannot speak of the results; that is easily forgotten.
Must not know: which names exist at all (`scopes.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from mock_gateway.core.script import Script, Step, SubAgentCall, ToolCall
from mock_gateway.scenario.binding import names_in
from mock_gateway.scenario.lint_events import Finding

_RESULTS = frozenset({"result", "results"})
_APPROVAL = frozenset({"approval"})
_ANSWERS = frozenset({"answer", "answers"})
LATE = _RESULTS | _APPROVAL | _ANSWERS
"""Names that have a value only after something came back."""
_COMES_WITH = {
    **dict.fromkeys(_RESULTS, "a call"),
    **dict.fromkeys(_APPROVAL, "a call with `approval: required`"),
    **dict.fromkeys(_ANSWERS, "a question or a call with `runs: client`"),
}


def lint_names(script: Script, have: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """What a script asks for too early. have: names that have a value when it begins."""
    for step in script:
        yield from _missing(step, _asked_before(step), have)
        for call in step.calls:
            if isinstance(call, SubAgentCall):
                yield from lint_names(call.script, have)
        have |= _gives(step)
        yield from _missing(step, names_in(step.fail) | names_in(step.set), have)
        for branch in (*step.on_allow, *step.on_deny, *step.on_answer):
            yield from lint_names(branch.script, have)


def _missing(step: Step, asked: frozenset[str], have: frozenset[str]) -> Iterator[Finding]:
    for name in sorted((asked & LATE) - have):
        own = name in _gives(step)
        hint = (
            "it comes after this step's message: use it under `then`"
            if own
            else f"{_COMES_WITH[name]} must come before"
        )
        yield step.position, f"`{name}` has no value yet when this is played", hint


def _asked_before(step: Step) -> frozenset[str]:
    """The names that a step uses before its results are there."""
    say = step.say
    asked = frozenset[str]()
    if say is not None and step.pieces is None:
        asked = names_in([say.text, say.reasoning, say.refusal])
    for call in step.calls:
        if step.pieces is None:
            asked |= names_in(call.input if isinstance(call, SubAgentCall) else call.arguments)
        if isinstance(call, ToolCall):
            asked |= names_in(call.returns) | names_in(call.fails)
    return asked


def _gives(step: Step) -> frozenset[str]:
    tools = [call for call in step.calls if isinstance(call, ToolCall)]
    given = _RESULTS if step.calls else frozenset[str]()
    given |= _APPROVAL if any(call.approval for call in tools) else frozenset()
    return given | (_ANSWERS if any(call.runs_on == "client" for call in tools) else frozenset())
