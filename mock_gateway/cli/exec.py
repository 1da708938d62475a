"""`mock-gateway exec`: a server around a command.

Owns: the command's life: its variables, its signals, its exit code; the server is there before it and gone after it.
With --strict also what is said about a run that passed and should not have. Must not know: what the command is.
Look next: `serve.py` for the settings, `testing/thread.py` for the server.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from mock_gateway.cli import kinds
from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import CHECKS_FAILED, OK, UsageError, complain
from mock_gateway.cli.loading import add_config, load, scenario_paths
from mock_gateway.cli.options import OPTIONS, Option
from mock_gateway.cli.resolve import Chosen, choose
from mock_gateway.cli.serve import base_url, build_app, listen, settings_of
from mock_gateway.gateway import Gateway
from mock_gateway.http.server import settle_garbage
from mock_gateway.testing.checks import Strictness, oddities_of_all, told
from mock_gateway.testing.environment import KEY, environment_of
from mock_gateway.testing.thread import ServerThread

NOT_FOUND = 127
NOT_EXECUTABLE = 126
BY_SIGNAL = 128
"""Exit codes as a shell gives them; the last one plus the signal's number."""

OF_A_SERVER = ("watch", "ready-file", "quiet", "json")
"""Settings of a server that somebody looks at, which this one is not."""
OF_EXEC: Mapping[str, Option] = {
    **{name: option for name, option in OPTIONS.items() if name not in OF_A_SERVER},
    "port": Option("port", kinds.port, None, OPTIONS["port"].help, metavar="NUMBER", default_help="one that is free"),
    "strict": Option(
        "strict",
        kinds.truth,
        "false",
        f"{OPTIONS['strict'].help} At the end: say what was odd, and let a command that passed fail with exit code 1.",
    ),
}
"""The settings as this command has them: it listens wherever there is room, and its strictness goes on to the end."""
FORWARDED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
FROM_TERMINAL = ("SIGINT", "SIGQUIT")
"""What a terminal sends to all of its programs, so to the command too."""


def run(arguments: Sequence[str]) -> int:
    """The command. Gives the exit code of what was run; raises `UsageError`."""
    own, command = _split(arguments)
    chosen = choose(_parser().read(own), os.environ, Path.cwd())
    if not command:
        raise UsageError("there is no command to run", "it stands behind --, as in: mock-gateway exec -- pytest")
    settings = settings_of(chosen)
    library = load(scenario_paths(chosen["scenarios"]), settings, params=chosen["param"])
    port = 0 if chosen.settings["port"].source == "default" else chosen["port"]
    with listen(chosen["host"], port) as sock:
        url = base_url(chosen["host"], sock.getsockname()[1])
        app = build_app(library, settings)
        app.gateway.base_url = url
        server = ServerThread(app, sock)
        settle_garbage()
        try:
            variables = environment_of(url, _key(chosen), token=settings.admin_token)
            code = run_command(command, {**os.environ, **variables})
            return _judged(server, app.gateway, code) if settings.strict else code
        finally:
            server.stop()


def _judged(server: ServerThread, gateway: Gateway, code: int) -> int:
    """Say what was odd in any world; a command that passed has then failed."""
    found, transcripts = server.call(oddities_of_all, gateway, Strictness())
    if found:
        sys.stderr.write(f"mock-gateway: {told(found, transcripts)}\n")
    return code or (CHECKS_FAILED if found else OK)


def _split(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """What is ours, and the command behind the first `--`."""
    if "--" not in arguments:
        return arguments, ()
    place = list(arguments).index("--")
    return arguments[:place], arguments[place + 1 :]


def _parser() -> Parser:
    parser = Parser("exec")
    parser.usage = "mock-gateway exec [OPTION ...] -- COMMAND ..."
    parser.add_options(OF_EXEC.values(), greedy=True)
    add_config(parser)
    return parser


def _key(chosen: Chosen) -> str:
    """A key that is let in."""
    return next(iter(chosen["key"])) if chosen["only-keys"] and chosen["key"] else KEY


def run_command(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end, signals passed on; the exit code as a shell would give it."""
    with _signals() as forward:
        try:
            child = subprocess.Popen(command, env=environment)
        except FileNotFoundError:
            complain(f"there is no command {command[0]!r}", "it was looked for in PATH, without a shell")
            return NOT_FOUND
        except OSError as error:
            complain(f"{command[0]!r} cannot be run: {error.strerror}", "is it a program, and may you run it?")
            return NOT_EXECUTABLE
        forward.to(child)
        code = child.wait()
    return code if code >= 0 else BY_SIGNAL - code


class Forward:
    """Passes signals on to a child; those that come before there is one wait for it."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []

    def to(self, child: subprocess.Popen[bytes]) -> None:
        """There is one now."""
        self._child = child
        for number in self._early:
            child.send_signal(number)

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        if self._child is None:
            self._early.append(number)
        elif not (signal.Signals(number).name in FROM_TERMINAL and _has_terminal()):
            self._child.send_signal(number)


def _has_terminal() -> bool:
    """Whether this program is in the foreground of a terminal."""
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno()) == os.getpgrp() if sys.__stdin__ is not None else False
    except (OSError, ValueError):
        return False


@contextmanager
def _signals() -> Iterator[Forward]:
    """Let signals go to the child, for the length of a `with` block; those that are ignored stay so."""
    forward = Forward()
    numbers = [getattr(signal, name) for name in FORWARDED if hasattr(signal, name)]
    known = {number: signal.getsignal(number) for number in numbers}
    before = {number: signal.signal(number, forward) for number in numbers if known[number] is not signal.SIG_IGN}
    try:
        yield forward
    finally:
        for number, disposition in before.items():
            signal.signal(number, disposition)
