"""Where recordings are written: one file per agent, never half a file, never over somebody's own.

Owns: names of files, atomic writing, what is said when the disk or the folder will not have them.
Must not know: what stands in a file.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from mock_gateway.core.errors import MockGatewayError

MARK = "# shows: recorded from a gateway"
"""How a recorded file begins; only such a file is ever written anew."""
_ODD = re.compile(r"[^\w.-]+")


class CannotWrite(MockGatewayError):
    """A recording cannot be written. message: which file and why; hint: what to do."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"the recording {path} cannot be written: {error.strerror or error}")
        self.hint = "give --out a folder that you can write, on a disk with room"


class Folder:
    """The folder of a recording. Raises `CannotWrite` when it cannot be made or written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._names: dict[str, Path] = {}
        self._written: dict[Path, str] = {}
        try:
            path.mkdir(parents=True, exist_ok=True)
            probe = path / f".recording.{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise CannotWrite(path, error) from error

    def write(self, agent: str, text: str) -> Path | None:
        """Write the file of an agent; None when it has that text already. Raises `CannotWrite`."""
        path = self._names.get(agent) or self._name(agent)
        if self._written.get(path) == text:
            return None
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            draft.write_text(text, "utf-8")
            draft.replace(path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise CannotWrite(path, error) from error
        self._names[agent], self._written[path] = path, text
        return path

    def _name(self, agent: str) -> Path:
        stem = _ODD.sub("-", agent).strip("-.")[:80] or "agent"
        taken = {path.name.casefold() for path in self._names.values()}
        name, number = stem, 1
        while f"{name}.yaml".casefold() in taken or not self._is_ours(self.path / f"{name}.yaml"):
            number += 1
            name = f"{stem}-{number}"
        return self.path / f"{name}.yaml"

    def _is_ours(self, path: Path) -> bool:
        """Whether a file may be written: it is not there, or an earlier recording wrote it."""
        try:
            with path.open(encoding="utf-8", errors="replace") as file:
                return file.readline().startswith(MARK)
        except FileNotFoundError:
            return True
        except OSError as error:
            raise CannotWrite(path, error) from error
