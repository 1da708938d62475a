"""One stream of either contract, from its bytes to what is wrong with it.

Owns: what the two contracts call the same thing, so that whoever has a stream need not ask which it is of: the
tests, the judge of journals and the check for schemathesis. Must not know: where the bytes came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_gateway.conformance.server.beta import grammar as documented
from mock_gateway.conformance.server.beta.shapes import event_mistakes as documented_mistakes
from mock_gateway.conformance.server.client import parse_event
from mock_gateway.conformance.server.v1 import grammar as published
from mock_gateway.conformance.server.v1.shapes import event_mistakes as published_mistakes
from mock_gateway.conformance.server.violation import Violation, require
from mock_gateway.conformance.sse import Message, SseReader

Json = dict[str, Any]
Numbered = tuple[int, Json]
Past = documented.Past | published.Past
FRAME = {"beta": "STR-1", "v1": "V1-STR-1"}
"""The rule of frames."""
ENDS = {"beta": "STR-2", "v1": "V1-STR-3"}
"""The rule of how a stream begins and ends."""
NUMBER = {"beta": "SEQ-1", "v1": "V1-STR-2"}
"""The rule that numbers have no gap."""


def is_number(text: str) -> bool:
    """Whether it is a whole number, in digits that everybody has."""
    return text.isascii() and text.isdigit()


def event_of(message: Message, dialect: str) -> Numbered:
    """The event of a frame, with its number. Raises `Violation`."""
    try:
        event = parse_event(message)
    except Violation as violation:
        rule = {"STR-1": FRAME, "STR-2": ENDS}[violation.rule][dialect]
        raise Violation(rule, violation.message, violation.evidence) from violation
    number = str(event.get("sequence_id")) if dialect == "beta" else message.id
    good = message.own_id and is_number(message.id) and number == message.id
    require(good, FRAME[dialect], f"the id of a frame is {message.id!r}", event)
    return int(message.id), event


def read_stream(content: bytes, dialect: str, *, whole: bool = True) -> list[Numbered]:
    """The events of a stream. whole: it was read to its end. Raises `Violation`."""
    reader = SseReader()
    events = [event_of(message, dialect) for message in reader.feed(content)]
    require(not whole or reader.is_between, ENDS[dialect], "the stream ended inside a frame")
    return events


class Reading:
    """A stream under the grammar of its contract. past: what its turn inherits; None when it is the first."""

    def __init__(self, dialect: str, past: Past | None = None) -> None:
        self._documented = documented.Judge(_of(documented.Past, past)) if dialect == "beta" else None
        self._published = published.Judge(_of(published.Past, past)) if dialect != "beta" else None

    def take(self, events: Sequence[Numbered]) -> Reading:
        """The next events."""
        for number, event in events:
            if self._documented is not None:
                self._documented.feed(event)
            elif self._published is not None:
                self._published.feed(number, event)
        return self

    @property
    def _judge(self) -> documented.Judge | published.Judge:
        found = self._documented or self._published
        assert found is not None
        return found

    def violations(self, *, whole: bool = True) -> list[Violation]:
        """What is wrong. whole: there is nothing more."""
        return self._judge.finish() if whole else self._judge.violations

    def past(self) -> Past:
        """What the next turn of the chain inherits."""
        return self._judge.past()


def _of(kind: type[Any], past: Past | None) -> Any:
    assert past is None or isinstance(past, kind), "this is the past of another contract"
    return past


def alone(events: Sequence[Numbered], dialect: str, *, whole: bool = True) -> list[Violation]:
    """What is wrong with events of which it is not known what they inherit, or what came before them."""
    find = documented_mistakes if dialect == "beta" else published_mistakes
    found = [Violation(rule, mistake, event) for _, event in events for rule, mistake in find(event)]
    numbers = [number for number, _ in events]
    due = list(range(numbers[0], numbers[0] + len(numbers))) if numbers else []
    if numbers != due:
        found.append(Violation(NUMBER[dialect], "the numbers have a gap", numbers))
    if numbers and numbers[0] == 1 and events[0][1]["type"] != "turn.created":
        found.append(Violation(ENDS[dialect], "the first event is not turn.created", events[0][1]))
    if whole and events and events[-1][1]["type"] != "turn.done":
        found.append(Violation(ENDS[dialect], "the last event is not turn.done", events[-1][1]))
    return found
