"""The first screen: where the server is, what it plays, and a request that works when it is pasted.

Owns: that text. Must not know: anything that changes while the server runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from mock_gateway.core.script import Agent, Incoming
from mock_gateway.scenario import Library
from mock_gateway.scenario.matchers import AllOf, TextFits
from mock_gateway.settings import Settings

NARROW = 100
"""Characters of a line with a description."""
MOST = 16
"""Agents that are shown; the others are counted."""


def base_url(host: str, port: int) -> str:
    """The URL under which this machine reaches a server that listens on a host."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def first_line(url: str, *, as_json: bool) -> str:
    """What a program waits for."""
    return json.dumps({"event": "ready", "url": url}) if as_json else f"mock-gateway serving {url}"


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
    head = f"-H {_quoted(f'Authorization: Bearer {key}')} -d"
    turn = {"input": [{"type": "user.message", "content": fitting_text(agent)}]}
    session = _quoted(json.dumps({"agent_name": agent.name}, ensure_ascii=False))
    yield f"""S=$(curl -s {url}/sessions {head} {session} | grep -o 'sess-[^"]*')"""
    yield f"curl -sN {url}/sessions/$S/turns {head} {_quoted(json.dumps(turn, ensure_ascii=False))}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def fitting_text(agent: Agent) -> str:
    """A first message that some rule of the agent is for; a greeting when none can be made up."""
    for rule in agent.rules:
        for text in _candidates(rule.when):
            if rule.when is not None and rule.when.match(Incoming("message", text)) is not None:
                return text
    return "Hello."


def _candidates(when: object) -> Iterator[str]:
    if isinstance(when, AllOf):
        for part in when.parts:
            if isinstance(part, TextFits) and part.of == "message":
                yield from (test.written for test in part.tests if test.how != "regex")
