"""The judge of stored lists: what must be in them, given what the streams were.

Must not know: HTTP, pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mock_gateway.conformance.server.v1.fold import Fold
from mock_gateway.conformance.server.v1.shapes import EVENTS, event_mistakes
from mock_gateway.conformance.server.violation import Violation

Json = dict[str, Any]
ENDS = ("turn.created", "turn.done")


def due_in_list(events: Sequence[Json], *, ends: bool = False) -> Iterator[Fold | Json]:
    """What a list of a turn has to hold: each finished message where its end was, everything else as it came.

    ends: turn.created and turn.done, too.
    """
    folds: dict[str, Fold] = {}
    for event in events:
        if event["type"] == "model.message":
            folds[event["id"]] = Fold(dict(event))
        elif event["type"] == "model.message.delta":
            fold = folds.get(event["id"])
            if fold is None:
                made = {"type": "model.message", "id": event["id"], "thread_id": event["thread_id"]}
                fold = folds[event["id"]] = Fold(made, baseless=True)
            was_finished = fold.finished
            for _ in fold.add(event):
                pass
            if fold.finished and not was_finished:
                yield fold
        elif event["type"] in EVENTS and (ends or event["type"] not in ENDS):
            yield event


def judge_list(events: Sequence[Json], listed: Sequence[Json], rule: str, *, ends: bool = False) -> Iterator[Violation]:
    """All violations of a turn's list, oldest first. events: its stream. rule: blamed for order and content."""
    for item in listed:
        for blamed, mistake in event_mistakes(item, stored=True):
            yield Violation(blamed, f"stored: {mistake}", item)
    due = list(due_in_list(events, ends=ends))
    expected = ["model.message" if isinstance(item, Fold) else item["type"] for item in due]
    listed = [item for item in listed if item.get("type") in EVENTS]
    stored = [item["type"] for item in listed]
    if stored != expected:
        yield Violation(rule, "the list does not hold the turn's events in order", {"listed": stored, "due": expected})
        return
    for item, seen in zip(listed, due, strict=True):
        if isinstance(seen, Fold):
            # A message with wrong fields is blamed for them already.
            for mistake in seen.differences(item) if not any(event_mistakes(item, stored=True)) else ():
                yield Violation("V1-MSG-2", f"stored: {mistake}", item)
        elif item != seen:
            yield Violation(
                rule if ends else "V1-LOG-3",
                "a stored event is not what the stream had",
                {"listed": item, "stream": seen},
            )
