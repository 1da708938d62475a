"""The document and the contract say the same: operations, statuses, links, examples, rule ids."""

from __future__ import annotations

import copy
import re

import pytest
from openapi_reading import component, examples_in, fits, operations, resolved, the_document
from openapi_spec_validator import OpenAPIV31SpecValidator

from mock_gateway.openapi.contract import FACTS
from mock_gateway.openapi.document import build_document
from mock_gateway.openapi.page_html import RULE_ID
from mock_gateway.wire.beta.operations import OPERATIONS

TABLE = {operation.name: operation for operation in OPERATIONS}
ERRORS = {
    "create_session": {400, 404, 409, 413, 422, 429, 500, 503},
    "list_sessions": {400, 404},
    "get_session": {400, 404},
    "cancel_session": {400, 404, 413},
    "create_turn": {400, 404, 409, 413, 422, 429, 500, 503},
    "list_turns": {400, 404},
    "get_turn": {400, 404},
    "stream_turn": {400, 404, 409},
    "list_turn_events": {400, 404, 409},
    "cancel_turn": {400, 404, 413},
}
ON_EVERY_OPERATION = {401, 403, 405}
RULES_OF_AREA = {
    "NET": 5,
    "API": 10,
    "SES": 6,
    "TRN": 9,
    "INP": 8,
    "STR": 7,
    "SEQ": 2,
    "EVT": 13,
    "MSG": 3,
    "THR": 3,
    "TOO": 2,
    "MCP": 1,
    "SBX": 1,
    "LOG": 3,
    "CAN": 4,
    "PAG": 2,
}
EXAMPLES = list(examples_in(the_document()))


def test_every_operation_of_the_table_is_in_the_document_and_no_other() -> None:
    documented = {name: (method, path) for name, (method, path, _) in operations().items()}

    assert documented == {name: (operation.method, operation.path) for name, operation in TABLE.items()}


def test_every_operation_of_the_table_is_described_and_no_other() -> None:
    assert FACTS.keys() == TABLE.keys()


def test_the_document_is_valid_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(build_document()).validate()


def test_a_parameter_without_a_name_is_not_valid_openapi() -> None:
    broken = copy.deepcopy(the_document())
    del broken["components"]["parameters"]["Limit"]["name"]

    assert not OpenAPIV31SpecValidator(broken).is_valid()


@pytest.mark.parametrize("name", TABLE)
def test_an_operation_has_the_statuses_that_it_can_give(name: str) -> None:
    _, _, operation = operations()[name]

    statuses = {int(status) for status in operation["responses"]}

    assert statuses == {TABLE[name].success} | ERRORS[name] | ON_EVERY_OPERATION


@pytest.mark.parametrize("name", TABLE)
def test_an_operation_cites_the_rule_that_defines_it_first(name: str) -> None:
    _, _, operation = operations()[name]

    assert RULE_ID.findall(operation["description"].split("Rules: ")[1])[0] == TABLE[name].rule


@pytest.mark.parametrize("name", TABLE)
def test_an_operation_declares_the_parameters_of_its_path(name: str) -> None:
    _, path, operation = operations()[name]
    declared = [resolved(node) for node in operation.get("parameters", ())]

    in_path = {parameter["name"] for parameter in declared if parameter["in"] == "path"}

    assert in_path == set(re.findall(r"{(\w+)}", path))


def test_only_rules_of_the_contract_are_cited() -> None:
    cited = {tuple(rule.split("-")) for rule in RULE_ID.findall(str(the_document()))}

    unknown = {(area, number) for area, number in cited if not 1 <= int(number) <= RULES_OF_AREA.get(area, 0)}

    assert unknown == set()
    assert {area for area, _ in cited} == RULES_OF_AREA.keys()


def test_too_many_requests_says_how_long_to_wait() -> None:
    headers = the_document()["components"]["responses"]["TooManyRequests"]["headers"]

    assert resolved(headers["Retry-After"])["required"] is True


def test_method_not_allowed_names_the_methods_there_are() -> None:
    headers = the_document()["components"]["responses"]["MethodNotAllowed"]["headers"]

    assert resolved(headers["Allow"])["required"] is True


def test_create_turn_answers_with_a_stream_or_with_the_turn() -> None:
    _, _, operation = operations()["create_turn"]

    content = operation["responses"]["200"]["content"]

    assert {media: body["schema"] for media, body in content.items()} == {
        "text/event-stream": component("TurnStreamFrame"),
        "application/json": component("TurnResponse"),
    }


@pytest.mark.parametrize("name", TABLE)
def test_a_link_gives_parameters_and_a_body_that_its_target_takes(name: str) -> None:
    _, _, operation = operations()[name]

    for link in operation["responses"][str(TABLE[name].success)].get("links", {}).values():
        _, _, target = operations()[link["operationId"]]
        taken = {resolved(node)["name"]: resolved(node)["required"] for node in target.get("parameters", ())}
        assert link["parameters"].keys() <= taken.keys()
        assert {parameter for parameter, required in taken.items() if required} <= link["parameters"].keys()
        if "requestBody" in link:
            body = target["requestBody"]["content"]["application/json"]["schema"]
            assert fits(body, link["requestBody"])


@pytest.mark.parametrize("name", TABLE.keys() - {"create_session", "list_sessions"})
def test_a_new_session_leads_to_every_operation_below_it(name: str) -> None:
    reached = {"create_session"}

    for _ in TABLE:
        reached |= {
            link["operationId"]
            for source in reached
            for link in operations()[source][2]["responses"][str(TABLE[source].success)].get("links", {}).values()
        }

    assert name in reached


@pytest.mark.parametrize(("where", "schema", "value"), EXAMPLES, ids=[where for where, _, _ in EXAMPLES])
def test_an_example_fits_the_schema_beside_it(where: str, schema: dict[str, object], value: object) -> None:
    assert fits(schema, value), where


def test_every_body_of_a_request_or_answer_has_an_example() -> None:
    bodies = [
        (name, body)
        for name, (_, _, operation) in operations().items()
        for holder in (operation.get("requestBody", {}), *map(resolved, operation["responses"].values()))
        for body in holder.get("content", {}).values()
    ]

    assert [name for name, body in bodies if not ("example" in body or body.get("examples"))] == []


def test_an_example_with_a_wrong_field_does_not_fit() -> None:
    page = resolved({"$ref": "#/components/examples/ASessionPage"})["value"]
    broken = {**page, "pagination": {**page["pagination"], "limit": "two"}}

    assert not fits(component("SessionListResponse"), broken)
