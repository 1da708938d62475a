"""From the wire models to the component schemas of the document.

Owns: how pydantic's JSON Schema is tidied for reading, and what the frames of a stream look like.
Must not know: any contract, operations or the layout of the document (`document.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

Schema = dict[str, Any]

REF = "#/components/schemas/{model}"

_KEY_ORDER = (
    "$ref",
    "type",
    "const",
    "enum",
    "format",
    "pattern",
    "not",
    "minLength",
    "minimum",
    "maximum",
    "minItems",
    "default",
    "description",
    "oneOf",
    "anyOf",
    "discriminator",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "allOf",
)
"""Every key that may occur; one that is missing here stops the build."""


class _WithoutFieldTitles(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - the name is pydantic's
        """A field's own name is title enough."""
        return False


def tidied_schema(schema: Schema) -> Schema:
    """The same schema as a person would write it.

    Drops titles that repeat the name and `additionalProperties: true`, which is what a schema
    means anyway (NET-5); writes "or null" as a second type; puts keys in one order.
    """
    tidied = _null_as_a_type({key: _tidied_value(key, value) for key, value in schema.items() if key != "title"})
    if tidied.get("additionalProperties") is True:
        del tidied["additionalProperties"]
    if "properties" in tidied:
        tidied["properties"] = _tags_first(tidied["properties"])
    return {key: tidied[key] for key in sorted(tidied, key=_KEY_ORDER.index)}


def _tidied_value(key: str, value: Any) -> Any:
    if key == "properties":
        return {name: _without_null_default(tidied_schema(schema)) for name, schema in value.items()}
    if key in {"oneOf", "anyOf"}:
        return [tidied_schema(item) for item in value]
    return tidied_schema(value) if key == "items" else value


def _without_null_default(schema: Schema) -> Schema:
    """Without the None that stands for an absent field in Python."""
    return {key: value for key, value in schema.items() if key != "default" or value is not None}


def _null_as_a_type(schema: Schema) -> Schema:
    """`anyOf: [X, null]` as X with two types, where X has a type of its own and null would be a value of it."""
    match schema.get("anyOf"):
        case [{"type": str(kind)} as one, {"type": "null"}] if not {"const", "enum"} & one.keys():
            others = {key: value for key, value in schema.items() if key != "anyOf"}
            return {**one, "type": [kind, "null"], **others}
    return schema


def _tags_first(properties: Schema) -> Schema:
    return {name: properties[name] for name in sorted(properties, key=lambda name: "const" not in properties[name])}


def frame_schema(event: str, *, words: str, id_words: str) -> Schema:
    """One SSE frame whose `data` is an event as JSON text (STR-1).

    event: name of the component schema of any event. words, id_words: on the frame, and on its `id`.
    The event is described by `contentSchema`, because `data` is a string on the wire: a schema of
    the event itself would be held against the frame's fields by tools that read streams.
    """
    return {
        "type": "object",
        "description": words,
        "properties": {
            "id": {"type": "string", "pattern": "^[1-9][0-9]*$", "description": id_words},
            "data": {
                "type": "string",
                "description": "The event, as JSON.",
                "contentMediaType": "application/json",
                "contentSchema": {"$ref": REF.format(model=event)},
            },
        },
        "required": ["id", "data"],
    }


def component_schemas(
    roots: Sequence[Any], examples: Mapping[str, Sequence[Any]], written: Mapping[str, Schema]
) -> dict[str, Schema]:
    """Every component schema by name, in alphabetical order.

    roots: models and unions; examples: values per schema name; written: schemas that no model describes.
    Raises KeyError for a schema without examples and ValueError for examples without a schema.
    """
    _, generated = TypeAdapter.json_schemas(
        [(number, "validation", TypeAdapter(root)) for number, root in enumerate(roots)],
        ref_template=REF,
        schema_generator=_WithoutFieldTitles,
        union_format="primitive_type_array",
    )
    schemas = {name: tidied_schema(schema) for name, schema in generated.get("$defs", {}).items()}
    schemas.update(written)
    if orphans := set(examples) - set(schemas):
        raise ValueError(f"examples without a schema: {', '.join(sorted(orphans))}")
    return {name: {**schemas[name], "examples": list(examples[name])} for name in sorted(schemas)}
