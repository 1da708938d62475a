"""Reading a fault: what may be written, what it is worth, what is said about a mistake."""

from __future__ import annotations

from collections.abc import Mapping

import jsonschema_rs
import pytest

from mock_gateway.faults.board import FaultBoard
from mock_gateway.faults.catalogue import FAULTS, GROUPS, OPERATIONS
from mock_gateway.faults.kinds import REQUIRED, STREAMS, FaultError, FaultKind
from mock_gateway.faults.params import raw
from mock_gateway.faults.specs import fault_json, parse_fault
from mock_gateway.scenario import ScenarioErrors, json_schema, load_text
from mock_gateway.scenario.records import as_data
from mock_gateway.scenario.source import Source, compose
from mock_gateway.settings import Settings
from mock_gateway.wire.dialects import all_dialects

KINDS = sorted(FAULTS.values(), key=lambda kind: kind.name)
SCHEMA = jsonschema_rs.validator_for(json_schema())


def example(kind: FaultKind) -> Mapping[str, object]:
    """The example of a kind as data."""
    found = as_data(compose(Source(kind.example, "example")))
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_an_entry_of_the_catalogue_is_complete(kind: FaultKind) -> None:
    assert FAULTS[kind.name] is kind and kind.group in GROUPS
    for text in (kind.sentence, kind.client_should, *(param.says for param in kind.params)):
        assert text.endswith(".") and text[0].isupper() | text.startswith("`"), text
    assert len({param.name for param in kind.params}) == len(kind.params)
    assert set(kind.on) <= {*STREAMS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_an_example_is_read_and_written_again(kind: FaultKind) -> None:
    spec = parse_fault(example(kind))

    assert spec.kind is kind
    assert parse_fault(fault_json(spec)) == spec


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.scope == "request"], ids=lambda kind: kind.name)
def test_an_example_stands_in_a_scenario_and_fits_the_schema_for_editors(kind: FaultKind) -> None:
    text = f"agent: a\nfaults:\n  - {kind.example}\n"

    agent = load_text(text, "s.yaml")

    assert agent.has_faults and [fault.fault for fault in agent.faults] == [kind.name]
    assert SCHEMA.is_valid(as_data(compose(Source(text, "s.yaml"))))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_default_is_one_that_could_be_written(kind: FaultKind) -> None:
    given = dict(example(kind))
    for param in kind.params:
        if param.default not in (None, REQUIRED):
            given[param.name] = param.default

    assert parse_fault(given).params.keys() == {param.name for param in kind.params}


def test_operations_are_those_of_the_dialects() -> None:
    names = {operation.name for dialect in all_dialects(Settings()) for operation in dialect.operations}

    assert set(OPERATIONS) == names


