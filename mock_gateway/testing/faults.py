"""The faults of a world, in the hands of a test.

Owns: writing a fault with keyword arguments. Must not know: what a fault does; docs/faults.md has them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mock_gateway.control.limited import WorldFaults

Json = dict[str, Any]


class Faults:
    """The faults of one world. found: by the control of that world, already safe for other threads."""

    def __init__(self, found: Callable[[], WorldFaults]) -> None:
        self._found = found

    def put(
        self,
        fault: str | Mapping[str, object],
        *,
        session: str | None = None,
        turn_id: str | None = None,
        **keys: object,
    ) -> str:
        """Set a fault; gives its id.

        fault: its name, with its parameters as `keys`, as in `put("reset", at={"event": 3})`; or all of it as in a
        scenario. session, turn_id: limit it to one of them. Raises `FaultError` with the key that is wrong.
        """
        data = {"fault": fault, **keys} if isinstance(fault, str) else {**fault, **keys}
        return self._found().put(data, session=session, turn=turn_id)

    def remove(self, fault_id: str) -> None:
        """Take a fault away. Raises `ControlError` for an id that is not there."""
        self._found().remove(fault_id)

    def clear(self) -> None:
        """Take all faults of this world away; scenarios keep theirs."""
        self._found().clear()

    def listed(self) -> list[Json]:
        """The faults of this world, oldest first, each with its `id` and how often it was `injected`."""
        return self._found().listed()
