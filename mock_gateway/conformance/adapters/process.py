"""An adapter as a child that lives long: JSON lines over stdin and stdout.

Owns: starting, waiting with a deadline, killing, starting again; the tail of stderr. Must not know: what lines mean.
"""

from __future__ import annotations

import os
import select
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress

from mock_gateway.conformance.adapters.channel import (
    DEADLINE,
    ChannelError,
    Crashed,
    Garbage,
    Hello,
    Hung,
    Json,
    Live,
    NotStarted,
    Reply,
    read_hello,
    read_line,
    read_live,
    read_reply,
    request_line,
)

TAIL = 4000
"""Bytes of stderr that are told."""
CHUNK = 1 << 16
LINE_LIMIT = 64 * 1024 * 1024
"""Bytes of a reply."""


class ProcessChannel:
    """One adapter in a child.

    command: as a shell would split it; no shell runs it. env: added to the environment.
    start_deadline: seconds until it has said hello.
    """

    def __init__(self, command: str, env: Mapping[str, str] | None = None, start_deadline: float = 20.0) -> None:
        self.command = command
        self._env = {**os.environ, **(env or {})}
        self._start_deadline = start_deadline
        self._child: _Child | None = None
        self._hello: Hello | None = None
        self._is_busy = False

    def hello(self) -> Hello:
        """Who answers. Raises `NotStarted`."""
        if self._hello is None:
            self._ready()
        assert self._hello is not None
        return self._hello

    def call(self, op: str, args: Mapping[str, object], deadline: float = DEADLINE) -> Reply:
        """Let it do something; without a reply it is killed, and the next call starts anew. Raises `ChannelError`."""
        child = self._ready()
        self._is_busy = True
        try:
            return child.call(op, args, deadline)
        except ChannelError:
            self._end()
            raise
        finally:
            self._is_busy = False

    def close(self) -> None:
        """End it: one that waits for a request may go by itself for a second, another is killed in its work."""
        if self._child is not None and not self._is_busy:
            self._child.leave()
        self._end()

    def _ready(self) -> _Child:
        if self._child is None:
            self._child = _Child(self.command, self._env)
            try:
                self._hello = read_hello(self._child.call("hello", {}, self._start_deadline))
            except ChannelError as error:
                self._end()
                raise NotStarted(f"{self.command}: {error}", error.stderr) from error
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()


class _Child:
    """One run of the command. Raises `NotStarted` when there is no such command."""

    def __init__(self, command: str, env: Mapping[str, str]) -> None:
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  # closed by kill()
        self._number = 0
        self._pending = b""
        try:
            self._run = subprocess.Popen(
                shlex.split(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                env=dict(env),
                bufsize=0,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            self._stderr.close()
            raise NotStarted(f"{command!r} cannot be started: {error}") from error
        assert self._run.stdin is not None and self._run.stdout is not None
        self._stdin, self._stdout = self._run.stdin, self._run.stdout
        self._poll = select.poll()
        self._poll.register(self._stdout.fileno(), select.POLLIN | select.POLLHUP)

    def call(self, op: str, args: Mapping[str, object], deadline: float) -> Reply:
        """One request and its reply, with the event lines before it. Raises `ChannelError`."""
        self._number += 1
        started = time.monotonic()
        self._write(request_line(self._number, op, args))
        live: list[Live] = []
        while True:
            message = self._told(self._line(op, started + deadline))
            if message.get("id") != self._number:
                raise Garbage(f"{op}: a reply to {message.get('id')!r} came, awaited was {self._number}", self.tail())
            if "event" not in message:
                break
            live.append(read_live(message))
        try:
            reply = read_reply(op, message)
        except Garbage as error:
            raise Garbage(str(error), self.tail()) from None
        reply.live, reply.took = live, time.monotonic() - started
        return reply

    def _told(self, line: bytes) -> Json:
        try:
            return read_line(line)
        except Garbage as error:
            raise Garbage(str(error), self.tail()) from None

    def _write(self, line: bytes) -> None:
        try:
            view = memoryview(line)
            while view:
                view = view[self._stdin.write(view) or 0 :]
        except BrokenPipeError:
            raise self._crashed("before a request") from None

    def _line(self, op: str, until: float) -> bytes:
        while (end := self._pending.find(b"\n")) < 0:
            left = until - time.monotonic()
            if left <= 0 or not self._poll.poll(left * 1000):
                raise Hung(f"{op}: no reply in time; the adapter was killed", self.tail())
            piece = os.read(self._stdout.fileno(), CHUNK)
            if not piece:
                raise self._crashed(f"in {op}")
            if len(self._pending) > LINE_LIMIT:
                raise Garbage(f"{op}: a line longer than {LINE_LIMIT} bytes", self.tail())
            self._pending += piece
        line, self._pending = self._pending[: end + 1], self._pending[end + 1 :]
        return line

    def _crashed(self, when: str) -> Crashed:
        with suppress(subprocess.TimeoutExpired):
            self._run.wait(2)
        code = self._run.returncode
        how = "closed its stdout" if code is None else f"ended with exit code {code}"
        if code is not None and code < 0:
            how = f"was ended by {signal.Signals(-code).name}"
        return Crashed(f"the adapter {how} {when}", self.tail())

    def tail(self) -> str:
        """The end of its stderr."""
        size = os.fstat(self._stderr.fileno()).st_size
        return os.pread(self._stderr.fileno(), TAIL, max(0, size - TAIL)).decode("utf-8", "replace")

    def leave(self) -> None:
        """Ask it to go."""
        with suppress(OSError):
            self._stdin.write(request_line(self._number + 1, "quit", {}))
            self._stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._run.wait(1)

    def kill(self) -> None:
        """End it and what it started."""
        with suppress(ProcessLookupError):
            os.killpg(self._run.pid, signal.SIGKILL)
        self._run.wait()
        for stream in (self._stdin, self._stdout, self._stderr):
            with suppress(OSError):
                stream.close()
