"""Which entries of a journal somebody wants to see.

Owns: the filters. Pure: nothing is changed, and every filter that is left out lets everything through.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from typing import Literal

from msgspec import Struct

from mock_gateway.journal.book import Entry, Journal
from mock_gateway.journal.entries import Exchange, TurnEntry

Kind = Literal["exchange", "turn"]
KINDS: dict[str, type] = {"exchange": Exchange, "turn": TurnEntry}


class Wanted(Struct, frozen=True, kw_only=True):
    """What is looked for; None lets everything through.

    world: base path. path: shell pattern, case counts, `*` also goes over slashes. status: a number, several, or a
    class as `4xx`. after: an entry's id or number; since: wall seconds. What only a request has (method, path, status,
    operation, dialect) leaves turns out.
    """

    world: str | None = None
    session: str | None = None
    turn: str | None = None
    operation: str | None = None
    dialect: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | str | Collection[int] | None = None
    kind: Kind | None = None
    after: str | int | None = None
    since: float | None = None
    agent: str | None = None


def query(
    journal: Journal | Iterable[Entry],
    *,
    world: str | None = None,
    session: str | None = None,
    turn: str | None = None,
    operation: str | None = None,
    dialect: str | None = None,
    method: str | None = None,
    path: str | None = None,
    status: int | str | Collection[int] | None = None,
    kind: Kind | None = None,
    agent: str | None = None,
    after: str | int | None = None,
    since: float | None = None,
    limit: int | None = None,
    newest: bool = False,
) -> list[Entry]:
    """The entries that fit, oldest first. The filters: see `Wanted`.

    limit: at most so many; newest: of those, the last ones instead of the first. Raises `ValueError` for an `after`
    that is no id and for a status that is none.
    """
    wanted = Wanted(
        world=world,
        session=session,
        turn=turn,
        operation=operation,
        dialect=dialect,
        method=method,
        path=path,
        status=status,
        kind=kind,
        agent=agent,
        after=after,
        since=since,
    )
    entries = list(journal.entries if isinstance(journal, Journal) else journal)
    tests = list(_tests(wanted))
    fitting = (entry for entry in (reversed(entries) if newest else entries) if all(fits(entry) for fits in tests))
    found = list(islice(fitting, limit))
    return found[::-1] if newest else found


Test = Callable[[Entry], bool]


def _tests(wanted: Wanted) -> Iterator[Test]:
    if wanted.kind is not None:
        if wanted.kind not in KINDS:
            raise ValueError(f"kind is {wanted.kind!r}; one of {', '.join(KINDS)} was expected")
        kind = KINDS[wanted.kind]
        yield lambda entry: isinstance(entry, kind)
    for attribute, name in (("world", "world"), ("session_id", "session"), ("turn_id", "turn"), ("agent", "agent")):
        value = getattr(wanted, name)
        if value is not None:
            yield _equals(attribute, value)
    for name in ("operation", "dialect"):
        value = getattr(wanted, name)
        if value is not None:
            yield _equals(name, value)
    if wanted.method is not None:
        yield _equals("method", wanted.method.upper())
    if wanted.path is not None:
        pattern = wanted.path
        yield lambda entry: isinstance(entry, Exchange) and fnmatchcase(entry.path, pattern)
    if wanted.status is not None:
        statuses = status_set(wanted.status)
        yield lambda entry: isinstance(entry, Exchange) and entry.status in statuses
    if wanted.after is not None:
        number = number_of(wanted.after)
        yield lambda entry: entry.number > number
    if wanted.since is not None:
        moment = wanted.since
        yield lambda entry: entry.at >= moment


def _equals(attribute: str, value: object) -> Test:
    return lambda entry: getattr(entry, attribute, None) == value


def status_set(status: int | str | Collection[int]) -> Collection[int]:
    """The statuses that are meant by 404, "404", "4xx" or a list. Raises `ValueError`."""
    if isinstance(status, int):
        return (status,)
    if not isinstance(status, str):
        return status
    if status.isdigit():
        return (int(status),)
    if len(status) == 3 and status[0] in "012345" and status[1:].lower() == "xx":
        return range(int(status[0]) * 100, int(status[0]) * 100 + 100)
    raise ValueError(f"status is {status!r}; a number such as 404 or a class such as 4xx was expected")


def number_of(entry_id: str | int) -> int:
    """The number in an id such as `x-17`. Raises `ValueError`."""
    if isinstance(entry_id, int):
        return entry_id
    kind, _, number = entry_id.rpartition("-")
    if kind not in ("x", "t", "") or not number.isdigit():
        raise ValueError(f"{entry_id!r} is no id of an entry; one such as x-17 or t-18 was expected")
    return int(number)


def exchanges(entries: Iterable[Entry]) -> Sequence[Exchange]:
    """The requests among some entries."""
    return [entry for entry in entries if isinstance(entry, Exchange)]
