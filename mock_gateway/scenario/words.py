"""Filler text: as many words as a scenario asks for, the same in every run.

Owns: the word list and the rhythm of sentences. Must not know: scenarios.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

_WORDS = [
    "about",
    "account",
    "after",
    "again",
    "agent",
    "along",
    "among",
    "answer",
    "around",
    "because",
    "before",
    "behind",
    "below",
    "between",
    "bright",
    "budget",
    "calm",
    "careful",
    "chapter",
    "clear",
    "close",
    "column",
    "common",
    "corner",
    "count",
    "course",
    "cursor",
    "daily",
    "detail",
    "during",
    "early",
    "either",
    "enough",
    "evening",
    "event",
    "every",
    "expected",
    "familiar",
    "figure",
    "final",
    "follow",
    "further",
    "garden",
    "gentle",
    "given",
    "growth",
    "harbour",
    "however",
    "inside",
    "instead",
    "invoice",
    "journey",
    "known",
    "large",
    "later",
    "letter",
    "light",
    "likely",
    "little",
    "longer",
    "margin",
    "matter",
    "measure",
    "middle",
    "morning",
    "narrow",
    "nearly",
    "notice",
    "number",
    "often",
    "order",
    "other",
    "outside",
    "paper",
    "partly",
    "pattern",
    "period",
    "plain",
    "planned",
    "quarter",
    "quiet",
    "rather",
    "reason",
    "record",
    "report",
    "result",
    "river",
    "rough",
    "second",
    "section",
    "several",
    "shape",
    "should",
    "signal",
    "simple",
    "small",
    "sometimes",
    "source",
    "steady",
    "stream",
    "summer",
    "table",
    "term",
    "thread",
    "through",
    "together",
    "toward",
    "under",
    "until",
    "usual",
    "value",
    "various",
    "version",
    "water",
    "whether",
    "window",
    "winter",
    "within",
    "without",
    "yellow",
    "yesterday",
]


def filler(count: int, random: Random) -> tuple[str, ...]:
    """Words of sentences, each but the first with the blank before it."""
    return tuple(_sentences(random.choices(_WORDS, k=count), random))


def _sentences(words: list[str], random: Random) -> Iterator[str]:
    left = 0
    blank = ""
    for index, word in enumerate(words):
        if left == 0:
            left = random.randint(6, 14)
            word = word.capitalize()
        left -= 1
        last = left == 0 or index == len(words) - 1
        yield f"{blank}{word}." if last else f"{blank}{word}"
        blank = " "
