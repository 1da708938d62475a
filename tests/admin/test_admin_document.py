"""openapi.admin.yaml says what there is, and the pages work."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import jsonschema_rs
import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from mock_gateway.admin.acts import ACTS
from mock_gateway.admin.asking import CHECKER
from mock_gateway.admin.operation import ROOT
from mock_gateway.admin.operations import HEALTH, OPERATIONS
from mock_gateway.admin.parameters import HEADERS, PATH, QUERY
from mock_gateway.admin.schemas import SCHEMAS
from mock_gateway.control.resets import SCOPES
from mock_gateway.openapi.admin.contract import ADMIN
from mock_gateway.openapi.document import build_document
from tests.admin.control_desk import DOCUMENT, document
from tests.http.apps import make_app
from tests.http.asgi import call

EXAMPLES = [pytest.param(name, value, id=name) for name, schema in SCHEMAS.items() for value in schema["examples"]]


def test_the_document_is_valid_openapi_and_what_the_table_says() -> None:
    OpenAPIV31SpecValidator(document()).validate()

    assert document() == build_document(ADMIN)


def test_every_operation_has_an_act_and_no_other() -> None:
    assert ACTS.keys() == {operation.name for operation in OPERATIONS} - {HEALTH}
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)


def test_every_operation_is_in_the_document() -> None:
    paths = document()["paths"]
    found = {(method.upper(), path): one["operationId"] for path, item in paths.items() for method, one in item.items()}

    assert found == {(operation.method, ROOT + operation.path): operation.name for operation in OPERATIONS}


def test_every_schema_and_every_parameter_is_used() -> None:
    text = DOCUMENT.read_text("utf-8")
    referred = set(re.findall(r"#/components/(?:schemas|parameters)/(\w+)", text))

    components = document()["components"]
    assert referred == {*components["schemas"], *components["parameters"]}


@pytest.mark.parametrize(("name", "value"), EXAMPLES)
def test_an_example_fits_its_schema_by_both_judges(name: str, value: object) -> None:
    whole = {**SCHEMAS[name], "components": {"schemas": dict(SCHEMAS)}}

    jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(value)
    CHECKER.check(SCHEMAS[name], value)


@pytest.mark.parametrize("name", [*PATH, *QUERY, *HEADERS])
def test_the_example_of_a_parameter_fits(name: str) -> None:
    parameter = {**PATH, **QUERY, **HEADERS}[name]
    text = str(parameter.example).lower() if isinstance(parameter.example, bool) else str(parameter.example)

    assert CHECKER.read(parameter.schema, text, name) == parameter.example


def test_what_is_listed_twice_is_the_same() -> None:
    from mock_gateway.admin.schemas_world import MODES
    from mock_gateway.control.clocks import MODES as CLOCK_MODES

    assert SCHEMAS["Reset"]["properties"]["scope"]["enum"] == list(SCOPES)
    assert list(CLOCK_MODES) == list(MODES)


def test_an_error_example_is_made_by_the_code_that_makes_errors() -> None:
    for name, response in document()["components"]["responses"].items():
        (media,) = response["content"].values()
        whole = {**media["schema"], "components": document()["components"]}
        assert jsonschema_rs.Draft202012Validator(whole).is_valid(media["example"]), name


# -- what is served ----------------------------------------------------------------------------------------------------


class _Found(HTMLParser):
    """What a page loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("script", "img", "iframe") and "src" in given:
            self.loaded.append(str(given["src"]))
        if tag == "link" and given.get("rel") == "stylesheet":
            self.loaded.append(str(given["href"]))


def test_the_document_is_served_as_it_is_checked_in() -> None:
    reply = call(make_app(), "GET", "/one/__admin/openapi.yaml", key=None)

    assert reply.body == DOCUMENT.read_bytes()
    assert reply.headers["content-type"].startswith("application/yaml")


@pytest.mark.parametrize("path", ["/__admin", "/__admin/", "/one/__admin/docs"])
def test_a_page_needs_no_network_and_keeps_to_itself(path: str) -> None:
    reply = call(make_app(), "GET", path, key=None)

    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/html")
    assert _Found(reply.text).loaded == []
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "connect-src 'self'" in policy and "script-src 'sha256-" in policy
    assert "access-control-allow-origin" not in reply.headers


def test_the_reference_shows_every_operation() -> None:
    page = call(make_app(), "GET", "/__admin/docs", key=None).text

    assert all(f'id="{operation.name}"' in page for operation in OPERATIONS)


def test_the_command_line_prints_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    from mock_gateway.cli.main import main

    assert main(["openapi", "--contract", "admin"]) == 0

    assert yaml.safe_load(capsys.readouterr().out)["info"]["title"] == ADMIN.title


def test_the_wheel_carries_the_document() -> None:
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")

    assert '"openapi.admin.yaml" = "mock_gateway/openapi.admin.yaml"' in project
