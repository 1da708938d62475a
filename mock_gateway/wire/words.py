"""How a dialect spells what every stream has: the little that somebody who only sees frames has to know of it.

Owns: the record. Each dialect has one (`Dialect.words`). Must not know: who reads it.
"""

from __future__ import annotations

from msgspec import Struct


class Words(Struct, frozen=True):
    """The words of a dialect's frames.

    ends: the type of the event that ends a turn. status: where in it the turn's status is, with dots. done, cancelled:
    two of its values. number: the field of every event that repeats the sequence id; None when only the frame has it.
    text: the field with the text of a message.
    """

    ends: str = "turn.done"
    status: str = "status"
    done: str = "done"
    cancelled: str = "cancelled"
    number: str | None = None
    text: str = "content"
