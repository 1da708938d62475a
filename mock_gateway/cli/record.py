"""`mock-gateway record`: stands before a gateway, and writes down what an agent does.

Owns: what is asked of the command line, and the order in which the recorder comes to life and ends. Must not know: what
is recorded. Look next: `recording/proxy.py`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mock_gateway.cli import kinds
from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import INTERRUPTED, OK, UsageError
from mock_gateway.cli.loading import add_config
from mock_gateway.cli.options import OPTIONS, Option
from mock_gateway.cli.output import Output, stdout_descriptor
from mock_gateway.cli.readyfile import ReadyFile
from mock_gateway.cli.resolve import Chosen, choose
from mock_gateway.cli.serve import base_url, ended_by_signals, listen
from mock_gateway.cli.terminal import Terminal

if TYPE_CHECKING:
    from mock_gateway.recording.writing import Folder

FIRST_LINE = "mock-gateway recording "
"""What stands before the URL in the first line; programs wait for it."""
FOLDER = "recorded"

OF_RECORD: Mapping[str, Option] = {
    "upstream": Option("upstream", kinds.text, None, "Base URL of the gateway that is recorded.", metavar="URL"),
    "out": Option("out", kinds.text, FOLDER, "Folder that gets a scenario file for each agent.", metavar="DIR"),
    "host": OPTIONS["host"],
    "port": Option("port", kinds.port, None, OPTIONS["port"].help, metavar="NUMBER", default_help="one that is free"),
    "ready-file": OPTIONS["ready-file"],
    "quiet": OPTIONS["quiet"],
}
"""The settings as this command has them."""


def run(arguments: Sequence[str]) -> int:
    """The command. Gives the exit code; raises `UsageError`."""
    parser = Parser("record")
    parser.add_options(OF_RECORD.values(), greedy=True)
    add_config(parser)
    flags = parser.read(arguments)
    upstream = upstream_of(flags)
    needs_httpx("record")
    from mock_gateway.recording.writing import CannotWrite, Folder

    chosen = choose(flags, os.environ, Path.cwd())
    port = 0 if chosen.settings["port"].source == "default" else chosen["port"]
    with ended_by_signals(), ReadyFile(chosen["ready-file"]) as ready_file:
        try:
            folder = Folder(Path(str(flags.get("out", FOLDER))))
        except CannotWrite as error:
            raise UsageError(str(error), error.hint) from error
        with listen(chosen["host"], port) as sock:
            url = base_url(chosen["host"], sock.getsockname()[1])
            ready_file.prepare(url)
            terminal = Terminal(Output(stdout_descriptor()), as_json=False, colours=False)
            try:
                return _record(upstream, folder, chosen, sock, url, ready_file, terminal)
            finally:
                terminal.close()


def _record(
    upstream: str, folder: Folder, chosen: Chosen, sock: socket, url: str, ready_file: ReadyFile, terminal: Terminal
) -> int:
    from mock_gateway.http.server import serve
    from mock_gateway.recording.proxy import Proxy
    from mock_gateway.recording.recorder import Recorder

    recorder = Recorder(folder, (lambda _line: None) if chosen["quiet"] else terminal.say)

    def on_ready() -> None:
        ready_file.show()
        terminal.say(f"{FIRST_LINE}{url}")
        recorder.say(f"what comes in goes to {upstream}; what is seen goes to {folder.path}")

    try:
        interrupted = serve(Proxy(upstream, recorder), sock, on_ready)
    finally:
        # A signal to end leaves by an exception.
        recorder.finish()
    return INTERRUPTED if interrupted else OK


def upstream_of(flags: Mapping[str, object]) -> str:
    """The base URL of a gateway, without a slash at its end. Raises `UsageError`."""
    given = flags.get("upstream")
    example = "as in: --upstream https://gateway.example.com/my-tenant"
    if given is None:
        raise UsageError("--upstream is missing: which gateway?", example)
    url = str(given)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"--upstream is {url!r}; expected an http or https URL", example)
    if parts.username is not None or parts.password is not None:
        raise UsageError("--upstream has a user or a password in it", "keys come with the client's own requests")
    if parts.query or parts.fragment:
        raise UsageError(f"--upstream is {url!r}; expected a URL without ? and #", example)
    return url.rstrip("/")


def needs_httpx(command: str) -> None:
    """Say what to install where httpx is missing. Raises `UsageError`."""
    if find_spec("httpx") is None:
        raise UsageError(f"{command} needs httpx, which is not installed", "pip install 'mock-gateway[client]'")
