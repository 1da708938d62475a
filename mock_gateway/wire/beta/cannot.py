"""What the documented contract has no place for: facts that its clients never hear of, and why.

Owns: the list; a test changes each of these and finds the same bytes, and changes anything else and finds others.
Names are those of the core's records and their fields.
"""

from __future__ import annotations

from collections.abc import Mapping

_NO_TIME = "only turn.created and thread.created carry a time (EVT-1, EVT-8)"
_NO_USAGE = "a model message has no usage (EVT-3, EVT-4)"

CANNOT: Mapping[str, str] = {
    "MessageStarted.at": "a message shows when its first piece comes (EVT-3)",
    "MessageStarted.message": "a message shows when its first piece comes (EVT-3)",
    "Deltas.at": _NO_TIME,
    "Deltas.at of a later delta": _NO_TIME,
    "ToolResponded.at": _NO_TIME,
    "ApprovalRequired.at": _NO_TIME,
    "ApprovalRequired.calls.message": "a pause names calls, not the message that made them (EVT-6, EVT-7)",
    "ResponseRequired.at": _NO_TIME,
    "ThreadDone.at": _NO_TIME,
    "McpInitialized.at": _NO_TIME,
    "McpInitialized.servers": "only servers that were not connected before are named (EVT-10)",
    "McpAuthRequired.at": _NO_TIME,
    "SandboxCreated.at": _NO_TIME,
    "TurnDone.at": _NO_TIME,
    "Message.reasoning": "a model message has no reasoning (EVT-3, EVT-4)",
    "Message.refusal": "a model message has no refusal (EVT-3, EVT-4)",
    "Usage.input_tokens": _NO_USAGE,
    "Usage.output_tokens": _NO_USAGE,
    "Usage.cache_read_tokens": _NO_USAGE,
    "Usage.cache_write_tokens": _NO_USAGE,
    "Usage.cost_in_usd": _NO_USAGE,
    "McpServer.transport": "a connected server has a name and a session id (EVT-10)",
    "Turn.completed_at": "a turn has the time of its beginning only (TRN-1, TRN-3)",
    "Session.title when it was not given": "a title that was not given is null (SES-2)",
    "Session.draft": "a session is made for a saved agent (SES-1)",
}
