"""What to say to an agent, from its own scenario: the messages that its rules wait for, and answers to its pauses.

Owns: one conversation per rule that asks for a plain text, and one more where an approval can be denied. A recording is
a scenario like any other. Must not know: how anything is sent (`player.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from mock_gateway.core.script import NEVER, Agent, Condition, Script, Step, SubAgentCall, ToolCall
from mock_gateway.scenario.matchers import AllOf, CountFits, Property, TextFits, TextTest

MOST = 40
"""Conversations with one agent."""


class Conversation(Struct, frozen=True):
    """One session. messages: said one after the other. allow: what is decided about approvals; reason: of a denial.

    answers: to questions, in turn; the first option, or a few words, when there are none left. stops: the last turn
    does not end by itself and is cancelled.
    """

    agent: str
    messages: tuple[str, ...]
    allow: bool = True
    reason: str | None = None
    answers: tuple[str, ...] = ()
    stops: bool = False


def conversations(agent: Agent) -> list[Conversation]:
    """What to say to an agent."""
    found = list(_planned(agent))
    if not found and (tried := suggested(agent)):
        found.append(Conversation(agent.name, (tried,)))
    return list(dict.fromkeys(found))[:MOST]


def _planned(agent: Agent) -> Iterator[Conversation]:
    for rule in agent.rules:
        message = text_for(rule.when, "message")
        if message is None:
            continue
        messages = (message,) * _times(rule.when)
        stops = any(_holds(step) for step in _steps(rule.script))
        yield Conversation(agent.name, messages, stops=stops)
        for reason in _reasons(rule.script):
            yield Conversation(agent.name, messages, allow=False, reason=reason, stops=stops)
        for answer in _answers(rule.script):
            yield Conversation(agent.name, messages, answers=(answer,), stops=stops)


def suggested(agent: Agent) -> str:
    """What the comment `# try:` of a scenario's file suggests; nothing when there is none."""
    path = Path(agent.file)
    lines = path.read_text("utf-8").splitlines()[:5] if path.is_file() else []
    return next((line.removeprefix("# try:").strip() for line in lines if line.startswith("# try:")), "")


def text_for(when: Condition | None, of: Property) -> str | None:
    """A text that meets a condition; None when that takes more than a plain text, or no text at all."""
    if not isinstance(when, AllOf):
        return None
    texts: list[str] = []
    for part in when.parts:
        if isinstance(part, TextFits) and part.of == of:
            texts += [text for text in map(_plain, part.tests) if text is not None][:1]
        elif not isinstance(part, CountFits) or part.of == "files":
            return None
    return texts[0] if texts else None


def _times(when: Condition | None) -> int:
    """How often a message has to be sent until the condition is met."""
    parts = when.parts if isinstance(when, AllOf) else ()
    return max((min(part.wanted) for part in parts if isinstance(part, CountFits)), default=1)


def _plain(test: TextTest) -> str | None:
    return None if test.how == "regex" else test.written


def _steps(script: Script) -> Iterator[Step]:
    for step in script:
        yield step
        for call in step.calls:
            if isinstance(call, SubAgentCall):
                yield from _steps(call.script)
        for branch in (*step.on_allow, *step.on_deny, *step.on_answer):
            yield from _steps(branch.script)


def _holds(step: Step) -> bool:
    return step.until_cancelled or (step.say is not None and step.say.finish_reason == NEVER and step.fail is None)


def _reasons(script: Script) -> Iterator[str | None]:
    """What to deny with: the reasons that branches ask for, else none."""
    for step in _steps(script):
        if any(isinstance(call, ToolCall) and call.approval for call in step.calls):
            asked = [text_for(branch.when, "reason") for branch in step.on_deny]
            reasons: list[str | None] = [reason for reason in asked if reason is not None]
            yield from reasons or [None]
            return


def _answers(script: Script) -> Iterator[str]:
    """What to answer: the answers that branches ask for."""
    for step in _steps(script):
        asked = (text_for(branch.when, "answer") for branch in step.on_answer)
        yield from (answer for answer in asked if answer is not None)


def all_conversations(agents: Sequence[Agent]) -> list[Conversation]:
    """What to say to some agents."""
    return [one for agent in agents for one in conversations(agent)]
