"""A client that is a program which runs one turn: started anew for each, its last line of stdout is what it saw.

Owns: the environment that such a program gets, and which operations can be made from it. It is slow, and trivial to
write. Must not know: what an observation is for.

The base URL is its last argument, and GATEWAY_BASE_URL; GATEWAY_API_KEY, GATEWAY_AGENT, GATEWAY_INPUT (a text),
GATEWAY_CONTRACT_VERSION (the dialect), GATEWAY_TIMEOUT_MS, GATEWAY_CONTEXT (all of it as JSON) are set too.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
from collections.abc import Mapping
from typing import Any

from mock_gateway.conformance.adapters.channel import (
    DEADLINE,
    Crashed,
    Garbage,
    Hello,
    Hung,
    NotStarted,
    Reply,
    read_line,
    read_reply,
)
from mock_gateway.wire.dialects import voices

SESSION = "oneshot"
"""What stands for the session that the program makes by itself."""


class OneshotChannel:
    """A command per turn. It is taken to speak every dialect: one that does not is checked with `--dialect`."""

    def __init__(self, command: str) -> None:
        self.command = command
        self._hello = Hello(command, "", tuple(voice.dialect.name for voice in voices()))
        self._opened: Mapping[str, Any] = {}
        self._agent = ""

    def hello(self) -> Hello:
        """Nobody says it: the command itself. Raises nothing."""
        return self._hello

    def call(self, op: str, args: Mapping[str, object], deadline: float = DEADLINE) -> Reply:
        """`run_turn` starts the program; what comes before is only remembered. Raises `ChannelError`."""
        if op == "open":
            self._opened = args
        elif op == "create_session":
            self._agent = str(args["agent"])
            return Reply(True, {"session_id": SESSION})
        elif op == "run_turn":
            return self._run(args, deadline)
        elif op not in ("reset", "quit"):
            return read_reply(op, {"ok": False, "error": {"kind": "unsupported", "message": f"{op} in one shot"}})
        return Reply(True)

    def close(self) -> None:
        """Nothing is left."""

    def _run(self, args: Mapping[str, object], deadline: float) -> Reply:
        started = time.monotonic()
        command = [*shlex.split(self.command), str(self._opened["base_url"])]
        try:
            done = subprocess.run(
                command,
                env={**os.environ, **self._environment(args, deadline)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=deadline,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Hung(f"the program did not end in {deadline:g} s; it was killed", _tail(error.stderr)) from None
        except OSError as error:
            raise NotStarted(f"{self.command!r} cannot be started: {error}") from None
        lines = done.stdout.strip().splitlines()
        if not lines:
            raise Crashed(
                f"the program printed nothing, and ended with exit code {done.returncode}", _tail(done.stderr)
            )
        result = read_line(lines[-1])
        try:
            error_told = result.pop("error", None)
            reply = read_reply("run_turn", {"ok": error_told is None, "result": result, "error": error_told})
        except Garbage as error:
            raise Garbage(str(error), _tail(done.stderr)) from None
        reply.took = time.monotonic() - started
        return reply

    def _environment(self, args: Mapping[str, object], deadline: float) -> dict[str, str]:
        items: Any = args.get("input") or []
        text = items[0].get("content", "") if items and isinstance(items[0], dict) else ""
        context = {**self._opened, **args, "agent": self._agent}
        return {
            "GATEWAY_BASE_URL": str(self._opened["base_url"]),
            "GATEWAY_API_KEY": str(self._opened["api_key"]),
            "GATEWAY_AGENT": self._agent,
            "GATEWAY_INPUT": text if isinstance(text, str) else json.dumps(text),
            "GATEWAY_CONTRACT_VERSION": str(self._opened["dialect"]),
            "GATEWAY_TIMEOUT_MS": str(int(deadline * 1000)),
            "GATEWAY_CONTEXT": json.dumps(context),
        }


def _tail(stderr: bytes | None) -> str:
    return (stderr or b"")[-4000:].decode("utf-8", "replace")
