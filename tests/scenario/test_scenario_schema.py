"""The JSON Schema, the reader and the tables that both come from say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_gateway.scenario import ScenarioErrors, gallery_path, json_schema, load_text
from mock_gateway.scenario.errors import Mistake
from mock_gateway.scenario.language import AGENT, SHARED
from mock_gateway.scenario.reading import read_scenario
from mock_gateway.scenario.records import Either, Fields, Key, KeyedBy, Later, ListOf, MapOf, OneOrMany, example
from mock_gateway.scenario.shape import Shape
from mock_gateway.scenario.source import Node, Source, compose

SCHEMA = json_schema()
FILE = jsonschema_rs.validator_for(SCHEMA)


def _inner(shape: Shape) -> Iterator[Shape]:
    match shape:
        case Fields():
            yield from (entry.shape for entry in shape.keys.values())
        case ListOf() | OneOrMany() | MapOf():
            yield shape.item
        case Either():
            yield from shape.shapes
        case KeyedBy():
            yield from shape.records.values()
        case Later():
            yield shape.shape()


def _records(*roots: Shape) -> dict[str, Fields]:
    found: dict[str, Fields] = {}
    open_shapes = list(roots)
    while open_shapes:
        shape = open_shapes.pop()
        if isinstance(shape, Fields):
            if found.get(shape.name) is shape:
                continue
            assert shape.name not in found, f"two records are called {shape.name}"
            found[shape.name] = shape
        open_shapes += _inner(shape)
    return found


RECORDS = _records(AGENT, SHARED)
KEYS = [(record, key, entry) for record in RECORDS.values() for key, entry in record.keys.items()]


def refused_by_schema(record: Fields, value: object) -> bool:
    ref = {"$ref": f"#/$defs/{record.name.replace(' ', '_')}", "$defs": SCHEMA["$defs"]}
    return not jsonschema_rs.is_valid(ref, value)


def refused_by_reader(record: Fields, value: object) -> bool:
    mistakes: list[Mistake] = []
    try:
        record.read(compose(Source(json.dumps(value), "s.yaml")), "value", mistakes)
    except ScenarioErrors:
        return True
    return bool(mistakes)


def smallest(record: Fields, key: str) -> dict[str, Any]:
    """A value for a record that has a key, and whatever that asks for."""
    names = {*record.required, key}
    names |= {record.needs[name] for name in names if name in record.needs}
    if record.any_of and names.isdisjoint(record.any_of):
        names.add(record.any_of[0])
    return {name: example(record.keys[name]) for name in names}


def test_the_schema_is_a_schema() -> None:
    jsonschema_rs.meta.validate(SCHEMA)


@pytest.mark.parametrize(("record", "key", "entry"), KEYS, ids=[f"{record.name}.{key}" for record, key, _ in KEYS])
def test_every_key_is_described_and_its_example_is_right(record: Fields, key: str, entry: Key) -> None:
    value = smallest(record, key)

    assert not refused_by_schema(record, value)
    assert not refused_by_reader(record, value)
    assert entry.says.endswith(".") and entry.says[0].isupper()
    properties = SCHEMA["$defs"][record.name.replace(" ", "_")]["properties"]
    assert properties[key]["description"] == entry.says
    assert set(entry.tried).isdisjoint(record.keys), "a word that is a key is no wrong word"


SCALARS: list[object] = [None, True, False, 0, 1, -1, 2.5, 10**30, "", "x", "x y", "{{ x", "2s", "10 KB", "/(/"]
JUNK = [*SCALARS, [], [1], ["x"], [[]], {}, {"zzz": 1}]


@pytest.mark.parametrize(
    ("record", "key"),
    [(record, key) for record, key, _ in KEYS],
    ids=[f"{record.name}.{key}" for record, key, _ in KEYS],
)
def test_what_the_schema_refuses_the_reader_refuses_too(record: Fields, key: str) -> None:
    for junk in JUNK:
        value = {**smallest(record, key), key: junk}

        assert refused_by_reader(record, value) or not refused_by_schema(record, value), value


@pytest.mark.parametrize("record", RECORDS.values(), ids=lambda record: str(record.name))
def test_missing_strange_and_excluded_keys_are_refused_by_both(record: Fields) -> None:
    whole = smallest(record, next(iter(record.keys)))
    wrong: list[object] = [{**whole, "zzz": 1}, [], "x", 3]
    wrong += [{name: value for name, value in whole.items() if name != key} for key in record.required]
    for group in record.exclusive:
        wrong.append({**smallest(record, group[0]), **smallest(record, group[1])})
    wrong += [{key: example(record.keys[key])} for key in record.needs]
    if record.any_of:
        wrong.append({})

    for value in wrong:
        assert refused_by_schema(record, value), value
        assert refused_by_reader(record, value), value


_DATA = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["tool", "say", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(st.data())
def test_any_mix_of_keys_that_the_schema_refuses_is_refused(data: st.DataObject) -> None:
    record = data.draw(st.sampled_from(list(RECORDS.values())))
    keys = data.draw(st.lists(st.sampled_from(list(record.keys)), unique=True, max_size=4))
    value = {key: data.draw(st.just(example(record.keys[key])) | _DATA) for key in keys}

    assert refused_by_reader(record, value) or not refused_by_schema(record, value)


GOOD = [
    "agent: a",
    "agent: a\nturns:\n- say: hi\n- when: { message: [x, /y/i, { equals: z }] }\n  call: { ask: q }",
    "agent: a\notherwise: [{ wait: cancel }]\npace: instant\ncut: { sizes: [1, 2] }",
    "params: { a: 1 }",
    "include: a.yaml\nfragments: { f: [{ say: x }] }",
]
BROKEN = [
    "agent: 1",
    "turns: []",
    "agent: a\nturn: []",
    "agent: a\nturns: [{ sya: x }]",
    "agent: a\nturns: [{ say: x, wait: 2 }]",
    "agent: a\nturns: [{ call: { tool: x, ask: y } }]",
    "agent: a\nturns: [{ say: { text: x, words: 3 } }]",
    "agent: a\nturns: [{ when: { turn: 0 }, say: x }]",
    "agent: a\nlimits: { timeout: 600 }",
    "agent: a\ndoor: [{ on: create_turn, answer: 200 }]",
    "agent: a\nsessions: [{ history: [{ deny: x, reasn: y }] }]",
    "fragments: { f: [] }",
    "params: [x]",
]


def _plain(node: Node) -> Any:
    if node.kind == "list":
        return [_plain(item) for item in node.value]
    return {key: _plain(value) for key, value in node.value.items()} if node.kind == "mapping" else node.value


def data_of(text: str) -> Any:
    return _plain(compose(Source(text, "s.yaml")))


@pytest.mark.parametrize("text", GOOD)
def test_files_that_are_right_pass(text: str) -> None:
    read_scenario(Source(text, "s.yaml"))

    FILE.validate(data_of(text))


@pytest.mark.parametrize("text", BROKEN)
def test_files_that_are_broken_do_not_pass(text: str) -> None:
    with pytest.raises(ScenarioErrors):
        load_text(text)

    assert not FILE.is_valid(data_of(text))


def test_the_gallery_passes() -> None:
    files = sorted(gallery_path().glob("*.yaml"))

    assert files
    for file in files:
        FILE.validate(data_of(file.read_text(encoding="utf-8")))
