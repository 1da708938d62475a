"""The reference page: one HTML file made from the OpenAPI document and nothing else.

Owns: the order of the page, its navigation and the index of rules. Style and script are the files
`page.css` and `page.js` beside this one, put inline so that the page needs no network.
Must not know: where the document comes from or the page goes (`outputs.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mock_gateway.openapi.page_html import RULE_ID, Html, element, html, inline, join, prose
from mock_gateway.openapi.page_operations import (
    method_badge,
    operation_section,
    operations,
    resolved,
    response_section,
)
from mock_gateway.openapi.page_schemas import anchor, schema_section

Json = Mapping[str, Any]

_HERE = Path(__file__).parent


def _asset(name: str) -> Html:
    return Html((_HERE / name).read_text(encoding="utf-8"))


def _of_tag(document: Json, tag: str) -> list[tuple[str, str, Json]]:
    return [entry for entry in operations(document) if tag in entry[2]["tags"]]


def _navigation(document: Json) -> Html:
    groups = []
    for tag in document["tags"]:
        rows = (
            element(
                "li",
                element("a", method_badge(method), " ", operation["operationId"], href=f"#{operation['operationId']}"),
            )
            for _, method, operation in _of_tag(document, tag["name"])
        )
        groups += [element("h2", tag["name"]), element("ul", join(rows))]
    names = (element("li", element("a", name, href=f"#{anchor(name)}")) for name in document["components"]["schemas"])
    groups.append(element("h2", element("a", "Errors", href="#errors")))
    groups += [element("h2", element("a", "Schemas", href="#schemas")), element("ul", join(names))]
    groups.append(element("h2", element("a", "Rules", href="#rules")))
    return element("nav", element("details", element("summary", "Contents"), *groups, open=""), id="contents")


def _beside(served: Mapping[str, str]) -> Html:
    """What a running mock serves beside the page."""
    links = (element("a", title, href=address) for title, address in served.items())
    return element("p", "On a running mock: ", join(links, ", ")) if served else Html()


def _introduction(document: Json, served: Mapping[str, str]) -> Html:
    info = document["info"]
    servers = (
        element("li", element("code", server["url"]), " ", inline(server["description"]))
        for server in document["servers"]
    )
    schemes = (
        element("li", element("code", _scheme(scheme)), " ", inline(scheme["description"]))
        for scheme in document["components"]["securitySchemes"].values()
    )
    return element(
        "header",
        element("h1", info["title"]),
        element("p", info["summary"], class_="lead"),
        prose(info["description"]),
        _beside(served),
        element("h4", "Servers"),
        element("ul", join(servers)),
        element("h4", "Key"),
        element("ul", join(schemes)),
    )


def _scheme(scheme: Json) -> str:
    return f"{scheme['type']} {scheme['scheme']}" if "scheme" in scheme else f"{scheme['in']} {scheme['name']}"


def _operation_groups(document: Json) -> Html:
    groups = []
    for tag in document["tags"]:
        groups.append(element("h2", tag["name"]))
        groups.append(element("p", inline(tag["description"]), class_="lead"))
        groups += [operation_section(document, *entry) for entry in _of_tag(document, tag["name"])]
    return join(groups)


def _statuses(document: Json) -> dict[str, list[str]]:
    """Component response to the statuses under which operations give it."""
    found: dict[str, set[str]] = defaultdict(set)
    for _, _, operation in operations(document):
        for status, node in operation["responses"].items():
            if "$ref" in node:
                found[node["$ref"].rsplit("/", 1)[-1]].add(status)
    return {name: sorted(statuses) for name, statuses in found.items()}


def _errors(document: Json) -> Html:
    statuses = _statuses(document)
    sections = (
        response_section(document, name, response, statuses.get(name, []))
        for name, response in document["components"]["responses"].items()
    )
    return join([element("h2", "Errors", id="errors"), *sections])


def _schemas(document: Json) -> Html:
    sections = (schema_section(name, schema) for name, schema in document["components"]["schemas"].items())
    return join([element("h2", "Schemas", id="schemas"), *sections])


def _texts(document: Json, node: Any) -> Iterable[str]:
    """Every description in and behind a node, without following schemas (they have places of their own)."""
    if isinstance(node, Mapping):
        if "$ref" in node and "/schemas/" not in node["$ref"]:
            node = resolved(document, node)
        for key, value in node.items():
            if key in {"description", "summary"} and isinstance(value, str):
                yield value
            elif key not in {"examples", "example"}:
                yield from _texts(document, value)
    elif isinstance(node, list):
        for item in node:
            yield from _texts(document, item)


def rule_places(document: Json) -> dict[str, list[tuple[str, str]]]:
    """Rule id to the places that cite it, each as (title, fragment); rules in the order of area and number."""
    nodes: list[tuple[str, str, Any]] = [
        (operation["operationId"], operation["operationId"], operation) for _, _, operation in operations(document)
    ]
    components = document["components"]
    nodes += [(name, f"response-{name}", response) for name, response in components["responses"].items()]
    nodes += [(name, anchor(name), schema) for name, schema in components["schemas"].items()]
    cited: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    for rule in RULE_ID.findall(" ".join(_texts(document, document))):
        cited[rule] = {}
    for title, fragment, node in nodes:
        for rule in RULE_ID.findall(" ".join(_texts(document, node))):
            cited[rule][title, fragment] = None
    return {rule: list(cited[rule]) for rule in sorted(cited, key=_rule_order)}


def _rule_order(rule: str) -> tuple[str, int]:
    area, number = rule.rsplit("-", 1)
    return area, int(number)


def _rules(document: Json) -> Html:
    rows = []
    for rule, places in rule_places(document).items():
        links = (element("a", title, href=f"#{fragment}") for title, fragment in places)
        rows += [element("dt", rule, id=f"rule-{rule}"), element("dd", join(links, ", "))]
    index = element("dl", *rows, class_="rules")
    return join([element("h2", "Rules", id="rules"), element("p", "Where each rule of the contract is cited."), index])


def build_page(document: Json, served: Mapping[str, str] | None = None) -> str:
    """The page as HTML text that ends in one line feed; the same for the same document.

    served: what a running mock serves beside it, title to address.
    """
    theme = element("button", "Light or dark", id="theme", type="button")
    main = element(
        "main",
        _introduction(document, served or {}),
        _operation_groups(document),
        _errors(document),
        _schemas(document),
        _rules(document),
    )
    return (
        "<!doctype html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html(document['info']['title'])}</title>\n<style>\n{_asset('page.css')}</style>\n</head>\n"
        f"<body>\n{theme}\n{_navigation(document)}\n{main}\n<script>\n{_asset('page.js')}</script>\n</body>\n</html>\n"
    )
