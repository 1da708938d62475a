"""What can be wrong with a wish of whoever controls a gateway.

Owns: the one exception of this part. Must not know: HTTP; who serves the facade turns a cause into a status.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from enum import StrEnum

from mock_gateway.core.errors import MockGatewayError


class Cause(StrEnum):
    """Why a wish is refused. UNKNOWN: what it names is not there. CONFLICT: not now. INVALID: it makes no sense."""

    UNKNOWN = "unknown"
    CONFLICT = "conflict"
    INVALID = "invalid"


class ControlError(MockGatewayError):
    """A wish that changes nothing.

    message: what is wrong, and where. field: the argument, or the place in a document. allowed: what could have stood
    there. hint: what to do. As text, it is all of them.
    """

    def __init__(
        self, cause: Cause, message: str, *, field: str = "", allowed: Iterable[str] = (), hint: str = ""
    ) -> None:
        self.cause = cause
        self.message = message
        self.field = field
        self.allowed: Sequence[str] = tuple(allowed)
        self.hint = hint
        listed = f"there is: {', '.join(self.allowed[:20])}{', ...' * (len(self.allowed) > 20)}" if self.allowed else ""
        super().__init__("; ".join(filter(None, (message, listed, hint))))


def unknown(what: str, name: str, there: Iterable[str], *, field: str, hint: str = "") -> ControlError:
    """Something that is not there by this name."""
    names = sorted(there)
    close = get_close_matches(name, names, n=1)
    hints = [hint] if hint else []
    hints += [f"did you mean {close[0]!r}?"] if close else []
    message = f"there is no {what} {name[:80]!r}"
    return ControlError(Cause.UNKNOWN, message, field=field, allowed=names, hint="; ".join(hints))
