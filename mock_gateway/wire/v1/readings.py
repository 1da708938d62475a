"""Where the published contract is silent or can be read in two ways: what this server answers.

Owns: the choices and their defaults. `settings.py` names each of them `v1_...` for the command line.
Must not know: where a value comes from.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

HALF_HOUR = 1800.0


class Readings(Struct, frozen=True):
    """The readings of one server.

    concurrent_turn: a second turn cancels the running one with `cancelled-for-next-turn`, or is refused with 412.
    list_window: how far back a listing goes when it names no start: `half_hour` as the hosted service documents, or
    `all`, because a listing that forgets what a test made an hour ago helps nobody and parses all the same.
    unfit: the status for input that does not fit what is pending. message_while_auth: a user message while MCP servers
    wait for their authorisation is refused, or accepted and asked again. running_turn_events: see `settings.py`.
    replay: seconds of session time for which a finished turn can still be streamed. foreign_turn: a turn in a session
    that another subject has created, with a key that is pinned to a subject, is refused with 403, as published clients
    expect, or played.
    """

    concurrent_turn: Literal["supersede", "refuse"] = "supersede"
    list_window: Literal["all", "half_hour"] = "all"
    unfit: Literal[422, 400] = 422
    message_while_auth: Literal["refuse", "ask_again"] = "refuse"
    running_turn_events: Literal["refuse", "snapshot"] = "refuse"
    replay: float = 240.0
    foreign_turn: Literal["refuse", "allow"] = "refuse"

    @property
    def window(self) -> float | None:
        """Seconds before its end at which a listing without a start begins; None for the beginning of time."""
        return HALF_HOUR if self.list_window == "half_hour" else None
