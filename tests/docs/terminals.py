"""The two terminals of the tutorial: a shell that runs its commands, and a server in the background.

Owns: running and reading them, and comparing what they print with what the page shows. Must not know: the page.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE_URL = "http://127.0.0.1:4010"
"""The address on the page; the server of a test takes any port that is free."""
PATIENCE = 20.0
"""Seconds until a terminal that says nothing has failed."""


def pattern_of(shown: str) -> str:
    """A regular expression for a text in which … stands for anything: on a line of its own for any number of lines."""
    escaped = re.escape(shown)
    return re.sub(r"(?m)^…\n", r"(?:.*\\n)*?", escaped.replace("\\\n", "\n")).replace("…", ".*")


class Terminal:
    """A program whose output is read as it comes; a context manager that ends it."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self.read = ""
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_reason: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=PATIENCE)

    def write(self, text: str) -> None:
        """Type something."""
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Read until the output has the pattern; what was read up to its end is then gone."""
        assert self._process.stdout is not None
        give_up = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.read)):
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, give_up - time.monotonic()))
            more = os.read(self._process.stdout.fileno(), 65536) if ready else b""
            assert more, f"there was no\n{pattern}\nin\n{self.read}"
            self.read += more.decode()
        self.read = self.read[found.end() :]
        return found


class Desk:
    """A folder with both terminals; `mock-gateway` is this checkout's.

    url: of the server, once it runs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = PAGE_URL
        self.environment = _environment(folder / "bin")
        self.shell = Terminal(["bash", "--noprofile", "--norc", "-u"], folder, self.environment)
        self.server: Terminal | None = None

    def close(self) -> None:
        """End both."""
        for terminal in (self.server, self.shell):
            if terminal is not None:
                terminal.__exit__()

    def run(self, commands: str) -> str:
        """Run commands in the shell; what they print, with the page's address. They must end well."""
        self.shell.write(f'{commands.replace(PAGE_URL, self.url)}\necho "[$?] $PWD"\n')
        found = self.shell.wait_for(r"(?s)(.*?)\[(\d+)\] (/[^\n]*)\n$")
        assert found[2] == "0", f"{commands}\nended with {found[2]}:\n{found[1]}"
        self.folder = Path(found[3])
        return found[1].replace(self.url, PAGE_URL)

    def serve(self, command: str) -> None:
        """Start the server where the shell is."""
        self.server = Terminal(command.split(), self.folder, {**self.environment, "MOCK_GATEWAY_PORT": "0"})
        # Looked at only: the page shows this line too.
        self.url = self.server.wait_for(r"(?=[\s\S]*serving (http\S+)\n)")[1]

    def server_says(self, shown: str) -> None:
        """Wait until the server has printed a text."""
        assert self.server is not None
        self.server.wait_for(pattern_of(shown.replace(PAGE_URL, self.url)))


def _environment(programs: Path) -> dict[str, str]:
    programs.mkdir()
    program = programs / "mock-gateway"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mock_gateway "$@"\n')
    program.chmod(0o755)
    known = {name: value for name, value in os.environ.items() if not name.startswith("MOCK_GATEWAY_")}
    return {**known, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
