"""Schemas of the server, its scenarios, its sessions and its clocks.

Owns: what goes in and out there, each with an example. How they are spelled: `shapes.py`; all of them: `schemas.py`.
"""

from __future__ import annotations

from mock_gateway.admin.shapes import (
    Schema,
    answer,
    anything,
    by_name,
    described,
    items,
    moment,
    number,
    one_of,
    or_null,
    ref,
    text,
    truth,
    whole,
    wish,
)
from mock_gateway.core.quantities import DURATION

MODES = ("real", "scaled", "virtual", "skipping")
DIALECTS = ("beta", "v1")
EVENTS = ("message", "tool_response", "thread_created", "thread_done", "mcp_initialize", "sandbox_created")
SESSION = "sess-0193f5a0b1c2d3e4"
TURN = "0193f5a0-b5d0-7a41-9c3e-5f60718293a4"
_AT = "2026-01-01T00:00:01Z"

SCENARIO_TEXT = """agent: echo-desk
turns:
  - say: Good morning.
"""

_SHORT_CLOCK = {"mode": "virtual", "speed": 0.0, "paused": False}
CLOCK_EXAMPLE = {**_SHORT_CLOCK, "now": _AT, "elapsed": 1.0, "next": {"in": 0.5, "at": "2026-01-01T00:00:01.500Z"}}
TURN_EXAMPLE = {
    "id": TURN,
    "number": 1,
    "previous_turn_id": None,
    "state": "done",
    "reason": None,
    "created_at": _AT,
    "completed_at": "2026-01-01T00:00:02Z",
    "seconds": 1.0,
    "rule": "scenarios/support-bot.yaml:12:5",
    "waits_for": None,
}
FACT_EXAMPLE = {"type": "turn.created", "at": 0.0, "turn_id": TURN, "sequence_ids": {"beta": [1, 1], "v1": [1, 1]}}
SESSION_EXAMPLE = {
    "id": SESSION,
    "number": 1,
    "agent_name": "support-bot",
    "kind": "saved",
    "title": None,
    "created_by": "local-user@example.test",
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": _AT,
    "state": "open",
    "turns": 1,
    "running": None,
    "clock": CLOCK_EXAMPLE,
}
_MOVED_EXAMPLE = {"moved": 1.0, "clock": CLOCK_EXAMPLE, "happened": [FACT_EXAMPLE], "turn": TURN_EXAMPLE}

_MODE = "`real`; `scaled`, with a speed; `virtual`, which stands still; `skipping`, which jumps over every wait."
STATE_EXAMPLE = {
    "format": "mock-gateway state",
    "version": 1,
    "world": {"numbers": 0, "attempts": {}, "advanced": 0.0, "paused": False},
    "scenarios": [],
    "sessions": [],
}
_RATE = {
    "mode": one_of(_MODE, *MODES),
    "speed": number("Session seconds per second."),
    "paused": truth("Whether it stands still until it is resumed."),
}
_SCENARIO = {
    "name": text("The agent's name."),
    "description": text(),
    "file": text("Where it comes from."),
    "of": one_of("Who has it: every world, or this one only.", "server", "world"),
    "selected": truth("Whether it plays names that no scenario has."),
}
SCENARIO_EXAMPLE = {
    "name": "echo-desk",
    "description": "",
    "file": "<text>",
    "of": "world",
    "selected": False,
}
_SESSION = {
    "id": text("The id that the client has."),
    "number": whole("Counts the sessions of the world, from 1."),
    "agent_name": text("The agent that it began with."),
    "kind": one_of("`draft` is one that the published contract made without a saved agent.", "saved", "draft"),
    "title": or_null(text("What the client called it.")),
    "created_by": text("The subject of the key."),
    "created_at": moment("Session time."),
    "updated_at": moment("Session time."),
    "state": one_of("`cancelled` takes no more turns.", "open", "cancelled"),
    "turns": whole("How many it has had."),
    "running": or_null(text("The id of the turn that runs.")),
    "clock": ref("SessionClock"),
}
_TURN = {
    "id": text(),
    "number": whole("Counts the turns of the session, from 1."),
    "previous_turn_id": or_null(text("The turn before it in its chain.")),
    "state": one_of("", "running", "done", "cancelled", "error"),
    "reason": or_null(text("The error, or why it was cancelled.")),
    "created_at": moment("Session time."),
    "completed_at": or_null(moment("Session time.")),
    "seconds": or_null(number("Session seconds that it took.")),
    "rule": or_null(text("Where the rule stands that was played.")),
    "waits_for": or_null(text("What it cannot go on without.")),
}

