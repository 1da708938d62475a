"""Times on the wire (NET-3)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=1024)
def iso_time(seconds: float) -> str:
    """ISO-8601 in UTC with milliseconds and `Z`; seconds since the epoch."""
    return datetime.fromtimestamp(int(seconds * 1000 + 0.5) / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
