"""What is said to each agent of the gallery while it is recorded, as data; and once more when the recording is played.

Owns: the conversations. A conversation is a list of sessions, a session a list of moves: a method of `Talker` with its
arguments. Must not know: what the agents answer.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

Move = tuple[Any, ...]


def _file(name: str, mime: str, size: int = 20) -> tuple[str, str]:
    return name, f"data:{mime};base64,{b64encode(b'x' * size).decode()}"


PHOTO = _file("door.png", "image/png")
REPORT = _file("report.pdf", "application/pdf")
TABLE = _file("june.csv", "text/csv")
LARGE = _file("all.csv", "text/csv", 2000)

SPLIT = "Split 186.5 EUR between Ada, Grace and Alan."
DELETE = "Delete the staging database."
MARA = "Prepare everything for Mara, who starts on Monday."
NEAR = "Which pharmacy near me is open?"
DENTIST = "I need an appointment with the dentist."
FLOWERS = "Send flowers to my mother."
PAY = "Pay the electricity bill."
CALENDAR = "What is on my calendar today?"

SAID: dict[str, list[list[Move]]] = {
    "approval": [
        [("say", PAY), ("say", "And the water bill."), ("allow",)],
        [("say", PAY), ("deny",)],
    ],
    "attachments": [
        [("say", "Here you are.", PHOTO)],
        [("say", "Here.", REPORT), ("say", "What do you need?")],
        [("say", "Here you are.", PHOTO, REPORT)],
    ],
    "client-tool": [
        [("say", NEAR), ("answer", text)] for text in ("denied", '{"lat": 48.21, "lon": 16.37}', "no idea")
    ],
    "denial": [
        [("say", DELETE), ("deny", reason)]
        for reason in ("maybe later", "I meant production", "we still need it", None)
    ]
    + [[("say", DELETE), ("allow",)]],
    "door-broken": [[("say", f"The lift, {nth}?") for nth in range(1, 6)]],
    "door-busy": [[("say", "Where is parcel 7741?"), ("say", "Parcel 7742?"), ("say", "Parcel 7742?")]],
    "door-locked": [[("say", "Open the archive.")], [("create",), ("create",), ("say", "Open the archive.")]],
    "fragments": [[("say", "When does my library card expire?"), ("say", "And my book?"), ("say", "Thanks!")]],
    "generative-ui": [
        [("say", "Show me this week's visitors."), ("say", "Compare the visitors with last week.")],
    ],
    "hello": [[("say", text) for text in ("Hello!", "Good morning to you", "hi there", "Which way to {{ Whitby }}?")]],
    "history": [
        [("say", "Is there a table for two tonight?"), ("deny",), ("say", "The menu?"), ("say", "And the allergens?")],
        [("say", "A table?"), ("allow",)],
        [("enter", "sess-to-approve"), ("allow",), ("say", "And the menu?")],
    ],
    "mcp-auth": [
        [("say", CALENDAR), ("resume",), ("authorise",), ("say", "My calendar, again?"), ("say", "Hello")],
        [("say", CALENDAR), ("authorise", "refuse")],
    ],
    "memory": [
        [
            ("say", "My name is Ada."),
            ("say", "Put Emma into my basket."),
            ("say", "checkout"),
            ("say", "Put Persuasion into my basket."),
            ("say", "checkout"),
            ("say", "Empty my basket."),
            ("say", "checkout"),
            ("say", "What did I say first?"),
            ("say", "Do you sell umbrellas?"),
        ]
    ],
    "one-tool": [[("say", "What is the weather in Oslo?"), ("say", "Weather in Bergen?")]],
    "parallel-agents": [
        [("say", "Review the contract.")],
        [("say", "Quickly, the contract!"), ("say", "The contract, carefully.")],
    ],
    "parallel-approvals": [[("say", MARA), ("allow",)]],
    "polling": [[("say", "Print the poster."), ("say", "Print it once more.")]],
    "question": [[("say", DENTIST), ("answer", text)] for text in ("Thursday 16:40", "Neither", "whenever")],
    "question-and-approval": [
        [("say", FLOWERS), ("answer", "Get well soon")],
        [("say", FLOWERS), ("deny", "too dear")],
    ],
    "rules": [
        [("say", "STOP")],
        [("say", "Load this.", TABLE), ("say", "And this.", LARGE)],
        [("say", "My receipt.", PHOTO)],
        [("say", "My invoice INV-204 is wrong."), ("say", "Money back!")],
        [("say", "Hm.")] * 5,
    ],
    "sandbox": [
        [("say", "Hello."), ("say", "How many bikes in June?"), ("say", "Compare it with May.")],
    ],
    "strict": [[("say", "Turn OFF the lights in the hall"), ("say", "Turn on the lights in the attic")]],
    "support-bot": [
        [("say", "Refund invoice INV-2031 for tenant acme."), ("answer", "Billing error"), ("allow",)],
        [("say", "Restart the billing service."), ("deny", "not now")],
        [("say", "Which github issues are open?"), ("resume",), ("say", "A quick summary, please.")],
        [("say", "I need an environment called demo."), ("yes",), ("say", "Long research!")],
        [("say", "A support ticket."), ("say", "ORD-2031"), ("say", "Summarize my last order.")],
    ],
    "templates": [[("say", SPLIT), ("answer", text)] for text in ("Up to 62", "Leave it", "No")],
    "thinking": [[("say", "Which is heavier?"), ("say", "A pound?")]],
    "timeout": [[("say", "Solve the puzzle."), ("say", "Yes, please.")]],
    "turn-error": [[("say", "Summarise the board meeting."), ("say", "Again, please.")]],
    "two-servers": [[("say", "Prepare the standup."), ("authorise",)]],
    "visits": [
        [("say", "A riddle, please.")] * 4 + [("say", "A towel?")],
        [("say", "Ask me a riddle."), ("say", "A clock!")],
    ],
}
"""By agent; who is not here is asked what its file suggests, and told yes."""

FINISHED = '"finish_reason":"'
STOPPED: dict[str, list[list[Move]]] = {
    "cancelled-session": [[("stop", "Call the taxi to gate 4.", FINISHED), ("say", "Hello?")]],
    "held-turn": [[("stop", "Watch the kettle.", FINISHED), ("say", "What did you say?")]],
    "second-thoughts": [[("begin", "Put the radio on."), ("say", "Something quiet."), ("look_back",)]],
    "slow-tool": [[("stop", "Reindex the search.", FINISHED)]],
    "slow-turn": [[("stop", "Research the zip fastener.", '"content":'), ("say", "Just the summary, please.")]],
}
"""What is cancelled in the middle: recorded where time passes."""
SPEED = 20
"""Session seconds per second there."""
