"""The first screen: where the server is, what it plays, and a request that works when it is pasted.

Owns: that text. Must not know: anything that changes while the server runs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from mock_gateway.core.script import Agent, Incoming
from mock_gateway.scenario import Library
from mock_gateway.scenario.matchers import AllOf, TextFits
from mock_gateway.settings import Settings

NARROW = 100
"""Characters of a line with a description."""
HEAD = 2000
"""Characters of a file in which its `# try:` comment is looked for."""

_TRY = re.compile(r"^# try: *(\S.*)$", re.MULTILINE)

MOST = 16
"""Agents that are shown; the others are counted."""


def screen(url: str, library: Library, settings: Settings) -> str:
    """Everything below the first line."""
    agents = library.agents
    width = max(map(len, agents))
    rows = [f"  {agent.name:<{width}}  {agent.description}".rstrip() for agent in list(agents.values())[:MOST]]
    lines = ["", *(row if len(row) <= NARROW else row[: NARROW - 1] + "…" for row in rows)]
    if len(agents) > MOST:
        lines.append(f"  and {len(agents) - MOST} more; 'mock-gateway list' shows all")
    lines += ["", "try it:"]
    lines += [f"  {line}" for line in curl_lines(url, next(iter(agents.values())), settings)]
    lines += ["", f"docs: {url}/docs", ""]
    if library.warnings:
        lines += [f"{len(library.warnings)} remarks on the scenarios; 'mock-gateway lint' shows them", ""]
    return "\n".join(lines)


def curl_lines(url: str, agent: Agent, settings: Settings) -> Iterator[str]:
    """Two lines for a shell: a session with an agent, and a turn in it."""
    keys = settings.keys
    key = next(iter(keys.subjects), "any-key") if keys.only_known or keys.refused or keys.forbidden else "any-key"
    # A shell and curl have ideas of their own about the brackets of an IPv6 address.
    start, base, end = ("curl -gs", f"'{url}", "'") if "[" in url else ("curl -s", url, "")
    head = f"-H {_quoted(f'Authorization: Bearer {key}')} -d"
    turn = {"input": [{"type": "user.message", "content": fitting_text(agent)}]}
    session = _quoted(json.dumps({"agent_name": agent.name}, ensure_ascii=False))
    yield f"""S=$({start} {base}/sessions{end} {head} {session} | grep -o 'sess-[^"]*')"""
    yield f"{start}N {base}/sessions/{end}$S/turns {head} {_quoted(json.dumps(turn, ensure_ascii=False))}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def fitting_text(agent: Agent) -> str:
    """A first message that the agent has something for.

    What its file says behind `# try:`, else what some rule asks for, else a greeting.
    """
    written = _written_text(agent)
    if written:
        return written
    for rule in agent.rules:
        for text in _candidates(rule.when):
            if rule.when is not None and rule.when.match(Incoming("message", text)) is not None:
                return text
    return "Hello."


def _written_text(agent: Agent) -> str:
    try:
        head = Path(agent.file).read_text("utf-8")[:HEAD]
    except (OSError, UnicodeDecodeError):
        return ""
    found = _TRY.search(head)
    return found[1].strip() if found else ""


def _candidates(when: object) -> Iterator[str]:
    if isinstance(when, AllOf):
        for part in when.parts:
            if isinstance(part, TextFits) and part.of == "message":
                yield from (test.written for test in part.tests if test.how != "regex")
