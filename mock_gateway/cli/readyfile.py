"""The file that says where the server is, for whoever started it.

Owns: that it is never seen half written, never there before the server is ready, and gone when the server is.
Must not know: servers.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from mock_gateway.cli.errors import UsageError


class ReadyFile:
    """One such file; a context manager that takes it away. path: None is no file.

    An old file is removed at once, because it would send somebody to a server that is gone.
    Raises `UsageError` when there can be no such file.
    """

    def __init__(self, path: str | None) -> None:
        self._path = None if path is None else Path(path)
        self._draft = None if self._path is None else self._path.parent / f".ready.{os.getpid()}"
        self._text = ""
        if self._path is not None:
            try:
                self._remove_old(self._path)
            except OSError as error:
                raise self._refused(error) from error

    def _remove_old(self, path: Path) -> None:
        # Whoever may remove everything would lose /dev/null to a --ready-file /dev/null.
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, "it is a folder, a pipe or a device")
        path.unlink(missing_ok=True)

    def prepare(self, url: str) -> None:
        """Write all of it where nobody looks. Raises `UsageError`: a full disk, a folder that cannot be written."""
        if self._draft is None:
            return
        self._text = url + "\n"
        try:
            self._draft.write_text(self._text, "utf-8")
        except OSError as error:
            raise self._refused(error) from error

    def show(self) -> None:
        """Let it be seen, in one step. Raises `UsageError`."""
        if self._path is None or self._draft is None:
            return
        try:
            self._draft.replace(self._path)
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> UsageError:
        return UsageError(
            f"the ready file {self._path} cannot be written: {error.strerror}",
            "give --ready-file a path in a folder that exists, that you can write, on a disk with room",
        )

    def __enter__(self) -> ReadyFile:
        return self

    def __exit__(self, *_: object) -> None:
        if self._path is None or self._draft is None:
            return
        with suppress(OSError):
            self._draft.unlink(missing_ok=True)
            if self._text and self._path.read_text("utf-8") == self._text:
                self._path.unlink()
