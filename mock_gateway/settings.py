"""Settings of a server, and the defaults.

Owns: names, types and defaults. Where a value comes from (flag, environment, file) is `cli/options.py`'s business.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

EPOCH = 1_767_225_600.0
"""2026-01-01T00:00:00Z: where virtual time begins."""


class Keys(Struct, frozen=True):
    """Bearer keys (NET-2).

    subjects: keys pinned to a subject slug. refused: answered 401. forbidden: answered 403.
    only_known: keys that are not in `subjects` are refused too.
    """

    subjects: Mapping[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    forbidden: frozenset[str] = frozenset()
    only_known: bool = False


class Settings(Struct, frozen=True):
    """How a server behaves.

    speed: session seconds per second; 1 as written, 0 at once on virtual time. heartbeat: seconds of silence on a
    stream before a comment (STR-4). body_limit: bytes. cancel_delay: seconds until a cancellation takes effect (CAN-1).
    cancel, running_turn_events, concurrent_turn: the readings of section 12.
    v1_...: the readings of the published contract; `wire/v1/readings.py` explains them.
    journal_size, journal_bytes: entries that the journal keeps, and bytes of the bodies in them.
    admin: whether there is an admin API below `/__admin`. admin_token: what it asks for; None lets everybody in.
    """

    seed: int = 0
    speed: float = 1.0
    strict: bool = False
    heartbeat: float = 15.0
    body_limit: int = 32 * 1024 * 1024
    cancel_delay: float = 0.02
    subject: str = "local-user@example.test"
    keys: Keys = field(default_factory=Keys)
    cancel: Literal["turn", "session"] = "turn"
    running_turn_events: Literal["refuse", "snapshot"] = "refuse"
    concurrent_turn: Literal["refuse", "supersede"] = "refuse"
    v1_concurrent_turn: Literal["supersede", "refuse"] = "supersede"
    v1_running_turn_events: Literal["refuse", "snapshot"] = "refuse"
    v1_list_window: Literal["all", "half_hour"] = "all"
    v1_message_while_auth: Literal["refuse", "ask_again"] = "refuse"
    v1_unfit: Literal[422, 400] = 422
    v1_replay: float = 240.0
    v1_foreign_turn: Literal["refuse", "allow"] = "refuse"
    journal_size: int = 10_000
    journal_bytes: int = 16 * 1024 * 1024
    worlds: int = 10_000
    admin: bool = True
    admin_token: str | None = None