@pytest.mark.parametrize(
    ("written", "field", "says"),
    [
        ({}, "fault", "`fault` is missing; there is: refuse-connection, "),
        ({"fault": "rest"}, "fault", "there is no fault 'rest'; did you mean 'reset'?"),
        (["reset"], "fault", "expected a mapping"),
        ({"fault": "reset"}, "at", "reset needs a place, for example"),
        ({"fault": "reset", "at": {"byte": 1, "after": "id"}}, "at.after", "`after` and `byte` exclude each other"),
        ({"fault": "reset", "at": {"after": "id"}}, "at", "`event` is missing; only `byte` can stand alone"),
        ({"fault": "reset", "at": {"event": 0}}, "at.event", "a sequence id from 1, an event type or `last`"),
        ({"fault": "reset", "at": {"event": 1, "after": "blnk"}}, "at.after", "expected one of id, event, data, blank"),
        ({"fault": "reset", "at": {"event": 1, "field": "x"}}, "at.field", "only together with `character`"),
        ({"fault": "reset", "at": {"event": 1, "character": 0}}, "at.character", "a whole number from 1"),
        ({"fault": "reset", "at": {"evnt": 1}}, "at.evnt", "did you mean 'event'?"),
        ({"fault": "reset", "at": 3}, "at", "expected a mapping with event, byte"),
        ({"fault": "skip-event", "at": {"event": 1, "byte": 3}}, "at.byte", "about a whole event"),
        ({"fault": "comment", "at": {"event": 1, "byte": 3}}, "at.byte", "about a whole event"),
        ({"fault": "gzip", "at": {"event": 1}}, "at", "gzip has no place"),
        ({"fault": "gzip", "on": "get_turn"}, "on", "gzip is for streams"),
        ({"fault": "reset", "at": {"event": 1}, "on": "get_turn"}, "on", "reset is for streams"),
        ({"fault": "clean-end", "at": {"byte": 1}, "on": "get_turn"}, "on", "clean-end is for streams"),
        ({"fault": "gzip", "on": "create_trun"}, "on", "did you mean 'create_turn'?"),
        ({"fault": "gzip", "on": []}, "on", "expected at least one operation"),
        ({"fault": "gzip", "request": 0}, "request", "a whole number from 1, or a list of them"),
        ({"fault": "gzip", "request": 1, "every": True}, "request", "`request` and `every` exclude each other"),
        ({"fault": "gzip", "every": 1}, "every", "expected true or false"),
        ({"fault": "gzip", "turn": "x"}, "turn", "a whole number from 1"),
        ({"fault": "gzip", "probability": 20}, "probability", "a number from 0 to 1"),
        ({"fault": "status"}, "status", "`status` is missing"),
        ({"fault": "status", "status": 99}, "status", "a whole number from 200 to 599, found 99"),
        ({"fault": "status", "status": 500, "stats": 1}, "stats", "did you mean 'status'?"),
        ({"fault": "status", "status": 500, "headers": {"a b": "c"}}, "headers.a b", "no name of a header"),
        ({"fault": "status", "status": 500, "headers": {"a": "b\r\nc"}}, "headers.a", "one line of text"),
        ({"fault": "redirect", "location": "/x\n"}, "location", "one line of text"),
        ({"fault": "status", "status": 500, "effect": "befor"}, "effect", "did you mean 'before'?"),
        ({"fault": "slow-first-byte", "for": 5}, "for", "a number needs its unit: write 5s or 5ms"),
        ({"fault": "stall", "at": {"event": 1, "byte": 1}, "comments": "1s"}, "comments", "inside of a line"),
        ({"fault": "slow", "rate": "5 tokens/s"}, "rate", "a speed such as 100 B/s"),
        ({"fault": "long-line", "at": {"event": 1}, "size": "17 MB"}, "size", "more than 16 MB"),
        ({"fault": "chunk-sizes", "sizes": [0]}, "sizes", "whole numbers from 1"),
        ({"fault": "field-order", "order": ["date"]}, "order", "did you mean 'data'?"),
        ({"fault": "insert-bytes", "at": {"byte": 0}, "bytes": "\\q"}, "bytes", "there is no escape \\q"),
        ({"fault": "replace-event", "at": {"event": 1}, "event": "x"}, "event", "expected a mapping"),
        ({"fault": "byte-order-mark", "split": "yes"}, "split", "expected true or false"),
        ({"fault": "refuse-connection", "on": "all"}, "on", "before anything of a request is known"),
        ({"fault": "refuse-connection", "turn": 1}, "turn", "before anything of a request is known"),
    ],
)
def test_a_mistake_names_the_key_and_what_is_allowed(written: object, field: str, says: str) -> None:
    with pytest.raises(FaultError) as raised:
        parse_fault(written)

    assert raised.value.field == field
    assert says in raised.value.message


@pytest.mark.parametrize(
    ("fault", "where", "says"),
    [
        ("{ fault: rest }", "3:7", "did you mean 'reset'?"),
        ("{ fault: reset, at: { evnt: 3 } }", "3:27", "`at.evnt`: unknown key"),
        ("{ fault: slow-first-byte, for: 5 }", "3:31", "write 5s or 5ms"),
        ("resett", "3:5", "did you mean 'reset'?"),
        ("5", "3:5", "expected a fault such as"),
        ("{ fault: refuse-connection }", "3:7", "set it while the server runs"),
    ],
)
def test_a_mistake_in_a_scenario_has_its_line_and_column(fault: str, where: str, says: str) -> None:
    with pytest.raises(ScenarioErrors) as raised:
        load_text(f"agent: a\nfaults:\n  - {fault}\n", "s.yaml")

    assert str(raised.value).startswith(f"s.yaml:{where}: ")
    assert says in str(raised.value)


def test_a_rule_answers_instead_only_after_its_turn_has_begun() -> None:
    text = "agent: a\nturns:\n  - say: Hi.\n    faults: [{ fault: empty-error%s }]\n"

    (fault,) = load_text(text % "").rules[0].faults
    with pytest.raises(ScenarioErrors, match=r"write it beside `turns`, with `turn: 2`"):
        load_text(text % ", effect: before")

    assert getattr(fault, "params", {})["effect"] == "after"
    assert load_text(text % ", effect: before, on: get_turn").has_faults


def test_escapes_are_bytes() -> None:
    assert raw('a\\n\\r\\t\\0\\\\\\"\\xff\\u00fcü') == b'a\n\r\t\0\\"\xff' + "üü".encode()


def test_a_fault_of_the_whole_server_is_limited_to_nothing() -> None:
    board, spec = FaultBoard(), parse_fault("refuse-connection")

    for limit in ({"world": "/a"}, {"session": "s"}, {"turn": "t"}):
        with pytest.raises(FaultError, match="for the whole server"):
            board.put(spec, **limit)
    board.put(spec, world="")

    assert board.refuses and [entry.world for entry in board.listed("")] == [""]


@pytest.mark.parametrize("key", ["session", "turn_id", "world"])
def test_a_limit_inside_of_a_fault_is_told_where_it_belongs(key: str) -> None:
    with pytest.raises(FaultError, match="limited where it is put, not in what it says") as found:
        parse_fault({"fault": "skip-event", "at": {"event": 3}, key: "x"})

    assert found.value.field == key
