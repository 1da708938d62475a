"""The reference page: complete, self-contained, and safe to show anything."""

from __future__ import annotations

import copy
from html.parser import HTMLParser

import pytest
from openapi_reading import READINGS, Reading, every_contract

from mock_gateway.http.app import PAGES
from mock_gateway.openapi.admin.contract import ADMIN
from mock_gateway.openapi.outputs import generated_files
from mock_gateway.openapi.page import build_page, rule_places
from mock_gateway.openapi.page_html import Html, element, inline, prose


class _Reader(HTMLParser):
    """Collects ids, links and what would be loaded; complains about elements that do not nest."""

    VOID = frozenset({"meta"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.loads: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if (identity := given.get("id")) is not None:
            self.ids.append(identity)
        if (href := given.get("href")) is not None:
            self.links.add(href)
        if "src" in given or tag == "link":
            self.loads.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader


@every_contract
def test_the_page_has_a_place_for_every_operation_schema_and_error(reading: Reading) -> None:
    reader = _read(build_page(reading.document))
    components = reading.document["components"]

    expected = {
        *reading.operations,
        *(f"schema-{name}" for name in components["schemas"]),
        *(f"response-{name}" for name in components["responses"]),
    }

    assert expected <= set(reader.ids)


@every_contract
def test_every_link_leads_to_a_place_on_the_page(reading: Reading) -> None:
    reader = _read(build_page(reading.document))

    assert reader.links <= {f"#{identity}" for identity in reader.ids}


@every_contract
def test_ids_are_unique_and_elements_nest(reading: Reading) -> None:
    reader = _read(build_page(reading.document))

    assert len(reader.ids) == len(set(reader.ids))
    assert reader.open == []


@every_contract
def test_the_page_loads_nothing(reading: Reading) -> None:
    page = build_page(reading.document)

    assert _read(page).loads == []
    assert "@import" not in page
    assert "url(" not in page


@every_contract
def test_what_a_mock_serves_beside_the_page_is_linked_and_served(reading: Reading) -> None:
    page = generated_files()[reading.contract.page]

    served = {link.encode() for link in _read(page).links if link.startswith("/")}

    others = {other.contract.address.encode() for other in READINGS.values() if other is not reading}
    control = ADMIN.address.encode()
    assert served == others | {control, b"/" + str(reading.contract.document).encode()}
    assert (served - {control}) | {reading.contract.address.encode()} <= set(PAGES)


def test_every_cited_rule_is_in_the_index_with_its_places() -> None:
    document = READINGS["beta"].document
    places = rule_places(document)

    assert ("create_turn", "create_turn") in places["API-5"]
    assert ("TurnDone", "schema-TurnDone") in places["EVT-2"]
    assert all(f"rule-{rule}" in _read(build_page(document)).ids for rule in ("API-1", "NET-5", "PAG-2"))


def test_markup_in_the_document_is_shown_and_not_obeyed() -> None:
    document = copy.deepcopy(READINGS["beta"].document)
    evil = "<script>alert('\"&')</script>"
    document["info"]["title"] = evil
    document["paths"]["/sessions"]["get"]["summary"] = evil
    document["components"]["schemas"]["Session"]["description"] = evil
    document["components"]["schemas"]["Session"]["properties"]["title"]["description"] = f"`{evil}`"
    document["components"]["schemas"]["Session"]["examples"] = [{evil: evil}]

    page = build_page(document)

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b", "a &lt; b"),
        ("use `x<y`", "use <code>x&lt;y</code>"),
        ("see API-5.", 'see <a class="rule" href="#rule-API-5">API-5</a>.'),
        ("`API-5`", "<code>API-5</code>"),
        ("see V1-SES-1.", 'see <a class="rule" href="#rule-V1-SES-1">V1-SES-1</a>.'),
        ("UTF-8 is no rule", "UTF-8 is no rule"),
    ],
)
def test_inline_text_marks_code_and_rules_and_escapes_the_rest(text: str, expected: str) -> None:
    assert inline(text) == expected


def test_a_fenced_block_keeps_its_lines() -> None:
    assert prose("One:\n\n```text\na\n\nb < c\n```") == "<p>One:</p><pre><code>a\n\nb &lt; c</code></pre>"


def test_an_attribute_cannot_be_left_by_a_quote() -> None:
    assert element("a", Html("<b></b>"), "<i>", href='"x') == '<a href="&quot;x"><b></b>&lt;i&gt;</a>'
