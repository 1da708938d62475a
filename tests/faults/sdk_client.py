"""The conversation of `mock_gateway/faults/clients.py`, held by the published SDK.

Run as `python -m tests.faults.sdk_client` in a release's environment: each line of its input is a conversation to hold,
each line of its output what came of it, as `outcomes.py` wants it.
Must not import anything of this project but its neighbour: the environment has the release and nothing else.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import httpx
import truefoundry_gateway_sdk as sdk
from truefoundry_gateway_sdk import agents
from truefoundry_gateway_sdk.core.api_error import ApiError
from truefoundry_gateway_sdk.core.parse_error import ParsingError

from tests.v1.sdk.kit import Warnings

EXPECTED = (ApiError, ParsingError, httpx.HTTPError, ValueError)
"""What it raises; anything else ends this program."""
PATIENCE = 20.0
Json = dict[str, Any]


class Conversation:
    """One conversation. patience: seconds without a byte before the client gives up."""

    def __init__(self, url: str, patience: float | None) -> None:
        self.requests: list[str] = []
        self._base = url
        hooks: Any = {"request": [self._count]}
        http = httpx.Client(event_hooks=hooks, timeout=patience or PATIENCE)
        self.client = agents.AgentSessionClient(base_url=url, api_key="any", httpx_client=http)
        self.items: list[Any] = []

    def _count(self, request: httpx.Request) -> None:
        self.requests.append(f"{request.method} {str(request.url).removeprefix(self._base)}")

    def talk(self, session_id: str, say: str, *, follows: bool) -> Json:
        """All of it. say: what the user says; `hold` is cancelled. follows: the stream is left, and joined again."""
        heard = Warnings()
        error: Exception | None = None
        logging.getLogger().addHandler(heard)
        try:
            self._talk(session_id, say, follows=follows)
        except EXPECTED as found:
            error = found
        logging.getLogger().removeHandler(heard)
        return {
            "error": _name(error) if error else "",
            "message": str(error)[:200],
            "events": [[item.sequence_number, _plain(item.event)] for item in self.items],
            "texts": _texts([item.event for item in self.items]),
            "is_done": any(item.event.type == "turn.done" for item in self.items),
            "warnings": len(heard.messages),
            "requests": self.requests,
        }

    def _talk(self, session_id: str, say: str, *, follows: bool) -> None:
        session = self.client.get_session(session_id)
        turn = session.prepare_turn(input=[sdk.UserMessage(content=say)])
        stream = turn.execute()
        if follows:
            next(stream)
            stream.close()
            stream = turn.stream()
        for item in stream:
            self.items.append(item)
            if say == "hold" and item.event.type == "model.message.delta":
                session.cancel()
        if turn.id is not None:
            turn.refresh()


def _name(error: Exception) -> str:
    module = type(error).__module__.partition(".")[0]
    return f"httpx.{type(error).__name__}" if module == "httpx" else type(error).__name__


def _plain(event: Any) -> Json:
    """An event without what its class does not know."""
    fields = event.model_dump(mode="json")
    return {name: value for name, value in fields.items() if name in type(event).model_fields and value is not None}


def _texts(events: list[Any]) -> list[Any]:
    """What was said and how the turn ended."""
    deltas = [event for event in events if event.type == "model.message.delta"]
    said = "".join(event.content or "" for event in deltas if isinstance(event.content or "", str))
    return [said, *(_plain(event) for event in events if event.type != "model.message.delta")]


def main() -> None:
    """Hold conversations until there are no more."""
    for line in sys.stdin:
        asked = json.loads(line)
        conversation = Conversation(asked["url"], asked["patience"])
        print(json.dumps(conversation.talk(asked["session"], asked["say"], follows=asked["follows"])), flush=True)


if __name__ == "__main__":
    main()
