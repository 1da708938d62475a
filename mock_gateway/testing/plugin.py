"""The pytest plugin: the fixtures `mock_gateway_server` and `gateway`, the marker `gateway`, the options.

Owns: what pytest has to know in every run, which must cost nothing: this module imports pytest alone, and adds no hook
that is called for a test. Everything else is in `fixtures.py`, which the first test that asks for a fixture loads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from mock_gateway.testing.fixtures import GatewayOfTest
    from mock_gateway.testing.mock import MockGateway


class Setting(NamedTuple):
    """One setting: a line of the ini file, and a flag that goes before it. kind: as pytest names it."""

    ini: str
    flag: str
    kind: str
    default: object
    help: str


SETTINGS = (
    Setting(
        "mock_gateway_scenarios",
        "--mock-gateway-scenarios",
        "linelist",
        None,
        "Scenario files and folders, from the root directory. Default: scenarios/ if there is one, else the gallery.",
    ),
    Setting("mock_gateway_seed", "--mock-gateway-seed", "string", "0", "Seed of everything that is drawn."),
    Setting(
        "mock_gateway_strict",
        "--mock-gateway-strict",
        "string",
        "on",
        "What fails a test that passed: on, off, or some of unmet, unexpected, violations, separated by commas.",
    ),
    Setting(
        "mock_gateway_transcript",
        "--mock-gateway-transcript",
        "string",
        "failed",
        "Whose transcripts are reported: failed, always or never.",
    ),
)

MARKER = (
    "gateway(scenario=None, time=None, speed=None, strict=None, allow_violations=None): how the fixture plays in "
    "this test. scenario: a name, a path, YAML text, or a list of them. time: real, scaled, virtual or skipping. "
    "speed: session seconds per second. strict: as the setting mock_gateway_strict. allow_violations: True, or "
    "patterns of those that are meant."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tell pytest the settings."""
    group = parser.getgroup("mock-gateway", "mock-gateway")
    for setting in SETTINGS:
        many = setting.kind == "linelist"
        parser.addini(setting.ini, setting.help, type=setting.kind, default=setting.default)  # type: ignore[arg-type]
        group.addoption(
            setting.flag, dest=setting.ini, action="append" if many else "store", default=None, help=setting.help
        )


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest the marker."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture(scope="session")
def mock_gateway_server(pytestconfig: pytest.Config) -> Iterator[MockGateway]:
    """The server of this run, or of this worker of xdist: a `MockGateway`. Its time is virtual and skips every wait."""
    from mock_gateway.testing.fixtures import server_of

    with server_of(pytestconfig) as server:
        yield server


@pytest.fixture
def gateway(mock_gateway_server: MockGateway, request: pytest.FixtureRequest) -> Iterator[GatewayOfTest]:
    """A gateway for one test: a world of its own on the server of the run."""
    from mock_gateway.testing.fixtures import gateway_of

    with gateway_of(mock_gateway_server, request) as world:
        yield world
