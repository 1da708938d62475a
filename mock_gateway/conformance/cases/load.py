"""Reading cases: YAML to `Case`, with every mistake by file, line and column.

Owns: the keys of a case, a step and an expectation. Must not know: how a case is run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from mock_gateway.conformance.adapters.protocol import CAPABILITIES, OPS
from mock_gateway.conformance.cases.case import CLOCKS, EVIDENCE, LEVELS, Case, Expectation, Step
from mock_gateway.conformance.cases.vary import combinations, substituted
from mock_gateway.core.script import Position
from mock_gateway.scenario import Mistake, ScenarioErrors
from mock_gateway.scenario.errors import did_you_mean
from mock_gateway.scenario.library import load_text
from mock_gateway.scenario.source import Node, compose, read_source
from mock_gateway.scenario.templates import Template, parse_template
from mock_gateway.wire.dialects import voices

CATALOGUE = Path(__file__).parent
SCENARIOS = CATALOGUE / "scenarios"
CASE_KEYS: Mapping[str, str] = {
    "id": "text",
    "says": "text",
    "why": "text",
    "level": "text",
    "evidence": "text",
    "needs": "list",
    "refs": "list",
    "scenario": "text",
    "faults": "list",
    "options": "mapping",
    "clock": "text",
    "do": "list",
    "expect": "list",
    "dialects": "list",
    "for": "mapping",
    "vary": "mapping",
}
NEEDED = ("id", "says", "scenario", "do")
STEP_KEYS = ("as", "within")
TURN_ASKS = ("input", "to", "decide", "reason", "content")
"""Arguments of a step that the runner turns into those of the protocol."""
DIALECTS = tuple(voice.dialect.name for voice in voices())


def load_cases(folder: Path = CATALOGUE, kinds: Collection[str] = ()) -> tuple[Case, ...]:
    """All cases of a folder, in the order of their files, or of one file.

    kinds: of expectations that are known; empty takes any.

    Raises `ScenarioErrors` with every mistake in all files.
    """
    reader = _Reader(frozenset(kinds))
    for path in [folder] if folder.is_file() else sorted(folder.glob("*.yaml")):
        reader.read(path)
    if reader.mistakes:
        raise ScenarioErrors(reader.mistakes)
    return tuple(reader.cases.values())


class _Reader:
    """Cases and mistakes so far."""

    def __init__(self, kinds: frozenset[str]) -> None:
        self.cases: dict[str, Case] = {}
        self.mistakes: list[Mistake] = []
        self._kinds = kinds
        self._scenarios: dict[str, str] = {}

    def read(self, path: Path) -> None:
        """One file."""
        try:
            root = compose(read_source(path))
        except ScenarioErrors as errors:
            self.mistakes += errors.mistakes
            return
        if not self._is(root, "list", "a list of cases"):
            return
        for node in root.value:
            if self._is(node, "mapping", "a case: a mapping with id, says, scenario, do"):
                self._cases(node, path)

    # -- a case ------------------------------------------------------------------------------------------------------

    def _cases(self, node: Node, path: Path) -> None:
        """One item of a file: a case, or with `for` a case for each value."""
        before = len(self.mistakes)
        self._keys(node, CASE_KEYS, "a case")
        self.mistakes += [node.mistake(f"`{name}` is missing") for name in NEEDED if name not in node.value]
        for name, kind in CASE_KEYS.items():
            if name in node.value:
                self._is(node.value[name], kind, f"`{name}` is a {kind}")
        if len(self.mistakes) > before:
            return
        for values in self._values(node, "for"):
            self._add(node, self._varied(substituted(node, values), path))

    def _values(self, node: Node, key: str) -> list[dict[str, Any]]:
        if key not in node.value:
            return [{}]
        bad = [one for one in node.value[key].value.values() if one.kind != "list" or not one.value]
        self.mistakes += [one.mistake(f"expected a list of values, found {one}") for one in bad]
        return [] if bad else list(combinations(node.value[key]))

    def _varied(self, node: Node, path: Path) -> Case:
        """A case; with `vary` it has a variant for each value, all of which have to pass."""
        found = self._values(node, "vary")
        variants = [
            replace(
                self._case(substituted(node, values), path), variant=", ".join(f"{k}={v}" for k, v in values.items())
            )
            for values in found
        ]
        first = variants[0] if variants else self._case(node, path)
        return replace(first, variants=tuple(variants) if len(variants) > 1 else ())

    def _add(self, node: Node, made: Case) -> None:
        if made.id in self.cases:
            self.mistakes.append(node.mistake(f"the case {made.id} is in {self.cases[made.id].place} already"))
        self.cases[made.id] = made

    def _case(self, node: Node, path: Path) -> Case:
        given = {name: plain(one, self.mistakes) for name, one in node.value.items() if name not in ("do", "expect")}
        steps = self._steps(node.value["do"])
        return Case(
            id=given["id"],
            says=given["says"],
            why=given.get("why", ""),
            level=self._one_of(node, "level", LEVELS, "MUST"),
            evidence=self._one_of(node, "evidence", EVIDENCE, "adapter"),
            clock=self._one_of(node, "clock", CLOCKS, "virtual"),
            family=path.stem,
            scenario=self._scenario(node.value["scenario"], path),
            steps=steps,
            expect=self._expectations(node.value.get("expect"), steps),
            faults=tuple(given.get("faults", ())),
            needs=self._all_of(node, "needs", tuple(CAPABILITIES), ()),
            refs=tuple(given.get("refs", ())),
            dialects=self._all_of(node, "dialects", DIALECTS, DIALECTS),
            options=given.get("options", {}),
            place=node.position,
        )

    def _scenario(self, node: Node, path: Path) -> str:
        """Its text: of the file that is named, or what stands here."""
        text: str = node.value
        if "\n" not in text and not text.startswith(("{", "agent:")):
            file = path.parent / "scenarios" / f"{text}.yaml"
            if not file.is_file():
                known = sorted(one.stem for one in file.parent.glob("*.yaml"))
                self.mistakes.append(node.mistake(f"there is no scenario `{text}`", did_you_mean(text, known)))
                return ""
            text = file.read_text("utf-8")
        else:
            file = path
        try:
            load_text(text, name=str(file))
        except ScenarioErrors as errors:
            self.mistakes += [_moved(one, node) if file == path else one for one in errors.mistakes]
        return text

    # -- steps -------------------------------------------------------------------------------------------------------

    def _steps(self, node: Node) -> tuple[Step, ...]:
        steps: list[Step] = []
        for one in node.value:
            step = self._step(one, len(steps) + 1, [step.name for step in steps])
            if step is not None:
                steps.append(step)
        return tuple(steps)

    def _step(self, node: Node, number: int, names: list[str]) -> Step | None:
        if not self._is(node, "mapping", "a step: a mapping such as { run_turn: { input: hello } }"):
            return None
        ops = [name for name in node.value if name not in STEP_KEYS]
        if len(ops) != 1 or ops[0] not in OPS:
            wrong = next((name for name in ops if name not in OPS), "")
            hint = did_you_mean(wrong, list(OPS))
            self.mistakes.append(node.mistake(f"a step has one operation, beside {' and '.join(STEP_KEYS)}", hint))
            return None
        op, args = ops[0], node.value[ops[0]]
        if args.kind == "null":
            args = Node(args.source, "mapping", {}, args.begin, args.finish)
        if not self._is(args, "mapping", f"the arguments of {op}: a mapping"):
            return None
        self._keys(args, (*OPS[op].args, *TURN_ASKS), op)
        self._roots(args, names)
        name = plain(node.value["as"], self.mistakes) if "as" in node.value else f"step{number}"
        within = plain(node.value["within"], self.mistakes) if "within" in node.value else None
        return Step(op, plain(args, self.mistakes), str(name), node.position, within)

    def _roots(self, node: Node, names: list[str]) -> None:
        """Templates may use the results of steps before, and nothing else."""
        for template in templates(node):
            for hole in template.holes():
                for use in hole.compiled.uses:
                    if use.name not in names:
                        hint = did_you_mean(use.name, names) or "the step before needs `as: NAME`"
                        self.mistakes.append(hole.mistake(use, f"no step before is called `{use.name}`", hint))

    # -- expectations ------------------------------------------------------------------------------------------------

    def _expectations(self, node: Node | None, steps: Iterable[Step]) -> tuple[Expectation, ...]:
        names = [step.name for step in steps]
        found = [self._expectation(one, names) for one in (node.value if node else ())]
        return tuple(one for one in found if one is not None)

    def _expectation(self, node: Node, names: list[str]) -> Expectation | None:
        if not self._is(node, "mapping", "an expectation: a mapping such as { truth: all }") or not node.value:
            return None
        kind, *_ = node.value
        if self._kinds and kind not in self._kinds:
            known = sorted(self._kinds)
            message = f"there is no kind of expectation `{kind}`; its kind is the first key"
            self.mistakes.append(node.key_mistake(kind, message, did_you_mean(kind, known)))
            return None
        of = plain(node.value["of"], self.mistakes) if "of" in node.value else (names[-1] if names else "")
        if of not in names:
            self.mistakes.append(node.value["of"].mistake(f"no step is called `{of}`", did_you_mean(of, names)))
        if kind == "any":
            # What is left out in a branch is what the whole is about: the last name counts.
            named = self._named([*names, of])
            value: Any = [self._expectations(branch, named) for branch in node.value[kind].value]
        else:
            value = plain(node.value[kind], self.mistakes)
        options = {key: plain(one, self.mistakes) for key, one in node.value.items() if key not in (kind, "of")}
        return Expectation(kind, value, options, of, node.position)

    def _named(self, names: Iterable[str]) -> list[Step]:
        return [Step("run_turn", {}, name, None) for name in names]  # type: ignore[arg-type]

    # -- checks ------------------------------------------------------------------------------------------------------

    def _is(self, node: Node, kind: str, expected: str) -> bool:
        if node.kind != kind:
            self.mistakes.append(node.mistake(f"expected {expected}, found {node}"))
        return node.kind == kind

    def _keys(self, node: Node, known: Iterable[str], what: str) -> None:
        names = list(known)
        for key in node.value:
            if key not in names:
                hint = did_you_mean(key, names)
                self.mistakes.append(node.key_mistake(key, f"{what} has no key `{key}`", hint))

    def _one_of(self, node: Node, name: str, allowed: tuple[str, ...], default: str) -> str:
        if name not in node.value:
            return default
        return self._allowed(node.value[name], allowed)

    def _all_of(self, node: Node, name: str, allowed: tuple[str, ...], default: tuple[str, ...]) -> tuple[str, ...]:
        if name not in node.value:
            return default
        return tuple(self._allowed(one, allowed) for one in node.value[name].value)

    def _allowed(self, node: Node, allowed: tuple[str, ...]) -> str:
        value = node.value
        if value not in allowed:
            self.mistakes.append(node.mistake(f"expected one of {', '.join(allowed)}, found {node}"))
        return str(value)


def _moved(mistake: Mistake, node: Node) -> Mistake:
    """A mistake in a scenario that stands in a case, by its place in the file of the case."""
    position = mistake.position
    if position is None:
        return mistake
    indent = len(node.source.line(node.line + 1)) - len(node.source.line(node.line + 1).lstrip())
    there = Position(node.source.name, node.line + position.line, position.column + indent)
    return replace(mistake, position=there, excerpt=node.source.line(there.line))


def plain(node: Node, mistakes: list[Mistake]) -> Any:
    """A node as data; texts with `{{ }}` as templates."""
    if node.kind == "mapping":
        return {key: plain(one, mistakes) for key, one in node.value.items()}
    if node.kind == "list":
        return [plain(one, mistakes) for one in node.value]
    return parse_template(node, mistakes) if node.kind == "text" else node.value


def templates(node: Node) -> Iterable[Template]:
    """All templates in a node."""
    if node.kind in ("mapping", "list"):
        below = node.value.values() if node.kind == "mapping" else node.value
        for one in below:
            yield from templates(one)
    elif node.kind == "text" and isinstance(found := parse_template(node, []), Template):
        yield found
