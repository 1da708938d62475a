"""One bench for all tests of the judge: its worlds are apart."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mock_gateway.conformance.adapters.process import ProcessChannel
from mock_gateway.conformance.bench import Bench

PLAIN = f"{sys.executable} {Path(__file__).with_name('plain_adapter.py')}"
REFERENCE = f"{sys.executable} -m mock_gateway.conformance.adapters.reference"


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """A server for cases."""
    with Bench() as one:
        yield one


@pytest.fixture
def channel() -> Iterator[Callable[..., ProcessChannel]]:
    """Makes channels that are closed at the end."""
    made: list[ProcessChannel] = []

    def make(command: str = PLAIN, bug: str = "") -> ProcessChannel:
        made.append(ProcessChannel(command, {"PLAIN_BUG": bug}))
        return made[-1]

    yield make
    for one in made:
        one.close()