SERVER_SCHEMAS: dict[str, Schema] = {
    "Status": {
        **answer("Whether the server is up.", {"status": one_of("", "ok", "loading")}),
        "examples": [{"status": "ok"}],
    },
    "Ready": {
        **answer(
            "Whether the server takes requests.",
            {"status": one_of("", "ready"), "agents": whole("Of the server's files."), "worlds": whole()},
        ),
        "examples": [{"status": "ready", "agents": 28, "worlds": 1}],
    },
    "NotReady": {
        **answer("Why the server takes no requests.", {"status": one_of("", "loading", "ending")}),
        "examples": [{"status": "loading"}],
    },
    "Version": {
        **answer(
            "Which server this is.",
            {
                "version": text("Of mock-gateway."),
                "contracts": items(text(), "The contracts that are served."),
                "world": text("The base path of this world; empty is the root."),
                "seed": anything("The seed of ids and chance."),
            },
        ),
        "examples": [{"version": "0.1.0", "contracts": ["beta", "v1"], "world": "", "seed": 0}],
    },
    "Worlds": {
        **answer(
            "The worlds of the server.",
            {
                "worlds": items(
                    answer(
                        "One world.",
                        {
                            "world": text("Its base path; empty is the root."),
                            "sessions": whole(),
                            "running": whole("Turns that run now."),
                        },
                    )
                )
            },
        ),
        "examples": [{"worlds": [{"world": "", "sessions": 3, "running": 0}]}],
    },
    "Reset": {
        **wish(
            "What to forget.",
            {
                "scope": one_of(
                    "`world` is all of the five before it, in this world. `server` is every world with everything.",
                    "sessions",
                    "scenarios",
                    "faults",
                    "clock",
                    "journal",
                    "world",
                    "server",
                )
            },
            needs=["scope"],
        ),
        "examples": [{"scope": "sessions"}],
    },
    "ResetDone": {
        **answer("What was forgotten.", {"scope": text()}),
        "examples": [{"scope": "sessions"}],
    },
    "State": {
        **wish(
            "A world as a document, as `export_state` gives it: its scenarios, and its sessions as the commands that "
            "made them. It is for `import_state`; what is in it may change with the version.",
            {
                "format": one_of("", "mock-gateway state"),
                "version": whole("Of the document.", minimum=1, maximum=1),
                "world": described({"type": "object"}, "The clock, the faults, what is selected and removed."),
                "scenarios": items({"type": "object"}, "Those that the world or its sessions need."),
                "sessions": items({"type": "object"}, "In the order in which they were made."),
            },
            needs=("format", "version", "world", "scenarios", "sessions"),
        ),
        "examples": [STATE_EXAMPLE],
    },
}

SCENARIO_SCHEMAS: dict[str, Schema] = {
    "Scenarios": {
        **answer("The scenarios of a world.", {"scenarios": items(ref("Scenario"))}),
        "examples": [{"scenarios": [SCENARIO_EXAMPLE]}],
    },
    "Scenario": {**answer("A scenario in short.", _SCENARIO), "examples": [SCENARIO_EXAMPLE]},
    "ScenarioSource": {
        **answer(
            "A scenario with its text.",
            {**_SCENARIO, "source": or_null(text("As YAML; null for an agent that a program made."))},
        ),
        "examples": [{**SCENARIO_EXAMPLE, "source": SCENARIO_TEXT}],
    },
    "ScenarioText": {
        **wish(
            "A scenario as text.",
            {
                "text": text("The scenario, as YAML.", minLength=1),
                "name": text("What stands for the file in messages about mistakes.", minLength=1),
            },
            needs=["text"],
        ),
        "examples": [{"text": SCENARIO_TEXT}],
    },
    "NewScenario": {
        **wish(
            "A scenario, as text or by its name.",
            {
                "text": text("The scenario, as YAML.", minLength=1),
                "name": text(
                    "With a text: what stands for the file in messages about mistakes. Without: the name of a scenario "
                    "of the server, for a world that has removed or replaced it.",
                    minLength=1,
                ),
            },
        ),
        "examples": [{"text": SCENARIO_TEXT, "name": "echo-desk.yaml"}, {"name": "support-bot"}],
    },
    "Yaml": {"type": "string", "description": "A scenario, as YAML.", "minLength": 1, "examples": [SCENARIO_TEXT]},
    "Played": {
        **answer("What plays now.", {"name": text("The agent's name.")}),
        "examples": [{"name": "echo-desk"}],
    },
    "Selection": {
        **wish(
            "What a name plays that no scenario has.",
            {"name": or_null(text("The name of a scenario; null is none.", minLength=1))},
            needs=["name"],
        ),
        "examples": [{"name": None}],
    },
}

