"""Schemas of expectations, of the verdict on them, and of coverage.

Owns: what goes in and out there, each with an example. What they mean: `journal/verify.py`, `journal/coverage.py`.
"""

from __future__ import annotations

from mock_gateway.admin.shapes import Schema, answer, items, truth

VERDICT_SCHEMAS: dict[str, Schema] = {
    "Expectations": {
        "type": "object",
        "description": "What was to be sent.",
        "examples": [{"expect": []}],
    },
    "Verdict": {
        **answer("Whether everything was as expected.", {"ok": truth(), "unmet": items({"type": "object"})}),
        "examples": [{"ok": True, "unmet": []}],
    },
    "Coverage": {"type": "object", "description": "What was exercised.", "examples": [{}]},
}
