"""The schemas say what section 7 and its neighbours say, and the models say the same as the schemas."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_reading import component, fits, the_document
from pydantic import BaseModel, TypeAdapter, ValidationError

from mock_gateway.openapi.examples import SCHEMA_EXAMPLES
from mock_gateway.openapi.schemas import component_schemas
from mock_gateway.wire.beta import models, models_base, models_events, models_input

Json = dict[str, Any]

# type, schema, required fields, optional fields: section 7 of the contract, one row each.
EVENTS: tuple[tuple[str, str, str, str], ...] = (
    ("turn.created", "TurnCreated", "turn_id created_at", ""),
    ("turn.done", "TurnDone", "status", "output cancellation_reason message"),
    ("model.message", "ModelMessageDelta", "thread_id", "content tool_calls finish_reason"),
    ("model.message", "ModelMessage", "thread_id finish_reason", "content tool_calls"),
    ("tool.response", "ToolResponse", "thread_id tool_call_id content", ""),
    ("tool.approval_required", "ToolApprovalRequired", "thread_id tool_calls", ""),
    ("tool.response_required", "ToolResponseRequired", "thread_id tool_calls", ""),
    ("thread.created", "ThreadCreated", "thread_id parent agent_info", "created_at"),
    ("thread.done", "ThreadDone", "thread_id status parent", "output message"),
    ("mcp.initialize", "McpInitialized", "thread_id content", ""),
    ("mcp.auth_required", "McpAuthRequired", "servers", ""),
    ("sandbox.created", "SandboxCreated", "sandbox_id", ""),
)
PARTS: tuple[tuple[str, str, str], ...] = (
    ("ToolCallDelta", "index function", "id type tool_info"),
    ("ToolCallFunctionDelta", "", "name arguments"),
    ("ToolCall", "id type function", "tool_info"),
    ("ToolCallFunction", "name arguments", ""),
    (
        "ToolCallInfo",
        "mcp_server_id mcp_server_name original_tool_name",
        "is_approval_required is_deferred is_client_side",
    ),
    ("ToolCallRef", "id", ""),
    ("AgentParent", "thread_id tool_call_id", ""),
    ("AgentInfo", "name input", ""),
    ("McpInitializationInfo", "mcp_server_name session_id", ""),
    ("McpServerAuthInfo", "mcp_server_name auth_url thread_ids", ""),
    ("Session", "id agent_name title created_by created_at updated_at", ""),
    ("Turn", "id session_id previous_turn_id created_by created_at input state", ""),
    ("TurnRunningState", "status", ""),
    ("TurnDoneState", "status output", ""),
    ("TurnCancelledState", "status cancellation_reason", ""),
    ("TurnErrorState", "status error", ""),
    ("Pagination", "limit", "next_page_token previous_page_token"),
    ("Error", "message", "type code param"),
    ("CreateSession", "agent_name", "title"),
    ("CreateTurn", "", "input previous_turn_id stream"),
    ("UserMessage", "type content", ""),
    ("UserToolApproval", "type thread_id tool_call_id approval", ""),
    ("UserToolResponse", "type thread_id tool_call_id content", ""),
    ("ApprovalAllow", "status", ""),
    ("ApprovalDeny", "status", "reason"),
    ("FileUpload", "filename file_data", ""),
)
PAUSES = {"tool.approval_required", "tool.response_required", "mcp.auth_required"}
STREAM_ONLY = {"turn.created", "turn.done"}
ALL_TYPES = {kind for kind, _, _, _ in EVENTS}


def _schemas() -> dict[str, Json]:
    schemas: dict[str, Json] = the_document()["components"]["schemas"]
    return schemas


def _types() -> dict[str, TypeAdapter[Any]]:
    """Schema name to the Python type of that name."""
    modules = (models, models_base, models_events, models_input)
    named = {name: value for module in modules for name, value in vars(module).items()}
    return {name: TypeAdapter(named[name]) for name in _schemas() if name in named}


TYPES = _types()
EXAMPLES = [(name, example) for name in TYPES for example in SCHEMA_EXAMPLES[name]]
EXAMPLE_IDS = [f"{name}-{number}" for number, (name, _) in enumerate(EXAMPLES)]


def _accepts(name: str, value: object) -> bool:
    try:
        TYPES[name].validate_python(value)
    except ValidationError:
        return False
    return True


def _mapping(union: str) -> dict[str, str]:
    mapping = _schemas()[union]["discriminator"]["mapping"]
    return {tag: reference.rsplit("/", 1)[-1] for tag, reference in mapping.items()}


def _members(union: str) -> set[str]:
    return {member["$ref"].rsplit("/", 1)[-1] for member in _schemas()[union]["oneOf"]}


@pytest.mark.parametrize(("kind", "name", "required", "optional"), EVENTS, ids=[row[1] for row in EVENTS])
def test_an_event_type_has_its_own_schema_with_its_fields(kind: str, name: str, required: str, optional: str) -> None:
    schema = _schemas()[name]

    assert schema["properties"]["type"]["const"] == kind
    assert set(schema["required"]) == {"type", "sequence_id", *required.split()}
    assert schema["properties"].keys() - set(schema["required"]) == set(optional.split())


@pytest.mark.parametrize(("name", "required", "optional"), PARTS, ids=[row[0] for row in PARTS])
def test_an_object_has_the_fields_of_the_contract(name: str, required: str, optional: str) -> None:
    schema = _schemas()[name]

    assert set(schema.get("required", ())) == set(required.split())
    assert schema["properties"].keys() - set(required.split()) == set(optional.split())


def test_the_stream_carries_every_type_and_messages_as_deltas() -> None:
    assert _mapping("TurnStreamEvent").keys() == ALL_TYPES
    assert _mapping("TurnStreamEvent")["model.message"] == "ModelMessageDelta"


def test_the_log_keeps_all_but_the_first_and_last_and_messages_whole() -> None:
    assert _mapping("TurnEvent").keys() == ALL_TYPES - STREAM_ONLY
    assert _mapping("TurnEvent")["model.message"] == "ModelMessage"


def test_the_output_of_a_turn_is_messages_and_pauses() -> None:
    assert _mapping("TurnOutputEvent").keys() == PAUSES | {"model.message"}
    assert _mapping("TurnOutputEvent")["model.message"] == "ModelMessage"


@pytest.mark.parametrize("union", ["TurnStreamEvent", "TurnEvent", "TurnOutputEvent", "TurnState", "Approval"])
def test_a_union_maps_every_member_by_its_tag(union: str) -> None:
    tag = _schemas()[union]["discriminator"]["propertyName"]

    tags_of_members = {_schemas()[name]["properties"][tag]["const"]: name for name in _members(union)}

    assert _mapping(union) == tags_of_members


def test_every_schema_has_an_example() -> None:
    assert [name for name, schema in _schemas().items() if not schema["examples"]] == []


def test_every_model_on_the_wire_is_in_the_document() -> None:
    declared = {
        name
        for module in (models, models_events, models_input)
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, BaseModel)
    }

    assert declared - _schemas().keys() == {"WireModel", "Event"}


@pytest.mark.parametrize("name", sorted(_schemas()))
def test_the_examples_of_a_schema_fit_it(name: str) -> None:
    assert [example for example in _schemas()[name]["examples"] if not fits(component(name), example)] == []


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=EXAMPLE_IDS)
def test_an_example_comes_back_from_its_model_unchanged(name: str, example: object) -> None:
    adapter = TYPES[name]

    assert adapter.dump_python(adapter.validate_python(example), mode="json", exclude_unset=True) == example


def _unknown_fields(value: object) -> set[str]:
    if isinstance(value, BaseModel):
        inner = {name for field in value.model_fields_set for name in _unknown_fields(getattr(value, field))}
        return inner | set(value.model_extra or ())
    return {name for item in value for name in _unknown_fields(item)} if isinstance(value, list) else set()


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=EXAMPLE_IDS)
def test_an_example_has_no_field_that_its_schema_lacks(name: str, example: object) -> None:
    assert _unknown_fields(TYPES[name].validate_python(example)) == set()


def _spoiled(example: object) -> Iterator[tuple[str, object]]:
    """The example, spoiled in one field at a time: left out, or of another kind."""
    if not isinstance(example, dict):
        return
    for field in example:
        yield f"{field} left out", {key: value for key, value in example.items() if key != field}
        for wrong in (17.5, "", "wrong", [17.5], [], {"wrong": 17.5}, None, True):
            yield f"{field} is {wrong!r}", {**example, field: wrong}


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=EXAMPLE_IDS)
def test_model_and_schema_agree_on_every_spoiled_example(name: str, example: object) -> None:
    spoiled = list(_spoiled(copy.deepcopy(example)))

    disagreements = [what for what, value in spoiled if fits(component(name), value) != _accepts(name, value)]

    assert disagreements == []


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_required_field_left_out_is_refused_by_the_schema(name: str) -> None:
    for example in SCHEMA_EXAMPLES[name]:
        for field in _schemas()[name].get("required", ()):
            without = {key: value for key, value in example.items() if key != field}
            assert not fits(component(name), without), field


@pytest.mark.parametrize("name", ["Session", "CreateTurn", "ToolResponse", "Error", "ThreadDone"])
def test_a_field_that_is_not_known_is_tolerated(name: str) -> None:
    example = {**SCHEMA_EXAMPLES[name][0], "colour": "green"}

    assert fits(component(name), example)
    assert _accepts(name, example)


@pytest.mark.parametrize("field", ["input", "previous_turn_id", "stream"])
def test_null_is_the_same_as_absent_when_a_turn_is_created(field: str) -> None:
    assert fits(component("CreateTurn"), {field: None})


def test_messages_and_answers_are_not_mixed_in_one_input() -> None:
    message, answer = SCHEMA_EXAMPLES["UserMessage"][0], SCHEMA_EXAMPLES["UserToolApproval"][0]

    assert not fits(component("TurnInput"), [message, answer])
    assert not _accepts("TurnInput", [message, answer])


@pytest.mark.parametrize(
    "uri",
    ["data:text/plain;base64,", "data:;base64,QQ==", "data:text/plain,QQ==", "data:text/plain;base64,QQ=", "QQ=="],
)
def test_a_data_uri_that_does_not_decode_is_refused(uri: str) -> None:
    assert not fits(component("DataUri"), uri)


def test_a_data_uri_may_have_parameters() -> None:
    assert fits(component("DataUri"), "data:text/plain;charset=utf-8;base64,QQ==")


@pytest.mark.parametrize("moment", ["2024-12-23T22:26:09Z", "2024-12-23T22:26:09.474+00:00", "2024-12-23"])
def test_a_timestamp_is_utc_with_milliseconds(moment: str) -> None:
    assert not fits(component("Timestamp"), moment)


def test_a_turn_id_is_a_uuid_of_version_7() -> None:
    assert not fits(component("TurnId"), "0193f5a0-b5d0-4a41-9c3e-5f60718293a4")


@pytest.mark.parametrize("name", ["ThreadCreated", "ThreadDone"])
def test_the_root_thread_is_never_created_or_done(name: str) -> None:
    example = {**SCHEMA_EXAMPLES[name][0], "thread_id": "main"}

    assert not fits(component(name), example)
    assert not _accepts(name, example)


def test_examples_for_a_schema_that_is_gone_stop_the_build() -> None:
    with pytest.raises(ValueError, match="examples without a schema: Ghost"):
        component_schemas({**SCHEMA_EXAMPLES, "Ghost": [1]})


def test_a_schema_without_examples_stops_the_build() -> None:
    with pytest.raises(KeyError, match="Turn"):
        component_schemas({name: values for name, values in SCHEMA_EXAMPLES.items() if name != "Turn"})
