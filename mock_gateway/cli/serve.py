"""`mock-gateway serve`.

Owns: the order in which a server comes to life: settings, scenarios, socket, ready file, first line; and the reverse.
Nothing is half done: whatever fails ends in one message, before anybody was told that there is a server.
Must not know: HTTP (`http/`), what happens in a turn (`core/`). Look next: `resolve.py`, `loading.py`, `watch.py`.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import INTERRUPTED, OK, UsageError, complain, write
from mock_gateway.cli.loading import add_config, load, scenario_paths
from mock_gateway.cli.options import OPTIONS
from mock_gateway.cli.output import Output, stdout_descriptor
from mock_gateway.cli.readyfile import ReadyFile
from mock_gateway.cli.resolve import Chosen, choose, explain
from mock_gateway.cli.terminal import Terminal, has_colours
from mock_gateway.gateway import Gateway
from mock_gateway.http.app import App
from mock_gateway.http.server import bind
from mock_gateway.http.server import serve as serve_until_signal
from mock_gateway.journal import Journal
from mock_gateway.runtime import LoopRuntime
from mock_gateway.scenario import Library
from mock_gateway.settings import Keys, Settings

FIRST_LINE = "mock-gateway serving "
"""What stands before the URL in the first line; programs wait for it."""


def build_app(library: Library, settings: Settings) -> App:
    """The application that plays some scenarios; to be served inside one event loop."""
    return App(Gateway(library.agents, settings, runtime=LoopRuntime()))


def run(arguments: Sequence[str]) -> int:
    """The command. Gives the exit code; raises `UsageError`."""
    flags = _parser().read(arguments)
    chosen = choose(flags, os.environ, Path.cwd())
    if flags.get("explain"):
        write("\n".join(explain(chosen, as_json=chosen["json"])) + "\n")
        return OK
    with ended_by_signals(), ReadyFile(chosen["ready-file"]) as ready_file:
        settings = settings_of(chosen)
        library = load(scenario_paths(chosen["scenarios"]), settings, params=chosen["param"])
        with listen(chosen["host"], chosen["port"]) as sock:
            return _serve(library, settings, chosen, sock, ready_file)


def _parser() -> Parser:
    parser = Parser("serve")
    parser.add_options(OPTIONS.values(), greedy=True)
    add_config(parser)
    parser.add_argument(
        "--explain", action="store_true", help="Print every setting, its value and its origin, and end."
    )
    return parser


def settings_of(chosen: Chosen) -> Settings:
    """The settings of the gateway."""
    return Settings(
        seed=chosen["seed"],
        speed=chosen["speed"],
        strict=chosen["strict"],
        heartbeat=chosen["heartbeat"],
        body_limit=chosen["body-limit"],
        subject=chosen["subject"],
        keys=Keys(chosen["key"], frozenset(chosen["refuse-key"]), frozenset(chosen["forbid-key"]), chosen["only-keys"]),
        cancel=chosen["cancel"],
        running_turn_events=chosen["running-turn-events"],
        concurrent_turn=chosen["concurrent-turn"],
        v1_concurrent_turn=chosen["v1-concurrent-turn"],
        v1_running_turn_events=chosen["v1-running-turn-events"],
        v1_list_window=chosen["v1-list-window"],
        v1_message_while_auth=chosen["v1-message-while-auth"],
        v1_unfit=400 if chosen["v1-unfit"] == "400" else 422,
        v1_replay=chosen["v1-replay"],
        v1_foreign_turn=chosen["v1-foreign-turn"],
        admin=chosen["admin"] == "on",
        admin_token=chosen["admin-token"],
    )


def _serve(library: Library, settings: Settings, chosen: Chosen, sock: socket.socket, ready_file: ReadyFile) -> int:
    url = base_url(chosen["host"], sock.getsockname()[1])
    ready_file.prepare(url)
    app = build_app(library, settings)
    app.gateway.base_url = url
    terminal = Terminal(Output(stdout_descriptor()), as_json=chosen["json"], colours=has_colours(os.environ))
    with ExitStack() as stack:
        if chosen["journal"] is not None:
            stack.callback(write_journal(chosen["journal"], app.gateway.journal))
        stack.callback(terminal.close)

        def on_ready() -> None:
            ready_file.show()
            terminal.say(json.dumps({"event": "ready", "url": url}) if terminal.as_json else f"{FIRST_LINE}{url}")
            _after_ready(library, app.gateway, terminal, chosen, url, stack)

        interrupted = serve_until_signal(app, sock, on_ready)
    return INTERRUPTED if interrupted else OK


def _after_ready(
    library: Library, gateway: Gateway, terminal: Terminal, chosen: Chosen, url: str, stack: ExitStack
) -> None:
    """What nobody who starts a server waits for, and is loaded only now."""
    if not chosen["quiet"]:
        if not terminal.as_json:
            from mock_gateway.cli.screen import screen

            terminal.say(screen(url, library, gateway.settings))
        gateway.journal.listeners.append(terminal.tell)
    if chosen["watch"]:
        from mock_gateway.cli.watch import Watch

        watch = Watch(library, gateway, terminal)
        watch.start()
        stack.callback(watch.stop)


def write_journal(path: str, journal: Journal) -> Callable[[], None]:
    """Let a journal be written to a file. Gives what ends that. Raises `UsageError`."""
    from mock_gateway.journal.lines import JournalFile

    try:
        file = JournalFile(path, journal, complain)
    except OSError as error:
        message = f"the journal file {path} cannot be written: {error.strerror}"
        raise UsageError(message, "give --journal a path in a folder that exists, that you can write") from error
    journal.keeps_bytes = True
    journal.listeners.append(file.tell)
    return file.close


def base_url(host: str, port: int) -> str:
    """The URL under which this machine reaches a server that listens on a host."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


_TAKEN = (
    "stop what listens there (another mock-gateway?), choose another one with --port, "
    "or let --port 0 take any that is free"
)
_REFUSED = {
    errno.EADDRINUSE: ("is taken", _TAKEN),
    errno.EACCES: (
        "may not be used by you",
        "choose one above 1023 with --port, or let --port 0 take any that is free",
    ),
    errno.EADDRNOTAVAIL: ("is no address of this machine", "--host 127.0.0.1 is this machine alone, 0.0.0.0 all of it"),
}


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `UsageError`."""
    try:
        return bind(host, port)
    except OSError as error:
        fallback = (f"cannot be listened on: {error.strerror}", "give --host an address of this machine")
        what, hint = _REFUSED.get(error.errno or 0, fallback)
        raise UsageError(f"port {port} of {host} {what}", hint) from error


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let a signal end everything in order, at any moment: SIGTERM (exit code 0), and a terminal that was closed.

    While the server runs it takes SIGTERM itself and raises it again when it has ended.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(OK)

    def hang_up(_number: int, _frame: FrameType | None) -> None:
        signal.raise_signal(signal.SIGTERM)

    before = {signal.SIGTERM: signal.signal(signal.SIGTERM, end)}
    # Ignored on purpose under nohup; absent on Windows.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, hang_up)
    try:
        yield
    finally:
        for number, known in before.items():
            signal.signal(number, known)
