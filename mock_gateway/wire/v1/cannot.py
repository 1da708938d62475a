"""What the published contract has no place for: facts that its clients never hear of, and why.

Owns: the list; a test changes each of these and finds the same bytes, and changes anything else and finds others.
Names are those of the core's records and their fields.
"""

from __future__ import annotations

from collections.abc import Mapping

_NO_FLAGS = "what is known of a tool is its kind, its server and its name; the pause events say the rest"

CANNOT: Mapping[str, str] = {
    "Deltas.at of a later delta": "only the first delta of a message carries a time",
    "McpInitialized.fresh": "every turn names all servers, whether they were connected before or not",
    "McpAuthRequired.servers.thread_ids": "a server to authorise has an id, a name and an address, and no threads",
    "ToolCall.approval": _NO_FLAGS,
    "ToolCall.runs_on": _NO_FLAGS,
    "ToolCall.deferred": _NO_FLAGS,
}
