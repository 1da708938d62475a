"""Example frames: events as the text of a stream, and as the fields that a reader of server-sent events has.

Must not know: what an event holds, or where its number comes from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from mock_gateway.openapi.facts import Json


def _json(event: Json) -> str:
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False)


def stream_text(numbered: Iterable[tuple[int, Json]]) -> str:
    """Numbered events as the text of a stream, one frame each (STR-1)."""
    return "\n".join(f"id: {number}\ndata: {_json(event)}\n" for number, event in numbered)


def frame_of(number: int, event: Json) -> Json:
    """A numbered event as the fields of one frame, the form that the document's stream schema describes."""
    return {"id": str(number), "data": _json(event)}
