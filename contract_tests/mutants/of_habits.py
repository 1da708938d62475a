"""Bugs in what every request has, and in lists of one kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.mutants.client import Client
from contract_tests.mutants.wire import Answer, Json, Wire
from contract_tests.mutants.zoo import mutant


@mutant("accepts-json-alone", "REQ-ACCEPT", fuzzable=False)
class AcceptsJsonAlone(Wire):
    """Requests accept JSON, also those whose answer is a stream."""

    def exchange(self, method: str, url: str, body: Json | None, headers: Mapping[str, str]) -> Answer:
        return super().exchange(method, url, body, {"Accept": "application/json", **headers})


@mutant("nameless", "REQ-UA", fuzzable=False)
class Nameless(Wire):
    """The client does not say who it is."""

    def exchange(self, method: str, url: str, body: Json | None, headers: Mapping[str, str]) -> Answer:
        return super().exchange(method, url, body, {"User-Agent": "", **headers})


@mutant("field-too-many", "REQ-EXTRA", fuzzable=False)
class FieldTooMany(Client):
    """A turn is asked for with a field of another contract."""

    def body(self, items: list[Json] | None, previous: str | None) -> Json:
        return {**super().body(items, previous), "model": "any"}


class _First(Client):
    """Reads of some lists only the first page."""

    def is_short(self, path: str, query: Json) -> bool:
        """Whether it is one of them."""
        raise NotImplementedError

    def pages(self, path: str, query: Json) -> Iterator[Any]:
        if not self.is_short(path, query):
            yield from super().pages(path, query)
            return
        yield from self.wire.json(self.wire.send("GET", path, query=query))["data"]


@mutant("first-sessions-only", "PAGE-SESSIONS", fuzzable=False)
class FirstSessionsOnly(_First):
    """Of the sessions only the first page is read."""

    def is_short(self, path: str, query: Json) -> bool:
        return "agent_name" in query


@mutant("first-events-only", "PAGE-EVENTS", fuzzable=False)
class FirstEventsOnly(_First):
    """Of stored events only the first page is read."""

    def is_short(self, path: str, query: Json) -> bool:
        return path.endswith("/events")
