"""Conditions in words: what they ask for, and why they do not fit."""

from __future__ import annotations

import re

import pytest

from mock_gateway.core.script import Condition, File, Incoming
from mock_gateway.scenario.cover import covers
from mock_gateway.scenario.matchers import (
    AllOf,
    CountFits,
    FileFits,
    FileTest,
    ResumeFits,
    StateFits,
    TextFits,
    TextTest,
)

HELLO = Incoming("message", "Hello Ada", files=(File("A.pdf", "application/pdf", 2000),), state={"n": 1})


def contains(*texts: str) -> TextFits:
    return TextFits("message", tuple(TextTest("contains", text) for text in texts))


def regex(pattern: str) -> TextFits:
    return TextFits("message", (TextTest("regex", f"/{pattern}/", re.compile(pattern)),))


def equals(text: str) -> TextFits:
    return TextFits("message", (TextTest("equals", text),))


@pytest.mark.parametrize(
    ("condition", "asks", "why"),
    [
        (contains("bye", "end"), 'the message contains "bye" or contains "end"', 'the message is "Hello Ada"'),
        (equals("hello"), 'the message is "hello"', 'the message is "Hello Ada"'),
        (regex("^x"), "the message matches /^x/", 'the message is "Hello Ada"'),
        (TextFits("tool", (TextTest("contains", "x"),)), 'the tool contains "x"', 'the tool is ""'),
        (FileFits((FileTest(name="*.png"),)), "there is a file named *.png", "A.pdf (application/pdf, 2000 bytes)"),
        (
            FileFits((FileTest(mime="image/*", over=10.0, under=99.0),)),
            "there is a file of type image/* over 10 bytes under 99 bytes",
            "there is: A.pdf",
        ),
        (CountFits("turn", (2, 3)), "the turn is 2 or 3", "the turn is 1"),
        (CountFits("files", (2,)), "the number of files is 2", "the number of files is 1"),
        (StateFits("n", 2), "the state n is 2", "the state n is 1"),
        (StateFits("m", [1]), "the state m is [1]", "there is no state m"),
        (ResumeFits(), "the turn resumes without input", "the turn has input"),
        (
            AllOf((contains("hello"), CountFits("turn", (2,)))),
            'the message contains "hello" and the turn is 2',
            "the turn is 1; wanted: the turn is 2",
        ),
    ],
)
def test_a_condition_says_what_it_asks_for_and_why_it_does_not_fit(condition: Condition, asks: str, why: str) -> None:
    assert condition.match(HELLO) is None
    assert condition.describe() == asks
    assert why in condition.explain(HELLO)


@pytest.mark.parametrize(
    "condition",
    [
        contains("HELLO"),
        equals("Hello Ada"),
        FileFits((FileTest(name="*.PDF", mime="*/PDF", over=1999.0, under=2001.0),)),
        FileFits((FileTest(name="x"), FileTest(name="a.*"))),
        CountFits("files", (1,)),
        StateFits("n", 1),
    ],
)
def test_a_condition_that_fits_has_nothing_to_explain(condition: Condition) -> None:
    assert condition.match(HELLO) == {}
    assert condition.explain(HELLO) == ""


def test_without_a_file_that_is_said() -> None:
    assert FileFits((FileTest(name="x"),)).explain(Incoming("message")).endswith("there is no file")


def test_a_long_text_is_shortened() -> None:
    assert len(contains("x").explain(Incoming("message", "y" * 500))) < 150


def test_captures_of_all_parts_are_put_together() -> None:
    both = AllOf((regex("(?P<a>H.)(?P<none>x)?"), regex("(?P<b>A.)")))

    assert both.match(HELLO) == {"a": "He", "none": None, "b": "Ad"}


def test_a_message_condition_needs_a_message() -> None:
    assert regex("").match(Incoming("resume")) is None
    assert regex("").explain(Incoming("resume")) == "no message came in"


def test_a_resumed_turn_is_only_for_conditions_that_ask_for_it() -> None:
    assert AllOf((CountFits("turn", (1,)),)).match(Incoming("resume")) is None
    assert "no input" in AllOf((CountFits("turn", (1,)),)).explain(Incoming("resume"))
    assert AllOf((ResumeFits(), CountFits("turn", (1,)))).match(Incoming("resume")) == {}


def test_a_visit_counts_when_everything_else_fits() -> None:
    condition = AllOf((contains("hello"), CountFits("visit", (2,))))

    assert condition.match(HELLO) is None
    assert condition.counts_visit(HELLO)
    assert not condition.counts_visit(Incoming("message", "bye"))
    assert not condition.counts_visit(Incoming("resume"))


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        (None, None),
        (None, AllOf((contains("a"),))),
        (AllOf((contains("refund"),)), AllOf((contains("Refund it"),))),
        (AllOf((contains("refund"),)), AllOf((equals("please REFUND"),))),
        (AllOf((contains("a", "b"),)), AllOf((contains("xb"),))),
        (AllOf((regex("^a"),)), AllOf((regex("^a"),))),
        (AllOf((regex("^a"),)), AllOf((equals("abc"),))),
        (AllOf((equals("a"),)), AllOf((equals("a"),))),
        (AllOf((contains("a"),)), AllOf((contains("a"), CountFits("turn", (2,))))),
        (AllOf((CountFits("turn", (1, 2)),)), AllOf((CountFits("turn", (2,)),))),
        (AllOf((StateFits("n", 1),)), AllOf((StateFits("n", 1),))),
        (AllOf((ResumeFits(),)), AllOf((ResumeFits(), CountFits("turn", (2,))))),
    ],
)
def test_a_wider_condition_covers_a_narrower_one(wide: AllOf | None, narrow: AllOf | None) -> None:
    assert covers(wide, narrow)


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        (AllOf((contains("a"),)), None),
        (None, AllOf((ResumeFits(),))),
        (AllOf((contains("refund it"),)), AllOf((contains("refund"),))),
        (AllOf((contains("a"),)), AllOf((regex("a"),))),
        (AllOf((contains("a"),)), AllOf((contains("a", "b"),))),
        (AllOf((equals("a"),)), AllOf((contains("a"),))),
        (AllOf((regex("^b"),)), AllOf((equals("abc"),))),
        (AllOf((contains("a"), CountFits("turn", (2,)))), AllOf((contains("a"),))),
        (AllOf((CountFits("visit", (1,)),)), AllOf((CountFits("visit", (1,)),))),
        (AllOf((CountFits("turn", (1,)),)), AllOf((CountFits("files", (1,)),))),
        (AllOf((StateFits("n", 1),)), AllOf((StateFits("n", True),))),
        (AllOf((TextFits("tool", (TextTest("contains", "a"),)),)), AllOf((contains("a"),))),
    ],
)
def test_what_is_not_surely_covered_is_not(wide: AllOf | None, narrow: AllOf | None) -> None:
    assert not covers(wide, narrow)
