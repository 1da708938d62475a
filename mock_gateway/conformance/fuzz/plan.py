"""A story in the making: what features add to.

Owns: the draft of a story, and what every story expects beside the truth. Must not know: which features there are.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from mock_gateway.conformance.expectations import UNDERSTOOD
from mock_gateway.conformance.fuzz.story import Story

Json = dict[str, Any]
TURNS = ("run_turn", "answer", "resume_mcp", "start_turn")
"""Steps that begin a turn."""
READING = ("get_session", "list_sessions", "get_turn", "list_turns", "list_events", "follow_turn")
"""Operations that change nothing."""


class Plan(Struct):
    """The draft.

    script: the first step of the first rule; last: the step that is played last in the first turn, to hang more behind.
    leaves: an error of the client is as good as the truth in it.
    ends_anyhow: a turn that has not ended is good too. is_unbroken: one stream has to be enough. is_once: the turn is
    asked for once, whatever comes of it. notes: further expectations. within: seconds for the first step, where it
    takes longer. options: of the client. checks_requests: none of them may break the contract.
    """

    dialect: str
    agent: Json = field(default_factory=lambda: {"agent": "fuzz", "cut": "whole"})
    script: Json = field(default_factory=dict)
    rules: list[Json] = field(default_factory=list)
    steps: list[Json] = field(default_factory=list)
    faults: list[Json] = field(default_factory=list)
    notes: list[Json] = field(default_factory=list)
    leaves: bool = False
    ends_anyhow: bool = False
    is_unbroken: bool = False
    is_once: bool = False
    checks_requests: bool = True
    within: float | None = None
    clock: str = "virtual"
    features: list[str] = field(default_factory=list)
    options: Json = field(default_factory=dict)

    def story(self) -> Story:
        """The draft as a story."""
        if self.within is not None:
            self.steps[0]["within"] = self.within
        agent = {**self.agent, "turns": [self.script, *self.rules] if self.rules else [self.script]}
        return Story(
            agent=agent,
            steps=tuple(self.steps),
            faults=tuple(self.faults),
            expect=tuple(self._expect()),
            clock=self.clock,
            features=tuple(self.features),
            options=self.options,
        )

    def _expect(self) -> list[Json]:
        last = self.steps[-1]["as"]
        turns = [step for step in self.steps if any(op in step for op in TURNS)]
        found = [*self.notes]
        if self.leaves or self.ends_anyhow:
            found += self._lenient()
        if self.is_once or not self.leaves:
            found.append({"sent": "create_turn", "times": len(turns), "of": last})
        if self.is_unbroken and not any("subscribe" in step for step in self.steps):
            found.append({"unbroken": True, "of": last})
        found += [{"as_told": True, "of": step["as"]} for step in turns]
        found.append({"sent": ["create_session", "create_turn", *READING], "unnamed": ["key", "secret"], "of": last})
        typed = {"sent": ["create_session", "create_turn"], "headers": {"content-type": "application/json"}}
        found.append({**typed, "of": last})
        if self.checks_requests:
            found.append({"journal": {"no_violations": True}, "of": last})
        return found

    def _lenient(self) -> list[Json]:
        """Of the steps that faults are about: the truth, or an error, but never something else as if it were whole."""
        ways: list[list[Json]] = [[{"truth": "all"}], [{"fails": {}}]]
        if self.ends_anyhow:
            ways.append([{"seen": {"status": "running"}}])
        spoken = {note["of"] for note in self.notes if next(iter(note)) in UNDERSTOOD}
        return [
            {"any": ways, "of": step["as"]} for step in self.steps if "run_turn" in step and step["as"] not in spoken
        ]
