"""The specification of an agent that is not saved yet, as drafts have it.

Owns: which fields must be what. They are shown again as they came, and a client can read nothing of a draft in which
one of them is of another type; so that is refused. What is inside of them is the harness's business, and kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_gateway.wire.request import json_type, malformed, string_field

Fields = Mapping[str, object]

TYPES: Mapping[str, tuple[type, type | None, str]] = {
    "instructions": (str, None, "a string"),
    "messages": (list, dict, "an array of objects"),
    "mcp_servers": (list, dict, "an array of objects"),
    "response_format": (dict, None, "an object"),
    "skills": (list, dict, "an array of objects"),
    "config": (dict, None, "an object"),
    "variables": (dict, str, "an object of strings"),
}
"""Type of an optional field, type of what is in it, both in words."""


def read_spec(body: Fields) -> dict[str, object]:
    """The `agent_spec` of a request. Raises `Refusal`."""
    spec = body.get("agent_spec")
    if not isinstance(spec, dict):
        raise malformed(f"agent_spec is {json_type(spec)}; an object was expected", "agent_spec")
    _check_model(spec.get("model"))
    for name, (kind, inner, words) in TYPES.items():
        if spec.get(name) is not None:
            _check(spec[name], kind, inner, f"agent_spec.{name}", words)
    return spec


def _check_model(model: object) -> None:
    if not isinstance(model, dict):
        raise malformed(f"agent_spec.model is {json_type(model)}; an object was expected", "agent_spec.model")
    string_field(model, "name", "agent_spec.model.", least=1)
    if model.get("params") is not None:
        _check(model["params"], dict, None, "agent_spec.model.params", "an object")


def _check(value: object, kind: type, inner: type | None, path: str, words: str) -> None:
    if not isinstance(value, kind):
        raise malformed(f"{path} is {json_type(value)}; {words} was expected", path)
    if inner is None or not isinstance(value, list | dict):
        return
    for place, item in value.items() if isinstance(value, dict) else enumerate(value):
        if not isinstance(item, inner):
            where = f"{path}[{place}]" if isinstance(value, list) else f"{path}.{str(place)[:80]}"
            raise malformed(f"{where} is {json_type(item)}; {words} was expected in {path}", where)


def names_in(spec: Fields) -> tuple[str, ...]:
    """What in a spec may be the name of a scenario: its own name, then that of its model."""
    model = spec["model"]
    names = (spec.get("name"), model.get("name") if isinstance(model, dict) else None)
    return tuple(name for name in names if isinstance(name, str))
