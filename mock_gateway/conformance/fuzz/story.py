"""A story: a scenario, what the client is asked to do, what goes wrong on the way. Plain data.

Owns: the record, making a case of it, its size. Must not know: how it is drawn (`grow.py`), who plays it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct

from mock_gateway.conformance.cases.case import Case, Expectation, Step
from mock_gateway.core.script import Position
from mock_gateway.scenario.source import Source, compose
from mock_gateway.scenario.templates import Template, parse_template

Json = dict[str, Any]
HERE = Position("story", 1, 1)
WITHIN = 8.0
"""Seconds that a client has for a step; a story without faults takes a few milliseconds."""


class Story(Struct, frozen=True, omit_defaults=True):
    """One story.

    agent: the scenario as YAML has it. steps: as a case has them. faults: as the catalogue of faults has them.
    expect: of a step, by its name; nothing is the truth. clock: `virtual` or `real`. features: what it was made of.
    """

    agent: Json
    steps: tuple[Json, ...]
    faults: tuple[Json, ...] = ()
    expect: tuple[Json, ...] = ()
    clock: str = "virtual"
    features: tuple[str, ...] = ()
    options: Json = {}

    def case(self, name: str = "FUZZ", dialects: tuple[str, ...] = ("beta", "v1")) -> Case:
        """The same as a case."""
        return Case(
            id=name,
            says="What the client understood is what was said.",
            level="MUST",
            evidence="both",
            family="fuzz",
            scenario=one_line(self.agent),
            steps=tuple(_step(one, number) for number, one in enumerate(self.steps, 1)),
            place=HERE,
            expect=tuple(_expectation(one) for one in self.expect),
            faults=self.faults,
            dialects=dialects,
            options=self.options,
            clock=self.clock,
        )

    def document(self, name: str, says: str, dialect: str, why: str) -> Json:
        """The same as an item of a file of cases."""
        found: Json = {"id": name, "says": says, "why": why, "dialects": [dialect], "evidence": "both"}
        if self.clock != "virtual":
            found["clock"] = self.clock
        if self.options:
            found["options"] = self.options
        found["scenario"] = self.agent
        if self.faults:
            found["faults"] = list(self.faults)
        found["do"] = list(self.steps)
        if self.expect:
            found["expect"] = list(self.expect)
        return found


def _step(given: Mapping[str, Any], number: int) -> Step:
    op = next(name for name in given if name not in ("as", "within"))
    args = {name: templated(value) for name, value in (given[op] or {}).items()}
    return Step(op, args, given.get("as", f"step{number}"), HERE, given.get("within", WITHIN))


def _expectation(given: Mapping[str, Any]) -> Expectation:
    kind = next(iter(given))
    value = given[kind]
    if kind == "any":
        value = [tuple(_expectation({**one, "of": given["of"]}) for one in branch) for branch in value]
    options = {name: one for name, one in given.items() if name not in (kind, "of")}
    return Expectation(kind, value, options, given["of"], HERE)


ESCAPED = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029", 0xFEFF: "\\uFEFF"}
"""What YAML would take for the end of a line, or for no text."""


def one_line(value: Any) -> str:
    """Data as JSON that is YAML too."""
    return json.dumps(value, ensure_ascii=False).translate(ESCAPED)


def templated(value: Any) -> Any:
    """A text of a step as a template, where it is one."""
    return _template(value) if isinstance(value, str) and "{{" in value else value


@lru_cache(256)
def _template(text: str) -> str | Template | None:
    return parse_template(compose(Source(one_line(text), "story")), [])
