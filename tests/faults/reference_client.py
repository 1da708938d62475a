"""The conversation of `mock_gateway/faults/clients.py`, held by the reference client.

Owns: talking, counting requests and streams. Must not know: faults.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from mock_gateway.client import (
    Event,
    GatewayError,
    ModelMessageDelta,
    TrueFoundryGateway,
    TurnDone,
    TurnState,
    UnknownEvent,
    UserMessage,
)

PATIENCE = 20.0
Json = dict[str, Any]


class Counted(httpx.HTTPTransport):
    """The network. sent: method and path of each request. on_stream: told of each stream that was opened, by number."""

    def __init__(self, base: str, on_stream: Callable[[int], None]) -> None:
        super().__init__()
        self.sent: list[str] = []
        self._base = base
        self._on_stream = on_stream
        self._streams = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one."""
        path = str(request.url.copy_with(query=None)).removeprefix(self._base)
        self.sent.append(f"{request.method} {path}")
        answer = super().handle_request(request)
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            self._streams += 1
            self._on_stream(self._streams)
        return answer


class Conversation:
    """One conversation. on_stream: told of each stream that was opened. timeout, stream_timeout: seconds without a byte
    before a plain call or a stream is given up."""

    def __init__(
        self,
        url: str,
        on_stream: Callable[[int], None] = lambda _: None,
        *,
        timeout: float = PATIENCE,
        stream_timeout: float = PATIENCE,
    ) -> None:
        self.slept: list[float] = []
        self.network = Counted(url, on_stream)
        self.client = TrueFoundryGateway(
            url,
            "any",
            timeout=timeout,
            stream_timeout=stream_timeout,
            sleep=self.slept.append,
            transport=self.network,
        )
        self.events: list[Event] = []
        self.error: GatewayError | None = None
        self.state: TurnState | None = None

    def talk(self, session_id: str, say: str, *, follows: bool) -> Json:
        """All of it, as `outcomes.py` wants it.

        say: what the user says; `hold` is cancelled. follows: the turn is made without a stream, and then joined.
        """
        try:
            self._talk(session_id, say, follows=follows)
        except GatewayError as error:
            self.error = error
        self.client.close()
        return {
            "error": type(self.error).__name__ if self.error else "",
            "events": [plain(event) for event in self.events if not isinstance(event, UnknownEvent)],
            "texts": texts(self.events),
            "is_done": any(isinstance(event, TurnDone) for event in self.events),
            "warnings": 0,
            "requests": self.network.sent,
        }

    def _talk(self, session_id: str, say: str, *, follows: bool) -> None:
        session = self.client.agents.get_session(session_id)
        message = [UserMessage(content=say)]
        stream = session.create_turn(message, stream=False).stream() if follows else session.create_turn(message)
        for event in stream:
            self.events.append(event)
            if say == "hold" and isinstance(event, ModelMessageDelta):
                session.cancel()
        assert stream.turn_id is not None
        self.state = session.get_turn(stream.turn_id).state()


def plain(event: Event) -> Json:
    """An event without what its class does not know."""
    return event.model_dump(mode="json", include=set(type(event).model_fields), exclude_none=True)


def texts(events: list[Event]) -> list[Any]:
    """What was said and how the turn ended, however it was cut into pieces."""
    said = "".join(event.content or "" for event in events if isinstance(event, ModelMessageDelta))
    return [said, *(plain(event) for event in events if not isinstance(event, ModelMessageDelta))]
