"""One open SSE answer, read as events.

Owns: the check that the answer is a stream, the mapping of network failures while it is read.
Must not know: turns, sequence ids, resuming. Next: `follow.py`, which reads many of these as one.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from mock_gateway.client.errors import ProtocolError, TransportError
from mock_gateway.client.sse import ServerSentEvent, SseParser


class EventConnection:
    """A successful answer whose body is a stream of events (STR-1).

    Raises ProtocolError, and closes the answer, when it is of another media type.
    """

    def __init__(self, response: httpx.Response, call: str) -> None:
        self._response = response
        self._call = call
        self._parser = SseParser()
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "text/event-stream":
            self.close()
            found = media_type or "no content type"
            raise ProtocolError(f"{call} answered with {found} instead of text/event-stream (STR-1)")

    @property
    def retry(self) -> int | None:
        """The reconnection time that the stream asked for, in milliseconds."""
        return self._parser.retry

    def __iter__(self) -> Iterator[ServerSentEvent]:
        """Yield the events as they arrive, until the server ends the answer.

        Raises TransportError when reading fails or nothing arrives in time.
        """
        try:
            for chunk in self._response.iter_bytes():
                yield from self._parser.feed(chunk)
        except httpx.RequestError as error:
            raise TransportError(f"{self._call} broke off: {failure(error)}") from error

    def close(self) -> None:
        """Hang up. The turn goes on (TRN-8)."""
        self._response.close()


def failure(error: httpx.RequestError) -> str:
    """Say what went wrong on the network; many of these errors carry no text of their own."""
    return f"{type(error).__name__} {error}".strip()
