"""A real server for a test: started on a free port, waited for, ended by its pid.

Owns: one child that runs `mock-gateway serve`. Must not know: what is served (the caller's arguments say it), pytest.
Look next at `cli/serve.py`, which writes the line and the file that are waited for here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from select import select
from tempfile import TemporaryDirectory
from types import TracebackType

from mock_gateway.core.errors import MockGatewayError

PATIENCE = 20.0
"""Seconds that a server may take until it is ready, and again until it has ended."""


class ServerFailed(MockGatewayError):
    """A server did not become ready, or ended by itself. The message has its exit code and what it wrote to stderr.

    code: the exit code; None when it had not ended.
    """

    def __init__(self, message: str, code: int | None) -> None:
        super().__init__(message)
        self.code = code


class RunningServer:
    """A server in a child of this program; a context manager that ends it.

    args: of `mock-gateway serve`; `--port 0`, `--ready-file` and `--quiet` stand before them. env: added to the
    environment. cwd: where it runs. url: its base URL, without a slash at the end. first_line: of its stdout.
    Raises `ServerFailed` when it is not ready in `PATIENCE` seconds.
    """

    def __init__(self, *args: str, env: Mapping[str, str] | None = None, cwd: Path | str | None = None) -> None:
        self._was_stopped = False
        self._folder = TemporaryDirectory(prefix="mock-gateway-")
        self.ready_file = Path(self._folder.name) / "url"
        self._errors = Path(self._folder.name) / "errors"
        command = [sys.executable, "-m", "mock_gateway", "serve", "--port", "0", "--ready-file", str(self.ready_file)]
        with self._errors.open("wb") as errors:
            self.child = subprocess.Popen(
                [*command, "--quiet", *args],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=_environment(env or {}),
                cwd=cwd,
            )
        try:
            self.url = self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        """The id of the child."""
        return self.child.pid

    def errors(self) -> str:
        """What it has written to stderr."""
        return self._errors.read_text("utf-8", "replace")

    def read_line(self, patience: float = PATIENCE) -> str:
        """The next line of its stdout, without the line break; empty when it has closed it.

        The server never waits for its reader: what does not fit into the pipe is left out.
        Raises `ServerFailed` when there is none in `patience` seconds.
        """
        # Byte by byte, so that nothing is left in a buffer that `select` knows nothing of.
        assert self.child.stdout is not None
        descriptor = self.child.stdout.fileno()
        line = b""
        while not line.endswith(b"\n"):
            if not select([descriptor], [], [], patience)[0]:
                raise self._failed(f"no line in {patience:g} seconds")
            byte = os.read(descriptor, 1)
            if not byte:
                break
            line += byte
        return line.decode("utf-8", "replace").rstrip("\n")

    def _wait_until_ready(self) -> str:
        # The file is written before the first line is.
        self.first_line = self.read_line()
        if not self.ready_file.is_file():
            raise self._failed(f"no server: its first line was {self.first_line!r}" if self.first_line else "no server")
        return self.ready_file.read_text("utf-8").strip()

    def _failed(self, what: str) -> ServerFailed:
        code = self._code_of_a_dying_child()
        ended = "it is still running" if code is None else f"exit code {code}"
        return ServerFailed(f"{what} ({ended})\n{self.errors()}".rstrip(), code)

    def _code_of_a_dying_child(self) -> int | None:
        # Its stdout closes a moment before its exit code can be had.
        try:
            return self.child.wait(1)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> int:
        """End it, if it has not ended, and take its exit code. Called again it only gives the code."""
        self._was_stopped = True
        if self.child.poll() is None:
            self.child.terminate()
        try:
            code = self.child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.child.kill()
            code = self.child.wait()
        if self.child.stdout is not None:
            self.child.stdout.close()
        self._folder.cleanup()
        return code

    def __enter__(self) -> RunningServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        died = self.child.poll() is not None and not self._was_stopped
        failed = self._failed("the server ended by itself") if died else None
        self.stop()
        if failed is not None and error is None:
            raise failed


def _environment(added: Mapping[str, str]) -> dict[str, str]:
    """This program's environment, in which the child finds the same package wherever it runs."""
    package = str(Path(__file__).resolve().parent.parent.parent)
    paths = [package, *filter(None, [added.get("PYTHONPATH", os.environ.get("PYTHONPATH"))])]
    return {**os.environ, **added, "PYTHONPATH": os.pathsep.join(paths)}


@contextmanager
def running_server(*args: str, env: Mapping[str, str] | None = None, cwd: Path | str | None = None) -> Iterator[str]:
    """A server for the length of a `with` block; gives its base URL.

    args: of `mock-gateway serve`, as `"--scenarios", "scenarios/support.yaml", "--speed", "0"`. env: added to its
    environment. cwd: where it runs.
    Raises `ServerFailed` when it is not ready in time, or when it ended before the block did.
    """
    with RunningServer(*args, env=env, cwd=cwd) as server:
        yield server.url
