"""What a journal exercised, and what it did not."""

from __future__ import annotations

import json

from mock_gateway.http.app import App
from mock_gateway.journal.coverage import Coverage, coverage, steps_of
from mock_gateway.journal.lines import export_jsonl, parse_jsonl
from tests.http.asgi import call
from tests.journal.journals import BASES, pending, say, session, shop, turn


def busy(base: str = "/sessions") -> App:
    app = shop()
    path = session(app, base=base)
    say(app, path, "hello")
    say(app, path, "pay")
    turn(app, path, pending(app))
    call(app, "GET", "/sessions/none")
    return app


def covered(app: App) -> Coverage:
    return coverage(app.gateway.journal.entries, app.gateway.agents)


def test_events_are_counted_by_their_type_and_the_others_are_named() -> None:
    events = covered(busy()).events

    assert list(events) == ["beta"]
    assert (events["beta"].counts["turn.done"], events["beta"].counts["tool.approval_required"]) == (3, 1)
    assert "thread.created" in events["beta"].unseen and "turn.done" not in events["beta"].unseen
    assert events["beta"].beyond == {}


def test_statuses_are_counted_by_operation() -> None:
    statuses = covered(busy(BASES["v1"])).statuses

    assert statuses["v1 create_turn"].counts["200"] == 3
    assert "412" in statuses["v1 create_turn"].unseen
    assert statuses["beta get_session"].counts["404"] == 1


def test_a_status_that_the_contract_does_not_have_is_told_apart() -> None:
    app = shop("""
        agent: shop
        door: [{ on: create_session, answer: 418 }]
        turns: [{ say: Hello. }]
    """)
    call(app, "POST", "/sessions", '{"agent_name": "shop"}')

    assert covered(app).statuses["beta create_session"].beyond == {"418": 1}
    assert "; not in the contract: 418\n" in covered(app).text()


def test_pauses_rules_and_steps_are_counted() -> None:
    found = covered(busy())

    assert found.pauses.counts == {"approval": 1, "client_tool": 0, "authorisation": 0}
    assert found.rules["shop"].counts == {
        "app.yaml:4:5": 0,
        "app.yaml:6:5": 1,
        "app.yaml:12:5": 0,
        "app.yaml:18:5": 0,
        "app.yaml:21:5": 1,
    }
    assert found.steps["shop"].counts["app.yaml:9:9"] == 1
    assert found.steps["shop"].unseen == [
        "app.yaml:4:5",
        "app.yaml:11:9",
        "app.yaml:12:5",
        "app.yaml:17:11",
        "app.yaml:18:5",
    ]


def test_every_step_of_a_scenario_is_known_with_its_rule() -> None:
    places = steps_of(shop().gateway.agents["shop"])

    assert places["app.yaml:17:11"] == "app.yaml:12:5"
    assert len(places) == 8


def test_the_text_says_how_much_of_what_and_what_was_not_seen() -> None:
    lines = covered(busy()).text().splitlines()

    assert "pauses: 1 of 3; not seen: client_tool, authorisation" in lines
    assert any(line.startswith("statuses of beta create_turn: 1 of ") for line in lines)
    assert any(line.startswith("operations without a request: ") and "beta cancel_turn" in line for line in lines)
    assert "rules of shop: 2 of 5; not seen: app.yaml:4:5, app.yaml:12:5, app.yaml:18:5" in lines


def test_as_json_it_has_what_was_seen_and_what_was_not() -> None:
    told = covered(busy()).json()

    assert json.loads(json.dumps(told)) == told
    assert told["pauses"] == {"seen": {"approval": 1}, "unseen": ["client_tool", "authorisation"], "beyond": {}}


def test_a_journal_that_was_read_back_covers_the_same() -> None:
    app = busy()

    read = parse_jsonl("".join(line + "\n" for line in export_jsonl(app.gateway.journal)))

    assert coverage(read, app.gateway.agents) == covered(app)


def test_of_an_empty_journal_nothing_is_covered() -> None:
    found = coverage([])

    assert (found.events, found.statuses, found.pauses.seen) == ({}, {}, 0)
