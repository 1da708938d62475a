"""A document and its contract say the same: operations, statuses, links, examples, rule ids."""

from __future__ import annotations

import copy
import json
import re

import pytest
from openapi_reading import READINGS, Reading, component, every_contract, every_operation
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_tables import TABLES

from mock_gateway.openapi.page_html import RULE_ID

EXAMPLES = [
    pytest.param(reading, schema, value, id=f"{reading} {where}")
    for reading in READINGS.values()
    for where, schema, value in reading.examples()
]


@every_contract
def test_every_operation_of_the_table_is_in_the_document_and_no_other(reading: Reading) -> None:
    documented = {name: (method, path) for name, (method, path, _) in reading.operations.items()}

    assert documented == {name: (operation.method, operation.path) for name, operation in reading.table.items()}


@every_contract
def test_every_operation_of_the_table_is_described_and_no_other(reading: Reading) -> None:
    assert reading.contract.facts.keys() == reading.table.keys() == TABLES[str(reading)].errors.keys()


@every_contract
def test_the_document_is_valid_openapi_3_1(reading: Reading) -> None:
    OpenAPIV31SpecValidator(reading.document).validate()


@every_contract
def test_a_parameter_without_a_name_is_not_valid_openapi(reading: Reading) -> None:
    broken = copy.deepcopy(reading.document)
    del broken["components"]["parameters"]["PageToken"]["name"]

    assert not OpenAPIV31SpecValidator(broken).is_valid()


@every_operation
def test_an_operation_has_the_statuses_that_it_can_give(reading: Reading, name: str) -> None:
    _, _, operation = reading.operations[name]
    table = TABLES[str(reading)]

    statuses = {int(status) for status in operation["responses"]}

    assert statuses == {reading.table[name].success} | table.errors[name] | table.on_every_operation


@every_operation
def test_an_operation_cites_the_rule_that_defines_it_first(reading: Reading, name: str) -> None:
    _, _, operation = reading.operations[name]

    assert RULE_ID.findall(operation["description"].split("Rules: ")[1])[0] == reading.table[name].rule


@every_operation
def test_an_operation_declares_the_parameters_of_its_path(reading: Reading, name: str) -> None:
    _, path, operation = reading.operations[name]
    declared = [reading.resolved(node) for node in operation.get("parameters", ())]

    in_path = {parameter["name"] for parameter in declared if parameter["in"] == "path"}

    assert in_path == set(re.findall(r"{(\w+)}", path))


@every_contract
def test_the_rules_of_the_register_are_cited_and_no_other(reading: Reading) -> None:
    assert set(RULE_ID.findall(str(reading.document))) == TABLES[str(reading)].rules


@every_contract
def test_an_error_status_says_the_type_that_the_server_gives(reading: Reading) -> None:
    error_body = TABLES[str(reading)].error_body
    errors = reading.contract.errors

    assert {status: answer.type for status, answer in errors.items()} == {
        status: json.loads(error_body(status, "no"))["error"]["type"] for status in errors
    }
    assert all(answer.example["error"]["type"] == answer.type for answer in errors.values())


@every_contract
def test_too_many_requests_says_how_long_to_wait(reading: Reading) -> None:
    headers = reading.document["components"]["responses"]["TooManyRequests"]["headers"]

    assert reading.resolved(headers["Retry-After"])["required"] is True


@every_contract
def test_method_not_allowed_names_the_methods_there_are(reading: Reading) -> None:
    headers = reading.document["components"]["responses"]["MethodNotAllowed"]["headers"]

    assert reading.resolved(headers["Allow"])["required"] is True


@every_contract
def test_create_turn_answers_with_a_stream_or_with_the_turn(reading: Reading) -> None:
    content = reading.success("create_turn")["content"]

    assert {media: body["schema"] for media, body in content.items()} == {
        "text/event-stream": component("TurnStreamFrame"),
        "application/json": component("TurnResponse"),
    }


@every_operation
def test_a_link_gives_parameters_and_a_body_that_its_target_takes(reading: Reading, name: str) -> None:
    for link in reading.success(name).get("links", {}).values():
        _, _, target = reading.operations[link["operationId"]]
        parameters = map(reading.resolved, target.get("parameters", ()))
        taken = {parameter["name"]: parameter["required"] for parameter in parameters}
        assert link["parameters"].keys() <= taken.keys()
        assert {parameter for parameter, required in taken.items() if required} <= link["parameters"].keys()
        if "requestBody" in link:
            body = target["requestBody"]["content"]["application/json"]["schema"]
            assert reading.fits(body, link["requestBody"])


@every_contract
def test_a_new_session_leads_to_every_operation_below_it(reading: Reading) -> None:
    reached = {"create_session"}

    for _ in reading.table:
        reached |= {
            link["operationId"] for source in reached for link in reading.success(source).get("links", {}).values()
        }

    assert reading.table.keys() - reached == TABLES[str(reading)].unreached - {"create_session"}


@pytest.mark.parametrize(("reading", "schema", "value"), EXAMPLES)
def test_an_example_fits_the_schema_beside_it(reading: Reading, schema: dict[str, object], value: object) -> None:
    assert reading.fits(schema, value)


@every_contract
def test_every_body_of_a_request_or_answer_has_an_example(reading: Reading) -> None:
    bodies = [
        (name, body)
        for name, (_, _, operation) in reading.operations.items()
        for holder in (operation.get("requestBody", {}), *map(reading.resolved, operation["responses"].values()))
        for body in holder.get("content", {}).values()
    ]

    assert [name for name, body in bodies if not ("example" in body or body.get("examples"))] == []


@every_contract
def test_every_named_example_is_shown_somewhere(reading: Reading) -> None:
    shown = re.findall(r"#/components/examples/(\w+)", str(reading.document["paths"]))

    assert set(shown) == reading.document["components"]["examples"].keys()


@every_contract
def test_an_example_with_a_wrong_field_does_not_fit(reading: Reading) -> None:
    page = reading.resolved({"$ref": "#/components/examples/ASessionPage"})["value"]
    broken = {**page, "pagination": {**page["pagination"], "limit": "two"}}

    assert not reading.fits(component("SessionListResponse"), broken)
