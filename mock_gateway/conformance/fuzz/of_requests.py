"""What a client asks for beside turns: lists, page by page, and what has an odd name (`ask.*`)."""

from __future__ import annotations

from hypothesis import strategies as st

from mock_gateway.conformance.fuzz.feature import Draw, Json, feature
from mock_gateway.conformance.fuzz.of_asking import second_turn
from mock_gateway.conformance.fuzz.plan import Plan

LIMIT = st.integers(1, 3)
TOKENS = st.text(st.sampled_from("a+/=%&? é"), min_size=1, max_size=3)
ODD = st.sampled_from(["a/b", "50%25", "two words", "Zoë", "a?b#c", "a+b"])


@feature("ask.lists", "turns are listed page by page", needs=("turns",))
def _lists(plan: Plan, draw: Draw) -> None:
    second_turn(plan, draw)
    limit = draw(LIMIT)
    plan.steps.append({"list_turns": {"limit": limit}, "as": "turns"})
    plan.notes += [
        {"listed": "turns", "of": "turns"},
        {"sent": "list_turns", "times": [1, 3], "query": {"limit": limit}, "of": "turns"},
    ]


def _turn(name: str) -> Json:
    """A turn with all that either contract gives one: typed clients refuse anything less."""
    return {
        "id": name,
        "session_id": "any",
        "previous_turn_id": None,
        "input": None,
        "created_by": "ada@example.test",
        "created_by_subject": {"subject_id": "ada", "subject_type": "user", "subject_slug": "ada@example.test"},
        "created_at": "2026-01-31T09:30:00.000Z",
        "state": {
            "status": "cancelled",
            "reason": "client-cancelled",
            "cancellation_reason": "client-cancelled",
            "completed_at": "2026-01-31T09:30:01.000Z",
        },
    }


def _page(items: list[str], token: str | None) -> Json:
    pagination: Json = {"limit": 2} if token is None else {"limit": 2, "next_page_token": token}
    return {"data": [_turn(one) for one in items], "pagination": pagination}


@feature("ask.pages", "pages may be empty, and their tokens have any characters", needs=("turns",), share=0.5)
def _pages(plan: Plan, draw: Draw) -> None:
    token, first = draw(TOKENS), draw(st.sampled_from([[], ["turn-1"]]))
    for number, page in enumerate((_page(first, token), _page(["turn-2"], None)), 1):
        plan.faults.append({"fault": "status", "status": 200, "on": ["list_turns"], "request": number, "body": page})
    plan.steps.append({"list_turns": {"limit": 2}, "as": "turns"})
    plan.notes += [
        {"result": {"turn_ids": [[*first, "turn-2"]]}, "of": "turns"},
        {"sent": "list_turns", "times": 2, "queries": {"page_token": [None, token]}, "of": "turns"},
    ]


@feature("ask.circle", "a list leads in a circle", needs=("turns",), share=0.1)
def _circle(plan: Plan, draw: Draw) -> None:
    page = _page(["turn-1"], "again")
    plan.faults.append({"fault": "status", "status": 200, "on": ["list_turns"], "every": True, "body": page})
    plan.steps.append({"list_turns": {"limit": draw(LIMIT)}, "as": "turns"})
    plan.notes.append({"sent": "list_turns", "times": [1, 10], "of": "turns"})


@feature("ask.odd_id", "an id has characters that a path has to encode", needs=("sessions",), share=0.5)
def _odd_id(plan: Plan, draw: Draw) -> None:
    name = draw(ODD)
    plan.steps.append({"get_session": {"session_id": name}, "as": "strange"})
    plan.notes += [
        {"fails": {"kind": "http", "status": 404, "message": {"has": name}}, "of": "strange"},
        {"sent": "get_session", "times": 1, "of": "strange"},
    ]


@feature("ask.state", "the state of a turn is asked for", needs=("turn",), share=0.5)
def _state(plan: Plan, _draw: Draw) -> None:
    plan.steps.append({"get_turn": {}, "as": "state"})
    plan.notes += [{"truth": ["status", "text"], "of": "state"}]
