"""The judge of stored logs: what must be in them, given what the stream was (LOG-1, LOG-2, MSG-1, EVT-4).

Must not know: HTTP, pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mock_gateway.conformance.server.beta.fold import Fold
from mock_gateway.conformance.server.beta.shapes import event_mistakes
from mock_gateway.conformance.server.violation import Violation

Json = dict[str, Any]
ENDS = ("turn.created", "turn.done")


def due_in_log(events: Sequence[Json]) -> Iterator[Fold | Json]:
    """What the log of a turn has to hold: each message where its last delta was, everything else as it came."""
    open_folds: dict[str, Fold] = {}
    for event in events:
        if event["type"] == "model.message":
            thread = str(event.get("thread_id"))
            fold = open_folds.setdefault(thread, Fold(thread))
            for _ in fold.add(event):
                pass
            if event.get("finish_reason") is not None:
                yield open_folds.pop(thread)
        elif event["type"] not in ENDS:
            yield event


def judge_log(events: Sequence[Json], log: Sequence[Json]) -> Iterator[Violation]:
    """All violations of a finished turn's log. events: its stream; log: the oldest first."""
    for item in log:
        for rule, mistake in event_mistakes(item, stored=True):
            yield Violation(rule, f"stored: {mistake}", item)
    due = list(due_in_log(events))
    expected = [("model.message", item.thread_id) if isinstance(item, Fold) else _place(item) for item in due]
    stored = [_place(item) for item in log]
    if stored != expected:
        yield Violation("LOG-1", "the log does not hold the turn's events in order", {"log": stored, "due": expected})
        return
    for item, seen in zip(log, due, strict=True):
        number = seen.last if isinstance(seen, Fold) else seen.get("sequence_id")
        if item.get("sequence_id") != number:
            yield Violation("LOG-2", f"a stored event has another sequence id than {number} in the stream", item)
        if isinstance(seen, Fold):
            for rule, mistake in seen.differences(item):
                yield Violation(rule, f"stored: {mistake}", item)
        elif {**item, "sequence_id": 0} != {**seen, "sequence_id": 0}:
            yield Violation("LOG-1", "a stored event is not what the stream had", {"log": item, "stream": seen})


def _place(event: Json) -> tuple[str, str | None]:
    return event["type"], event.get("thread_id")
