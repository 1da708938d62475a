"""Running checks against a target, many at a time, and saying what came of each.

Must not know: pytest, who made the target.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from mock_gateway.conformance.server.rule import Rule
from mock_gateway.conformance.server.target import Target
from mock_gateway.conformance.server.violation import Violation

AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one check. violation: None when it passed."""

    rule: Rule
    violation: Violation | None

    @property
    def blames(self) -> str:
        """The rule that is blamed; empty when the check passed."""
        return "" if self.violation is None else self.violation.rule


async def try_all(target: Target, rules: Iterable[Rule]) -> list[Trial]:
    """Run the checks of these rules. Whatever a check raises besides `Violation` is a defect of the check."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(rule: Rule) -> Trial:
        async with gate:
            return Trial(rule, await try_one(target, rule))

    return await asyncio.gather(*map(one, rules))


async def try_one(target: Target, rule: Rule) -> Violation | None:
    """Run one check."""
    try:
        await rule.check(target)
    except Violation as violation:
        return violation
    return None
