"""All mutants by name.

Owns: the record, and putting a mutant's part into the client. Must not know: the bugs (`of_*.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TypeVar

from contract_tests.mutants.adapter import Adapter, Parts
from contract_tests.mutants.client import Client
from contract_tests.mutants.dialects import Reader
from contract_tests.mutants.fold import Fold
from contract_tests.mutants.sse import Parser
from contract_tests.mutants.wire import Wire

Part = type[Parser] | type[Fold] | type[Reader] | type[Client] | type[Wire] | type[Adapter]
P = TypeVar("P", bound=type)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A client with one bug.

    part: the subclass that has it. case: what it has to fail; also: other cases that it fails too. says: the bug, in a
    sentence. fuzzable: whether it shows in what is streamed, so that the fuzzer has to find it; otherwise why not.
    dialects: in which it shows.
    """

    name: str
    part: Part
    case: str
    says: str
    fuzzable: bool
    dialects: tuple[str, ...]
    also: tuple[str, ...] = ()

    def adapter(self, name: str) -> Adapter:
        """An adapter of the client with this bug."""
        part = self.part
        if issubclass(part, Adapter):
            return part(name, Parts())
        parts = Parts()
        if issubclass(part, Wire):
            parts.wire = part
        elif issubclass(part, Client):
            parts.client = part
        else:
            parts.client = with_part(part)
        return Adapter(name, parts)


def with_part(part: type[Parser] | type[Fold] | type[Reader]) -> type[Client]:
    """The client with another part in it."""
    kind = "parser" if issubclass(part, Parser) else "fold" if issubclass(part, Fold) else "reader"
    return type("Mutant", (Client,), {kind: part})


_FOUND: dict[str, Mutant] = {}


def mutant(
    name: str,
    case: str,
    *,
    also: tuple[str, ...] = (),
    fuzzable: bool = True,
    dialects: tuple[str, ...] = ("beta", "v1"),
) -> Callable[[P], P]:
    """Make a class a mutant; its docstring says what the bug is."""

    def add(part: P) -> P:
        assert name not in _FOUND, f"there are two mutants {name!r}"
        _FOUND[name] = Mutant(name, part, case, (part.__doc__ or "").strip(), fuzzable, dialects, also)
        return part

    return add


MODULES = (
    "of_parsing",
    "of_bytes",
    "of_folding",
    "of_turns",
    "of_streams",
    "of_requests",
    "of_events",
    "of_answers",
    "of_habits",
)


def _all() -> Mapping[str, Mutant]:
    for module in MODULES:
        import_module(f"contract_tests.mutants.{module}")
    return _FOUND


MUTANTS: Mapping[str, Mutant]


def __getattr__(name: str) -> object:
    """`MUTANTS`: the mutants import this module, so they are gathered when somebody asks."""
    if name == "MUTANTS":
        return dict(_all())
    raise AttributeError(name)
