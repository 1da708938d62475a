"""One server for all tests of a module, with sessions in every state."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mock_gateway.settings import Keys
from tests.bad_input.desk import BODY_LIMIT, Desk
from tests.bad_input.served import served


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    keys = Keys(refused=frozenset({"spent"}), forbidden=frozenset({"guest"}))
    with served(body_limit=BODY_LIMIT, keys=keys) as server:
        yield Desk(server)
