"""What the order of turns shows: chaining, answers to what waits, authorisation, cancelling (LIFE, ACT, CANC).

Owns: those rules. An id that a client sends back was nowhere but in a stream: sending the right one proves that it was
read right, and a wrong one that it was not. Must not know: cursors and retries (`again.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mock_gateway.conformance.judge.law import Look, law
from mock_gateway.conformance.judge.story import ANSWERS, CANCEL, FOLLOW, Client, Pair, Turn, body_of, items_of
from mock_gateway.journal import Exchange

AT_ONCE = 1.0
"""Seconds before cancelling in which hanging up is a part of it."""
SEEING = (*FOLLOW, "get_turn", "list_turns", "list_turn_events", "list_session_events")
"""What shows how a turn went on."""


def _pairs(exchange: Exchange) -> list[Pair]:
    """The calls that a request answers."""
    answers = [one for one in items_of(exchange) if one.get("type") in ANSWERS]
    return [(str(one.get("thread_id")), str(one.get("tool_call_id")), str(one.get("type"))) for one in answers]


def _told(pairs: Iterable[Pair]) -> str:
    return ", ".join(f"{kind} for {call} of {thread}" for thread, call, kind in sorted(pairs)) or "none"


def _with_what_waits(client: Client) -> Iterator[tuple[Exchange, Turn, frozenset[Pair]]]:
    """Every request for a turn behind one of which the journal says what it waits for."""
    for exchange in client.asked("create_turn"):
        turn = client.session(exchange).before(exchange)
        pending = None if turn is None else turn.pending()
        if turn is not None and pending is not None:
            yield exchange, turn, pending


@law("LIFE-CHAIN", "A turn is chained to one of its session, by the id that the gateway gave.", "TRN-4", "V1-TRN-6")
def chain(client: Client) -> Iterator[Look]:
    """The ids in previous_turn_id."""
    for one in client.asked("create_turn"):
        named = body_of(one).get("previous_turn_id")
        if isinstance(named, str) and named != "auto":
            known = client.session(one).turns
            yield Look(one) if named in known else Look(one, f"one of {', '.join(known) or 'no turns'}", named)


@law(
    "ACT-ANSWERS",
    "What waits is answered exactly: each call once, in its thread, nothing else.",
    "INP-3",
    "V1-INP-10",
)
def answers(client: Client) -> Iterator[Look]:
    """Thread ids and call ids."""
    for one, turn, pending in _with_what_waits(client):
        given = _pairs(one)
        if given:
            right = frozenset(given) == pending and len(given) == len(pending)
            why = tuple(stream.exchange for stream in turn.streams[-1:])
            yield Look(one) if right else Look(one, _told(pending), _told(given), why)


@law("ACT-WAITING", "While calls wait, no message is sent.", "INP-4", level="SHOULD")
def waiting(client: Client) -> Iterator[Look]:
    """Messages in between."""
    for one, _, pending in _with_what_waits(client):
        if pending:
            said = [item for item in items_of(one) if item.get("type") == "user.message"]
            yield Look(one, _told(pending), "a message") if said else Look(one)


@law("ACT-MCP", "After mcp.auth_required the next turn has no input.", "INP-5", "V1-INP-5")
def authorised(client: Client) -> Iterator[Look]:
    """Input where there has to be none."""
    for one, turn, pending in _with_what_waits(client):
        if turn.asks_to_authorise() and not pending:
            given = [str(item.get("type")) for item in items_of(one)]
            yield Look(one, "no input", ", ".join(given)) if given else Look(one)


@law("ACT-ONCE", "An answer that may have arrived is not given a second time unseen.", "INP-3", "V1-INP-10")
def once(client: Client) -> Iterator[Look]:
    """Answers after an answer that was lost; looking at the turn in between is seeing."""
    given: dict[tuple[str, tuple[Pair, ...]], Exchange] = {}
    for one in client.exchanges:
        if one.operation in SEEING:
            given = {key: before for key, before in given.items() if key[0] != one.session_id}
        pairs = tuple(sorted(_pairs(one))) if one.operation == "create_turn" else ()
        if not pairs:
            continue
        before = given.get((one.session_id, pairs))
        may_be_there = before is not None and (before.status in (0, 200) or before.status >= 500)
        if before is not None and may_be_there:
            yield Look(one, "a look at the turn first", f"the same answers as in {before.id}", (before,))
        else:
            yield Look(one)
        given[one.session_id, pairs] = one


@law("CANC-READ", "After cancelling, the stream is read to its end.", "CAN-1", "V1-CAN-1", level="SHOULD")
def read_to_the_end(client: Client) -> Iterator[Look]:
    """Streams that were open when their turn was cancelled."""
    for one in client.asked(*CANCEL):
        turns = client.session(one).turns.values() if 200 <= one.status < 300 else ()
        for stream in (stream for turn in turns for stream in client.streams(turn)):
            is_open = stream.exchange.at < one.at < stream.over + AT_ONCE and not stream.exchange.faults
            if is_open and (not one.turn_id or one.turn_id == stream.turn_id):
                seen = stream.ends or any(
                    other.turn_id == stream.turn_id and other.number > one.number for other in client.asked(*SEEING)
                )
                yield Look(one) if seen else Look(one, "turn.done", "the client hung up", (stream.exchange,))
