"""What a check says when a rule is broken.

Owns: `Violation` and `require`. Must not know: HTTP, events. A check that returns has passed.
"""

from __future__ import annotations

import json


class Violation(AssertionError):
    """A rule of the contract is broken.

    rule: its id. message: what was expected and what came. evidence: what was seen, as JSON-like data.
    """

    def __init__(self, rule: str, message: str, evidence: object = None) -> None:
        super().__init__(rule, message, evidence)
        self.rule = rule
        self.message = message
        self.evidence = evidence

    def __str__(self) -> str:
        text = f"{self.rule}: {self.message}"
        if self.evidence is None:
            return text
        return f"{text}\n{shown(self.evidence)}"


def shown(evidence: object, most: int = 4000) -> str:
    """Evidence as text, cut off where it gets too long to read."""
    text = json.dumps(evidence, ensure_ascii=False, indent=1, default=repr)
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"


def require(condition: object, rule: str, message: str, evidence: object = None) -> None:
    """Raises `Violation` when the condition does not hold."""
    if not condition:
        raise Violation(rule, message, evidence)


def require_equal(got: object, expected: object, rule: str, what: str) -> None:
    """Raises `Violation` when two values differ; both are in the evidence."""
    if got != expected:
        raise Violation(rule, f"{what} is not what it has to be", {"got": got, "expected": expected})
