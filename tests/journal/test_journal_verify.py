"""Expectations, and what is said when they are not met."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from textwrap import dedent

import pytest

from mock_gateway.http.app import App
from mock_gateway.journal.lines import export_jsonl, parse_jsonl
from mock_gateway.journal.matching import ExpectationError, RequestMatch
from mock_gateway.journal.verify import Verdict, report, verify
from tests.http.asgi import call
from tests.journal.journals import say, session, shop

CREATE = "POST /sessions"


@cache
def busy() -> App:
    """x-1 session, x-3 hello, x-5 order, x-6 a session that is not there."""
    app = shop()
    path = session(app)
    say(app, path, "hello")
    say(app, path, "order")
    call(app, "GET", "/sessions/none")
    call(app, "GET", "/")
    return app


def judge(*expectations: Mapping[str, object]) -> list[Verdict]:
    return verify(busy().gateway.journal.entries, expectations, busy().gateway.agents)


def only(expectation: Mapping[str, object]) -> Verdict:
    (verdict,) = judge(expectation)
    return verdict


MET: list[Mapping[str, object]] = [
    {"sent": CREATE},
    {"sent": "create_turn", "times": 2},
    {"sent": {"operation": "create_turn"}, "at_least": 2},
    {"sent": {"operation": "create_turn"}, "at_least": 1, "at_most": 2},
    {"sent": {"operation": "cancel_turn"}, "at_most": 0},
    {"sent": {"method": "post", "path": "/sessions/*/turns", "text": "HELLO"}, "times": 1},
    {"sent": {"body": {"input": [{"content": "order"}]}}, "times": 1},
    {"sent": {"at": {"/input/0/content": "order", "/input/0/type": "user.message"}}, "times": 1},
    {"sent": {"status": "4xx"}, "times": 1},
    {"sent": {"status": [201, 404], "dialect": "beta"}, "at_least": 1},
    {"sent": {"header": {"Content-Type": "application/*"}}, "times": 3},
    {"sent": {"session": "none"}, "times": 1},
    {"never": "cancel_turn"},
    {"never": {"path": "/v1/*"}},
    {"in_order": [CREATE, {"text": "hello"}, {"text": "order"}, "get_session"]},
    {"in_order": [CREATE, "get_session"]},
]


@pytest.mark.parametrize("expectation", MET, ids=[str(one) for one in MET])
def test_what_was_sent_as_expected_is_met(expectation: Mapping[str, object]) -> None:
    verdict = only(expectation)

    assert verdict.ok, verdict.text
    assert report([verdict]) == ""


def test_too_few_say_what_was_nearest_and_in_which_respect_and_what_came_instead() -> None:
    verdict = only({"sent": {"operation": "create_turn", "at": {"/input/0/content": "pay"}}, "times": 1})

    assert (verdict.ok, verdict.nearest) == (False, "x-3")
    assert verdict.differences == ('body /input/0/content is "hello"; "pay" was expected',)
    path = busy().gateway.journal.entries[2].path  # type: ignore[union-attr]
    assert verdict.text == dedent(f"""\
        not met: create_turn with at {{"/input/0/content": "pay"}}: exactly once; it never came
          nearest is x-3 POST {path} -> 200
            body /input/0/content is "hello"; "pay" was expected
          all that came instead:
            x-1 POST /sessions -> 201
            x-3 POST {path} -> 200
            x-5 POST {path} -> 200
            x-6 GET /sessions/none -> 404""")


def test_too_many_say_as_which_requests_it_came() -> None:
    verdict = only({"sent": "create_turn", "at_most": 1})

    assert (verdict.ok, verdict.found) == (False, ("x-3", "x-5"))
    assert "not met: create_turn: at most once; it came twice\n  it came as:\n    x-3 POST " in verdict.text


def test_what_came_and_never_should_have_is_named() -> None:
    verdict = only({"never": {"status": 404}})

    assert verdict.text.splitlines() == [
        "not met: a request with status 404: never; it came once",
        "  it came as:",
        "    x-6 GET /sessions/none -> 404",
    ]


RESPECTS: list[tuple[Mapping[str, object], str]] = [
    ({"method": "PUT", "path": "/sessions"}, "method is POST; PUT was expected"),
    ({"path": "/sessionz"}, "path is /sessions; /sessionz was expected"),
    ({"operation": "create_session", "status": 200}, "status is 201; 200 was expected"),
    ({"operation": "get_session", "status": 200}, "(there is no session 'none'); 200 was expected"),
    ({"operation": "create_session", "query": {"a": "1"}}, 'query a is missing; "1" was expected'),
    ({"operation": "create_session", "header": {"x-run": "*"}}, 'header x-run is missing; "*" was expected'),
    ({"operation": "create_session", "body": {"title": "T"}}, 'body /title is missing; "T" was expected'),
    ({"operation": "create_session", "body": []}, "body is an object; a list was expected"),
    ({"operation": "create_session", "at": {"/a~1b": 1}}, "body /a~1b is missing; 1 was expected"),
    ({"operation": "create_session", "text": "x y"}, 'no text of the body contains "x y"; there are "shop"'),
    ({"operation": "create_session", "session": "s"}, "; s was expected"),
    ({"operation": "create_session", "dialect": "v1"}, "dialect is beta; v1 was expected"),
]


@pytest.mark.parametrize(("match", "text"), RESPECTS, ids=[str(case[0]) for case in RESPECTS])
def test_every_respect_in_which_a_request_can_differ_is_told(match: Mapping[str, object], text: str) -> None:
    verdict = only({"sent": match})

    assert not verdict.ok and any(text in difference for difference in verdict.differences), verdict.text


def test_a_list_in_a_body_is_compared_whole_and_true_is_not_one() -> None:
    assert not only({"sent": {"body": {"input": []}}}).ok
    assert "a list of 0 was expected" in only({"sent": {"operation": "create_turn", "body": {"input": []}}}).text
    assert not only({"sent": {"body": {"input": [{"content": True}]}}}).ok


def test_the_wrong_order_says_where_it_broke_and_that_it_came_before() -> None:
    verdict = only({"in_order": [{"text": "order"}, {"text": "hello"}]})

    first, second, third = verdict.text.splitlines()
    assert first.startswith("not met: in this order:")
    assert second.startswith("  number 2, a request with text hello, did not come after x-5 POST")
    assert third.startswith("  it came before: x-3 POST")


def test_an_order_with_something_that_never_came_says_what_was_nearest() -> None:
    verdict = only({"in_order": [CREATE, "cancel_turn"]})

    assert verdict.found == ("x-1",) and verdict.nearest is not None
    assert "operation is create_turn; cancel_turn was expected" in verdict.text


def test_every_request_was_expected_or_is_named_with_what_was_nearest() -> None:
    *_, verdict = judge({"sent": CREATE}, {"sent": {"text": "hello"}}, {"all_expected": True})
    every = judge({"sent": {}}, {"all_expected": True})[-1]

    assert verdict.found == ("x-5", "x-6")
    assert verdict.text.splitlines()[1].startswith("  x-5 POST")
    assert verdict.text.splitlines()[2].strip() == "nearest expected: a request with text hello"
    assert every.ok, "a page is no request of the client that is tested"


def test_steps_that_were_not_played_are_named_with_their_rule() -> None:
    verdict = only({"steps_played": "shop"})

    assert verdict.differences == (
        "app.yaml:6:5",
        "app.yaml:9:9",
        "app.yaml:11:9",
        "app.yaml:12:5",
        "app.yaml:17:11",
        "app.yaml:18:5",
    )
    never = 'the rule was never chosen; nearest was t-2: the message is "hello"; wanted: the message contains'
    assert verdict.text.splitlines() == [
        "not met: every step of shop is played; 6 never",
        "  not played:",
        f'    app.yaml:6:5, with app.yaml:9:9, app.yaml:11:9: {never} "pay"',
        f'    app.yaml:12:5, with app.yaml:17:11: {never} "research"',
        "    app.yaml:18:5: the rule was never chosen; nearest was t-2: the visit is 1; wanted: the visit is 2",
    ]


def test_of_a_rule_that_was_played_in_part_only_the_rest_is_named() -> None:
    app = shop()
    say(app, session(app), "pay")

    (verdict,) = verify(app.gateway.journal.entries, [{"steps_played": "shop"}], app.gateway.agents)

    assert "    app.yaml:9:9, app.yaml:11:9 of the rule app.yaml:6:5\n" in verdict.text


def test_every_step_that_was_played_is_enough() -> None:
    app = shop("agent: shop\nturns:\n  - say: Hello.\n")
    say(app, session(app), "hello")

    (verdict,) = verify(app.gateway.journal.entries, [{"steps_played": True}], app.gateway.agents)

    assert verdict.ok


def test_violations_are_told_with_their_requests() -> None:
    app = shop()
    call(app, "GET", "/sessions?limit=x")
    call(app, "GET", "/sessions?agent_name=shop&x=1")

    plain, strict = verify(app.gateway.journal.entries, [{"no_violations": True}, {"no_violations": "strict"}])

    assert plain.text.splitlines() == [
        "not met: no request breaks the contract; 1 of 2 do",
        "  x-1 GET /sessions -> 400",
        "    query agent_name is missing",
        '    query limit is "x"; an integer was expected',
    ]
    assert strict.found == ("x-1", "x-2")


def test_in_a_world_of_its_own_a_test_need_not_know_its_prefix() -> None:
    app = shop()
    session(app, base="/test-7/sessions")

    (verdict,) = verify(app.gateway.journal.entries, [{"sent": CREATE, "times": 1}])

    assert verdict.ok


def test_nothing_came_at_all_is_said_plainly() -> None:
    (verdict,) = verify([], [{"sent": CREATE}])

    assert verdict.text == "not met: POST /sessions: at least once; it never came\n  no request came"


def test_a_journal_that_was_read_back_is_judged_in_the_same_way() -> None:
    text = "".join(line + "\n" for line in export_jsonl(busy().gateway.journal))
    expectations: list[Mapping[str, object]] = [*MET, {"steps_played": True}, {"no_violations": True}]

    again = verify(parse_jsonl(text), expectations, busy().gateway.agents)

    assert again == judge(*expectations)


WRONG: list[tuple[Mapping[str, object], str]] = [
    ({"send": CREATE}, "did you mean 'sent' for 'send'?"),
    ({"sent": CREATE, "never": CREATE}, "an expectation has exactly one of sent, never, in_order"),
    ({"never": CREATE, "times": 2}, "'never' stands alone"),
    ({"sent": {"methd": "GET"}}, "a request has no 'methd'; did you mean 'method'?"),
    ({"sent": {"status": "many"}}, "status is 'many'; a number such as 404"),
    ({"sent": {"query": "a=1"}}, 'query of a request is "a=1"; an object was expected'),
    ({"sent": {"text": 5}}, "text of a request is 5; a text was expected"),
    ({"sent": 5}, "a request is expected as an object or as 'POST /path', not as 5"),
    ({"sent": CREATE, "times": -1}, "times is -1; a whole number of at least 0 was expected"),
    ({"sent": CREATE, "times": 1, "at_least": 1}, "leave out 'at_least' and 'at_most'"),
    ({"in_order": []}, "in_order is a list; a list of requests was expected"),
    ({"steps_played": 1}, "steps_played is 1; true or the name of an agent was expected"),
    ({"steps_played": "shap"}, "there is no agent 'shap'; there are: shop"),
    ({"no_violations": "all"}, "no_violations is \"all\"; true, or 'strict' for remarks too, was expected"),
    ({"all_expected": False}, "all_expected is false; true was expected"),
]


@pytest.mark.parametrize(("expectation", "message"), WRONG, ids=[str(case[0]) for case in WRONG])
def test_what_is_no_expectation_says_what_is_wrong_with_it(expectation: Mapping[str, object], message: str) -> None:
    with pytest.raises(ExpectationError) as caught:
        only(expectation)

    assert message in str(caught.value)


def test_a_verdict_is_plain_data() -> None:
    verdict = only({"sent": CREATE})

    assert verdict.json() == {
        "ok": True,
        "expected": "POST /sessions: at least once",
        "text": "met: POST /sessions: at least once; it came once",
        "found": ["x-1"],
        "nearest": None,
        "differences": [],
    }


def test_an_empty_match_is_any_request() -> None:
    assert str(RequestMatch()) == "any request"
