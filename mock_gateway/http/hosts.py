"""Under which names the control paths may be reached: a web page must not reach them by a name of its own.

A page on a foreign name can have that name point to this machine; its requests then carry the foreign name as `Host`.
Owns: that check, and which paths it is for: those below `/__admin`, whatever base path stands before it. Everything
else is left alone: contract endpoints are reached by any name.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any

OWN = ("localhost", "127.0.0.1", "::1")
_CONTROL = re.compile(rb"/__admin(?=/|\Z)")


def control_place(raw_path: bytes) -> tuple[bytes, bytes] | None:
    """What stands before and behind `/__admin` in a path, as it was sent; None when it is no segment of it."""
    found = _CONTROL.search(raw_path)
    return None if found is None else (raw_path[: found.start()].rstrip(b"/"), raw_path[found.end() :])


def is_foreign(scope: dict[str, Any]) -> bool:
    """Whether a request to a loopback address carries a name that is not of this machine.

    Who reached another address was let in by `--host`, under whatever name it has there.
    """
    server = scope.get("server")
    if server is None or not _is_loopback(server[0]):
        return False
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return any(_name(host.decode("latin-1")) not in (*OWN, server[0]) for host in hosts)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:  # a path of a socket, or the name that a test client made up
        return False


def _name(host: str) -> str:
    """A `Host` without its port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().rstrip(".")
