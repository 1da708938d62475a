"""What is remembered of a turn: which rule and why no other, which steps, which threads."""

from __future__ import annotations

import pytest

from mock_gateway.journal import TurnEntry
from tests.journal.journals import BASES, pending, say, session, shop, turn, turns

Steps = list[tuple[str, str]]


def steps(entry: TurnEntry) -> Steps:
    """The lines of the steps that were played, each with its thread's name."""
    names = {thread.id: thread.name for thread in entry.story.threads}
    return [(step.place.split(":")[1], names[step.thread]) for step in entry.story.steps]


@pytest.mark.parametrize("base", BASES.values(), ids=list(BASES))
def test_a_turn_names_its_rule_and_says_why_those_before_it_did_not_fit(base: str) -> None:
    app = shop()
    say(app, session(app, base=base), "please PAY")

    (ended,) = turns(app)
    assert (ended.story.rule, ended.story.place) == ("rule 2", "app.yaml:6:5")
    (over,) = ended.story.passed_over
    assert (over.rule, over.place) == ("rule 1", "app.yaml:4:5")
    assert over.why == 'the message is "please PAY"; wanted: the message contains "order"'
    assert ended.story.pauses == ("approval",)


def test_a_turn_that_answers_a_pause_goes_on_with_the_rule_of_the_turn_before() -> None:
    app = shop()
    path = session(app)
    say(app, path, "pay")
    turn(app, path, pending(app))

    asked, answered = turns(app)
    assert (asked.story.goes_on, answered.story.goes_on) == (False, True)
    assert answered.story.place == asked.story.place
    assert answered.story.passed_over == ()
    assert (steps(asked), steps(answered)) == ([("6", "main")], [("9", "main")])


def test_the_steps_of_a_sub_agent_are_told_with_its_thread() -> None:
    app = shop()
    say(app, session(app), "research")

    (ended,) = turns(app)
    assert steps(ended) == [("12", "main"), ("17", "reader")]
    assert [(thread.name, thread.parent) for thread in ended.story.threads] == [("main", ""), ("reader", "main")]


def test_a_visit_is_explained_as_it_was_counted_then() -> None:
    app = shop()
    path = session(app)
    for _ in range(3):
        say(app, path, "hello")

    first, second, third = turns(app)
    assert [entry.story.place.split(":")[1] for entry in (first, second, third)] == ["21", "18", "21"]
    assert "the visit is 1; wanted: the visit is 2" in first.story.passed_over[-1].why
    assert "the visit is 3; wanted: the visit is 2" in third.story.passed_over[-1].why


def test_state_is_explained_as_it_was_when_the_turn_began() -> None:
    app = shop("""
        agent: shop
        state: { paid: false }
        turns:
          - when: { state: { paid: true } }
            say: You have paid.
          - when: { message: pay }
            set: { paid: true }
            say: Paid.
    """)
    path = session(app)
    say(app, path, "pay")

    (ended,) = turns(app)
    assert ended.story.passed_over[0].why == "the state paid is false; wanted: the state paid is true"


def test_a_turn_that_no_rule_fits_has_passed_all_of_them_over() -> None:
    app = shop("""
        agent: shop
        turns:
          - when: { message: pay }
            say: Paid.
        otherwise: error
    """)
    say(app, session(app), "hello")

    (ended,) = turns(app)
    assert (ended.state, ended.story.rule, len(ended.story.passed_over)) == ("error", "", 1)
    assert ended.detail.startswith("no rule of agent 'shop' fits 'hello'")


def test_a_step_that_waits_or_repeats_is_told_as_often_as_it_was_begun() -> None:
    app = shop("""
        agent: shop
        turns:
          - wait: 2s
            say: One.
            repeat: 2
            then: { say: Two. }
    """)
    say(app, session(app), "hello")

    (ended,) = turns(app)
    assert [line for line, _ in steps(ended)] == ["4", "4", "7"]


def test_a_turn_belongs_to_the_world_of_its_session_seeded_ones_too() -> None:
    app = shop("""
        agent: shop
        turns:
          - say: Hello.
        sessions:
          - { id: s1, running: true, history: [hello] }
    """)
    say(app, session(app, base="/a/sessions"), "hello")

    assert [entry.world for entry in turns(app)] == ["/a", "/a"]
