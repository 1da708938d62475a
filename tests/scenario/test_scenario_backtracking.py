"""Regular expressions that can take for ever are warned of; what they see of a text is bounded."""

from __future__ import annotations

import re

import pytest

from mock_gateway.core.script import Incoming
from mock_gateway.scenario import load_text
from mock_gateway.scenario.backtracking import slow_part
from mock_gateway.scenario.errors import Mistake
from mock_gateway.scenario.matchers import REGEX_SEES, TextFits, TextTest


@pytest.mark.parametrize(
    "text",
    [
        r"(a+)+$",
        r"(\w+\s?)*$",
        r"(.*,)*x",
        r"([a-z]+)*\d",
        r"(\d+\.?)+$",
        r"((a+))*b",
        r"(?:x+x+)+y",
        r"(a{1,3})*b",
        r"^(\s*\w*)*$",
        r"(a*|b)*c",
        r"(x(a+)+y)?",
        r"(a|aa)+$",
        r"(aa?)+$",
        r"(.+?)+$",
        r"([^x]+)*x",
    ],
)
def test_a_repeat_in_a_repeat_over_the_same_characters_is_slow(text: str) -> None:
    assert slow_part(re.compile(text))


@pytest.mark.parametrize(
    "text",
    [
        r"\b(?P<invoice>INV-\d+)\b",
        r"money\s+back",
        r"(\w+,)*",
        r"([^,]*,)*x",
        r"([a-z]+[0-9]+)*$",
        r"(a|b)*",
        r"(\d{2}-)+",
        r"(foo|foobar)+",
        r"(.|\n)*",
        r"(a?)*",
        r"(a+){2,3}",
        r"(?P<n>\d+)(?P=n)*",
        r"(?=a+)b*",
        r"(\w|\d)+$",
        "",
    ],
)
def test_what_says_where_a_round_ends_is_not(text: str) -> None:
    assert not slow_part(re.compile(text))


def test_case_and_dots_are_as_the_flags_say() -> None:
    assert slow_part(re.compile(r"(a+A)*b", re.IGNORECASE)) and not slow_part(re.compile(r"(a+A)*b"))
    assert slow_part(re.compile("(.*\n)*b", re.DOTALL)) and not slow_part(re.compile("(.*\n)*b"))


def test_a_slow_expression_is_a_warning_and_played_all_the_same() -> None:
    warnings: list[Mistake] = []

    agent = load_text(
        """
agent: a
turns:
  - when: { message: ['/(a+)+$/', '/(b+)/'] }
    call: { tool: t.x, approval: required, returns: 1 }
    on_allow: { say: Done. }
    on_deny:
      - when: { reason: '/^(\\w+\\s?)*$/' }
        say: So be it.
      - say: Well.
""",
        warnings=warnings,
    )

    assert len(agent.rules) == 1
    assert [(str(warning.position).split(":")[-2], warning.message.split(" can ")[0]) for warning in warnings] == [
        ("4", "the regular expression /(a+)+$/"),
        ("8", "the regular expression /^(\\w+\\s?)*$/"),
    ]


def test_a_regular_expression_sees_the_beginning_of_a_long_text() -> None:
    test = TextFits("message", (TextTest("regex", "/b/", re.compile("b")),))

    assert test.match(Incoming("message", "a" * (REGEX_SEES - 1) + "b")) is not None
    assert test.match(Incoming("message", "a" * REGEX_SEES + "b")) is None
