"""What a paused turn waits for, asked in the terminal.

Owns: the questions, and what an answer may look like. Must not know: where lines come from, what happens then.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from mock_gateway.cli.transcript import cut, named
from mock_gateway.core.authorise import decide
from mock_gateway.core.commands import Item, ToolAnswer, ToolApproval
from mock_gateway.core.engine import waiting_threads
from mock_gateway.core.events import McpAuthRequired
from mock_gateway.core.state import OpenCall, Session

Read = Callable[[str], str]
Say = Callable[[str], None]

DECISIONS = {
    word: allow for allow, words in ((True, "allow a yes y"), (False, "deny d refuse r no n")) for word in words.split()
}


def is_waiting(session: Session) -> bool:
    """Whether somebody has to answer before the conversation goes on."""
    return bool(waiting_threads(session))


def ask_all(session: Session, read: Read, say: Say) -> tuple[Item, ...] | None:
    """Ask for everything that the last turn waits for; the input of the next one, None after authorisations only.

    read: gives the answer to a prompt. say: prints a line.
    """
    for server in _servers(session):
        allow, _reason = _decision(f"authorise {server} (allow, refuse): ", read, say)
        decide(session, server, allow=allow)
    pending = [call for thread in waiting_threads(session) for call in thread.pending()]
    return tuple(_answer(call, read, say) for call in pending) or None


def _servers(session: Session) -> list[str]:
    facts = session.turns[-1].log.facts
    return [name for fact in facts if isinstance(fact, McpAuthRequired) for name, _url, _threads in fact.servers]


def _answer(call: OpenCall, read: Read, say: Say) -> Item:
    if call.needs_approval:
        prompt = f"{named(call)} {cut(call.arguments)} (allow, deny and why): "
        allow, reason = _decision(prompt, read, say)
        return ToolApproval(call.thread_id, call.id, allow, None if allow else reason or None)
    question = _question(call)
    if question is None:
        return ToolAnswer(call.thread_id, call.id, read(f"result of {named(call)} {cut(call.arguments)}: "))
    text, options = question
    for number, option in enumerate(options, 1):
        say(f"  {number}. {option}")
    given = read(f"{text} ")
    is_number = given.isdecimal() and 1 <= int(given) <= len(options)
    return ToolAnswer(call.thread_id, call.id, options[int(given) - 1] if is_number else given)


def _question(call: OpenCall) -> tuple[str, list[str]] | None:
    arguments = json.loads(call.arguments)
    if not isinstance(arguments, Mapping) or not isinstance(arguments.get("question"), str):
        return None
    options = arguments.get("options") or []
    return arguments["question"], [one if isinstance(one, str) else json.dumps(one) for one in options]


def _decision(prompt: str, read: Read, say: Say) -> tuple[bool, str]:
    while True:
        word, _, reason = read(prompt).partition(" ")
        allow = DECISIONS.get(word.lower().rstrip(",:"))
        if allow is not None:
            return allow, reason.strip()
        say(f"{word!r} is no decision; one of {', '.join(DECISIONS)} was expected")
