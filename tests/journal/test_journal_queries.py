"""Looking for entries."""

from __future__ import annotations

from functools import cache

import pytest

from mock_gateway.http.app import App
from mock_gateway.journal.queries import number_of, query
from tests.http.asgi import call
from tests.journal.journals import BASES, exchanges, say, session, shop


@cache
def busy() -> App:
    """x-1 session, t-2, x-3 turn, x-4 GET, x-5 404, then the published contract in another world: x-6, t-7, x-8."""
    app = shop()
    path = session(app)
    say(app, path, "hello")
    call(app, "GET", path)
    call(app, "GET", "/sessions/none")
    say(app, session(app, base="/w" + BASES["v1"]), "order")
    return app


CASES: list[tuple[dict[str, object], list[str]]] = [
    ({}, ["x-1", "t-2", "x-3", "x-4", "x-5", "x-6", "t-7", "x-8"]),
    ({"world": "/w"}, ["x-6", "t-7", "x-8"]),
    ({"world": ""}, ["x-1", "t-2", "x-3", "x-4", "x-5"]),
    ({"kind": "turn"}, ["t-2", "t-7"]),
    ({"kind": "exchange", "world": "/w"}, ["x-6", "x-8"]),
    ({"operation": "create_turn"}, ["x-3", "x-8"]),
    ({"operation": "create_turn", "dialect": "v1"}, ["x-8"]),
    ({"method": "get"}, ["x-4", "x-5"]),
    ({"path": "/sessions/*"}, ["x-3", "x-4", "x-5"]),
    ({"path": "*/turns"}, ["x-3", "x-8"]),
    ({"status": 404}, ["x-5"]),
    ({"status": "4xx"}, ["x-5"]),
    ({"status": "201"}, ["x-1", "x-6"]),
    ({"status": [404, 201]}, ["x-1", "x-5", "x-6"]),
    ({"session": "none"}, ["x-5"]),
    ({"agent": "shop"}, ["t-2", "t-7"]),
    ({"after": "x-5"}, ["x-6", "t-7", "x-8"]),
    ({"after": 6, "kind": "exchange"}, ["x-8"]),
    ({"limit": 2}, ["x-1", "t-2"]),
    ({"limit": 2, "newest": True}, ["t-7", "x-8"]),
    ({"limit": 0}, []),
    ({"since": 0.0, "limit": 1}, ["x-1"]),
    ({"since": 1e12}, []),
]


@pytest.mark.parametrize(("wanted", "ids"), CASES, ids=[str(case[0]) for case in CASES])
def test_every_filter_lets_through_what_fits(wanted: dict[str, object], ids: list[str]) -> None:
    assert [entry.id for entry in query(busy().gateway.journal, **wanted)] == ids  # type: ignore[arg-type]


def test_session_and_turn_find_the_requests_and_the_turn_in_their_world() -> None:
    turn = exchanges(busy())[1]

    of_session = query(busy().gateway.journal, session=turn.session_id, world="")
    of_turn = query(busy().gateway.journal, turn=turn.turn_id, world="")

    assert [entry.id for entry in of_session] == ["x-1", "t-2", "x-3", "x-4"]
    assert [entry.id for entry in of_turn] == ["t-2", "x-3"]


def test_since_is_the_time_at_which_an_entry_came() -> None:
    fourth = exchanges(busy())[2]

    found = query(busy().gateway.journal, since=fourth.at, kind="exchange")

    assert [entry.id for entry in found] == ["x-4", "x-5", "x-6", "x-8"]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"status": "many"}, "status is 'many'; a number such as 404 or a class such as 4xx was expected"),
        ({"after": "y-1"}, "'y-1' is no id of an entry; one such as x-17 or t-18 was expected"),
        ({"kind": "frame"}, "kind is 'frame'; one of exchange, turn was expected"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(wanted: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        query(busy().gateway.journal, **wanted)  # type: ignore[arg-type]

    assert str(caught.value) == message


def test_an_id_is_read_with_its_letter_or_without() -> None:
    assert [number_of(one) for one in ("x-17", "t-18", "19", 20)] == [17, 18, 19, 20]
