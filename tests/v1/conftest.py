"""One server for all tests of a module; what a test makes there is its own session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.v1.desk import Desk, desk
from tests.v1.stories import BOX, DESK, VAULT


@pytest.fixture(scope="module")
def server() -> Iterator[Desk]:
    """A server on virtual time."""
    with desk(DESK, VAULT, BOX, files={"/out/report.txt": "Grüße".encode(), "/out/empty": b""}) as running:
        yield running


@pytest.fixture(scope="module")
def slow_server() -> Iterator[Desk]:
    """A server on wall time, for what has to happen while a turn runs."""
    with desk(DESK, VAULT, BOX, speed=1.0, heartbeat=0.2) as running:
        yield running
