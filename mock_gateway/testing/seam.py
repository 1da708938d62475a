"""What a fault can do to an exchange that goes through no socket: the same as to one that does, as its client sees it.

Owns: which error a client gets for which end of a connection. What frames the body is out of its reach, so it has no
`bend`. Must not know: how parts reach the client (`inprocess.py`). Look next: `http/connection.py`, a socket's seam.
"""

from __future__ import annotations

from collections.abc import Callable

import httpx


class Seam:
    """A connection that is none. cut: lets the client have an error behind all that was sent."""

    unsent = 0

    def __init__(self, request: httpx.Request, cut: Callable[[Exception], None]) -> None:
        self.on_lost: Callable[[], None] | None = None
        self.is_lost = False
        self._request = request
        self._cut = cut

    def keep_next(self) -> None:
        """Nothing is kept: a head without a body costs nothing here."""

    def flush(self) -> None:
        """Nothing was kept."""

    def abort(self) -> None:
        """Close without a word."""
        self.half_close()
        self.lose()

    def end(self) -> None:
        """Close behind all that was sent."""
        self.half_close()
        self.lose()

    def reset(self) -> None:
        """Close with a reset."""
        self._cut(httpx.ReadError("the connection was reset", request=self._request))
        self.lose()

    def half_close(self) -> None:
        """Send no more, and wait for the client to close."""
        message = "the server ended the response in the middle"
        self._cut(httpx.RemoteProtocolError(message, request=self._request))

    def lose(self) -> None:
        """The connection is gone, whoever closed it."""
        self.is_lost = True
        lost, self.on_lost = self.on_lost, None
        if lost is not None:
            lost()
