"""Objects of the gateway's thread, used from another one.

Owns: a stand-in whose methods are done on the gateway's loop, whatever thread calls them; for a type checker it is the
object itself. Must not know: what the object does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

Target = TypeVar("Target")


class StandIn:
    """Stands for an object that belongs to a loop. call: does something on that loop and waits for its result."""

    __slots__ = ("_call", "_target")

    def __init__(self, target: object, call: Callable[..., Any]) -> None:
        self._target = target
        self._call = call

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if not callable(found):
            return found

        @wraps(found)
        def method(*args: object, **kwargs: object) -> object:
            return self._call(found, *args, **kwargs)

        return method

    def __dir__(self) -> list[str]:
        return dir(self._target)

    def __repr__(self) -> str:
        return repr(self._target)


def hopping(target: Target, call: Callable[..., Any]) -> Target:
    """A stand-in for an object: the same methods, done on its loop."""
    return cast(Target, StandIn(target, call))
