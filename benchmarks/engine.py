"""The load: building it once, and running it.

Owns: the C engine's command line and its cache. Needs `cc` and Linux.
To look next: `engine.c` says what it counts, `measures.py` what is asked of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SOURCES = ("engine.c", "answers.c")
Figures = dict[str, Any]
Options = dict[str, float | str]


@dataclass(frozen=True, slots=True)
class Call:
    """A request. Ten letters N in its path or body become a counter that goes from 1 to `modulo`, then again."""

    method: str
    path: str
    body: str = ""
    modulo: int = 1_000_000_000

    def raw(self, port: int, headers: tuple[str, ...]) -> bytes:
        """The bytes that are sent."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: */*", *headers]
        if self.body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        return "\r\n".join([*lines, "", self.body]).encode()


@cache
def built() -> Path:
    """The engine's program, compiled when its source has changed."""
    names = (*SOURCES, "engine.h")
    mark = sha256(b"".join((HERE / name).read_bytes() for name in names)).hexdigest()[:12]
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "mock-gateway-bench"
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / f"engine-{mark}"
    if not program.exists():
        fresh = folder / f"engine-{mark}.{os.getpid()}"
        sources = [str(HERE / name) for name in SOURCES]
        subprocess.run([os.environ.get("CC", "cc"), "-O2", "-o", str(fresh), *sources], check=True)
        fresh.replace(program)
    return program


def run(
    call: Call,
    port: int,
    headers: tuple[str, ...],
    options: Options,
    *,
    meanwhile: Callable[[], None] = lambda: None,
) -> Figures:
    """Put load on a port and say what was seen. options: see `engine.c`. meanwhile: called once the load runs."""
    with tempfile.NamedTemporaryFile(prefix="request-") as file:
        file.write(call.raw(port, headers))
        file.flush()
        target = {"host": "127.0.0.1", "port": port, "request": file.name, "modulo": call.modulo}
        command = [str(built()), *(f"{name}={value}" for name, value in {**target, **options}.items())]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as load:
            meanwhile()
            output, _ = load.communicate()
    if load.returncode:
        raise RuntimeError(f"the load ended with {load.returncode}: {' '.join(command)}")
    figures: Figures = json.loads(output)
    return figures
