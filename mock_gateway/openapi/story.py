"""The one story that every example is taken from, whatever the contract.

A parcel is lost, the agent looks it up, a sub-agent reads the refund rules, and the refund waits for a person.
Owns: names, words, ids and moments. Must not know: any contract; the story is told in `beta/examples_events.py` and
`v1/examples_events.py`.
"""

from __future__ import annotations

import base64
import json

from mock_gateway.openapi.facts import Json

AGENT = "support-bot"
SUBJECT = "ada@example.test"
SESSION_ID = "sess-0193f5a0b1c2d3e4"
SEEDED_SESSION_ID = "sess-abc123"
SESSION_CREATED_AT = "2024-12-23T22:26:09.474Z"
SEEDED_AT = "2024-12-23T20:26:09.474Z"
TURN_ID = "0193f5a0-b5d0-7a41-9c3e-5f60718293a4"
TURN_CREATED_AT = "2024-12-23T22:26:10.512Z"
NEXT_TURN_ID = "0193f5a0-f2a4-7b52-8d4f-60718293a4b5"
NEXT_TURN_CREATED_AT = "2024-12-23T22:26:26.084Z"
THREAD_CREATED_AT = "2024-12-23T22:26:11.020Z"
SUB_AGENT_THREAD = "5b0c2f6e-1d3a-4c8b-9e7f-2a6d4b8c0e1f"
SANDBOX_ID = "desk.8c21f0"
PAGE_TOKEN = "cDE6MTAw"
AUTH_URL = "http://127.0.0.1:4010/__auth/sess-0193f5a0b1c2d3e4/payments?key=7d1f"
MCP_SESSION_ID = "mcps-19c2"

TRACK_CALL = "call_track_4711"
RULES_CALL = "call_rules_4711"
REFUND_CALL = "call_refund_4711"
ASK_CALL = "call_ask_4711"

LATE = "My parcel 4711 has not arrived."
LOOKING = "One moment, I am looking it up."
TRACKED = '{"parcel": "4711", "state": "lost"}'
ALLOWED_BY_RULES = "Yes, within 30 days."
LOST = "The parcel is lost. "
UNREADABLE = "The rule book could not be read."
USED_UP = "The agent used up its 25 iterations."
DENIED = "Ask the carrier first."
BANK_TRANSFER = "By bank transfer, please."
LABEL = "This is the label."
LABEL_NAME = "label.txt"

TRACK_ARGUMENTS: Json = {"parcel": "4711"}
REFUND_ARGUMENTS: Json = {"parcel": "4711", "amount": 24.5}
SUB_AGENT: Json = {"name": "rule-reader", "input": "May a lost parcel be refunded in full?"}


def data_uri(mime: str, payload: bytes) -> str:
    """A file inside a string."""
    return f"data:{mime};base64,{base64.b64encode(payload).decode()}"


LABEL_FILE = data_uri("text/plain", b"Parcel 4711\n")


def function_call(call_id: str, tool: str, arguments: Json, tool_info: Json) -> Json:
    """A whole tool call."""
    function = {"name": tool, "arguments": json.dumps(arguments)}
    return {"id": call_id, "type": "function", "function": function, "tool_info": tool_info}


def cut(index: int, call: Json) -> tuple[Json, Json]:
    """A tool call as two deltas, cut in the middle of its arguments."""
    name, arguments = call["function"]["name"], call["function"]["arguments"]
    middle = len(arguments) // 2
    first = {"index": index, **call, "function": {"name": name, "arguments": arguments[:middle]}}
    return first, {"index": index, "function": {"arguments": arguments[middle:]}}
