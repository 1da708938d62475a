"""Writing a rule of the published contract: its id, its sentence, and the check that judges it, in one place.

Owns: the table that checks fill when they are imported (`register.py` imports them), and the names that this contract
has for what the common vocabulary blames. Must not know: single rules.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from mock_gateway.conformance.server.rule import Rule
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.v1.place import Place, at_place
from mock_gateway.conformance.server.violation import Violation

Check = Callable[[Place], Awaitable[object]]

RULES: dict[str, Rule] = {}
"""All rules, by id."""

BLAMED: Mapping[str, str] = {
    "NET-3": "V1-NET-2",
    "STR-1": "V1-STR-1",
    "STR-2": "V1-STR-3",
    "API-1": "V1-SES-1",
    "API-2": "V1-SES-5",
    "API-3": "V1-SES-7",
    "API-5": "V1-TRN-1",
    "API-6": "V1-TRN-14",
    "API-7": "V1-TRN-4",
    "API-8": "V1-STR-5",
    "API-9": "V1-LOG-1",
    "EVT-1": "V1-EVT-2",
    "EVT-6": "V1-EVT-7",
    "EVT-7": "V1-EVT-8",
    "PAG-1": "V1-PAG-1",
}
"""What the common vocabulary blames, by the rule of this contract that says the same."""


def rule(
    id: str,
    text: str,
    *,
    level: Literal["MUST", "SHOULD"] = "MUST",
    origin: Literal["documented", "observed", "chosen"] = "documented",
) -> Callable[[Check], Check]:
    """Puts a check into the table as the one of a rule."""

    def add(check: Check) -> Check:
        assert id not in RULES, f"{id} has two checks"

        async def judged(target: Target) -> None:
            try:
                await check(at_place(target))
            except Violation as violation:
                if violation.rule in BLAMED:
                    raise Violation(BLAMED[violation.rule], violation.message, violation.evidence) from violation
                raise

        RULES[id] = Rule(id, text, judged, level, origin)
        return check

    return add
