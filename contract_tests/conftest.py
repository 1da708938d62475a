"""Options and fixtures of the contract tests.

--gateway-url URL    put this gateway to the test instead of one that is started
--patience SECONDS   how long any of its answers may take
--heartbeat SECONDS  after how much silence on a stream it sends a comment (STR-4)
--rules PATTERNS     only the checks whose rule ids fit, as `NET-*,EVT-3`
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract_tests.runs import Address
from mock_gateway.conformance.server import SCENARIOS
from mock_gateway.conformance.server.beta.register import REGISTER, select
from mock_gateway.conformance.server.rule import Rule
from mock_gateway.testing.process import running_server

OWN_HEARTBEAT = 0.3


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options."""
    group = parser.getgroup("contract tests")
    group.addoption("--gateway-url", metavar="URL", help="put this gateway to the test instead of one that is started")
    group.addoption("--patience", type=float, default=10.0, metavar="SECONDS", help="how long any answer may take")
    group.addoption(
        "--heartbeat", type=float, default=15.0, metavar="SECONDS", help="silence before a comment, with --gateway-url"
    )
    group.addoption("--rules", default="*", metavar="PATTERNS", help="checks to run, as 'NET-*,EVT-3'")


def pytest_configure(config: pytest.Config) -> None:
    """The mark of tests that are about gateways of our own; and no run without a check."""
    config.addinivalue_line("markers", "own_gateway: starts its own gateway; left out with --gateway-url")
    selected(config)


def selected(config: pytest.Config) -> list[Rule]:
    """The rules that --rules selects. Raises `pytest.UsageError` when there are none."""
    try:
        return select(config.getoption("--rules"))
    except LookupError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each selected rule."""
    if "rule" in metafunc.fixturenames:
        rules = selected(metafunc.config)
        metafunc.parametrize("rule", [REGISTER[rule.id] for rule in rules], ids=[rule.id for rule in rules])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With a gateway from elsewhere, tests of our own gateways are left out; they say nothing about it."""
    if config.getoption("--gateway-url") is None:
        return
    ours = [item for item in items if item.get_closest_marker("own_gateway")]
    config.hook.pytest_deselected(items=ours)
    items[:] = [item for item in items if item not in ours]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Which readings a gateway from elsewhere has."""
    if config.getoption("--gateway-url") is None:
        return
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name.startswith("reading:"):
                terminalreporter.write_line(f"{name} is {value}")


@pytest.fixture(scope="session")
def address(request: pytest.FixtureRequest) -> Iterator[Address]:
    """Where the gateway under test is: the one that was named, or one for this worker, with our scenarios."""
    patience = request.config.getoption("--patience")
    url = request.config.getoption("--gateway-url")
    if url is not None:
        yield Address(url, patience, request.config.getoption("--heartbeat"))
        return
    with running_server("--scenarios", str(SCENARIOS), "--heartbeat", f"{OWN_HEARTBEAT}s") as url:
        yield Address(url, patience, OWN_HEARTBEAT)
