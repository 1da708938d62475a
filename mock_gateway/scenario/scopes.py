"""Which names a template may use where, checked when a scenario loads.

Owns: the table of root names, what is known of their attributes, and the mistakes for names that do not exist.
Must not know: how values get there (`core/scope.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from mock_gateway.scenario.errors import Mistake, did_you_mean
from mock_gateway.scenario.expressions import Use
from mock_gateway.scenario.templates import Hole, Template

ROOTS: dict[str, tuple[str, tuple[str, ...] | None]] = {
    "input": ("what came in: the text, the uploaded files (name, mime, size)", ("text", "files")),
    "match": ("the named groups of the rule's regular expression", None),
    "turn": ("this turn; n counts from 1", ("n",)),
    "session": ("this session", ("id", "title", "created_by")),
    "state": ("what `set` changes", None),
    "params": ("the parameters of the scenario", None),
    "result": ("the result of the last call of the step before", None),
    "results": ("the results of all calls of the step before, in order", None),
    "approval": ("the last decision of a person", ("status", "reason", "tool")),
    "answer": ("the first answer of the client", None),
    "answers": ("all answers of the client, in order", None),
    "history": ("the turns before this one: a list of text and reply", None),
    "task": ("in a sub-agent: its input", None),
}
"""Root names: what each is, and its attributes where they are always the same."""


class Place(Struct, frozen=True):
    """Where a script stands, as far as names go.

    bound: names that are known already: `params`, and those that a fragment was given. groups: named groups of the
    rule. state, params: declared names.
    in_sub_agent: `task` is there. using: the fragments that it is part of, the outermost first.
    free: nothing is known about names, in a fragment that nobody uses.
    """

    bound: Mapping[str, object] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    state: frozenset[str] = frozenset()
    params: frozenset[str] = frozenset()
    in_sub_agent: bool = False
    using: tuple[str, ...] = ()
    free: bool = False

    def with_groups(self, groups: frozenset[str]) -> Place:
        """The same place behind a condition that captures more."""
        return replace(self, groups=self.groups | groups) if groups else self

    def roots(self) -> list[str]:
        """The root names that exist here."""
        return list(dict.fromkeys([*self.bound, *(name for name in ROOTS if name != "task" or self.in_sub_agent)]))

    def attributes(self, root: str) -> Iterable[str] | None:
        """The attributes that a root can have here; None when that is not known."""
        known: dict[str, Iterable[str]] = {"match": self.groups, "state": self.state, "params": self.params}
        return known.get(root) if root in known else ROOTS[root][1]


def check_names(template: Template, place: Place) -> Iterator[Mistake]:
    """The mistakes in the names of a template."""
    if not place.free:
        for hole in template.holes():
            for use in hole.compiled.uses:
                yield from _check_use(hole, use, place)


def _check_use(hole: Hole, use: Use, place: Place) -> Iterator[Mistake]:
    if use.name in place.bound and use.name != "params":
        return
    if use.name == "task" and not place.in_sub_agent:
        yield hole.mistake(use, "`task` is known only in the script of a sub-agent", "did you mean `input.text`?")
        return
    if use.name not in ROOTS:
        given = f" (fragment `{place.using[-1]}` is used here without it)" if place.using else ""
        yield hole.mistake(use, f"the name `{use.name}` is not known{given}", did_you_mean(use.name, place.roots()))
        return
    attributes = place.attributes(use.name)
    if use.attribute is not None and attributes is not None and use.attribute not in attributes:
        hint = did_you_mean(use.attribute, sorted(attributes)) or _EMPTY.get(use.name, "")
        yield hole.mistake(use, f"`{use.name}` has no `{use.attribute}`", hint)


_EMPTY = {
    "match": "the rule captures nothing: name a group in its regular expression, (?P<name>...)",
    "state": "declare it under `state` with its first value",
    "params": "declare it under `params` with its default",
}
