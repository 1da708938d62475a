"""What each contract cannot express is exactly what it says: change a thing, and look whether any byte changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from textwrap import dedent
from typing import Any, TypeVar, get_args

import msgspec
import pytest

from mock_gateway.core import events
from mock_gateway.core.commands import ToolAnswer, ToolApproval, UserMessage
from mock_gateway.core.pieces import PieceKind
from mock_gateway.core.script import Usage
from mock_gateway.core.state import Draft, Message, OpenCall, Session, Turn
from mock_gateway.gateway import Caller, Gateway
from mock_gateway.runtime import Runtime
from mock_gateway.scenario import load_text
from mock_gateway.settings import Settings
from mock_gateway.wire.asks import CreateSession, ListEvents, StartTurn
from mock_gateway.wire.beta.cannot import CANNOT as BETA_CANNOT
from mock_gateway.wire.beta.dialect import Beta
from mock_gateway.wire.dialect import Dialect
from mock_gateway.wire.projection import Projection
from mock_gateway.wire.v1.cannot import CANNOT as V1_CANNOT
from mock_gateway.wire.v1.dialect import V1

STORY = """
agent: all
sandbox: true
mcp: { vault: { auth: required, allowed_after: 1 asks }, files: {} }
pace: 10 tokens/s
turns:
  - when: { message: vault }
    call: { tool: vault.open, returns: open }
  - when: { message: break }
    fail: broken
  - say: { text: Let me see., reasoning: What now, refusal: Never., usage: { input_tokens: 1, output_tokens: 2,
           cache_read_tokens: 3, cache_write_tokens: 4, cost_in_usd: 0.5 } }
    call:
      - { tool: files.read, arguments: { a: 1 }, returns: text }
      - { tool: run_python, sandbox: true, returns: 2 }
      - { sub_agent: helper, input: help, script: { say: Helped. } }
      - { sub_agent: broken, input: break, script: { fail: broken } }
    then:
      - call:
          - { ask: Which?, options: [a, b] }
          - { tool: files.write, approval: required, returns: ok }
      - say: Done.
