"""Whether a request is one that somebody expects, and if not, in which respects it differs.

Owns: `RequestMatch`, read from plain data, and its differences to a request in words. Pure.
Must not know: how often a request is expected (`verify.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from msgspec import UNSET, Struct, UnsetType, field

from mock_gateway.core.errors import MockGatewayError
from mock_gateway.journal.entries import Exchange
from mock_gateway.journal.fit import escaped, shown
from mock_gateway.journal.queries import status_set

MOST_TEXTS = 6
"""Texts of a body that a difference names."""


class ExpectationError(MockGatewayError):
    """Data that is no expectation; the message says what is wrong and what was allowed."""


class Difference(Struct, frozen=True):
    """One respect in which a request is not the one expected. weight: how far away that makes it."""

    weight: int
    text: str

    def __str__(self) -> str:
        return self.text


class RequestMatch(Struct, frozen=True):
    """A request that somebody expects; what is left out may be anything.

    path: shell pattern. session, turn: ids. status: 404, `4xx` or a list. query: values by name. header: shell patterns
    by name, case of the name ignored. body: JSON of which every field has to be there, lists whole. at: values by JSON
    pointer. text: is somewhere in the texts of the body, case ignored.
    """

    method: str | None = None
    path: str | None = None
    operation: str | None = None
    dialect: str | None = None
    session: str | None = None
    turn: str | None = None
    status: int | str | Sequence[int] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    header: Mapping[str, str] = field(default_factory=dict)
    body: object | UnsetType = UNSET
    at: Mapping[str, object] = field(default_factory=dict)
    text: str | None = None

    def differences(self, exchange: Exchange) -> list[Difference]:
        """In which respects a request differs; none when it is the one."""
        return [found for name in self.given() for found in ASPECTS[name](self, exchange)]

    def fits(self, exchange: Exchange) -> bool:
        """Whether a request is the one."""
        return not self.differences(exchange)

    def given(self) -> list[str]:
        """The names of what it asks for."""
        return [name for name in ASPECTS if getattr(self, name) not in (None, UNSET, {})]

    def __str__(self) -> str:
        named = [self.method, self.path or self.operation]
        rest = [name for name in self.given() if name not in ("method", "path")]
        if not self.path:
            rest = [name for name in rest if name != "operation"]
        said = [f"{name} {_brief(getattr(self, name))}" for name in rest]
        what = " ".join(filter(None, named)) or ("a request" if said else "any request")
        return f"{what} with {', '.join(said)}" if said else what


def match_of(data: object) -> RequestMatch:
    """A match from plain data. Raises `ExpectationError`."""
    if isinstance(data, RequestMatch):
        return data
    if isinstance(data, str):
        # POST /sessions/*, or the name of an operation
        method, space, path = data.partition(" ")
        return RequestMatch(method=method.upper(), path=path) if space else RequestMatch(operation=data)
    if not isinstance(data, Mapping):
        raise ExpectationError(f"a request is expected as an object or as 'POST /path', not as {shown(data)}")
    for name, value in data.items():
        if name not in ASPECTS:
            near = get_close_matches(str(name), ASPECTS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(ASPECTS)}"
            raise ExpectationError(f"a request has no {name!r}; {hint}")
        _check(name, value)
    given: dict[str, Any] = dict(data)
    if given.get("method") is not None:
        given["method"] = given["method"].upper()
    return RequestMatch(**given)


def _check(name: str, value: object) -> None:
    if name in ("query", "header", "at"):
        if not isinstance(value, Mapping):
            raise ExpectationError(f"{name} of a request is {shown(value)}; an object was expected")
    elif name == "status":
        try:
            status_set(value)  # type: ignore[arg-type]  # whatever it does not take, it says
        except (TypeError, ValueError) as error:
            raise ExpectationError(str(error)) from error
    elif name != "body" and not isinstance(value, str):
        raise ExpectationError(f"{name} of a request is {shown(value)}; a text was expected")


# -- aspects -----------------------------------------------------------------------------------------------------------

Aspect = Callable[[RequestMatch, Exchange], Iterator[Difference]]


def _equal(name: str, attribute: str, weight: int) -> Aspect:
    def compare(match: RequestMatch, exchange: Exchange) -> Iterator[Difference]:
        wanted, found = getattr(match, name), getattr(exchange, attribute)
        if found != wanted:
            yield Difference(weight, f"{name} is {found or 'none'}; {wanted} was expected")

    return compare


def _path(match: RequestMatch, exchange: Exchange) -> Iterator[Difference]:
    # In a world of its own a test need not know its prefix.
    paths = {exchange.path, exchange.path.removeprefix(exchange.world or "")}
    if not any(fnmatchcase(path, match.path or "") for path in paths):
        yield Difference(20, f"path is {exchange.path}; {match.path} was expected")


def _status(match: RequestMatch, exchange: Exchange) -> Iterator[Difference]:
    if match.status is not None and exchange.status not in status_set(match.status):
        why = f" ({exchange.message})" if exchange.message else ""
        yield Difference(3, f"status is {exchange.status}{why}; {match.status} was expected")


def _query(match: RequestMatch, exchange: Exchange) -> Iterator[Difference]:
    given = dict(reversed(exchange.query))
    for name, wanted in match.query.items():
        if given.get(name) != str(wanted):
            found = shown(given[name]) if name in given else "missing"
            yield Difference(2, f"query {name} is {found}; {shown(wanted)} was expected")


def _header(match: RequestMatch, exchange: Exchange) -> Iterator[Difference]:
    for name, wanted in match.header.items():
        found = exchange.header(name)
        if found is None or not fnmatchcase(found.lower(), str(wanted).lower()):
            text = "missing" if found is None else shown(found)
            yield Difference(2, f"header {name} is {text}; {shown(wanted)} was expected")


def _body(match: RequestMatch, exchange: Exchange) -> Iterator[Difference]:
    for pointer, text in subset_differences(match.body, exchange.json()):
        yield Difference(1, f"body {pointer} {text}" if pointer else f"body {text}")


def _at(match: RequestMatch, exchange: Exchange) -> Iterator[Difference]:
    body = exchange.json()
    for pointer, wanted in match.at.items():
        found = pointed(body, pointer)
        if found is UNSET:
            yield Difference(2, f"body {pointer} is missing; {shown(wanted)} was expected")
        elif not same(found, wanted):
            yield Difference(1, f"body {pointer} is {shown(found)}; {shown(wanted)} was expected")


def _text(match: RequestMatch, exchange: Exchange) -> Iterator[Difference]:
    body = exchange.json()
    texts = list(texts_in(body)) if body is not None else [exchange.body.decode("utf-8", "replace")]
    if not any((match.text or "").casefold() in text.casefold() for text in texts):
        there = ", ".join(map(shown, texts[:MOST_TEXTS])) or "none"
        yield Difference(1, f"no text of the body contains {shown(match.text)}; there are {there}")


ASPECTS: Mapping[str, Aspect] = {
    "method": _equal("method", "method", 20),
    "path": _path,
    "operation": _equal("operation", "operation", 20),
    "dialect": _equal("dialect", "dialect", 10),
    "session": _equal("session", "session_id", 5),
    "turn": _equal("turn", "turn_id", 5),
    "status": _status,
    "query": _query,
    "header": _header,
    "body": _body,
    "at": _at,
    "text": _text,
}


# -- values ------------------------------------------------------------------------------------------------------------


def subset_differences(wanted: object, found: object, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Where a value lacks something of another: JSON pointer and words."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for name, item in wanted.items():
            place = f"{pointer}/{escaped(str(name))}"
            if name in found:
                yield from subset_differences(item, found[name], place)
            else:
                yield place, f"is missing; {shown(item)} was expected"
    elif isinstance(wanted, list | tuple) and isinstance(found, list):
        if len(wanted) != len(found):
            yield pointer, f"is a list of {len(found)}; a list of {len(wanted)} was expected"
        for index, (one, other) in enumerate(zip(wanted, found, strict=False)):
            yield from subset_differences(one, other, f"{pointer}/{index}")
    elif not same(wanted, found):
        yield pointer, f"is {shown(found)}; {shown(wanted)} was expected"


def same(one: object, other: object) -> bool:
    """Equality as in JSON: `true` is not 1, at any depth."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def pointed(value: object, pointer: str) -> object:
    """What a JSON pointer points at; `UNSET` for nothing."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return UNSET
    return value


def texts_in(value: object) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)


def _brief(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:77] + "..."
