"""The schemas say what the contracts say, and the models say the same as the schemas."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from openapi_reading import READINGS, Reading, component, every_contract
from openapi_tables import TABLES
from openapi_values import accepts, every_example, every_schema, spoiled, types_of, unknown_fields
from pydantic import BaseModel

from mock_gateway.openapi.document import build_document

OBJECTS = [
    pytest.param(READINGS[name], schema, required, optional, id=f"{name}-{schema}")
    for name, table in TABLES.items()
    for schema, (required, optional) in table.objects.items()
]
UNIONS = [
    pytest.param(READINGS[name], union, tags, id=f"{name}-{union}")
    for name, table in TABLES.items()
    for union, tags in table.unions.items()
]


@pytest.mark.parametrize(("reading", "schema", "required", "optional"), OBJECTS)
def test_an_object_has_the_fields_of_the_contract(reading: Reading, schema: str, required: str, optional: str) -> None:
    found = reading.schemas[schema]

    assert set(found.get("required", ())) == set(required.split())
    assert found.get("properties", {}).keys() - set(required.split()) == set(optional.split())


@every_contract
def test_an_event_type_has_its_own_schema(reading: Reading) -> None:
    tags = TABLES[str(reading)].tags

    assert {name: reading.schemas[name]["properties"]["type"]["const"] for name in tags} == tags


@pytest.mark.parametrize(("reading", "union", "tags"), UNIONS)
def test_a_union_maps_every_member_by_its_tag(reading: Reading, union: str, tags: frozenset[str]) -> None:
    tag = reading.schemas[union]["discriminator"]["propertyName"]

    tags_of_members = {reading.schemas[name]["properties"][tag]["const"]: name for name in reading.members(union)}

    assert reading.mapping(union) == tags_of_members
    assert reading.mapping(union).keys() == tags


@every_contract
def test_every_union_is_in_the_table(reading: Reading) -> None:
    unions = {name for name, schema in reading.schemas.items() if "discriminator" in schema}

    assert unions == TABLES[str(reading)].unions.keys()


@every_contract
def test_every_model_on_the_wire_is_in_the_document(reading: Reading) -> None:
    table = TABLES[str(reading)]

    declared = {
        name
        for module in table.modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, BaseModel)
    }

    assert declared - reading.schemas.keys() == table.abstract


@every_schema
def test_a_schema_has_examples_and_they_fit_it(reading: Reading, name: str) -> None:
    examples = reading.schemas[name]["examples"]

    assert examples
    assert [example for example in examples if not reading.fits(component(name), example)] == []


@every_example
def test_an_example_comes_back_from_its_model_unchanged(reading: Reading, name: str, example: object) -> None:
    adapter = types_of(reading)[name]

    assert adapter.dump_python(adapter.validate_python(example), mode="json", exclude_unset=True) == example


@every_example
def test_an_example_has_no_field_that_its_schema_lacks(reading: Reading, name: str, example: object) -> None:
    assert unknown_fields(types_of(reading)[name].validate_python(example)) == set()


@every_example
def test_model_and_schema_agree_on_every_spoiled_example(reading: Reading, name: str, example: object) -> None:
    judge = reading.validator(component(name))

    disagreements = [
        what
        for what, value in spoiled(copy.deepcopy(example))
        if judge.is_valid(value) != accepts(reading, name, value)
    ]

    assert disagreements == []


@every_schema
def test_a_required_field_left_out_is_refused_by_the_schema(reading: Reading, name: str) -> None:
    judge = reading.validator(component(name))
    for example in reading.schemas[name]["examples"]:
        for field in reading.schemas[name].get("required", ()):
            without = {key: value for key, value in example.items() if key != field}
            assert not judge.is_valid(without), field


@every_contract
def test_a_field_that_is_not_known_is_tolerated(reading: Reading) -> None:
    for name in TABLES[str(reading)].tolerant:
        example = {**reading.schemas[name]["examples"][0], "colour": "green"}

        assert reading.fits(component(name), example)
        assert accepts(reading, name, example)


@every_contract
@pytest.mark.parametrize("field", ["input", "previous_turn_id", "stream"])
def test_null_is_the_same_as_absent_when_a_turn_is_created(reading: Reading, field: str) -> None:
    assert reading.fits(component("CreateTurn"), {field: None})


@every_contract
def test_messages_and_answers_are_not_mixed_in_one_input(reading: Reading) -> None:
    message, answer = (reading.schemas[name]["examples"][0] for name in ("UserMessage", "UserToolApproval"))

    assert not reading.fits(component("TurnInput"), [message, answer])
    assert not accepts(reading, "TurnInput", [message, answer])


@every_contract
@pytest.mark.parametrize(
    "uri",
    ["data:text/plain;base64,", "data:;base64,QQ==", "data:text/plain,QQ==", "data:text/plain;base64,QQ=", "QQ=="],
)
def test_a_data_uri_that_does_not_decode_is_refused(reading: Reading, uri: str) -> None:
    assert not reading.fits(component("DataUri"), uri)


@every_contract
def test_a_data_uri_may_have_parameters(reading: Reading) -> None:
    assert reading.fits(component("DataUri"), "data:text/plain;charset=utf-8;base64,QQ==")


@every_contract
@pytest.mark.parametrize("moment", ["2024-12-23T22:26:09Z", "2024-12-23T22:26:09.474+00:00", "2024-12-23"])
def test_a_timestamp_is_utc_with_milliseconds(reading: Reading, moment: str) -> None:
    assert not reading.fits(component("Timestamp"), moment)


@every_contract
@pytest.mark.parametrize("name", ["ThreadCreated", "ThreadDone"])
def test_the_root_thread_is_never_created_or_done(reading: Reading, name: str) -> None:
    example = {**reading.schemas[name]["examples"][0], "thread_id": "main"}

    assert not reading.fits(component(name), example)
    assert not accepts(reading, name, example)


@every_contract
def test_examples_for_a_schema_that_is_gone_stop_the_build(reading: Reading) -> None:
    examples = {**reading.contract.schema_examples, "Ghost": [1]}

    with pytest.raises(ValueError, match="examples without a schema: Ghost"):
        build_document(replace(reading.contract, schema_examples=examples))


@every_contract
def test_a_schema_without_examples_stops_the_build(reading: Reading) -> None:
    examples = {name: values for name, values in reading.contract.schema_examples.items() if name != "Turn"}

    with pytest.raises(KeyError, match="Turn"):
        build_document(replace(reading.contract, schema_examples=examples))
