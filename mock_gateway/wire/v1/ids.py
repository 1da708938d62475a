"""Ids of events: lower-case ULIDs that depend on the turn and on where the event stands in it, and on nothing else.

So a reader, a stored list, a turn's state and a later turn all name an event alike, and within a turn ids sort as the
events came. A message has the id of its base event; all its deltas share it.
"""

from __future__ import annotations

from mock_gateway.core.events import MessageStarted
from mock_gateway.core.ids import digest
from mock_gateway.core.state import Message, Turn
from mock_gateway.wire.projection import Projection, view_of

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_PLACE = 3
"""Bytes for the place in the turn: they come before the bytes that depend on the turn's id, so that ids sort."""


def ulid(at: float, place: int, *parts: object) -> str:
    """A ULID whose time is `at` (seconds since the epoch), then its place, then what depends on the parts."""
    head = max(0, int(at * 1000)).to_bytes(6, "big") + (place & 0xFFFFFF).to_bytes(_PLACE, "big")
    value = int.from_bytes(head + digest(10 - _PLACE, *parts), "big")
    return "".join([_PAIRS[value >> shift & 1023] for shift in range(120, -1, -10)])


def event_id(turn: Turn, at: float, number: int) -> str:
    """The id of an event of a turn. at: when it happened. number: its sequence number."""
    return ulid(at, number, turn.id)


class Known:
    """What was worked out for the messages of a turn, by message number: ids, and what every delta begins with."""

    __slots__ = ("heads", "ids")

    def __init__(self) -> None:
        self.ids: dict[int, str] = {}
        self.heads: dict[int, tuple[bytes, bytes]] = {}


def known_of(turn: Turn) -> Known:
    """What is known of a turn's messages; made once."""
    known = turn.views.get("v1 messages")
    if not isinstance(known, Known):
        known = turn.views["v1 messages"] = Known()
    return known


def message_id(view: Projection, message: Message) -> str:
    """The id of a message of this turn, or of one before it in its chain."""
    known = known_of(view.turn)
    found = known.ids.get(message.number)
    if found is None:
        found = known.ids[message.number] = _look_up(view, message)
    return found


def _look_up(view: Projection, message: Message) -> str:
    for turn in view.turn.chain():
        place = view_of(turn, view.renderer)
        place.sync()
        for index in range(len(place.facts) - 1, -1, -1):
            fact = place.facts[index]
            if type(fact) is MessageStarted and fact.message is message:
                return event_id(turn, fact.at, place.starts[index])
    raise LookupError(f"message {message.number} is in no turn of the chain of {view.turn.id}")
