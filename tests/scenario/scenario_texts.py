"""What the tests of the scenario language share: short ways from a text to what it means."""

from __future__ import annotations

from mock_gateway.core.pieces import PieceKind
from mock_gateway.core.script import Agent, Call, Step
from mock_gateway.scenario import Mistake, ScenarioErrors, load_text


def agent_of(text: str, **options: object) -> Agent:
    """The agent of a text in which the name may be left out."""
    whole = text if text.startswith("agent:") else f"agent: a\n{text}"
    return load_text(whole, "s.yaml", **options)  # type: ignore[arg-type]  # options are passed on as they are


def steps_of(script: str, **options: object) -> tuple[Step, ...]:
    """The steps of one rule, written in flow style."""
    return agent_of(f"turns: [{script}]", **options).rules[0].script


def step_of(script: str, **options: object) -> Step:
    """The only step of one rule."""
    (step,) = steps_of(script, **options)
    return step


def call_of(call: str, **options: object) -> Call:
    """The only call of a rule."""
    (found,) = step_of(f"{{ call: {call} }}", **options).calls
    return found


def mistakes_of(text: str, **options: object) -> tuple[Mistake, ...]:
    """The mistakes of a text that has some."""
    try:
        load_text(text, "s.yaml", **options)  # type: ignore[arg-type]  # options are passed on as they are
    except ScenarioErrors as error:
        return error.mistakes
    raise AssertionError(f"no mistake was found in:\n{text}")


def warnings_of(text: str) -> list[Mistake]:
    """What is odd about a text that has no mistake."""
    warnings: list[Mistake] = []
    load_text(text, "s.yaml", warnings=warnings)
    return warnings


def place(mistake: Mistake) -> str:
    """Line and column of a mistake."""
    assert mistake.position is not None
    return f"{mistake.position.line}:{mistake.position.column}"


def texts(step: Step) -> list[str]:
    """The pieces of the text of a message that was cut at load."""
    assert step.pieces is not None
    return [piece.text for piece in step.pieces if piece.kind is PieceKind.TEXT]


def arguments(step: Step, call: int = 0) -> str:
    """The arguments of one call of a message that was cut at load."""
    assert step.pieces is not None
    return "".join(piece.text for piece in step.pieces if piece.kind is PieceKind.ARGUMENTS and piece.call == call)
