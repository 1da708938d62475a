"""A case as a record: what is played, what the client is asked to do, what has to come of it.

Owns: the records, filling in values of earlier steps. Must not know: YAML files (`load.py`), how a case is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct

from mock_gateway.conformance.adapters.protocol import OPS
from mock_gateway.core.script import Position
from mock_gateway.scenario.templates import Template

LEVELS = ("MUST", "SHOULD", "MAY", "INFO")
EVIDENCE = ("adapter", "journal", "both")
CLOCKS = ("virtual", "real")


class Step(Struct, frozen=True):
    """One operation of the adapter protocol.

    args: may hold templates that use the results of earlier steps. name: what later steps and expectations call it.
    within: seconds until it counts as hung; None is the usual. place: where it is written.
    """

    op: str
    args: Mapping[str, object]
    name: str
    place: Position
    within: float | None = None


class Expectation(Struct, frozen=True):
    """One thing that has to be so. kind: a name of `expectations.KINDS`; of: the step that it is about."""

    kind: str
    value: Any
    options: Mapping[str, Any]
    of: str
    place: Position


class Case(Struct, frozen=True):
    """One case. scenario: its text. faults: as the catalogue of faults has them. family: the file that it is in.

    options: given to the client when it is opened. clock: `virtual` plays all waiting at once. variants: the same case
    with other values, all of which have to pass; variant: the values of one of these.
    """

    id: str
    says: str
    level: str
    evidence: str
    family: str
    scenario: str
    steps: tuple[Step, ...]
    place: Position
    expect: tuple[Expectation, ...] = ()
    faults: tuple[Mapping[str, Any], ...] = ()
    needs: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ("beta", "v1")
    options: Mapping[str, Any] = {}
    clock: str = "virtual"
    why: str = ""
    variant: str = ""
    variants: tuple[Case, ...] = ()

    @property
    def capabilities(self) -> frozenset[str]:
        """What a client has to be able to do: what is said, and what the operations need."""
        of_ops = {OPS[step.op].capability for step in self.steps}
        return frozenset(name for name in of_ops | set(self.needs) if name and "|" not in name)

    def fits(self, patterns: tuple[str, ...]) -> bool:
        """Whether its id fits one of some patterns with `*` and `?`."""
        return any(fnmatchcase(self.id, pattern) for pattern in patterns)


def filled(value: object, scope: Mapping[str, object]) -> Any:
    """A value with its templates worked out. Raises `ScriptError` with the place of one that cannot be."""
    if isinstance(value, Template):
        if value.whole is not None:
            return value.whole.evaluate(scope)
        return "".join(part if isinstance(part, str) else str(part.evaluate(scope)) for part in value.parts)
    if isinstance(value, dict):
        return {key: filled(item, scope) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, scope) for item in value]
    return value
