"""From a file to what it says, with the files that it includes.

Owns: telling agents from shared files, reading with all mistakes of a file together, includes and their loops.
Must not know: what scripts compile to (`compile.py`), which files there are (`library.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from mock_gateway.scenario.binding import templates_in
from mock_gateway.scenario.errors import Mistake, ScenarioErrors
from mock_gateway.scenario.language import AGENT, SHARED
from mock_gateway.scenario.records import Fields, Record
from mock_gateway.scenario.source import Node, Source, compose, read_source, shown_path


def read_scenario(source: Source) -> Record:
    """What a scenario file says; of a file without `agent` but with fragments or parameters, what it shares.

    Raises `ScenarioErrors` with every mistake in its shape.
    """
    root = compose(source)
    return _read(root, SHARED if is_shared(root) else AGENT)


def is_shared(root: Node) -> bool:
    """Whether a file is there for others only."""
    return root.kind == "mapping" and "agent" not in root.value and SHARED.keys.keys() >= root.value.keys() > set()


def _read(root: Node, shape: Fields) -> Record:
    mistakes: list[Mistake] = []
    record = shape.read(root, "", mistakes)
    if mistakes:
        raise ScenarioErrors(mistakes)
    found: Record = record
    return found


def read_shared(path: Path) -> Record:
    """What an included file says. Raises `ScenarioErrors`."""
    return shared_of(read_source(path))


def shared_of(source: Source) -> Record:
    """What the text of an included file says. Raises `ScenarioErrors`."""
    root = compose(source)
    if root.kind == "mapping" and "agent" in root.value:
        message = "an included file has only `params`, `fragments` and `include`; this one is an agent"
        raise ScenarioErrors([root.key_mistake("agent", message, "move what is shared into a file of its own")])
    return _read(root, SHARED)


class Fragment(Struct):
    """A script with a name. steps: as read. home: the record of `fragments` that it is in."""

    steps: tuple[Record, ...]
    home: Record
    own: bool


class Shared(Struct):
    """What a file and its includes bring together.

    files: the included ones, with absolute paths. texts: their sources. home: the first file's folder, if it includes.
    """

    params: dict[str, Any] = field(default_factory=dict)
    fragments: dict[str, Fragment] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    texts: list[Source] = field(default_factory=list)
    home: Path | None = None
    mistakes: list[Mistake] = field(default_factory=list)


Reader = Callable[[Path], Record]


def gather(record: Record, folder: Path | None, reader: Reader = read_shared, path: Path | None = None) -> Shared:
    """The parameters and fragments of a file, its includes first, so that its own parameters win.

    folder: what includes are relative to; None for a text without a place. path: the file itself, to notice loops.
    """
    shared = Shared(home=folder.resolve() if folder is not None and "include" in record else None)
    _gather(record, folder, reader, shared, [path.resolve()] if path and "include" in record else [], own=True)
    return shared


def _gather(record: Record, folder: Path | None, reader: Reader, shared: Shared, trail: list[Path], own: bool) -> None:
    for name in record.get("include", ()):
        _include(record, name, folder, reader, shared, trail)
    if "params" in record:
        shared.mistakes += _moving(record["params"], "a parameter")
        shared.params |= record["params"]
    if "fragments" in record:
        home: Record = record["fragments"]
        for name, steps in home.values.items():
            if name in shared.fragments:
                first = shared.fragments[name].home
                line = first.node.keys[name].line + 1
                message = f"the fragment `{name}` is defined in {first.node.source.name}:{line} already"
                shared.mistakes.append(home.mistake(message, "give one of them another name", key=name))
            else:
                shared.fragments[name] = Fragment(steps, home, own)


def _moving(values: Mapping[str, Any], what: str) -> Iterator[Mistake]:
    for template in templates_in(dict(values)):
        yield template.node.mistake(f"{what} is known before anything happens; it cannot hold {{{{ }}}}")


def _include(record: Record, name: str, folder: Path | None, reader: Reader, shared: Shared, trail: list[Path]) -> None:
    if folder is None:
        shared.mistakes.append(record.mistake("a text without a file cannot include others", key="include"))
        return
    path = (folder / name).resolve()
    if path in trail:
        loop = " -> ".join(shown_path(one) for one in [*trail[trail.index(path) :], path])
        shared.mistakes.append(record.mistake(f"the includes go in a circle: {loop}", key="include"))
        return
    if path in shared.files:
        return
    shared.files.append(path)
    try:
        included = reader(path)
    except ScenarioErrors as error:
        if any(mistake.position is None for mistake in error.mistakes):
            shared.mistakes.append(record.mistake(f"cannot include `{name}`: {error}", key="include"))
        else:
            shared.mistakes += error.mistakes
        return
    shared.texts.append(included.node.source)
    _gather(included, path.parent, reader, shared, [*trail, path], own=False)
