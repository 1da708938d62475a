"""Times on the wire (NET-3)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


def iso_time(seconds: float) -> str:
    """ISO-8601 in UTC with milliseconds and `Z`; seconds since the epoch."""
    whole, thousandths = divmod(int(seconds * 1000 + 0.5), 1000)
    return f"{_whole_second(whole)}.{thousandths:03d}Z"


# What happens within one second shares all but its milliseconds.
@lru_cache(maxsize=256)
def _whole_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:-6]
