"""What a rule of a contract is, and the choice of rules by patterns. Must not know: any rule."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from mock_gateway.conformance.server.target import Target

Check = Callable[[Target], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule.

    text: what it asks for. check: raises `Violation` when it is broken. level: MUST fails a gateway, SHOULD is a flaw.
    origin: `documented`, `observed` on a gateway that runs, or `chosen` where nothing says it.
    """

    id: str
    text: str
    check: Check
    level: Literal["MUST", "SHOULD"]
    origin: Literal["documented", "observed", "chosen"]


def select_from(register: Mapping[str, Rule], patterns: str) -> list[Rule]:
    """The rules whose ids fit one of the patterns, separated by commas. Raises `LookupError` when none does."""
    wanted = [pattern.strip() for pattern in patterns.split(",")]
    found = [rule for rule in register.values() if any(fnmatchcase(rule.id, pattern) for pattern in wanted)]
    if not found:
        raise LookupError(f"no rule fits {patterns!r}; there are: {', '.join(register)}")
    return found
