"""Schemas of expectations, of the verdict on them, and of coverage.

Owns: what goes in and out there, each with an example. What they mean: `journal/verify.py`, `journal/coverage.py`.
"""

from __future__ import annotations

from mock_gateway.admin.shapes import (
    Schema,
    answer,
    anything,
    by_name,
    described,
    items,
    or_null,
    ref,
    text,
    truth,
    whole,
    wish,
)

MOST = 10**9
_TEXT = {"type": "string"}
_REQUEST = {"operation": "create_turn", "text": "refund"}
_VERDICT = {
    "ok": False,
    "expected": "POST /sessions: exactly once",
    "text": "not met: POST /sessions: exactly once; it came never\n  no request came",
    "found": [],
    "nearest": None,
    "differences": [],
}
_STATUS = "^([0-9]{3}|[0-5]xx)$"
_SHARE = {"seen": {"turn.created": 1}, "unseen": ["turn.done"], "beyond": {}}

VERDICT_SCHEMAS: dict[str, Schema] = {
    "Request": {
        "type": ["string", "object"],
        "description": "A request that is expected: the name of an operation, a method and a path as `POST "
        "/sessions/*`, or an object with what has to fit. What is left out may be anything.",
        "minLength": 1,
        "properties": {
            "method": text(),
            "path": text("`*` stands for anything; without the world's base path."),
            "operation": text("Of a contract."),
            "dialect": text("The contract."),
            "session": text("Its id."),
            "turn": text("Its id."),
            "status": described(
                {
                    "type": ["integer", "string", "array"],
                    "minimum": 0,
                    "maximum": 999,
                    "pattern": _STATUS,
                    "items": whole(minimum=0, maximum=999),
                },
                "Of the answer: one, a class as `4xx`, or several.",
            ),
            "query": by_name(_TEXT, "Parameters by name."),
            "header": by_name(_TEXT, "Headers by name; `*` in a value stands for anything."),
            "body": anything("JSON of which every field has to be there."),
            "at": by_name({}, "Values by JSON pointer into the body."),
            "text": text("What one of the texts in the body contains."),
        },
        "additionalProperties": False,
        "examples": [_REQUEST, "POST /sessions/*/turns"],
    },
    "Expectation": {
        **wish(
            "One expectation.",
            {
                "sent": described(ref("Request"), "This request came; at least once, when nothing else is said."),
                "times": whole("With `sent`: exactly so often.", minimum=0, maximum=MOST),
                "at_least": whole("With `sent`.", minimum=0, maximum=MOST),
                "at_most": whole("With `sent`.", minimum=0, maximum=MOST),
                "never": described(ref("Request"), "This request did not come."),
                "in_order": items(ref("Request"), "These came, in this order; others may be between.", minItems=1),
                "steps_played": described(
                    {"type": ["boolean", "string"], "minLength": 1, "not": {"const": False}},
                    "Every step of a scenario was played: of the one that is named, or of all that this world used.",
                ),
                "all_expected": described({"type": "boolean", "enum": [True]}, "No request that nobody expects here."),
                "no_violations": described(
                    {"type": ["boolean", "string"], "enum": [True, "strict"]},
                    "No request broke its contract; `strict`: nor was odd.",
                ),
            },
            one=("sent", "never", "in_order", "steps_played", "all_expected", "no_violations"),
        ),
        "examples": [{"sent": _REQUEST, "times": 1}, {"never": "DELETE /*"}, {"no_violations": True}],
    },
    "Expectations": {
        **wish("What was to be sent.", {"expect": items(ref("Expectation"), minItems=1)}, needs=("expect",)),
        "examples": [{"expect": [{"sent": "create_session", "times": 1}, {"no_violations": True}]}],
    },
    "Verdict": {
        **answer(
            "Whether everything was as expected.",
            {
                "ok": truth(),
                "report": text("What is not met, for people; empty when all is."),
                "verdicts": items(ref("OneVerdict"), "One for each expectation, in their order."),
            },
        ),
        "examples": [{"ok": False, "report": _VERDICT["text"], "verdicts": [_VERDICT]}],
    },
    "OneVerdict": {
        **answer(
            "What became of one expectation.",
            {
                "ok": truth(),
                "expected": text("It, in words."),
                "text": text("What came of it."),
                "found": items(text(), "The entries that fit."),
                "nearest": or_null(text("The entry that fits best, when too few do.")),
                "differences": items(text(), "In which respects it does not."),
            },
        ),
        "examples": [_VERDICT],
    },
    "Coverage": {
        **answer(
            "What was exercised.",
            {
                "events": by_name(ref("Share"), "By contract."),
                "statuses": by_name(ref("Share"), "By contract and operation."),
                "pauses": ref("Share"),
                "rules": by_name(ref("Share"), "By scenario."),
                "steps": by_name(ref("Share"), "By scenario."),
                "text": text("The same for people."),
            },
        ),
        "examples": [
            {"events": {"beta": _SHARE}, "statuses": {}, "pauses": _SHARE, "rules": {}, "steps": {}, "text": ""},
        ],
    },
    "Share": {
        **answer(
            "What of some things was seen.",
            {
                "seen": by_name(whole(), "How often, by name."),
                "unseen": items(text(), "What there is and was not seen."),
                "beyond": by_name(whole(), "What was seen and nobody knows."),
            },
        ),
        "examples": [_SHARE],
    },
}
