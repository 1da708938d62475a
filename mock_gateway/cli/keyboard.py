"""Where the lines of `play` come from: a person, a pipe, or the command line.

Owns: prompts, the commands (`/quit`, ...), and looking for a line while something else goes on.
Must not know: what a line is for.
"""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from select import select

COMMANDS = {
    "/cancel": "cancel the running turn",
    "/new": "begin a new session",
    "/quit": "end",
    "/help": "show this",
}


class Over(Exception):
    """There are no more lines, or `/quit`."""


class New(Exception):
    """`/new`."""


class Cancel(Exception):
    """`/cancel`."""


class Lines:
    """Lines that are there from the start. say: prints a line; lines that are taken are shown, to be followed."""

    is_person = False

    def __init__(self, lines: Sequence[str], say: Callable[[str], None]) -> None:
        self._lines = deque(lines)
        self._say = say

    def read(self, prompt: str) -> str:
        """The next line that is no command. Raises `Over`, `New`, `Cancel`."""
        while True:
            line = self._next(prompt)
            if line is None:
                raise Over
            text = line.strip()
            if not text.startswith("/"):
                return text
            if text.startswith("//"):
                return text[1:]
            self._obey(text)

    def wait(self, seconds: float) -> None:
        """Let time pass. Raises what a command that comes in asks for."""
        time.sleep(seconds)

    def _next(self, prompt: str) -> str | None:
        if not self._lines:
            return None
        line = self._lines.popleft()
        self._say(f"{prompt}{line}")
        return line

    def _obey(self, text: str) -> None:
        if text == "/quit":
            raise Over
        if text == "/new":
            raise New
        if text == "/cancel":
            raise Cancel
        if text != "/help":
            self._say(f"there is no command {text}; a message that begins with / is written with //")
        for name, what in COMMANDS.items():
            self._say(f"  {name:<8} {what}")


class Pipe(Lines):
    """Lines of stdin as they come."""

    def __init__(self, say: Callable[[str], None], descriptor: int) -> None:
        super().__init__((), say)
        self._descriptor = descriptor
        self._rest = b""
        self._at_end = False

    def _next(self, prompt: str) -> str | None:
        line = self._line()
        if line is not None:
            self._say(f"{prompt}{line}")
        return line

    def _line(self) -> str | None:
        while b"\n" not in self._rest and not self._at_end:
            self._fill()
        if not self._rest:
            return None
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode("utf-8", "replace")

    def _fill(self) -> None:
        part = os.read(self._descriptor, 65_536)
        self._at_end = not part
        self._rest += part


class Keyboard(Pipe):
    """A person at a terminal, who may type while the agent talks."""

    is_person = True

    def _next(self, prompt: str) -> str | None:
        sys.stdout.write(prompt)
        sys.stdout.flush()
        return self._line()

    def wait(self, seconds: float) -> None:
        """Let time pass, but do at once what is asked for; a text that is typed waits for its turn."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._at_end or not select([self._descriptor], [], [], left)[0]:
                time.sleep(max(0.0, until - time.monotonic()))
                return
            self._fill()
            for line in self._take_commands():
                self._obey(line)

    def _take_commands(self) -> list[str]:
        *lines, rest = self._rest.decode("utf-8", "replace").split("\n")
        commands = [line.strip() for line in lines if line.startswith("/") and not line.startswith("//")]
        kept = [line for line in lines if line.strip() not in commands]
        self._rest = "\n".join([*kept, rest]).encode()
        return commands


def open_lines(messages: Sequence[str] | None, say: Callable[[str], None]) -> Lines:
    """The lines of a run: the messages when there are any, else stdin."""
    if messages:
        return Lines(messages, say)
    if sys.stdin is None:
        return Lines((), say)
    kind = Keyboard if sys.stdin.isatty() else Pipe
    return kind(say, sys.stdin.fileno())
