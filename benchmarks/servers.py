"""Servers under measurement: started on a free port, waited for, ended by their own process id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60.0
"""Seconds until a server that does not answer is given up."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers. start_ms: from spawning it to its first 200."""

    pid: int
    port: int
    start_ms: float


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def _answers(port: int, path: str) -> bool:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
    try:
        with socket.create_connection(("127.0.0.1", port), 2.0) as sock:
            sock.sendall(request)
            return sock.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def _wait(child: subprocess.Popen[bytes], port: int, path: str, started: float) -> None:
    while not _answers(port, path):
        if child.poll() is not None:
            raise RuntimeError(f"the server ended with {child.returncode}: {child.args!r}")
        if time.perf_counter() - started > PATIENCE:
            raise RuntimeError(f"no 200 from {path} within {PATIENCE:g} s: {child.args!r}")
        time.sleep(0.001)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the server's own process group, without waiting for its open streams."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


@contextmanager
def served(command: tuple[str, ...], ready: str, env: Mapping[str, str], cwd: Path) -> Iterator[Server]:
    """A running server. command: `{port}` in it is replaced. ready: the path that answers 200 once it is.

    Raises `RuntimeError` when it ends, or does not answer in time. What it prints is thrown away.
    """
    port = free_port()
    started = time.perf_counter()
    child = subprocess.Popen(
        [part.replace("{port}", str(port)) for part in command],
        env={**os.environ, **env},
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(child, port, ready, started)
        yield Server(child.pid, port, (time.perf_counter() - started) * 1000)
    finally:
        _end(child)
