"""What each fault of events does, as a raw socket sees it. See `rows_of_bytes.py`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.faults.raw_line import Answer
from tests.faults.rows_of_bytes import Row, always, chunks, here, one
from tests.faults.stage import World

Json = dict[str, Any]


def event_of(frame: bytes) -> Json:
    """The event in a frame."""
    return dict(json.loads(frame.split(b"\ndata: ")[1]))


def frame_of(event: Json, number: object) -> bytes:
    """A frame with an event; without a number it has no id line."""
    line = "" if number is None else f"id: {number}\n"
    return f"{line}data: {json.dumps(event, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


def number_of(frame: bytes) -> int:
    return int(frame.split(b"\n")[0].removeprefix(b"id: "))


def renumbered(frame: bytes, number: int) -> bytes:
    """The same event with another sequence id, in both places where a dialect has it."""
    event = event_of(frame)
    if "sequence_id" in event:
        event["sequence_id"] = number
    return frame_of(event, number)


def edited(change: Callable[[Json], object], more: int = 0) -> Callable[[World, Answer], None]:
    """One event with a change."""

    def apply(frame: bytes, _world: World) -> bytes:
        event = event_of(frame)
        change(event)
        return frame_of(event, number_of(frame))

    return one(apply, more)


def last(make: Callable[[World, bytes], list[bytes]]) -> Callable[[World, Answer], None]:
    """The last frame becomes others."""
    return chunks(lambda world: [*world.plain[:-1], *make(world, world.plain[-1])])


def _status(word: str) -> Callable[[World, bytes], list[bytes]]:
    """The last event with another status, which one dialect has inside of the state."""

    def make(_world: World, frame: bytes) -> list[bytes]:
        event = event_of(frame)
        event.get("state", event)["status"] = word
        return [frame_of(event, number_of(frame))]

    return make


def _swapped(world: World) -> list[bytes]:
    found = list(world.plain)
    found[world.n - 1], found[world.n] = found[world.n], found[world.n - 1]
    return found


def _before(make: Callable[[World], bytes]) -> Callable[[World, Answer], None]:
    return chunks(lambda world: [*world.plain[: world.n - 1], make(world), *world.plain[world.n - 1 :]])


def _previous(world: World) -> bytes:
    number = {"sequence_id": world.n - 1} if world.dialect == "beta" else {}
    return frame_of({"type": "custom.notice", **number}, world.n - 1)


def _one_more(world: World) -> list[bytes]:
    before, behind = world.plain[: world.n - 1], world.plain[world.n - 1 :]
    number = {"sequence_id": world.n} if world.dialect == "beta" else {}
    stranger = frame_of({"type": "custom.notice", **number}, world.n)
    return [*before, stranger, *(renumbered(frame, n) for n, frame in enumerate(behind, world.n + 1))]


def _drop(field: str) -> Callable[[Json], object]:
    return lambda event: event.pop(field)


def _put(**fields: object) -> Callable[[Json], object]:
    return lambda event: event.update(fields)


def _bad(form: str, change: Callable[[bytes], bytes]) -> Row:
    def apply(frame: bytes, _world: World) -> bytes:
        head, data = frame.split(b"data: ", 1)
        return head + b"data: " + change(data[:-2]) + b"\n\n"

    return here(fault="bad-json", form=form), one(apply)


ROWS: dict[str, list[Row]] = {
    "skip-event": [
        (
            here(fault="skip-event"),
            chunks(lambda world: [*world.plain[: world.n - 1], *world.plain[world.n :]]),
        ),
        (always(fault="skip-event", at={"event": "turn.created"}), chunks(lambda world: world.plain[1:])),
    ],
    "double-event": [(here(fault="double-event"), _before(lambda world: world.plain[world.n - 1]))],
    "swap-events": [(here(fault="swap-events"), chunks(_swapped))],
    "sequence-gap": [
        (
            here(fault="sequence-gap", by=5),
            chunks(
                lambda world: [
                    renumbered(frame, number + 5) if number >= world.n else frame
                    for number, frame in enumerate(world.plain, 1)
                ]
            ),
        )
    ],
    "sequence-repeat": [
        (here(fault="sequence-repeat"), one(lambda frame, world: renumbered(frame, world.n - 1))),
    ],
    "unknown-event": [
        (
            here(fault="unknown-event", type="weather.changed", fields={"wind": 7}),
            _before(lambda _world: frame_of({"type": "weather.changed", "wind": 7}, None)),
        ),
        (here(fault="unknown-event", number="previous"), _before(_previous)),
        (here(fault="unknown-event", number="own"), chunks(_one_more)),
    ],
    "unknown-field": [
        (here(fault="unknown-field", name="x_region", value=["eu"]), edited(_put(x_region=["eu"]))),
        (
            always(fault="unknown-field"),
            chunks(lambda world: [frame_of({**event_of(f), "x_new": 1}, number_of(f)) for f in world.plain]),
        ),
    ],
    "missing-field": [(here(fault="missing-field", field="thread_id"), edited(_drop("thread_id")))],
    "wrong-type": [
        (here(fault="wrong-type", field="content"), edited(_put(content=7))),
        (here(fault="wrong-type", field="thread_id", value=["main"]), edited(_put(thread_id=["main"]))),
    ],
    "bad-json": [
        _bad("cut", lambda data: data[: len(data) // 2]),
        _bad("comma", lambda data: data[:-1] + b",}"),
        _bad("quotes", lambda data: data.replace(b'"', b"'")),
        _bad("nan", lambda data: data[:-1] + b',"x":NaN}'),
        _bad("text", lambda _data: b"not json"),
        _bad("array", lambda data: b"[" + data + b"]"),
    ],
    "unknown-enum": [
        (always(fault="unknown-enum", at={"event": "last"}), last(_status("unheard-of"))),
        (
            here(4, fault="unknown-enum", field="finish_reason", value="tired"),
            edited(_put(finish_reason="tired"), 4),
        ),
    ],
    "null-field": [
        (here(fault="null-field", field="content"), edited(_put(content=None))),
        (here(fault="null-field", field="finish_reason"), edited(_put(finish_reason=None))),
    ],
    "wrong-delta": [
        (here(fault="wrong-delta"), edited(_put(content="Grüße, Grüße, "))),
        (here(fault="wrong-delta", how="empty"), edited(_put(content=""))),
        (here(fault="wrong-delta", text="else"), edited(_put(content="else"))),
    ],
    "no-turn-done": [(always(fault="no-turn-done"), last(lambda _world, _frame: []))],
    "after-turn-done": [
        (
            always(fault="after-turn-done"),
            last(lambda world, frame: [frame, renumbered(world.plain[-2], len(world.plain) + 1)]),
        ),
        (
            always(fault="after-turn-done", event={"type": "turn.created"}),
            last(lambda _world, frame: [frame, frame_of({"type": "turn.created"}, None)]),
        ),
    ],
    "two-turn-dones": [
        (always(fault="two-turn-dones"), last(lambda _world, frame: [frame, frame])),
        (
            always(fault="two-turn-dones", number="next"),
            last(lambda world, frame: [frame, renumbered(frame, len(world.plain) + 1)]),
        ),
    ],
    "cancelled-says-done": [
        # This turn is not cancelled: nothing changes. One that is, is tried below the table.
        (always(fault="cancelled-says-done"), chunks(lambda world: world.plain))
    ],
    "insert-event": [
        (
            here(fault="insert-event", event={"type": "turn.created", "text": "ü"}, id="x"),
            _before(lambda _world: frame_of({"type": "turn.created", "text": "ü"}, "x")),
        )
    ],
    "replace-event": [
        (
            here(fault="replace-event", event={"type": "x"}),
            one(lambda _frame, world: frame_of({"type": "x"}, world.n)),
        ),
        (here(fault="replace-event", event={"content": "Bye."}, merge=True), edited(_put(content="Bye."))),
    ],
}
