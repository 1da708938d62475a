"""The schemas of a document as HTML: a type in few words, the fields of an object, a section each.

Owns: how JSON Schema reads on the page. Must not know: operations (`page_operations.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mock_gateway.openapi.page_html import Html, element, fold, html, inline, join, json_block, prose

Json = Mapping[str, Any]

_LIMITS: dict[str, Callable[[Any], str]] = {
    "minLength": lambda value: "not empty" if value == 1 else f"at least {value} characters",
    "minimum": lambda value: f"at least {value}",
    "maximum": lambda value: f"at most {value}",
    "minItems": lambda value: "not empty" if value == 1 else f"at least {value} items",
    "format": lambda value: f"format {value}",
    "default": lambda value: f"default {value}",
    "contentMediaType": lambda value: f"holds {value}",
}
"""Keyword to words, in the order in which they are said."""


def anchor(name: str) -> str:
    """The fragment of a component schema."""
    return f"schema-{name}"


def schema_link(reference: str) -> Html:
    """A link to the section of the schema that a `$ref` names."""
    name = reference.rsplit("/", 1)[-1]
    return element("a", name, class_="type", href=f"#{anchor(name)}")


def _alternatives(schemas: list[Json]) -> Html:
    return join((type_words(schema) for schema in schemas), " or ")


def type_words(schema: Json) -> Html:
    """What a value is, in a few words: `string`, a link, `list of ...`, `A or B`."""
    if "$ref" in schema:
        return schema_link(schema["$ref"])
    if "const" in schema:
        return element("code", f'"{schema["const"]}"')
    if "enum" in schema:
        return join((element("code", f'"{value}"') for value in schema["enum"]), " or ")
    if alternatives := schema.get("oneOf", schema.get("anyOf")):
        return _alternatives(alternatives)
    kinds = schema.get("type", "any value")
    return join((_kind(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds)), " or ")


def _kind(kind: str, schema: Json) -> Html:
    if kind == "array" and "items" in schema:
        return join(["list of ", type_words(schema["items"])])
    return html(kind)


def limits(schema: Json) -> Html:
    """The limits of a value in words, or nothing."""
    said: list[object] = [words(schema[key]) for key, words in _LIMITS.items() if key in schema]
    if "pattern" in schema:
        said.append(join(["matches ", element("code", schema["pattern"])]))
    if "not" in schema:
        said.append(join(["not ", type_words(schema["not"])]))
    if "contentSchema" in schema:
        said.append(join(["an ", type_words(schema["contentSchema"])]))
    return element("span", join(said, ", "), class_="limits") if said else Html()


def field(name: str, schema: Json, *, required: bool, description: str = "") -> Html:
    """One field or parameter: name, type, whether it is needed, what it is."""
    need = element("span", "required" if required else "optional", class_="need" if required else "may")
    head = element("dt", join([element("code", name, class_="name"), type_words(schema), limits(schema), need], " "))
    words = description or schema.get("description", "")
    return join([head, element("dd", inline(words))])


def _fields(schema: Json) -> Html:
    required = schema.get("required", ())
    properties: Json = schema.get("properties", {})
    rows = (field(name, inner, required=name in required) for name, inner in properties.items())
    return element("dl", join(rows), class_="fields") if properties else Html()


def _choices(schema: Json) -> Html:
    """The members of a union, with the tag that tells them apart where there is one."""
    members = schema.get("oneOf", schema.get("anyOf"))
    if not members:
        return Html()
    discriminator = schema.get("discriminator")
    if discriminator is None:
        return element("ul", join(element("li", type_words(member)) for member in members))
    tags = {reference: tag for tag, reference in discriminator["mapping"].items()}
    rows = (
        element("li", element("code", tags[member["$ref"]]), " ", schema_link(member["$ref"])) for member in members
    )
    return join(
        [element("p", "Told apart by ", element("code", discriminator["propertyName"]), ":"), _list(join(rows))]
    )


def _list(items: Html) -> Html:
    return element("ul", items, class_="choices")


def _conditions(schema: Json) -> Html:
    """The clauses of the form "when this field says that, another one is there"."""
    rows = []
    for clause in schema.get("allOf", ()):
        (name, condition), *_ = clause["if"]["properties"].items()
        needed = join((element("code", needed) for needed in clause["then"]["required"]), ", ")
        rows.append(
            element("li", "when ", element("code", name), " is ", type_words(condition), ": ", needed, " is there")
        )
    return element("ul", join(rows)) if rows else Html()


def _value(schema: Json) -> Html:
    """What a schema without fields and members says of a value."""
    if "properties" in schema or "oneOf" in schema or "anyOf" in schema:
        return Html()
    return element("p", type_words(schema), " ", limits(schema))


def schema_section(name: str, schema: Json) -> Html:
    """The section of one component schema, with its examples folded."""
    examples = schema.get("examples", ())
    shown = [fold("Example" if len(examples) == 1 else f"{len(examples)} examples", *map(json_block, examples))]
    return element(
        "section",
        element("h3", element("a", name, href=f"#{anchor(name)}")),
        prose(schema.get("description", "")),
        _value(schema),
        _fields(schema),
        _conditions(schema),
        _choices(schema),
        *(shown if examples else ()),
        id=anchor(name),
        class_="schema",
    )
