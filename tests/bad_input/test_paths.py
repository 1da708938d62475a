"""Paths, queries and cursors that make no sense."""

from __future__ import annotations

from collections.abc import Mapping

from tests.bad_input.desk import Case, Desk, check
from tests.bad_input.table import Row, cases
from tests.bad_input.wire_text import request

SESSIONS = "/sessions?agent_name=desk"


def get(path: str, headers: str = "") -> bytes:
    """A read."""
    return request("GET", path, headers=headers)


def sessions(query: str) -> bytes:
    """A list of sessions."""
    return get(f"{SESSIONS}&{query}")


def turns(query: str) -> Case:
    """A list of turns."""
    return lambda desk: get(f"{desk.turns}?{query}")


def stream(query: str, headers: str = "") -> Case:
    """The stream of a running turn."""
    return lambda desk: get(f"{desk.stream}?{query}", headers)


def changed_token(desk: Desk) -> bytes:
    """A page token with its last letter changed."""
    token = desk.token(f"{SESSIONS}&limit=1")
    return sessions(f"page_token={token[:-1]}{'A' if token[-1] != 'A' else 'B'}")


def foreign_token(desk: Desk) -> bytes:
    """A page token of the other order."""
    return get(f"{desk.turns}?order=asc&page_token={desk.token(f'{desk.turns}?limit=1')}")


CASES: Mapping[str, Case] = {
    "path-unknown": get("/nope"),
    "path-long-id": get("/sessions/" + "x" * 10_000),
    "path-encoded-slash": get("/sessions/x%2Fy"),
    "path-nul": get("/sessions/x%00y"),
    "path-non-ascii": get("/sessions/h%C3%A9"),
    "path-raw-non-ascii": get("/sessions/hé"),
    "path-blank": get("/sessions/a b"),
    "path-bad-escape": get("/sessions/%zz"),
    "path-bad-utf8": get("/sessions/%ff"),
    "path-bad-utf8-base": get("/%ff/sessions/x"),
    "path-dots": get("/sessions/.."),
    "path-dots-file": get("/../../../../etc/passwd"),
    "path-empty-id": get("/sessions//turns"),
    "path-double-slash": lambda desk: get(f"//sessions/{desk.idle}"),
    "path-trailing-slash": get("/sessions/"),
    "path-odd-base": get("/a%20b;c=d,@!$&'()*+~%E2%82%AC/sessions/x"),
    "path-star": get("*"),
    "path-relative": get("sessions"),
    "path-too-long": get("/sessions/" + "x" * 70_000),
    "query-bad-utf8": get("/sessions?agent_name=%ff"),
    "query-raw-non-ascii": get("/sessions?agent_name=é"),
    "query-repeated": sessions("limit=1&limit=x&agent_name=desc"),
    "query-agent-missing": get("/sessions"),
    "query-agent-unknown": get("/sessions?agent_name=desc"),
    "query-limit-negative": sessions("limit=-1"),
    "query-limit-zero": sessions("limit=0"),
    "query-limit-large": turns("limit=1001"),
    "query-limit-huge": turns("limit=" + "9" * 30),
    "query-limit-word": turns("limit=all"),
    "query-limit-fraction": turns("limit=1.5"),
    "query-limit-empty": turns("limit="),
    "query-limit-digits": turns("limit=%D9%A3"),
    "query-token-bad": sessions("page_token=x"),
    "query-token-changed": changed_token,
    "query-token-foreign": foreign_token,
    "query-token-non-ascii": sessions("page_token=%C3%A9"),
    "query-order-unknown": turns("order=up"),
    "query-time-word": sessions("start_timestamp=yesterday"),
    "query-time-impossible": sessions("end_timestamp=2026-13-01"),
    "query-cursor-negative": stream("after_sequence_id=-1"),
    "query-cursor-fraction": stream("after_sequence_id=1.5"),
    "query-cursor-word": stream("after_sequence_id=last"),
    "query-cursor-empty": stream("after_sequence_id="),
    "query-cursor-huge": stream("after_sequence_id=" + "9" * 30),
    "query-last-event-id-word": stream("", "Last-Event-ID: last\r\n"),
    "query-last-event-id-empty": stream("", "Last-Event-ID:\r\n"),
    "query-ended-turn": lambda desk: get(f"{desk.turns}/{desk.first}/stream"),
}


@cases(CASES)
def test_a_bad_path_or_query_is_refused_and_changes_nothing(desk: Desk, row: Row, case: Case) -> None:
    check(desk, row, case)
