"""The shape of a fault: a name of the catalogue, its place, its parameters.

Owns: reading one from a node, with mistakes at the key at fault, and its JSON Schema, both made from the catalogue.
Must not know: under which keys faults stand. The catalogue is loaded when the first one is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_gateway.core.quantities import DURATION, SIZE
from mock_gateway.scenario.errors import Mistake
from mock_gateway.scenario.records import as_data
from mock_gateway.scenario.shape import BAD, Schema, Shape
from mock_gateway.scenario.source import Kind, Node

if TYPE_CHECKING:
    from mock_gateway.faults.kinds import FaultKind, Param


class Mishap(Shape):
    """One fault; reads to a `FaultSpec`.

    in_rule: it belongs to a rule, which is known only when the turn has begun: what it answers instead comes after.
    """

    kinds: tuple[Kind, ...] = ("mapping", "text")
    expected = "a fault such as `{ fault: reset, at: { event: 3 } }`"

    def __init__(self, *, in_rule: bool = False) -> None:
        self.in_rule = in_rule

    def read(self, node: Node, label: str, mistakes: list[Mistake]) -> Any:
        if node.kind not in self.kinds:
            return self.refuse(node, label, mistakes)
        from mock_gateway.faults.kinds import FaultError
        from mock_gateway.faults.specs import parse_fault

        data = as_data(node)
        try:
            spec = parse_fault(self._after(data))
            self._check(spec.kind, spec.on, data)
        except FaultError as error:
            mistakes.append(_at(node, error.field, error.message))
            return BAD
        return spec

    def _after(self, data: object) -> object:
        """In a rule, an answer instead comes after the turn has begun unless it is written otherwise."""
        from mock_gateway.faults.catalogue import FAULTS

        if not self.in_rule:
            return data
        given: Any = {"fault": data} if isinstance(data, str) else data
        kind = FAULTS.get(given.get("fault")) if isinstance(given.get("fault"), str) else None
        if kind is not None and kind.param("effect") is not None and "effect" not in given:
            given = {**given, "effect": "after"}
        return given

    def _check(self, kind: FaultKind, on: tuple[str, ...], data: object) -> None:
        from mock_gateway.faults.kinds import FaultError

        if kind.scope == "server":
            raise FaultError("fault", f"{kind.name} belongs to no scenario: set it while the server runs")
        early = isinstance(data, dict) and data.get("effect") == "before"
        if self.in_rule and early and (not on or "create_turn" in on):
            message = "which rule is played is known when the turn has begun; write it beside `turns`, with `turn: 2`"
            raise FaultError("effect", message)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        if "fault" not in definitions:
            from mock_gateway.faults.catalogue import FAULTS

            definitions |= {f"fault_{key}": shared for key, shared in _COMMON.items()}
            definitions["fault"] = {
                "description": "Something that goes wrong on the wire.",
                "anyOf": [{"enum": list(FAULTS)}, *(_described(kind) for kind in FAULTS.values())],
            }
        return {"$ref": "#/$defs/fault"}


def _at(node: Node, field: str, message: str) -> Mistake:
    """A mistake at a dotted key, as far as it is there."""
    path, shown = node, field.split(".")
    for part in shown[:-1]:
        if path.kind == "mapping" and part in path.value:
            path = path.value[part]
    text = f"`{field}`: {message}"
    if path.kind == "mapping" and shown[-1] in path.value:
        return path.key_mistake(shown[-1], text)
    return path.mistake(text)


def _described(kind: FaultKind) -> Schema:
    from mock_gateway.faults.kinds import REQUIRED

    keys: dict[str, Schema] = {"fault": {"const": kind.name, "description": kind.sentence}}
    common = (key for key in _COMMON if key != "at" or kind.needs != "none")
    keys |= {key: {"$ref": f"#/$defs/fault_{key}"} for key in common}
    keys |= {param.name: _param(param) for param in kind.params}
    required = ["fault", *(["at"] if kind.needs in ("event", "point") else [])]
    required += [param.name for param in kind.params if param.default == REQUIRED]
    return {"type": "object", "properties": keys, "required": required, "additionalProperties": False}


_NUMBERS: Schema = {
    "anyOf": [
        {"type": "integer", "minimum": 1},
        {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1},
    ]
}
_NAMES: Schema = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
_EDGE: Schema = {"enum": ["id", "event", "data", "blank"]}
_PLACE: Schema = {
    "type": "object",
    "description": "Where in the stream.",
    "properties": {
        "event": {
            "description": "A sequence id, the type of an event, or `last`.",
            "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}],
        },
        "byte": {"description": "Bytes before the place.", "type": "integer", "minimum": 0},
        "character": {"description": "Inside this character of a text, from 1.", "type": "integer", "minimum": 1},
        "field": {"description": "The field with that text.", "type": "string"},
        "after": {"description": "Behind this line.", **_EDGE},
        "before": {"description": "Before this line.", **_EDGE},
    },
    "additionalProperties": False,
}
_COMMON: dict[str, Schema] = {
    "at": _PLACE,
    "on": {"description": "The operations that it is for; `streams` and `all` are several.", **_NAMES},
    "request": {"description": "Which of the matching requests, from 1; the first when left out.", **_NUMBERS},
    "every": {"description": "Every matching request.", "type": "boolean"},
    "probability": {"description": "Chance for each matching request.", "type": "number", "minimum": 0, "maximum": 1},
    "turn": {"description": "Which turns of the session, from 1.", **_NUMBERS},
}


def _param(param: Param) -> Schema:
    words: Schema = {"enum": list(param.words)}
    found: Schema = {**_TYPES[param.type]}
    if param.type in ("integer", "integers"):
        bounds: Schema = {"type": "integer", "minimum": param.least}
        bounds |= {} if param.most is None else {"maximum": param.most}
        many: Schema = {"anyOf": [bounds, {"type": "array", "items": bounds, "minItems": 1}]}
        found = bounds if param.type == "integer" else many
    if param.type == "choice":
        found = words
    elif param.words and param.type != "names":
        found = {"anyOf": [words, found]}
    return {"description": param.says, **found}


_TEXT: Schema = {"type": "string"}
_ZERO: Schema = {"const": 0}
_TYPES: dict[str, Schema] = {
    "integer": {},
    "integers": {},
    "truth": {"type": "boolean"},
    "text": _TEXT,
    "bytes": _TEXT,
    "header": _TEXT,
    "headers": {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
    "duration": {"anyOf": [{"type": "string", "pattern": DURATION.pattern}, _ZERO]},
    "speed": _TEXT,
    "size": {"type": "string", "pattern": SIZE.pattern},
    "choice": {},
    "names": _NAMES,
    "mapping": {"type": "object"},
    "data": {},
}