"""
ME = Caller("ada@example.test", "http://127.0.0.1:4010")
Kind = TypeVar("Kind")


def played() -> Session:
    """One session with every kind of fact in it."""
    agent = load_text(dedent(STORY), name="story.yaml")
    gateway = Gateway({agent.name: agent}, Settings(speed=0), runtime=Runtime())
    world = gateway.world("")
    session = gateway.perform(world, CreateSession("all"), ME)
    assert isinstance(session, Session)

    def send(*items: Any) -> None:
        gateway.perform(world, StartTurn(session.id, items or None), ME)

    send(UserMessage("go"))
    ask, write = [call for thread in session.turns[-1].rest for call in thread.pending()]
    send(ToolAnswer("main", ask.id, "a"), ToolApproval("main", write.id, allow=True))
    send(UserMessage("open the vault"))
    send()
    send(UserMessage("break"))
    return session


def transcript(dialect: Dialect, session: Session) -> bytes:
    """Every byte that a contract has for a session."""
    parts = [dialect.session(session)]
    for turn in session.turns:
        view, cursor = Projection(turn, dialect), 0
        while more := view.take(cursor):
            if not more[0]:
                break
            parts.append(more[0])
            cursor = more[1]
        parts += [dialect.turn(turn), dialect.events(ListEvents(session.id, turn.id, limit=1000), turn)]
    return b"\n".join(parts)


# -- what can be changed -----------------------------------------------------------------------------------------------


def found(session: Session, kind: type[Kind]) -> Kind:
    """The first fact of a kind."""
    return next(fact for turn in session.turns for fact in turn.log.facts if isinstance(fact, kind))


def later(kind: type[object], name: str) -> Callable[[Session], None]:
    """Let a fact be a second later, or its text be another."""

    def change(session: Session) -> None:
        fact = found(session, kind)
        value = getattr(fact, name)
        setattr(fact, name, value + 1 if isinstance(value, float) else f"{value}x")

    return change


def fewer(kind: type[object], name: str) -> Callable[[Session], None]:
    """Take the last of several away."""

    def change(session: Session) -> None:
        fact = found(session, kind)
        setattr(fact, name, getattr(fact, name)[:-1])

    return change


def talkative(session: Session) -> Message:
    """The message that has everything."""
    return found(session, events.MessageStarted).message


def without(kind: PieceKind) -> Callable[[Session], None]:
    """A message whose pieces of a kind were never said."""

    def change(session: Session) -> None:
        message = talkative(session)
        message.pieces = tuple(piece for piece in message.pieces if piece.kind is not kind)
        for fact in session.turns[0].log.facts:
            if isinstance(fact, events.Deltas) and fact.message is message:
                fact.first, fact.stop = 0, 0
        next(
            fact for fact in session.turns[0].log.facts if isinstance(fact, events.Deltas) and fact.message is message
        ).stop = len(message.pieces)

    return change


def used(name: str) -> Callable[[Session], None]:
    """Another count of tokens."""

    def change(session: Session) -> None:
        message = talkative(session)
        assert message.usage is not None
        message.usage = msgspec.structs.replace(message.usage, **{name: 77})

    return change


def planned(name: str, value: object) -> Callable[[Session], None]:
    """A call of another kind, with nothing else changed."""

    def change(session: Session) -> None:
        call = talkative(session).calls[0]
        call.call = msgspec.structs.replace(call.call, **{name: value})

    return change


def server(name: str, value: object) -> Callable[[Session], None]:
    """An MCP server that is another in one point."""

    def change(session: Session) -> None:
        servers = tuple(msgspec.structs.replace(known, **{name: value}) for known in session.agent.mcp)
        session.agent = msgspec.structs.replace(session.agent, mcp=servers)

    return change


def of_turn(name: str, value: object) -> Callable[[Session], None]:
    """A turn that is another in one point."""

    def change(session: Session) -> None:
        setattr(session.turns[-1], name, value)

    return change


def of_session(name: str, value: object) -> Callable[[Session], None]:
    """A session that is another in one point."""

    def change(session: Session) -> None:
        setattr(session, name, value)

    return change


def sooner(session: Session) -> None:
    """A message that begins one event earlier."""
    facts = session.turns[0].log.facts
    place = next(index for index, fact in enumerate(facts) if isinstance(fact, events.MessageStarted))
    facts[place - 1], facts[place] = facts[place], facts[place - 1]


def cut_anew(session: Session) -> None:
    runs = (fact for fact in session.turns[0].log.facts if isinstance(fact, events.Deltas))
    next(run for run in runs if run.message.pieces[run.first].kind is PieceKind.TEXT).first += 1


def last_delta(session: Session) -> None:
    runs = [fact for fact in session.turns[0].log.facts if isinstance(fact, events.Deltas)]
    next(fact for fact in runs if fact.first > 0).at += 1


def other_message(session: Session) -> None:
    call: OpenCall = found(session, events.ApprovalRequired).calls[0]
    call.message = talkative(session)


def reconnected(session: Session) -> None:
    """Servers that were connected before and are again, with nothing new."""
    inits = [fact for turn in session.turns for fact in turn.log.facts if isinstance(fact, events.McpInitialized)]
    inits[-1].servers = (*inits[-1].servers, ("attic", "mcp-1"))


def no_threads(session: Session) -> None:
    fact = found(session, events.McpAuthRequired)
    fact.servers = tuple((name, url, ("elsewhere",)) for name, url, _ in fact.servers)


def renamed(session: Session) -> None:
    found(session, events.ThreadCreated).thread.name = "another"


def wordless(session: Session) -> None:
    ends = (fact for fact in session.turns[0].log.facts if isinstance(fact, events.ThreadDone))
    next(fact for fact in ends if fact.output is not None).output = None


def untold(session: Session) -> None:
    failed = [fact for fact in session.turns[0].log.facts if isinstance(fact, events.ThreadDone) and fact.error]
    failed[0].error = "something else"


CHANGES: dict[str, Callable[[Session], None]] = {
    "TurnCreated.at": later(events.TurnCreated, "at"),
    "MessageStarted.at": later(events.MessageStarted, "at"),
    "MessageStarted.message": sooner,
    "Deltas.at": later(events.Deltas, "at"),
    "Deltas.at of a later delta": last_delta,
    "Deltas.message": without(PieceKind.TEXT),
    "Deltas.first": cut_anew,
    "Deltas.stop": without(PieceKind.ARGUMENTS),
    "ToolResponded.at": later(events.ToolResponded, "at"),
    "ToolResponded.thread_id": later(events.ToolResponded, "thread_id"),
    "ToolResponded.call_id": later(events.ToolResponded, "call_id"),
    "ToolResponded.content": later(events.ToolResponded, "content"),
    "ApprovalRequired.at": later(events.ApprovalRequired, "at"),
    "ApprovalRequired.thread_id": later(events.ApprovalRequired, "thread_id"),
    "ApprovalRequired.calls": fewer(events.ApprovalRequired, "calls"),
    "ApprovalRequired.calls.message": other_message,
    "ResponseRequired.at": later(events.ResponseRequired, "at"),
    "ResponseRequired.thread_id": later(events.ResponseRequired, "thread_id"),
    "ResponseRequired.calls": fewer(events.ResponseRequired, "calls"),
    "ThreadCreated.at": later(events.ThreadCreated, "at"),
    "ThreadCreated.thread": renamed,
    "ThreadDone.at": later(events.ThreadDone, "at"),
    "ThreadDone.thread": renamed,
    "ThreadDone.output": wordless,
    "ThreadDone.error": untold,
    "McpInitialized.at": later(events.McpInitialized, "at"),
    "McpInitialized.thread_id": later(events.McpInitialized, "thread_id"),
    "McpInitialized.servers": reconnected,
    "McpInitialized.fresh": fewer(events.McpInitialized, "fresh"),
    "McpAuthRequired.at": later(events.McpAuthRequired, "at"),
    "McpAuthRequired.servers": fewer(events.McpAuthRequired, "servers"),
    "McpAuthRequired.servers.thread_ids": no_threads,
    "SandboxCreated.at": later(events.SandboxCreated, "at"),
    "SandboxCreated.sandbox_id": later(events.SandboxCreated, "sandbox_id"),
    "TurnDone.at": later(events.TurnDone, "at"),
    "Message.reasoning": without(PieceKind.REASONING),
    "Message.refusal": without(PieceKind.REFUSAL),
    "Usage.input_tokens": used("input_tokens"),
    "Usage.output_tokens": used("output_tokens"),
    "Usage.cache_read_tokens": used("cache_read_tokens"),
    "Usage.cache_write_tokens": used("cache_write_tokens"),
    "Usage.cost_in_usd": used("cost_in_usd"),
    "ToolCall.tool": planned("tool", "another"),
    "ToolCall.server": planned("server", "another"),
    "ToolCall.approval": planned("approval", True),
    "ToolCall.runs_on": planned("runs_on", "client"),
    "ToolCall.deferred": planned("deferred", True),
    "McpServer.id": server("id", "srv-7"),
    "McpServer.transport": server("transport", "sse"),
    "Turn.id": of_turn("id", "another"),
    "Turn.previous": of_turn("previous", None),
    "Turn.items": of_turn("items", (UserMessage("another"),)),
    "Turn.created_by": of_turn("created_by", "bob@example.test"),
    "Turn.created_at": of_turn("created_at", 7.0),
    "Turn.completed_at": of_turn("completed_at", 7.0),
    "Turn.error": of_turn("error", "another"),
    "Session.title": of_session("title", "A title"),
    "Session.created_by": of_session("created_by", "bob@example.test"),
    "Session.created_at": of_session("created_at", 7.0),
    "Session.updated_at": of_session("updated_at", 7.0),
    "Session.draft": of_session("draft", Draft({"model": {"name": "gpt"}})),
}
"""By what is changed: the name of a class and of its field."""

UNGIVEN_TITLE = "Session.title when it was not given"

CONTRACTS: list[tuple[Dialect, Mapping[str, str]]] = [(Beta(), BETA_CANNOT), (V1(), V1_CANNOT)]


def names_of(kind: type) -> Iterable[str]:
    """The fields of a class."""
    fields = getattr(kind, "__struct_fields__", None) or kind.__slots__  # type: ignore[attr-defined]
    return (f"{kind.__name__}.{name}" for name in fields)


@pytest.mark.parametrize("kind", [*get_args(events.Fact), Usage], ids=lambda kind: str(kind.__name__))
def test_every_field_of_every_fact_is_looked_at(kind: type) -> None:
    assert set(names_of(kind)) <= set(CHANGES)


@pytest.mark.parametrize(("dialect", "cannot"), CONTRACTS, ids=["beta", "v1"])
def test_a_contract_cannot_express_exactly_what_it_says_it_cannot(dialect: Dialect, cannot: Mapping[str, str]) -> None:
    before = transcript(dialect, played())

    unseen = set()
    for name, change in CHANGES.items():
        session = played()
        change(session)
        if transcript(dialect, session) == before:
            unseen.add(name)

    assert unseen == set(cannot) - {UNGIVEN_TITLE}


def test_only_the_published_contract_makes_a_title_of_what_was_said() -> None:
    beta, v1 = (dialect.session(played()) for dialect, _ in CONTRACTS)

    assert b'"title":"go"' in v1
    assert b'"title":null' in beta
    assert (UNGIVEN_TITLE in BETA_CANNOT, UNGIVEN_TITLE in V1_CANNOT) == (True, False)


@pytest.mark.parametrize("cannot", [BETA_CANNOT, V1_CANNOT], ids=["beta", "v1"])
def test_each_gap_has_a_reason(cannot: Mapping[str, str]) -> None:
    assert all(reason and reason == reason.strip() for reason in cannot.values())


def test_the_story_of_these_tests_has_every_kind_of_fact() -> None:
    kinds = {type(fact) for turn in played().turns for fact in turn.log.facts}

    assert kinds == set(get_args(events.Fact))
    assert all(isinstance(turn, Turn) and not turn.is_running for turn in played().turns)
