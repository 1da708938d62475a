"""What the fixtures do: a world per test, its check when the test has passed, its transcript when it has not.

Owns: the settings and the marker of a test; the hooks that look at its end, which are registered when the first test
asks for the fixture. Must not know: what is odd (`checks.py`), what a world can do (`world.py`).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from mock_gateway.testing.checks import KINDS, Strictness, known_kinds, told
from mock_gateway.testing.mock import MockGateway
from mock_gateway.testing.served import Served
from mock_gateway.testing.sources import Source, is_text
from mock_gateway.testing.world import GatewayWorld

NUMBERS = count(1)
"""Numbers of the worlds in this program."""
LONGEST = 40
"""Characters of a test's name in its base path."""
REPORTED = ("failed", "always", "never")


class GatewayOfTest(GatewayWorld):
    """What the fixture `gateway` gives. strictness: what fails the test; None is nothing.

    folders: where paths of scenarios are looked for, the first one first.
    """

    def __init__(self, served: Served, prefix: str, strictness: Strictness | None, folders: tuple[Path, ...]) -> None:
        super().__init__(served, prefix)
        self.strictness = strictness
        self._folders = folders

    def play(self, source: Source) -> str:
        """As `GatewayWorld.play`; a path is relative to the folder of the test's file, or to the root directory."""
        if not is_text(source):
            found = (folder / source for folder in self._folders)
            source = next((path for path in found if path.is_file()), source)
        return super().play(source)


OF_TEST = pytest.StashKey[GatewayOfTest]()


def server_of(config: pytest.Config) -> MockGateway:
    """The server of a run, not yet started."""
    scenarios = _setting(config, "mock_gateway_scenarios")
    root = config.rootpath
    paths = [root / path for path in scenarios] if scenarios else None
    if paths is None and (root / "scenarios").is_dir():
        paths = [root / "scenarios"]
    seed = _setting(config, "mock_gateway_seed")
    if not str(seed).lstrip("-").isdigit():
        raise _wrong(f"mock_gateway_seed is {seed!r}; a whole number was expected")
    if _setting(config, "mock_gateway_transcript") not in REPORTED:
        raise _wrong(f"mock_gateway_transcript is none of {', '.join(REPORTED)}")
    if "violations" not in known_kinds():
        message = "requests are not held against the contract: pip install 'mock-gateway[check]'"
        warnings.warn(pytest.PytestWarning(message), stacklevel=2)
    config.pluginmanager.register(Hooks(config), "mock_gateway_hooks")
    return MockGateway(paths, seed=int(seed))


@contextmanager
def gateway_of(server: MockGateway, request: pytest.FixtureRequest) -> Iterator[GatewayOfTest]:
    """The gateway of a test."""
    node, config = request.node, request.config
    wanted = _marked(node)
    strict = wanted.get("strict")
    strictness = strictness_of(_setting(config, "mock_gateway_strict") if strict is None else strict)
    if strictness is not None:
        strictness = strictness.allowing(wanted.get("allow_violations"))
    prefix = f"/{_slug(node.name)}-{next(NUMBERS)}"
    folders = (node.path.parent, config.rootpath)
    world = GatewayOfTest(server._served, prefix, strictness, folders)
    node.stash[OF_TEST] = world
    world.claim()
    try:
        _begin(world, wanted)
        yield world
    finally:
        del node.stash[OF_TEST]
        world.forget()


def _begin(world: GatewayOfTest, wanted: Mapping[str, Any]) -> None:
    time, speed = wanted.get("time"), wanted.get("speed")
    if speed is not None and time is None:
        time = "skipping" if speed == 0 else "scaled"
    if time is not None:
        world.clock.set(time, None if speed in (None, 0) else float(speed))
    scenario = wanted.get("scenario")
    for source in scenario if isinstance(scenario, list | tuple) else [scenario]:
        if source is not None:
            world.play(source)


ONOFF: Mapping[str, bool] = {"on": True, "off": False}
ARGUMENTS = ("scenario", "time", "speed", "strict", "allow_violations")


def _marked(node: pytest.Item) -> Mapping[str, Any]:
    """What the markers of a test say; the closest one counts."""
    wanted: dict[str, Any] = {}
    for marker in node.iter_markers("gateway"):
        strange = [*map(repr, marker.args), *(name for name in marker.kwargs if name not in ARGUMENTS)]
        if strange:
            raise _wrong(f"the marker gateway has no argument {strange[0]}; it has, by name: {', '.join(ARGUMENTS)}")
        wanted = {**marker.kwargs, **wanted}
    return wanted


def strictness_of(value: bool | str | tuple[str, ...] | list[str]) -> Strictness | None:
    """What fails a test. Fails for a name of no check."""
    if isinstance(value, str):
        value = ONOFF.get(value, [part.strip() for part in value.split(",")])
    if isinstance(value, bool):
        return Strictness() if value else None
    strange = [name for name in value if name not in KINDS]
    if strange:
        raise _wrong(f"strict is {strange[0]!r}; it is on, off, or some of {', '.join(KINDS)}")
    return Strictness(kinds=tuple(value)) if value else None


def _wrong(message: str) -> BaseException:
    """What fails a test, or all of them, without a traceback: the mistake is in no code."""
    return pytest.fail.Exception(message, pytrace=False)


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name)[:LONGEST].strip("-")


def _setting(config: pytest.Config, name: str) -> Any:
    given = config.getoption(name)
    return config.getini(name) if given is None else given


class Hooks:
    """Looks at the end of each test that has a gateway."""

    def __init__(self, config: pytest.Config) -> None:
        self._reported = _setting(config, "mock_gateway_transcript")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Fail a test that passed with something odd."""
        result = yield
        world = item.stash.get(OF_TEST, None)
        found = world.oddities(world.strictness) if world is not None and world.strictness is not None else ()
        if found:
            # Its transcript is a section of the report.
            pytest.fail(told(found), pytrace=False)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add the transcript to the report of a test that failed."""
        report = yield
        world = item.stash.get(OF_TEST, None)
        if world is not None and call.when == "call" and (self._reported == "always" or self._is_due(report)):
            report.sections.append(("mock-gateway", world.transcript()))
        return report

    def _is_due(self, report: pytest.TestReport) -> bool:
        return self._reported == "failed" and report.failed
