"""What any single request shows: the schema, headers, keys (REQ).

Owns: those rules, from what `journal/check.py` says of a request. Must not know: what came before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mock_gateway.conformance.judge.law import Look, law
from mock_gateway.conformance.judge.story import Client
from mock_gateway.journal import Exchange
from mock_gateway.journal.check import Violation, violations
from mock_gateway.journal.redact import HIDDEN

Concerns = Callable[[Exchange], bool]


def _any(_exchange: Exchange) -> bool:
    return True


def _has_body(exchange: Exchange) -> bool:
    return exchange.body_size > 0


def _known(client: Client) -> Iterator[Exchange]:
    return (one for one in client.exchanges if one.operation)


def _looks(client: Client, concerns: Concerns, fits: Callable[[Violation], bool], expected: str) -> Iterator[Look]:
    """A look at every request that this concerns; bad where something that was found fits."""
    for exchange in _known(client):
        if concerns(exchange):
            found = [str(one) for one in violations(exchange) if fits(one)]
            yield Look(exchange, expected, "; ".join(found)) if found else Look(exchange)


def _broken(one: Violation, *places: str) -> bool:
    return one.level == "violation" and one.place in places and one.pointer != "authorization"


@law("REQ-KNOWN", "Every request is for an endpoint that the contract has.", "API-1")
def known(client: Client) -> Iterator[Look]:
    """Paths and methods."""
    for one in client.exchanges:
        got = "" if one.operation else f"{one.method} {one.path[:200]}"
        yield Look(one, "an endpoint of the contract", got) if got else Look(one)


@law("REQ-SCHEMA", "The body of every request is what its operation allows.", "NET-3", "V1-NET-3")
def schema(client: Client) -> Iterator[Look]:
    """Bodies, also those that are missing."""
    expected = "a body that the contract allows"
    return _looks(client, _any, lambda one: _broken(one, "body", "request"), expected)


@law("REQ-QUERY", "The parameters of every request have values that its operation allows.", "API-6", "V1-PAG-2")
def query(client: Client) -> Iterator[Look]:
    """Queries, cursors in headers."""
    expected = "parameters that the contract allows"
    return _looks(client, _any, lambda one: _broken(one, "query", "header", "path"), expected)


@law("REQ-CTYPE", "A body is sent as application/json.", "NET-3", "V1-NET-3")
def content_type(client: Client) -> Iterator[Look]:
    """The content type of bodies."""
    return _looks(client, _has_body, lambda one: one.pointer == "content-type", "application/json")


@law("REQ-ACCEPT", "A request whose answer is a stream accepts streams.", "STR-1", level="SHOULD")
def accept(client: Client) -> Iterator[Look]:
    """The accept header."""
    return _looks(client, lambda one: one.sent is not None, lambda one: one.pointer == "accept", "text/event-stream")


@law("REQ-AUTH", "The key is on every call, on resumed streams and next pages too.", "NET-2")
def key(client: Client) -> Iterator[Look]:
    """The authorization header, at the host that the client was told."""
    home = client.story.home
    return _looks(
        client, lambda one: one.header("host") == home, lambda one: one.pointer == "authorization", "a bearer key"
    )


@law(
    "REQ-AUTH-LEAK", "No address has the key, and no redirect to another host takes it along.", "NET-2", "RFC 6750 2.3"
)
def leak(client: Client) -> Iterator[Look]:
    """Queries and redirects. A secret itself is not in the journal, but that there was one is."""
    for one in client.exchanges:
        before = client.story.before(one)
        names = [name for name, value in one.query if value == HIDDEN.decode()]
        sent_on = before is not None and 300 <= before.status < 400 and before.header("host") != one.header("host")
        if names:
            yield Look(one, "no secrets in the address", f"a secret as {', '.join(names)}")
        elif sent_on and one.header("authorization"):
            yield Look(one, "no key", f"the key, at {one.header('host')}", (before,) if before else ())
        else:
            yield Look(one)


@law("REQ-EXTRA", "No request has fields or parameters that its operation does not know.", "NET-5", level="INFO")
def extra(client: Client) -> Iterator[Look]:
    """What is tolerated."""
    places = ("body", "query")
    return _looks(client, _any, lambda one: one.level == "remark" and one.place in places, "what is known")


@law("REQ-UA", "A client says who it is.", "RFC 9110 10.1.5", level="INFO")
def user_agent(client: Client) -> Iterator[Look]:
    """The user agent."""
    for one in client.exchanges:
        yield Look(one) if client.agent else Look(one, "a user agent", "none")
