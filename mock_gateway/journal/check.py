"""What of a request breaks its contract, found by holding it against the contract's OpenAPI document.

Owns: the parts of a request and how grave it is when one does not fit: a violation is what the contract forbids, a
remark is what it tolerates and a client better did not do. Works on requests of the past, when somebody asks.
Must not know: any operation or field (`openapi/lookup.py` looks them up), whether the gateway minded.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from mock_gateway.journal.entries import LARGEST, Exchange
from mock_gateway.journal.fit import Fit, shown
from mock_gateway.openapi.lookup import JSON, SSE, Described, Parameter, Schema, operations

PAGE = "page"
"""The operation of a request for a page: it belongs to no contract."""
_BEARER = re.compile(r"bearer +\S", re.IGNORECASE)
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class Violation(Struct, frozen=True):
    """One thing about a request.

    level: `violation` or `remark`. place: `path`, `query`, `header`, `body` or `request`. pointer: JSON pointer into
    the body, or the name of the parameter or header. message: what is there and what was expected.
    """

    level: Literal["violation", "remark"]
    place: str
    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.place} {self.pointer} {self.message}" if self.pointer else f"{self.place} {self.message}"


_FITS: dict[str, Fit] = {}


def violations(exchange: Exchange, *, remarks: bool = True) -> list[Violation]:
    """What of a request breaks its contract. remarks: also what is only odd.

    Raises `CheckMissing` where jsonschema-rs is not installed.
    """
    found = list(_all(exchange))
    return found if remarks else [one for one in found if one.level == "violation"]


def _all(exchange: Exchange) -> Iterator[Violation]:
    if exchange.operation == PAGE or (exchange.method == "OPTIONS" and exchange.status == 204):
        return
    if not exchange.operation:
        yield Violation("violation", "request", "", exchange.message or "is no request of a contract")
        return
    described = operations(exchange.dialect)[exchange.operation]
    if exchange.dialect not in _FITS:
        _FITS[exchange.dialect] = Fit(described.components)
    fit = _FITS[exchange.dialect]
    yield from _key(exchange)
    yield from _parameters(exchange, described, fit)
    yield from _body(exchange, described, fit)
    yield from _accepts(exchange, described)
    yield from (Violation("remark", "body", "", note) for note in exchange.notes)


def _key(exchange: Exchange) -> Iterator[Violation]:
    given = exchange.header("authorization")
    if given is None:
        yield Violation("violation", "header", "authorization", "is missing; 'Bearer <key>' was expected")
    elif not _BEARER.match(given):
        yield Violation("violation", "header", "authorization", "is not 'Bearer <key>'")


# -- parameters --------------------------------------------------------------------------------------------------------


def _parameters(exchange: Exchange, described: Described, fit: Fit) -> Iterator[Violation]:
    counts = Counter(name for name, _ in exchange.query)
    first = dict(reversed(exchange.query))
    known = {one.name for one in described.parameters if one.place == "query"}
    for one in described.parameters:
        given = first.get(one.name) if one.place == "query" else _given(exchange, one)
        if given is not None:
            for misfit in fit.misfits(one.schema, _value(one.schema, given)):
                yield Violation("violation", one.place, one.name, misfit.message)
        elif one.required:
            yield Violation("violation", one.place, one.name, "is missing")
    for name, count in counts.items():
        if name not in known:
            wanted = ", ".join(sorted(known)) or "none"
            yield Violation("remark", "query", name, f"is no parameter of {described.name}; there are: {wanted}")
        elif count > 1:
            yield Violation("remark", "query", name, f"is there {count} times; only the first counts")


def _given(exchange: Exchange, one: Parameter) -> str | None:
    if one.place == "header":
        return exchange.header(one.name)
    return exchange.in_path(one.name) if f"{{{one.name}}}" in exchange.template else None


def _value(schema: Schema, text: str) -> object:
    """A parameter as the kind of value that its schema is about; text that is none stays text."""
    kind = schema.get("type")
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "number" and _NUMBER.fullmatch(text):
        return float(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


# -- body --------------------------------------------------------------------------------------------------------------


def _body(exchange: Exchange, described: Described, fit: Fit) -> Iterator[Violation]:
    if described.body is None:
        if exchange.body_size:
            yield Violation("remark", "body", "", f"is there, and {described.name} takes none")
        return
    if not exchange.body_size:
        if described.needs_body:
            yield Violation("violation", "body", "", "is missing; a JSON object was expected")
        return
    yield from _content_type(exchange)
    if exchange.body_size > len(exchange.body_kept):
        yield Violation("remark", "body", "", f"is larger than {LARGEST} bytes and was not kept, so not checked")
        return
    try:
        value = json.loads(exchange.body)
    except (ValueError, RecursionError) as error:
        yield Violation("violation", "body", "", f"is not JSON: {error}")
        return
    for misfit in fit.misfits(described.body, value):
        yield Violation("violation", "body", misfit.pointer, misfit.message)


def _content_type(exchange: Exchange) -> Iterator[Violation]:
    kind = exchange.header("content-type")
    if kind is None:
        yield Violation("remark", "header", "content-type", f"is missing; {JSON} was expected")
    elif kind.partition(";")[0].strip().lower() != JSON:
        yield Violation("remark", "header", "content-type", f"is {shown(kind)}; {JSON} was expected")


def _accepts(exchange: Exchange, described: Described) -> Iterator[Violation]:
    """A client that wants a stream says so."""
    if not described.is_stream or exchange.method == "HEAD":
        return
    body = exchange.json()
    if isinstance(body, dict) and body.get("stream") is False:
        return
    given = exchange.header("accept")
    kinds = [part.partition(";")[0].strip().lower() for part in (given or "").split(",")]
    if not {SSE, "text/*", "*/*"} & set(kinds):
        text = "is missing" if given is None else f"is {shown(given)}"
        yield Violation("remark", "header", "accept", f"{text}; {SSE} was expected, for the answer is a stream")
