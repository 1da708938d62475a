"""What coming back shows: cursors, turns that are not begun twice, pauses, pages (RES, RATE, ERR, PAGE).

Owns: those rules. Must not know: what a turn is about.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from mock_gateway.conformance.judge.law import Look, law
from mock_gateway.conformance.judge.story import FOLLOW, Client, Stream, cursor_of
from mock_gateway.journal import Exchange

EARLY = 0.05
"""Seconds that a client may be early: clocks tick."""
SOON = 30.0
"""Seconds in which the same request again is one that was tried again."""
ENOUGH = 20
"""Attempts to come back that bring nothing."""
AGAIN_IS_FINE = (408, 409, 412, 423, 425, 429)
"""Refusals that pass with time."""


def _came_back(client: Client) -> Iterator[tuple[Exchange, list[Stream]]]:
    """Every request for a stream of a turn that this client had streams of before, with those."""
    for one in client.asked(*FOLLOW):
        turn = client.session(one).turns.get(one.turn_id)
        had = [] if turn is None else client.streams(turn)
        before = [stream for stream in had if stream.exchange.number < one.number and stream.over <= one.at + EARLY]
        if before:
            yield one, before


def _delivered(streams: list[Stream]) -> int:
    return max((stream.last for stream in streams if stream.last is not None), default=0)


@law("RES-CURSOR", "A cursor is never behind the last event that was delivered whole.", "SEQ-2", "V1-STR-17")
def not_beyond(client: Client) -> Iterator[Look]:
    """What lies beyond was never seen, and now never will be."""
    for one, before in _came_back(client):
        cursor, last = cursor_of(one), _delivered(before)
        why = (before[-1].exchange,)
        yield Look(one) if cursor <= last else Look(one, f"{last} at most", str(cursor), why)


@law("RES-EXACT", "A stream goes on behind the last event that was delivered.", "SEQ-2", "V1-STR-17", level="SHOULD")
def exact(client: Client) -> Iterator[Look]:
    """A smaller cursor repeats events. A client that hung up itself may not have read all, so only faults count."""
    for one, before in _came_back(client):
        cursor, last = cursor_of(one), _delivered(before)
        if before[-1].exchange.faults and not before[-1].ends and all(stream.is_numbered for stream in before):
            yield Look(one) if cursor >= last else Look(one, str(last), str(cursor), (before[-1].exchange,))


def _body(exchange: Exchange) -> str:
    return json.dumps(exchange.json(), sort_keys=True)


@law("RES-POST", "A turn whose stream broke off is not begun a second time.", "TRN-8", "V1-TRN-1")
def not_twice(client: Client) -> Iterator[Look]:
    """The same turn again, with nothing in between, while the first has not ended."""
    turns = client.asked("create_turn")
    lost: dict[str, Exchange] = {}
    for one in turns:
        before = lost.get(one.session_id)
        again = before is not None and _body(before) == _body(one) and one.at - before.at - before.took < SOON
        if before is not None:
            looked = any(before.number < other.number < one.number for other in client.asked("get_turn", "list_turns"))
            bad = again and not looked
            yield Look(one, "its stream again", f"the same turn as {before.id}", (before,)) if bad else Look(one)
        if _is_lost(client, one):
            lost[one.session_id] = one
        else:
            lost.pop(one.session_id, None)


def _is_lost(client: Client, one: Exchange) -> bool:
    if one.status == 0 or one.status >= 500:
        return one.status not in (501, 503)
    streams = [stream for turn in client.session(one).turns.values() for stream in turn.streams]
    return any(stream.exchange is one and not stream.ends for stream in streams)


@law("RES-BOUND", "Coming back is given up when it brings nothing, and not hurried.", "RFC 9110 9.2.2", level="SHOULD")
def bounded(client: Client) -> Iterator[Look]:
    """Attempts that brought no event, one after the other."""
    barren: dict[str, list[Exchange]] = {}
    every = (stream for session in client.story.sessions.values() for stream in session.streams())
    streams = {stream.exchange.number: stream for stream in every}
    for one in client.asked(*FOLLOW):
        tries = barren.setdefault(one.turn_id, [])
        stream = streams.get(one.number)
        if stream is not None and stream.messages:
            tries.clear()
            yield Look(one)
            continue
        tries.append(one)
        if len(tries) >= 3:
            yield Look(one, f"{ENOUGH} at most", f"{len(tries)}") if len(tries) > ENOUGH else Look(one)


@law("RATE-WAIT", "What was refused is not asked again before the time that the refusal names.", "RFC 9110 10.2.3")
def waits(client: Client) -> Iterator[Look]:
    """Retry-After in seconds or as a date."""
    for index, one in enumerate(client.exchanges):
        due = _due(one)
        if due is None:
            continue
        again = next((other for other in client.exchanges[index + 1 :] if _same(one, other)), None)
        if again is None:
            continue
        waited, told = again.at - one.at - one.took, due - one.at - one.took
        bad = waited < told - EARLY
        yield Look(again, f"{told:.1f} s at least", f"{waited:.1f} s", (one,)) if bad else Look(again)


def _due(one: Exchange) -> float | None:
    """Wall seconds from when it may be asked again."""
    if one.status not in (429, 503):
        return None
    headers = {name.lower(): value.decode("latin-1") for name, value in one.reply_headers}
    given = headers.get(b"retry-after", "").strip()
    if given.isascii() and given.isdigit():
        return one.at + one.took + int(given)
    try:
        date = parsedate_to_datetime(given)
        # The gateway's clock may be another one than the journal's.
        now = parsedate_to_datetime(headers[b"date"]).timestamp() if b"date" in headers else one.at + one.took
        return one.at + one.took + date.timestamp() - now
    except ValueError:
        return None


def _same(one: Exchange, other: Exchange) -> bool:
    return (one.method, one.raw_path, one.query_string, one.body) == (
        other.method,
        other.raw_path,
        other.query_string,
        other.body,
    )


@law("ERR-AGAIN", "What was refused for good is not tried again.", "NET-4", "RFC 9110 15.5", level="SHOULD")
def not_again(client: Client) -> Iterator[Look]:
    """The same request, soon after a 4xx that time does not mend."""
    for one, other in zip(client.exchanges, client.exchanges[1:], strict=False):
        if 400 <= one.status < 500 and one.status not in AGAIN_IS_FINE:
            bad = _same(one, other) and other.at - one.at < SOON
            got = f"the same as {one.id}, which was a {one.status}"
            yield Look(other, "no second try", got, (one,)) if bad else Look(other)


@law("PAGE-TOKEN", "A page token is sent back as it came, to the list that it is of.", "PAG-2", "V1-PAG-3")
def tokens(client: Client) -> Iterator[Look]:
    """Tokens, unchanged."""
    given: dict[str, set[str]] = {}
    for one in client.exchanges:
        token = _token(one)
        if token:
            known = given.get(one.path, set())
            expected = " or ".join(sorted(known)) or "no token, for this list has given none"
            yield Look(one) if token in known else Look(one, expected, token)
        given.setdefault(one.path, set()).update(_given(one))


def _token(one: Exchange) -> str:
    body = one.json()
    in_body = body.get("page_token") if isinstance(body, dict) else None
    return str(dict(one.query).get("page_token") or in_body or "")


def _given(one: Exchange) -> Iterator[str]:
    reply = one.reply_json()
    pagination = reply.get("pagination") if isinstance(reply, dict) else None
    for name in ("next_page_token", "previous_page_token"):
        value = pagination.get(name) if isinstance(pagination, dict) else None
        if isinstance(value, str):
            yield value


@law("PAGE-ONCE", "A page is not asked for again and again.", "PAG-1", "V1-PAG-1", level="SHOULD")
def once(client: Client) -> Iterator[Look]:
    """The same page three times in a row."""
    pages = [one for one in client.exchanges if _token(one)]
    for index, one in enumerate(pages):
        row = pages[max(0, index - 2) : index + 1]
        bad = len(row) == 3 and all(_same(one, other) for other in row)
        yield Look(one, "the next page", "the same page for the third time", tuple(row[:2])) if bad else Look(one)
