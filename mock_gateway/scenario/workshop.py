"""What the compilation of one agent shares: its defaults, its declared names, the mistakes so far.

Owns: the context, and turning texts and data that were read into values of the core, with their names checked.
Must not know: steps, rules (`scripts.py`, `compile.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from mock_gateway.core.errors import ScriptError
from mock_gateway.core.pieces import Cut
from mock_gateway.core.script import Pace, Position, Value
from mock_gateway.scenario.binding import bind_text, bind_value, templates_in
from mock_gateway.scenario.errors import Mistake
from mock_gateway.scenario.reading import Fragment
from mock_gateway.scenario.scopes import Place, check_names
from mock_gateway.scenario.source import Source
from mock_gateway.scenario.templates import Template


class Workshop(Struct):
    """The context of compiling one agent.

    seed, file: what drawn things depend on, besides their path in the file. cut: the agent's own default.
    servers: declared MCP servers. has_sandbox: the agent has one. mistakes, warnings: of the whole file.
    used: fragments that were used. names: roots of all templates. sources: the files, by the name that positions show.
    """

    seed: int
    file: str
    fragments: Mapping[str, Fragment]
    sources: Mapping[str, Source]
    servers: tuple[str, ...] = ()
    has_sandbox: bool = False
    cut: Cut = Cut()
    pace: Pace = Pace()
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def at(self, position: Position | None, message: str, hint: str = "") -> Mistake:
        """A mistake at a place of which only the position is left."""
        source = self.sources.get(position.file) if position else None
        return Mistake(position, message, hint, source.line(position.line) if source and position else "")

    def text(self, value: str | Template, place: Place) -> Value:
        """A text as it is, or an expression that gives one."""
        if isinstance(value, str):
            return value
        return self._bound(value, place, as_text=True)

    def value(self, value: Any, place: Place) -> Value:
        """JSON-like data, with an expression for each template."""
        return self._bound(value, place, as_text=False)

    def _bound(self, value: Any, place: Place, *, as_text: bool) -> Value:
        before = len(self.mistakes)
        for template in templates_in(value):
            self.mistakes += check_names(template, place)
            self.names |= template.roots
        if len(self.mistakes) > before or place.free:
            return ""
        try:
            return bind_text(value, place.bound) if as_text else bind_value(value, place.bound)
        except ScriptError as error:
            template = next(templates_in(value))
            self.mistakes.append(template.node.mistake(f"this can never be evaluated: {error}"))
            return ""
