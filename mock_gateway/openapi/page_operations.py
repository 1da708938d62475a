"""The operations of a document as HTML: one section each, with parameters, bodies and answers.

Owns: how an operation reads on the page. Schemas and fields: `page_schemas.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mock_gateway.openapi.page_html import Html, element, fold, html, inline, join, json_block, prose
from mock_gateway.openapi.page_schemas import field, type_words

Json = Mapping[str, Any]


def resolved(document: Json, node: Json) -> Json:
    """The node itself or what its `$ref` names; words beside a `$ref` win."""
    if "$ref" not in node:
        return node
    target: Any = document
    for key in node["$ref"].removeprefix("#/").split("/"):
        target = target[key]
    return {**target, **{key: value for key, value in node.items() if key != "$ref"}}


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Path, method and operation, in the document's order."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def method_badge(method: str) -> Html:
    """The method, in the colour of its kind."""
    return element("span", method.upper(), class_=f"method {method}")


def _parameters(document: Json, operation: Json) -> Html:
    rows = []
    for node in operation.get("parameters", ()):
        parameter = resolved(document, node)
        words = f"In the {parameter['in']}. {parameter['description']}"
        rows.append(field(parameter["name"], parameter["schema"], required=parameter["required"], description=words))
    return join([element("h4", "Parameters"), element("dl", join(rows), class_="fields")]) if rows else Html()


def _examples(document: Json, media: Json) -> Html:
    if "example" in media:
        return fold("Example", json_block(media["example"]))
    named = (resolved(document, node) for node in media.get("examples", {}).values())
    return join(fold(inline(example["summary"]), json_block(example["value"])) for example in named)


def _content(document: Json, content: Json) -> Html:
    return join(
        element(
            "div",
            element("p", element("code", media_type), " ", type_words(media["schema"])),
            _examples(document, media),
            class_="body",
        )
        for media_type, media in content.items()
    )


def _request(document: Json, operation: Json) -> Html:
    if "requestBody" not in operation:
        return Html()
    body = operation["requestBody"]
    heading = element("h4", "Body" if body["required"] else "Body, which may be left out")
    return join([heading, _content(document, body["content"])])


def _headers(document: Json, response: Json) -> Html:
    rows = []
    for name, node in response.get("headers", {}).items():
        header = resolved(document, node)
        rows.append(field(name, header["schema"], required=header["required"], description=header["description"]))
    return element("dl", join(rows), class_="fields") if rows else Html()


def _links(response: Json) -> Html:
    rows = (
        element(
            "li", element("a", link["operationId"], href=f"#{link['operationId']}"), ": ", inline(link["description"])
        )
        for link in response.get("links", {}).values()
    )
    return fold("Leads to", element("ul", join(rows))) if response.get("links") else Html()


def _success(document: Json, status: str, response: Json) -> Html:
    return element(
        "div",
        element("h4", element("span", status, class_="status good"), " Answer"),
        prose(response["description"]),
        _headers(document, response),
        _content(document, response.get("content", {})),
        _links(response),
    )


def _error(status: str, node: Json) -> Html:
    name = node["$ref"].rsplit("/", 1)[-1]
    badge = element("a", status, class_="status bad", href=f"#response-{name}", title=name)
    return element("li", badge, " ", inline(node["description"]))


def operation_section(document: Json, path: str, method: str, operation: Json) -> Html:
    """The section of one operation."""
    name = operation["operationId"]
    answers = operation["responses"].items()
    successes = [_success(document, status, node) for status, node in answers if "$ref" not in node]
    errors = [_error(status, node) for status, node in answers if "$ref" in node]
    return element(
        "section",
        element("h3", element("a", operation["summary"], href=f"#{name}")),
        element("p", method_badge(method), " ", element("code", path), class_="route"),
        element("p", "Operation ", element("code", name), class_="aside"),
        prose(operation["description"]),
        _parameters(document, operation),
        _request(document, operation),
        *successes,
        element("h4", "Errors"),
        element("ul", join(errors), class_="errors"),
        id=name,
        class_="operation",
    )


def response_section(document: Json, name: str, response: Json, statuses: list[str]) -> Html:
    """The section of one error answer that operations share."""
    badges = (element("span", status, class_="status bad") for status in statuses)
    return element(
        "section",
        element("h3", join(badges, " "), " ", html(name)),
        prose(response["description"]),
        _headers(document, response),
        _content(document, response["content"]),
        id=f"response-{name}",
        class_="schema",
    )
