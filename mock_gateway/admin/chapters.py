"""The chapters of the admin API, in which its operations are told.

Owns: their names, their order, what each is about. Look next: `operations.py`.
"""

from __future__ import annotations

SERVER, SCENARIOS, SESSIONS, CLOCK, FAULTS, JOURNAL, LIVE, DOCUMENTS = (
    "Server",
    "Scenarios",
    "Sessions",
    "Clock",
    "Faults",
    "Journal",
    "Live",
    "Documents",
)
TAGS = {
    SERVER: "Is it there, which one is it, and starting over.",
    SCENARIOS: "What the agents of this world play.",
    SESSIONS: "What happened in this world, and making something happen.",
    CLOCK: "Time, of the world's next sessions and of each session.",
    FAULTS: "What goes wrong on the wire, on demand.",
    JOURNAL: "What went over the wire, and whether it was what you expected.",
    LIVE: "Everything as it happens.",
    DOCUMENTS: "This API, to read.",
}
"""Chapters, in order."""
