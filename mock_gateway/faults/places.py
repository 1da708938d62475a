"""Where in a stream a fault happens.

Owns: the place as data, reading it, and saying it in words. Must not know: bytes of a stream (`http/`).
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from mock_gateway.faults.kinds import FaultError, FaultKind
from mock_gateway.faults.params import nearest

KEYS = ("event", "byte", "character", "field", "after", "before")
EDGES = ("id", "event", "data", "blank")
"""Lines of an SSE message that a place can be at the edge of."""


class Place(Struct, frozen=True):
    """A place in a stream.

    event: a sequence id, the type of an event (the first of that type), or `last` for the event that ends the turn;
    None counts bytes from the beginning of the body. byte: bytes before the place. character: from 1, in `field`; the
    place is inside of it. after, before: a line of the event. With nothing but `event` the place is before the event.
    """

    event: int | str | None = None
    byte: int | None = None
    character: int | None = None
    field: str | None = None
    after: str | None = None
    before: str | None = None

    def __str__(self) -> str:
        inside = ""
        if self.byte is not None:
            inside = f"byte {self.byte}"
        elif self.character is not None:
            inside = f"inside character {self.character} of {self.field or 'its text'}"
        elif self.after is not None:
            inside = f"after {self.after}"
        elif self.before is not None:
            inside = f"before {self.before}"
        event = "" if self.event is None else f"event {self.event}"
        return ", ".join(filter(None, (event, inside)))


def read_place(kind: FaultKind, data: object) -> Place | None:
    """The `at` of a fault. Raises `FaultError`."""
    if data is None:
        if kind.needs in ("event", "point"):
            raise FaultError("at", f"{kind.name} needs a place, for example `at: {{ event: 3 }}`")
        return None
    if kind.needs == "none":
        raise FaultError("at", f"{kind.name} has no place: it is for the whole answer")
    if not isinstance(data, Mapping):
        raise FaultError("at", f"expected a mapping with {', '.join(KEYS)}, found {data!r}")
    for key in data:
        if key not in KEYS:
            raise FaultError(f"at.{key}", f"unknown key; {nearest(key, KEYS)}")
    place = Place(**{str(key): value for key, value in data.items()})
    _check(place)
    _check_use(kind, place)
    return place


def place_json(place: Place) -> dict[str, object]:
    """A place as it is written."""
    return {key: getattr(place, key) for key in KEYS if getattr(place, key) is not None}


def _check(place: Place) -> None:
    """Each value by itself, and at most one way to say where inside of the event."""
    event = place.event
    if event is not None and not _number(event, 1) and not (isinstance(event, str) and event):
        raise FaultError("at.event", f"expected a sequence id from 1, an event type or `last`, found {event!r}")
    if place.byte is not None and not _number(place.byte, 0):
        raise FaultError("at.byte", f"expected a whole number from 0, found {place.byte!r}")
    if place.character is not None and not _number(place.character, 1):
        raise FaultError("at.character", f"expected a whole number from 1, found {place.character!r}")
    if place.field is not None and not (isinstance(place.field, str) and place.field):
        raise FaultError("at.field", f"expected the name of a field, found {place.field!r}")
    for key in ("after", "before"):
        edge = getattr(place, key)
        if edge is not None and edge not in EDGES:
            raise FaultError(f"at.{key}", f"expected one of {', '.join(EDGES)}, found {edge!r}")
    given = [key for key in ("byte", "character", "after", "before") if getattr(place, key) is not None]
    if len(given) > 1:
        raise FaultError(f"at.{given[1]}", f"`{given[1]}` and `{given[0]}` exclude each other")
    if place.field is not None and place.character is None:
        raise FaultError("at.field", "`field` means something only together with `character`")


def _check_use(kind: FaultKind, place: Place) -> None:
    """What the kind can do with the place."""
    if place.event is None and (kind.needs != "point" or place.byte is None):
        hint = (
            "; only `byte` can stand alone, and counts from the beginning of the body" if kind.needs == "point" else ""
        )
        raise FaultError("at", f"`event` is missing{hint}")
    within = {"events": (), "event": (), "lines": ("after", "before"), "point": KEYS}[kind.needs]
    for key in ("byte", "character", "after", "before"):
        if getattr(place, key) is not None and key not in within:
            raise FaultError(f"at.{key}", f"{kind.name} is about a whole event, not about a place inside of it")


def _number(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
