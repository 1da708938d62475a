"""The scenario files that a server plays, and what changes in them.

Owns: which files there are, one agent a name, reading again what changed while the last good version stays.
Must not know: what is in a scenario (`reading.py`, `compile.py`), when to look for changes (the server asks).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from mock_gateway.core.script import Agent
from mock_gateway.scenario.compile import compile_agent
from mock_gateway.scenario.errors import Mistake, ScenarioErrors, did_you_mean
from mock_gateway.scenario.reading import gather, read_scenario, read_shared
from mock_gateway.scenario.records import Record
from mock_gateway.scenario.source import Source, read_source, shown_path

SUFFIXES = (".yaml", ".yml")
"""Ends of the names of scenario files in a folder."""

Stamp = tuple[int, int] | None
"""Time of change in ns and size of a file; None when it is not there."""


class Reload(Struct, frozen=True):
    """What a look at the files found.

    changed: names of agents that are new or different. removed: names of agents that are gone. errors: mistakes in
    files that were read again; their last good version stays. warnings: of the agents that changed.
    """

    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    errors: tuple[Mistake, ...] = ()
    warnings: tuple[Mistake, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.removed or self.errors)


class _Entry(Struct):
    """One file: its last good agent, and the stamps of all files that it was made from.

    named: a mistake without words at the agent's name. What was read is not kept: the next file takes its memory.
    """

    stamps: dict[Path, Stamp]
    agent: Agent | None = None
    named: Mistake | None = None
    warnings: tuple[Mistake, ...] = ()
    errors: tuple[Mistake, ...] = ()


class Library:
    """The agents of some files and folders."""

    def __init__(
        self,
        paths: Iterable[Path | str],
        *,
        seed: int = 0,
        strict: bool = False,
        params: Mapping[str, object] | None = None,
    ) -> None:
        self._paths = [Path(path) for path in paths]
        self._seed = seed
        self._strict = strict
        self._params = dict(params or {})
        self._entries: dict[Path, _Entry] = {}
        self._owners: dict[str, Path] = {}

    @classmethod
    def load(
        cls,
        paths: Iterable[Path | str],
        seed: int = 0,
        strict: bool = False,
        params: Mapping[str, object] | None = None,
    ) -> Library:
        """Read scenario files, and the `.yaml` and `.yml` files of folders (not of folders in them).

        seed: for everything that is drawn when a scenario loads. strict: what fits no rule is an error unless a file
        says otherwise. params: values for parameters, in every scenario that declares them.
        Raises `ScenarioErrors` with every mistake in all files.
        """
        library = cls(paths, seed=seed, strict=strict, params=params)
        errors = [Mistake(None, f"{path}: {why}") for path in library._paths if (why := _unusable(path))]
        errors += library.reload().errors
        errors += library._strange_params() if not errors else ()
        if errors:
            raise ScenarioErrors(errors)
        return library

    @property
    def agents(self) -> Mapping[str, Agent]:
        """The agents by name, in the order of their files."""
        return {name: self._agent(path) for name, path in self._owners.items()}

    @property
    def warnings(self) -> tuple[Mistake, ...]:
        """What is odd in the files as they are played now."""
        found = [warning for path in self._owners.values() for warning in self._entries[path].warnings]
        return tuple(dict.fromkeys(found))

    def reload(self) -> Reload:
        """Read again what changed since the last time: files, what they include, folders.

        Raises nothing: a file with mistakes keeps its last good version, and the mistakes are told once.
        """
        files = dict.fromkeys(self._files())
        touched = [path for path in files if self._is_stale(path)]
        shared: dict[Path, Record] = {}
        for path in touched:
            self._entries[path] = self._read(path, shared)
        for path in [path for path in self._entries if path not in files]:
            del self._entries[path]
        before = self._owners
        twice = self._assign(files)
        changed = [
            name
            for name, path in self._owners.items()
            if before.get(name) != path or (path in touched and not self._entries[path].errors)
        ]
        errors = [error for path in touched for error in self._entries[path].errors]
        errors += [error for path, error in twice if path in touched]
        return Reload(
            changed=tuple(changed),
            removed=tuple(name for name in before if name not in self._owners),
            errors=tuple(dict.fromkeys(errors)),
            warnings=tuple(warning for name in changed for warning in self._entries[self._owners[name]].warnings),
        )

    def _files(self) -> Iterator[Path]:
        """All files once, whatever their paths look like; what cannot be listed now may be there the next time."""
        seen: set[str] = set()
        for path in self._paths:
            with suppress(OSError):
                found = sorted(filter(_is_scenario, path.iterdir())) if path.is_dir() else [path]
                yield from (file for file in found if file.exists() and _is_first(file, seen))

    def _is_stale(self, path: Path) -> bool:
        entry = self._entries.get(path)
        return entry is None or any(_stamp(file) != stamp for file, stamp in entry.stamps.items())

    def _agent(self, path: Path) -> Agent:
        agent = self._entries[path].agent
        assert agent is not None, "only files with an agent own a name"
        return agent

    def _read(self, path: Path, shared: dict[Path, Record]) -> _Entry:
        """Read one file; when that fails, the last good version with the new mistakes."""
        old = self._entries.get(path)
        entry = _Entry({path: _stamp(path)})
        try:
            self._compile(path, entry, shared)
        except ScenarioErrors as error:
            entry.errors = error.mistakes
            if old is not None:
                entry.agent, entry.named, entry.warnings = old.agent, old.named, old.warnings
        return entry

    def _compile(self, path: Path, entry: _Entry, shared: dict[Path, Record]) -> None:
        record = read_scenario(read_source(path))
        if "agent" not in record:
            return

        def reader(file: Path) -> Record:
            if file not in shared:
                shared[file] = read_shared(file)
            return shared[file]

        brought = gather(record, path.parent, reader, path)
        entry.stamps |= {file: _stamp(file) for file in brought.files}
        entry.agent, warnings = compile_agent(
            record, brought, seed=self._seed, strict=self._strict, params=self._params, base=path.name
        )
        entry.named, entry.warnings = record.mistake("", key="agent"), tuple(warnings)

    def _assign(self, files: Iterable[Path]) -> list[tuple[Path, Mistake]]:
        """Give every agent's name to one file; who has it keeps it. The mistakes of the others."""
        agents = {path: entry.agent.name for path in files if (entry := self._entries[path]).agent is not None}
        kept = {name: path for name, path in self._owners.items() if agents.get(path) == name}
        owners: dict[str, Path] = {}
        twice = []
        for path, name in agents.items():
            owner = owners.setdefault(name, kept.get(name, path))
            if owner != path:
                twice.append((path, self._twice(path, owner, name)))
        self._owners = owners
        return twice

    def _twice(self, path: Path, owner: Path, name: str) -> Mistake:
        named = self._entries[path].named
        message = f"the agent `{name}` is defined in {shown_path(owner)} already"
        hint = "give one of them another name"
        assert named is not None, "who has an agent has its place"
        return Mistake(named.position, message, hint, named.excerpt)

    def _strange_params(self) -> Iterator[Mistake]:
        declared = {name for agent in self.agents.values() for name in agent.params}
        for name in self._params:
            if name not in declared:
                yield Mistake(None, f"no scenario has a parameter `{name}`", did_you_mean(name, sorted(declared)))


