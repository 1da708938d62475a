"""Small ways of breaking a gateway, one function for each kind: a status, a field, a few bytes.

Each makes a `Broken`. Must not know: which checks there are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from contract_tests.broken.layers import Asked, Headers, Json, Layer, Reply
from mock_gateway.http.app import App

Make = Callable[[App], Layer]


@dataclass(frozen=True, slots=True)
class Broken:
    """A broken gateway.

    name: what is wrong, in words. red: the rules whose checks have to fail, and no others.
    blocked: checks that cannot get as far as their own rule, with the rule that they blame.
    """

    name: str
    red: frozenset[str]
    make: Make
    blocked: Mapping[str, str] = field(default_factory=dict)


def rules(text: str) -> frozenset[str]:
    """Rule ids from a text with blanks between."""
    return frozenset(text.split())


def broken(red: str, name: str, blocked: Mapping[str, str] | None = None) -> Callable[[type[Layer]], type[Layer]]:
    """Puts a layer class into the zoo."""

    def add(layer: type[Layer]) -> type[Layer]:
        ZOO.append(Broken(name, rules(red), layer, blocked or {}))
        return layer

    return add


def status(red: str, name: str, operation: str, old: int, new: int) -> Broken:
    """A good answer has another status."""

    class Bent(Layer):
        async def reply(self, asked: Asked, reply: Reply) -> None:
            if asked.operation == operation and reply.status == old:
                reply.status = new

        def start(self, asked: Asked, status: int, _headers: Headers) -> int:
            return new if asked.operation == operation and status == old and operation == "stream_turn" else status

    return Broken(name, rules(red), Bent)


def refused(red: str, name: str, operation: str, code: str, new: int) -> Broken:
    """A refusal has another status. code: of our gateway's error."""

    class Bent(Layer):
        async def reply(self, asked: Asked, reply: Reply) -> None:
            if asked.operation == operation and reply.code == code:
                reply.status = new

    return Broken(name, rules(red), Bent)


def without(red: str, name: str, kind: str, *path: str, stored: bool = True) -> Broken:
    """A field of an event is missing, at the end of a path of names. stored: also in logs and outputs."""

    class Bent(Layer):
        def event(self, _asked: Asked, event: Json) -> list[Json]:
            if event["type"] == kind:
                _drop(event, path)
            return [event]

        def stored(self, _asked: Asked, event: Json) -> None:
            if stored and event["type"] == kind:
                _drop(event, path)

    return Broken(name, rules(red), Bent)


def _drop(value: object, path: Collection[str]) -> None:
    first, *rest = path
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict) and rest:
            _drop(item.get(first), rest)
        elif isinstance(item, dict):
            item.pop(first, None)


def bent_event(
    red: str, name: str, kind: str, bend: Callable[[Json], None], *, stored: bool = True, streamed: bool = True
) -> Broken:
    """An event of a type is changed. stored: also in logs and outputs."""

    class Bent(Layer):
        def event(self, _asked: Asked, event: Json) -> list[Json]:
            if streamed and event["type"] == kind:
                bend(event)
            return [event]

        def stored(self, _asked: Asked, event: Json) -> None:
            if stored and event["type"] == kind:
                bend(event)

    return Broken(name, rules(red), Bent)


def replaced(red: str, name: str, old: bytes, new: bytes) -> Broken:
    """Bytes are replaced, wherever they are sent."""

    class Bent(Layer):
        def raw(self, body: bytes) -> bytes:
            return body.replace(old, new)

    return Broken(name, rules(red), Bent)


def bent_request(red: str, name: str, bend: Callable[[Asked], None]) -> Broken:
    """A request is changed before the gateway sees it."""

    class Bent(Layer):
        async def request(self, asked: Asked) -> None:
            bend(asked)

    return Broken(name, rules(red), Bent)


def bent_reply(red: str, name: str, operation: str, bend: Callable[[Reply], None]) -> Broken:
    """An answer that is no stream is changed."""

    class Bent(Layer):
        async def reply(self, asked: Asked, reply: Reply) -> None:
            if asked.operation == operation:
                bend(reply)

    return Broken(name, rules(red), Bent)


ZOO: list[Broken] = []
"""All broken gateways; `zoo.py` imports the modules that fill it."""
