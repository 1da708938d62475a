"""What can be said of the requests of a client: the parts of the expectation `sent`, as a table.

Owns: judging requests that were asked for by one operation or several. A new part is one function here, and a line in
docs/conformance.md. Must not know: steps, what was understood (`expectations.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct

from mock_gateway.conformance.bench import Stage
from mock_gateway.conformance.oracle import Difference
from mock_gateway.journal import Exchange


def _times(_stage: Stage, asked: Sequence[Exchange], operation: str, wanted: Any) -> Iterator[Difference]:
    least, most = wanted if isinstance(wanted, list) else (wanted, wanted)
    if len(asked) < least or (most is not None and len(asked) > most):
        expected = f"{least} times" if least == most else f"{least} to {most if most is not None else 'any'} times"
        yield Difference(f"sent.{operation}.times", expected, f"{len(asked)} times", f"{operation} was asked for")


def _cursors(stage: Stage, asked: Sequence[Exchange], operation: str, wanted: Any) -> Iterator[Difference]:
    got = [stage.cursor(one) for one in asked]
    if got != wanted:
        yield Difference(f"sent.{operation}.after", repr(wanted), repr(got), "the cursors that were sent")


def _statuses(_stage: Stage, asked: Sequence[Exchange], operation: str, wanted: Any) -> Iterator[Difference]:
    got = [one.status for one in asked]
    if got != wanted:
        yield Difference(f"sent.{operation}.status", repr(wanted), repr(got), "the answers that came")


def _apart(_stage: Stage, asked: Sequence[Exchange], operation: str, wanted: Any) -> Iterator[Difference]:
    least, most = wanted
    for number, (one, other) in enumerate(pairwise(asked), 2):
        gap = (other.at - one.at - one.took) * 1000
        if gap < least or (most is not None and gap > most):
            yield Difference(
                f"sent.{operation}.apart_ms",
                f"{least} to {most} ms",
                f"{gap:.0f} ms",
                f"the pause before number {number}",
            )


def _waits(_stage: Stage, asked: Sequence[Exchange], operation: str, wanted: Any) -> Iterator[Difference]:
    least, most = wanted
    for one, other in pairwise(asked):
        gap = (other.at - one.at - one.took) * 1000
        if one.status >= 400 and (gap < least or (most is not None and gap > most)):
            name = f"sent.{operation}.waits_ms"
            yield Difference(name, f"{least} to {most} ms", f"{gap:.0f} ms", f"the pause after a {one.status}")


def _growing(_stage: Stage, asked: Sequence[Exchange], operation: str, wanted: Any) -> Iterator[Difference]:
    gaps = [(other.at - one.at - one.took) * 1000 for one, other in pairwise(asked)]
    half = len(gaps) // 2
    # Halves, as one pause alone says little when a machine is busy.
    if wanted and half and sum(gaps[-half:]) < 1.2 * sum(gaps[:half]):
        told = ", ".join(f"{gap:.0f}" for gap in gaps)
        yield Difference(f"sent.{operation}.growing", "pauses that grow", f"{told} ms")


def _headers(_stage: Stage, asked: Sequence[Exchange], operation: str, wanted: Any) -> Iterator[Difference]:
    for one in asked:
        for name, part in wanted.items():
            if not _has(one.header(name), part):
                yield Difference(f"sent.{operation}.headers", _wanted_header(name, part), repr(one.header(name)))


def _wanted_header(name: str, part: Any) -> str:
    if isinstance(part, list):
        return " or ".join(_wanted_header(name, one) for one in part)
    if part is None:
        return f"no header {name}"
    return f"a header {name}" if part is True else f"{name}: ...{part}..."


def _has(value: str | None, wanted: Any) -> bool:
    """Whether a header has a part; true: is there at all; null: is not there; one of a list."""
    if isinstance(wanted, list):
        return any(_has(value, one) for one in wanted)
    if wanted is None or value is None:
        return value is None and wanted is None
    return bool(value) if wanted is True else str(wanted).lower() in value.lower()


def _lacks(_stage: Stage, asked: Sequence[Exchange], operation: str, wanted: Any) -> Iterator[Difference]:
    for one in asked:
        for name, part in wanted.items():
            if part in (one.header(name) or ""):
                yield Difference(f"sent.{operation}.lacks", f"{name} without {part}", repr(one.header(name)))


def _query(_stage: Stage, asked: Sequence[Exchange], operation: str, wanted: Any) -> Iterator[Difference]:
    for one in asked:
        given = dict(reversed(one.query))
        for name, value in wanted.items():
            if given.get(name) != (None if value is None else str(value)):
                yield Difference(f"sent.{operation}.query", f"{name}={value}", repr(given.get(name)))


def _queries(_stage: Stage, asked: Sequence[Exchange], operation: str, wanted: Any) -> Iterator[Difference]:
    for name, values in wanted.items():
        got = [dict(reversed(one.query)).get(name) for one in asked]
        if got != values:
            yield Difference(f"sent.{operation}.queries", f"{name}: {values!r}", repr(got), "in order")


def _unnamed(_stage: Stage, asked: Sequence[Exchange], operation: str, wanted: Any) -> Iterator[Difference]:
    for one in asked:
        for name, _ in one.query:
            if any(word in name.lower() for word in wanted):
                yield Difference(f"sent.{operation}.unnamed", f"no parameter with {' or '.join(wanted)}", name)


def _known(_stage: Stage, asked: Sequence[Exchange], operation: str, wanted: Any) -> Iterator[Difference]:
    for one in asked:
        if wanted and one.notes:
            yield Difference(f"sent.{operation}.known", "fields of the operation", "; ".join(one.notes))


def _body(_stage: Stage, asked: Sequence[Exchange], operation: str, wanted: Any) -> Iterator[Difference]:
    for one in asked:
        if not _holds(one.json(), wanted):
            yield Difference(f"sent.{operation}.body", repr(wanted), one.body[:300].decode("utf-8", "replace"))


def _holds(whole: object, part: Any) -> bool:
    """Whether a JSON value has everything that another has."""
    if isinstance(part, Mapping):
        return isinstance(whole, Mapping) and all(_holds(whole.get(name), one) for name, one in part.items())
    if isinstance(part, list):
        if not isinstance(whole, list) or len(whole) != len(part):
            return False
        return all(_holds(one, other) for one, other in zip(whole, part, strict=True))
    return bool(whole == part)


class Part(Struct, frozen=True):
    """One thing that can be said of requests."""

    says: str
    judge: Callable[[Stage, Sequence[Exchange], str, Any], Iterator[Difference]]


SENT_PARTS: Mapping[str, Part] = {
    "times": Part("a number, or `[least, most]`; null is any number", _times),
    "after": Part("the cursors of its streams, in order", _cursors),
    "status": Part("the statuses of the answers, in order", _statuses),
    "apart_ms": Part("`[least, most]` milliseconds between an answer and the next request", _apart),
    "waits_ms": Part("the same, between an answer that is an error and the next request", _waits),
    "growing": Part(
        "true: the pauses between requests grow: those of the second half are longer than those of the first", _growing
    ),
    "headers": Part(
        "parts of the values of headers, in every request; true: it is there, null: it is not, a list: one of these",
        _headers,
    ),
    "lacks": Part("parts that values of headers must not have, in any request", _lacks),
    "query": Part("values of parameters of the query, in every request; null: it is not there", _query),
    "queries": Part("for a parameter of the query its values, in order; null: it is not there", _queries),
    "unnamed": Part("words that no parameter of the query has in its name, in any request", _unnamed),
    "known": Part("true: no request has a field or a parameter that its operation does not know", _known),
    "body": Part("parts of the JSON body, in every request", _body),
}
"""What can be said of requests, in this order."""
