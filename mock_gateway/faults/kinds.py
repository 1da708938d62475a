"""What a kind of fault is, as data: its meaning, its place, its parameters.

Owns: the records that the catalogue is made of. Must not know: any kind (`catalogue.py`), how it is delivered.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mock_gateway.core.errors import MockGatewayError

Group = Literal["connection", "bytes", "events", "http"]
Needs = Literal["none", "event", "point", "events", "lines"]
Type = Literal[
    "integer",
    "integers",
    "truth",
    "text",
    "bytes",
    "header",
    "headers",
    "duration",
    "speed",
    "size",
    "choice",
    "names",
    "mapping",
    "data",
]

REQUIRED = "(required)"
"""The default of a parameter that has none."""
STREAMS = ("create_turn", "stream_turn", "subscribe_turn")
"""Operations that can answer with a stream, whatever the dialect calls them."""


class FaultError(MockGatewayError):
    """A fault that makes no sense.

    field: the key at fault, with dots for what is inside (`at.event`); message: what was found and what is allowed.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"`{field}`: {message}" if field else message)
        self.field = field
        self.message = message


class Param(Struct, frozen=True):
    """One parameter of a kind.

    type: see `params.py`. default: as a user would write it; REQUIRED when there is none; None when it may be left out.
    least, most: bounds of a number. words: what a choice is made from, or words beside a quantity.
    """

    name: str
    type: Type
    default: object
    says: str
    least: float = 0
    most: float | None = None
    words: tuple[str, ...] = ()


class FaultKind(Struct, frozen=True, kw_only=True):
    """One kind of fault.

    sentence: what happens. breaks: the stream or answer is no longer what the contract says, so a client may complain;
    otherwise a client must cope. client_should: what a good client does.
    needs: where it happens. `none`: it takes no `at`; `event`: one event; `point`: a place in the stream, maybe inside
    an event; `events`: one event, or every event without `at`; `lines`: at the edge of a line of an event.
    needs_socket: it cannot be done where the server's socket is out of reach. on: operations that it is for unless the
    user names some; empty means all. streams_only: an answer that is no stream is left alone. cuts_any_body: unless the
    place is a byte of the body, and the user names the operation.
    scope: `server` faults belong to no world, as nothing of a request is known yet. example: a fault, as YAML.
    """

    name: str
    group: Group
    sentence: str
    client_should: str
    example: str
    breaks: bool
    params: tuple[Param, ...] = ()
    needs: Needs = "none"
    needs_socket: bool = False
    on: tuple[str, ...] = STREAMS
    streams_only: bool = True
    cuts_any_body: bool = False
    scope: Literal["request", "server"] = "request"

    @property
    def breaks_contract(self) -> bool:
        """Whether a client may complain."""
        return self.breaks

    def param(self, name: str) -> Param | None:
        """A parameter by its name."""
        return next((param for param in self.params if param.name == name), None)