SESSION_SCHEMAS: dict[str, Schema] = {
    "Sessions": {
        **answer("The sessions of a world.", {"sessions": items(ref("Session"))}),
        "examples": [{"sessions": [SESSION_EXAMPLE]}],
    },
    "Session": {**answer("A session in short.", _SESSION), "examples": [SESSION_EXAMPLE]},
    "Timeline": {
        **answer("A session with everything that happened in it.", {**_SESSION, "turns": items(ref("TurnStory"))}),
        "examples": [{**SESSION_EXAMPLE, "turns": []}],
    },
    "Turn": {**answer("A turn in short.", _TURN), "examples": [TURN_EXAMPLE]},
    "TurnStory": {
        **answer(
            "A turn with everything that happened in it.",
            {
                **_TURN,
                "input": or_null(text("The text of the user.")),
                "threads": items({"type": "object"}, "The main thread, and those of sub-agents."),
                "pauses": items(ref("Fact"), "What waited for the user."),
                "facts": items(ref("Fact"), "Everything, in order."),
            },
        ),
        "examples": [
            {**TURN_EXAMPLE, "input": "Hello!", "threads": [], "pauses": [], "facts": [FACT_EXAMPLE]},
        ],
    },
    "Fact": {
        **answer(
            "Something that happened in a turn; what else there is depends on its type.",
            {
                "type": text(),
                "at": number("Seconds since the turn began."),
                "turn_id": text(),
                "sequence_ids": by_name(
                    items(whole()), "By contract: the first and the last sequence id under which it was sent."
                ),
            },
        ),
        "examples": [FACT_EXAMPLE],
    },
    "Event": {
        **wish(
            "An event in the words of a scenario's `events` list; docs/scenarios.md has what is inside.",
            {name: {"type": "object"} for name in EVENTS},
            one=EVENTS,
        ),
        "examples": [{"message": {"say": "Still looking."}}],
    },
    "Pushed": {
        **answer(
            "What happened.",
            {"happened": items(ref("Fact"), "In order."), "turn": described(ref("Turn"), "As it is now.")},
        ),
        "examples": [{"happened": [FACT_EXAMPLE], "turn": TURN_EXAMPLE}],
    },
}

CLOCK_SCHEMAS: dict[str, Schema] = {
    "SessionClock": {
        **answer(
            "How a session's time goes.",
            {
                **_RATE,
                "now": moment("Session time."),
                "elapsed": number("Session seconds since it was created."),
                "next": {
                    **or_null(
                        answer("What comes next by itself.", {"in": number("Session seconds."), "at": moment("When.")})
                    )
                },
            },
        ),
        "examples": [CLOCK_EXAMPLE],
    },
    "WorldClock": {
        **answer(
            "How time goes for the next session of a world, and for those there are.",
            {**_RATE, "now": moment("When it would begin."), "sessions": by_name(ref("SessionClock"), "By their ids.")},
        ),
        "examples": [{**_SHORT_CLOCK, "now": _AT, "sessions": {SESSION: CLOCK_EXAMPLE}}],
    },
    "Moved": {
        **answer(
            "What happened while time passed.",
            {
                "moved": number("Session seconds that passed."),
                "clock": ref("SessionClock"),
                "happened": items(ref("Fact"), "In order."),
                "turn": {**or_null(ref("Turn")), "description": "The session's latest turn."},
            },
        ),
        "examples": [_MOVED_EXAMPLE],
    },
    "Stepped": {
        **answer(
            "The one event that readers see now, and what had to happen for it.",
            {
                "moved": number("Session seconds that passed."),
                "clock": ref("SessionClock"),
                "happened": items(ref("Fact"), "In order."),
                "turn": {**or_null(ref("Turn")), "description": "The session's latest turn."},
                "dialect": one_of("The contract whose event it is.", *DIALECTS),
                "event": or_null(
                    answer(
                        "The event; null when there is none to come.",
                        {"turn_id": text(), "sequence_id": whole(), "data": {"type": "object"}},
                    )
                ),
            },
        ),
        "examples": [{**_MOVED_EXAMPLE, "dialect": "beta", "event": None}],
    },
    "WorldMoved": {
        **answer("What happened in each session.", {"sessions": by_name(ref("Moved"), "By their ids.")}),
        "examples": [{"sessions": {SESSION: _MOVED_EXAMPLE}}],
    },
    "WorldClocks": {
        **answer("The clock of each session.", {"sessions": by_name(ref("SessionClock"), "By their ids.")}),
        "examples": [{"sessions": {SESSION: CLOCK_EXAMPLE}}],
    },
    "ClockSetting": {
        **wish(
            "How time is to go.",
            {
                "mode": one_of(_MODE, *MODES),
                "speed": number("Session seconds per second; for `scaled`.", exclusiveMinimum=0, maximum=1_000_000),
            },
            needs=["mode"],
        ),
        "examples": [{"mode": "virtual"}, {"mode": "scaled", "speed": 60}],
    },
    "Advance": {
        **wish(
            "How far time is to go.",
            {
                "seconds": described(
                    {"type": ["number", "string"], "minimum": 0, "maximum": 10**9, "pattern": DURATION.pattern},
                    "Session seconds, or a duration as in a scenario: `10m`, `300ms`.",
                ),
                "to": one_of("The next thing that happens, or the end of the running turn.", "next", "end"),
            },
            one=["seconds", "to"],
        ),
        "examples": [{"seconds": 600}, {"to": "end"}],
    },
    "Step": {
        **wish("Whose event to show.", {"dialect": one_of("A contract; the first that is served.", *DIALECTS)}),
        "examples": [{"dialect": "beta"}],
    },
}
