"""How long the client waits: between tries of a safe request, and between looks at a turn.

Owns: the numbers, the growing delays, the count of failures in a row.
Must not know: what is tried. Time passes only through the `sleep` that is handed in.
Next: `transport.py` (safe requests), `follow.py` (streams), `api.py` (wait).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from mock_gateway.client.errors import ApiError, GatewayError

Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Backoff:
    """Growing delays, in seconds: `first`, then `growth` times the one before, never over `longest`."""

    first: float
    growth: float
    longest: float

    def delays(self) -> Iterator[float]:
        """The delays, without end."""
        delay = self.first
        while True:
            delay = min(delay, self.longest)
            yield delay
            delay *= self.growth


@dataclass(frozen=True, slots=True)
class Pacing:
    """The client's patience.

    retries: tries after the first one, counted since the last success.
    backoff: delays between tries. A stream's `retry:` field replaces its first delay.
    longest_retry_after: seconds; a gateway that asks for more gets no further try, the error is raised.
    poll: delays between the looks of `Turn.wait()`.
    """

    retries: int = 5
    backoff: Backoff = field(default=Backoff(first=0.25, growth=2.0, longest=10.0))
    longest_retry_after: float = 60.0
    poll: Backoff = field(default=Backoff(first=0.1, growth=1.5, longest=2.0))


class Attempts:
    """Failures in a row of one request or one stream."""

    def __init__(self, pacing: Pacing, sleep: Sleep) -> None:
        self._pacing = pacing
        self._sleep = sleep
        self._backoff = pacing.backoff
        self.reset()

    def reset(self) -> None:
        """Forget the failures: something arrived."""
        self._failures = 0
        self._delays = self._backoff.delays()

    def start_from(self, milliseconds: int) -> None:
        """Take the reconnection time that a stream asked for as the first delay."""
        first = milliseconds / 1000
        if first != self._backoff.first:
            self._backoff = replace(self._backoff, first=first)
            self._delays = self._backoff.delays()

    def wait_or_raise(self, cause: GatewayError, *, transient: bool | None = None) -> None:
        """Sleep before the next try, or raise the cause when there must be none.

        transient: overrules the cause's own word on whether another try can help.
        """
        allowed = cause.transient if transient is None else transient
        asked = cause.retry_after if isinstance(cause, ApiError) else None
        too_long = asked is not None and asked > self._pacing.longest_retry_after
        if not allowed or too_long or self._failures >= self._pacing.retries:
            raise cause
        self._failures += 1
        self._sleep(max(next(self._delays), asked or 0.0))
