"""MCP servers: which are connected, which a person still has to authorise (EVT-10, EVT-11, MCP-1).

Owns: the authorisations of a session. The page on which a person decides is in `http/`.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from mock_gateway.core.deeds import Decided, progress
from mock_gateway.core.events import McpAuthRequired, McpInitialized
from mock_gateway.core.ids import digest
from mock_gateway.core.lifecycle import ThreadState
from mock_gateway.core.script import McpServer
from mock_gateway.core.state import Authorisation, Session, Thread, Turn


def is_allowed(session: Session, server: McpServer, at: float) -> bool:
    """Whether a server can be used now."""
    if not server.auth_required:
        return True
    record = session.authorisations.get(server.name)
    if record is None:
        return False
    if record.state != "allowed" and _allows_itself(record, server, at):
        record.state = "allowed"
    return record.state == "allowed"


def _allows_itself(record: Authorisation, server: McpServer, at: float) -> bool:
    if record.state == "refused":
        return False
    if server.allowed_after is not None and record.asked_at is not None:
        return at >= record.asked_at + server.allowed_after
    return 0 < server.allowed_after_asks <= record.asks


def allowed_by_itself_at(session: Session) -> float | None:
    """When the first server that was asked for is allowed by itself; None when none will be."""
    times = [
        record.asked_at + server.allowed_after
        for server in session.agent.mcp
        if (record := session.authorisations.get(server.name)) is not None
        and record.state == "asked"
        and record.asked_at is not None
        and server.allowed_after is not None
    ]
    return min(times, default=None)


def missing_servers(session: Session, thread: Thread, at: float) -> list[McpServer]:
    """The servers that a thread needs and may not use yet."""
    return [
        server for server in session.agent.mcp if server.name in thread.servers and not is_allowed(session, server, at)
    ]


def decide(session: Session, server: str, *, allow: bool) -> None:
    """What a person chose on the page."""
    session.deeds.append(Decided(progress(session.running), server, allow))
    record = session.authorisations.setdefault(server, Authorisation())
    record.state = "allowed" if allow else "refused"


def secret(session: Session, server: str) -> str:
    """What the URL of a page carries, so that nobody else's page can decide."""
    return digest(8, session.seed, session.number, "auth", server).hex()


def auth_url(turn: Turn, server: str) -> str:
    """The page on which a person allows or refuses a server."""
    session = turn.session
    key = secret(session, server)
    return f"{turn.origin}/__auth/{quote(session.id, safe='')}/{quote(server, safe='')}?key={key}"


def ask(turn: Turn, at: float) -> None:
    """One event for all servers that all waiting threads need (EVT-11)."""
    session = turn.session
    needed: dict[str, list[str]] = {}
    for thread in turn.threads:
        if thread.state is ThreadState.UNAUTHORISED:
            for server in missing_servers(session, thread, at):
                needed.setdefault(server.name, []).append(thread.id)
    for name in needed:
        record = session.authorisations.setdefault(name, Authorisation())
        record.state = "asked"
        record.asks += 1
        if record.asked_at is None:
            record.asked_at = at
    servers = tuple((name, auth_url(turn, name), tuple(ids)) for name, ids in needed.items())
    turn.log.facts.append(McpAuthRequired(at, servers))


def connect(turn: Turn, thread: Thread, at: float) -> None:
    """Connect the servers of a thread: in the main thread all that may be used, in a sub-agent's those it needs."""
    session = turn.session
    if not session.agent.mcp:
        return
    usable = (server for server in session.agent.mcp if is_allowed(session, server, at))
    servers = _with_sessions(session, (s for s in usable if thread.is_main or s.name in thread.servers))
    if not servers:
        return
    before = session.connected.get(thread.id, ())
    fresh = tuple(server for server in servers if server not in before)
    session.connected[thread.id] = before + fresh
    turn.log.facts.append(McpInitialized(at, thread.id, servers, fresh))


def _with_sessions(session: Session, servers: Iterable[McpServer]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (server.name, "mcp-" + digest(6, session.seed, session.number, "mcp", server.name).hex()) for server in servers
    )
