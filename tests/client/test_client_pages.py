"""Lists are walked page by page, each item once (PAG-1)."""

from __future__ import annotations

import httpx
import pytest
from client_doubles import SESSION, Listed, page, refusal, turn

from mock_gateway.client import BadRequest, ProtocolError


def test_sessions_of_all_pages_are_met_once_and_in_order() -> None:
    gateway = Listed(
        page([{**SESSION, "id": "s3"}, {**SESSION, "id": "s2"}], "next+/=%&"),
        page([], "another"),
        page([{**SESSION, "id": "s1"}]),
    )

    sessions = list(gateway.client().agents.list_sessions(agent_name="bot", limit=2))

    assert [session.id for session in sessions] == ["s3", "s2", "s1"]
    assert [dict(request.url.params) for request in gateway.requests] == [
        {"agent_name": "bot", "limit": "2"},
        {"agent_name": "bot", "limit": "2", "page_token": "next+/=%&"},
        {"agent_name": "bot", "limit": "2", "page_token": "another"},
    ]


def test_all_filters_of_sessions_are_sent() -> None:
    gateway = Listed(page([]))

    list(gateway.client().agents.list_sessions("bot", "ada", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00+01:00"))

    assert dict(gateway.requests[0].url.params) == {
        "agent_name": "bot",
        "created_by_subject_slug": "ada",
        "start_timestamp": "2026-01-01T00:00:00Z",
        "end_timestamp": "2026-01-02T00:00:00+01:00",
        "limit": "100",
    }


@pytest.mark.parametrize(
    "last",
    [
        {"data": []},
        {"data": [], "pagination": None},
        {"data": [], "pagination": {}},
        {"data": [], "pagination": {"next_page_token": None}},
        {"data": [], "pagination": {"next_page_token": ""}},
    ],
)
def test_a_page_without_a_next_token_is_the_last(last: object) -> None:
    gateway = Listed(httpx.Response(200, json=last))

    assert list(gateway.client().agents.list_sessions("bot")) == []
    assert len(gateway.requests) == 1


def test_a_page_is_fetched_only_when_its_items_are_wanted() -> None:
    gateway = Listed(page([SESSION, SESSION], "p2"))
    sessions = gateway.client().agents.list_sessions("bot")
    assert gateway.requests == []

    next(sessions)
    next(sessions)

    assert len(gateway.requests) == 1


def test_a_token_that_comes_again_ends_the_walk_with_an_error() -> None:
    gateway = Listed(page([SESSION], "a"), page([SESSION], "b"), page([SESSION], "a"))

    with pytest.raises(ProtocolError, match="'a' was handed out twice"):
        list(gateway.client().agents.list_sessions("bot"))


def test_a_page_that_fails_transiently_is_fetched_again_and_no_item_is_repeated() -> None:
    gateway = Listed(page([turn(id="t2")], "p"), refusal(503), httpx.ReadError("cut"), page([turn(id="t1")]))

    assert [t.id for t in gateway.session().list_turns()] == ["t2", "t1"]
    assert [r.url.params.get("page_token") for r in gateway.requests] == [None, "p", "p", "p"]


def test_a_refused_token_is_an_error_after_the_items_before_it() -> None:
    gateway = Listed(page([turn()], "p"), refusal(400, "bad page token"))
    turns = gateway.session().list_turns()

    assert next(turns).id == "t1"
    with pytest.raises(BadRequest, match="bad page token"):
        next(turns)


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": {}}, [], {"data": [3]}, {"data": [], "pagination": 3}])
def test_a_page_of_a_wrong_shape_is_a_protocol_error(answer: object) -> None:
    gateway = Listed(httpx.Response(200, json=answer))

    with pytest.raises(ProtocolError):
        list(gateway.client().agents.list_sessions("bot"))
