"""The first stage of a delivery: which events come, in which order, with which numbers and fields.

Owns: what each fault of the group `events` does to a frame, as a table. Must not know: how lines are written
(`line_stage.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mock_gateway.faults.frames import Frame, Json, Words, get_field, made_frame, with_field
from mock_gateway.faults.injection import Injection


class EventStage:
    """The faults of events of one stream. previous: the last frame of the turn that came in."""

    def __init__(self, injections: Sequence[Injection], words: Words) -> None:
        self.words = words
        self.previous: Frame | None = None
        self._injections = [one for one in injections if one.name in EVENTS]
        self._held: list[Frame] = []
        self._delayed: Frame | None = None
        self._shift = 0

    def feed(self, frame: Frame) -> list[Frame]:
        """What is sent for a frame of the stream."""
        if frame.number is None:
            return [frame]
        held, self._held, self._delayed = self._held, [], None
        frames = [frame]
        for injection in self._injections:
            if injection.is_for(frame, self.words):
                frames = [one for old in frames for one in self._change(injection, old, frame)]
        if self._shift:
            frame.identify(frame.number + self._shift, self.words)
        if self._delayed is not None:
            self._held = [one for one in frames if one is frame]
            frames = [one for one in frames if one is not frame]
        self.previous = frame
        return [*frames, *held]

    def finish(self) -> list[Frame]:
        """What is still held when the stream ends."""
        held, self._held = self._held, []
        return held

    def delay(self, frame: Frame) -> None:
        """Send a frame behind the next one."""
        self._delayed = frame

    def shift(self, by: int) -> None:
        """Let all numbers be higher from now on."""
        self._shift += by

    @property
    def shifted(self) -> int:
        """How much higher numbers are."""
        return self._shift

    def number_before(self, frame: Frame) -> int:
        """The sequence id before that of a frame."""
        return (frame.number or 1) - 1

    def _change(self, injection: Injection, old: Frame, frame: Frame) -> list[Frame]:
        return EVENTS[injection.name](self, injection, frame) if old is frame else [old]


Change = Callable[[EventStage, Injection, Frame], list[Frame]]


def _is_end(stage: EventStage, frame: Frame) -> bool:
    return frame.type == stage.words.ends


def _skip(_stage: EventStage, injection: Injection, _frame: Frame) -> list[Frame]:
    injection.done("the event was left out")
    return []


def _double(_stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    injection.done("the event came twice")
    return [frame, frame.copy()]


def _swap(stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    injection.done("the event came behind the next one")
    stage.delay(frame)
    return [frame]


def _gap(stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    injection.done(f"sequence ids are {injection.spec['by']} higher from here on")
    stage.shift(injection.spec["by"])
    return [frame]


def _repeat(stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    number = stage.number_before(frame)
    injection.done(f"the event had the sequence id {number}")
    frame.identify(number, stage.words)
    return [frame]


def _unknown_event(stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    event: Json = {"type": injection.spec["type"], **(injection.spec["fields"] or {})}
    number = _number_of_stranger(stage, injection.spec["number"], frame)
    if number is not None and stage.words.number is not None:
        event = {"type": event["type"], stage.words.number: number, **event}
    injection.done(f"an event of the type {event['type']} came before the event")
    return [made_frame(event, None if number is None else str(number)), frame]


def _number_of_stranger(stage: EventStage, which: str, frame: Frame) -> int | None:
    """The sequence id of an event that is put before another: its own, that of the one before, or none."""
    if which == "none":
        return None
    before = stage.number_before(frame)
    if which == "previous":
        return before
    stage.shift(1)
    return before + stage.shifted


def _unknown_field(_stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    if frame.event is not None:
        injection.done(f"the event had a field {injection.spec['name']}")
        frame.put({**frame.event, injection.spec["name"]: injection.spec["value"]})
    return [frame]


def _missing(_stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    def drop(inner: Json, key: str) -> None:
        del inner[key]

    return _edit(injection, frame, injection.spec["field"], drop, "was missing")


def _wrong_type(_stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    def swap(inner: Json, key: str) -> None:
        given = injection.spec["value"]
        inner[key] = given if given is not None else 7 if isinstance(inner[key], str) else "wrong"

    return _edit(injection, frame, injection.spec["field"], swap, "had another type")


def _unknown_enum(stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    def change(inner: Json, key: str) -> None:
        inner[key] = injection.spec["value"]

    return _edit(injection, frame, injection.spec["field"] or stage.words.status, change, "was a word of its own")


def _null(_stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    def empty(inner: Json, key: str) -> None:
        inner[key] = None

    return _edit(injection, frame, injection.spec["field"], empty, "was null", is_there=False)


def _wrong_delta(stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    def change(inner: Json, key: str) -> None:
        other = "" if injection.spec["how"] == "empty" else inner[key] * 2
        inner[key] = other if injection.spec["text"] is None else injection.spec["text"]

    text = frame.event.get(stage.words.text) if frame.event is not None else None
    if not isinstance(text, str):
        return [frame]
    return _edit(injection, frame, stage.words.text, change, "was another text")


def _edit(
    injection: Injection,
    frame: Frame,
    field: str,
    change: Callable[[Json, str], None],
    what: str,
    *,
    is_there: bool = True,
) -> list[Frame]:
    """Change a field, where there is one; otherwise leave the event alone."""
    if frame.event is None:
        return [frame]
    try:
        if is_there:
            get_field(frame.event, field)
        frame.put(with_field(frame.event, field, change))
    except (KeyError, IndexError):
        return [frame]
    injection.done(f"{field} {what}")
    return [frame]


def _bad_json(_stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    line = frame.line("data")
    if line is not None:
        form = injection.spec["form"]
        line.value = _FORMS[form](line.value)
        injection.done(f"the data was no JSON object: {form}")
    return [frame]


_FORMS: Mapping[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[: len(data) // 2],
    "comma": lambda data: data[:-1] + b",}",
    "quotes": lambda data: data.replace(b'"', b"'"),
    "nan": lambda data: data[:-1] + b',"x":NaN}',
    "text": lambda _data: b"not json",
    "array": lambda data: b"[" + data + b"]",
}


def _no_end(stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    if not _is_end(stage, frame):
        return [frame]
    injection.done("the last event was left out", f"event {stage.words.ends}")
    return []


def _after_end(stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    if not _is_end(stage, frame):
        return [frame]
    injection.done("an event came behind the last one", f"event {stage.words.ends}")
    event = injection.spec["event"]
    if event is not None:
        return [frame, made_frame(event)]
    again = (stage.previous or frame).copy()
    again.identify((frame.number or 0) + 1, stage.words)
    return [frame, again]


def _two_ends(stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    if not _is_end(stage, frame):
        return [frame]
    injection.done("the last event came twice", f"event {stage.words.ends}")
    again = frame.copy()
    if injection.spec["number"] == "next":
        again.identify((frame.number or 0) + 1, stage.words)
    return [frame, again]


def _says_done(stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    words = stage.words
    if not _is_end(stage, frame) or frame.event is None or get_field(frame.event, words.status) != words.cancelled:
        return [frame]

    def change(inner: Json, key: str) -> None:
        inner[key] = words.done

    return _edit(injection, frame, words.status, change, f"was {words.done}")


def _insert(_stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    injection.done("another event came before the event")
    return [made_frame(injection.spec["event"], injection.spec["id"]), frame]


def _replace(_stage: EventStage, injection: Injection, frame: Frame) -> list[Frame]:
    injection.done("the event was another one")
    event = injection.spec["event"]
    frame.put({**(frame.event or {}), **event} if injection.spec["merge"] else dict(event))
    return [frame]


EVENTS: Mapping[str, Change] = {
    "skip-event": _skip,
    "double-event": _double,
    "swap-events": _swap,
    "sequence-gap": _gap,
    "sequence-repeat": _repeat,
    "unknown-event": _unknown_event,
    "unknown-field": _unknown_field,
    "missing-field": _missing,
    "wrong-type": _wrong_type,
    "bad-json": _bad_json,
    "unknown-enum": _unknown_enum,
    "null-field": _null,
    "wrong-delta": _wrong_delta,
    "no-turn-done": _no_end,
    "after-turn-done": _after_end,
    "two-turn-dones": _two_ends,
    "cancelled-says-done": _says_done,
    "insert-event": _insert,
    "replace-event": _replace,
}
"""What each fault does, by its name."""