def _unusable(path: Path) -> str:
    """Why a path that somebody asked for gives nothing; empty when it does."""
    try:
        if path.is_dir():
            next(path.iterdir(), None)
        return "" if path.exists() else "there is no such file or folder"
    except OSError as error:
        return f"this cannot be read: {(error.strerror or str(error)).lower()}"


def _is_first(path: Path, seen: set[str]) -> bool:
    absolute = os.path.abspath(path)  # noqa: PTH100  # without asking the file system
    known = absolute in seen
    seen.add(absolute)
    return not known


def _is_scenario(path: Path) -> bool:
    return path.suffix in SUFFIXES and not path.name.startswith(".") and path.is_file()


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def load_text(
    text: str,
    name: str = "scenario.yaml",
    seed: int = 0,
    strict: bool = False,
    *,
    params: Mapping[str, object] | None = None,
    folder: Path | None = None,
    warnings: list[Mistake] | None = None,
) -> Agent:
    """The agent of a text, for tests and for scenarios that come from elsewhere than a file.

    name: what positions show. folder: what includes are relative to; without it there are none. warnings: a list that
    what is odd is added to. Raises `ScenarioErrors`.
    """
    record = read_scenario(Source(text, name))
    if "agent" not in record:
        raise ScenarioErrors([record.mistake("`agent` is missing: this only shares something with other files")])
    shared = gather(record, folder)
    agent, found = compile_agent(record, shared, seed=seed, strict=strict, params=params or {}, base=name)
    if warnings is not None:
        warnings += found
    return agent
