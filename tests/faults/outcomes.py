"""What came of a conversation with a fault, in one of the words of `mock_gateway/faults/clients.py`.

Owns: comparing a conversation with one that had no fault. Must not know: which client had it; it is data by then.
"""

from __future__ import annotations

from typing import Any

from mock_gateway.faults.clients import ASKS, LOSES, MISSES, MORE, NOTES, RESUMES, SAME, SHORT, TAKES, raises

Json = dict[str, Any]


def outcome(seen: Json, plain: Json) -> str:
    """What the client did.

    Of a conversation there are `error`, the name of a class; `events`, as the client handed them out; `texts`, what
    was said and how the turn ended; `is_done`, whether the client knows of the end; `warnings`; `requests`.
    """
    if seen["error"]:
        return raises(seen["error"])
    if seen["texts"] == plain["texts"] and seen["requests"] != plain["requests"]:
        return RESUMES if _streams(seen) > _streams(plain) else ASKS
    if seen["events"] == plain["events"]:
        return NOTES if seen["warnings"] else SAME
    return _amiss(seen, plain)


def _amiss(seen: Json, plain: Json) -> str:
    if seen["warnings"]:
        return LOSES
    if not seen["is_done"]:
        return SHORT
    fewer = len(seen["events"]) - len(plain["events"])
    return MISSES if fewer < 0 else MORE if fewer > 0 else TAKES


def _streams(seen: Json) -> int:
    return sum(request.endswith(("/stream", "/subscribe")) for request in seen["requests"])
