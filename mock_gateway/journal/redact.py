"""No key is ever kept: headers and query parameters that carry one lose its value before anything remembers them.

Owns: which names carry keys, and what stands in place of their values. Must not know: who sent them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

Header = tuple[bytes, bytes]
Head = tuple[Header, ...]

HIDDEN = b"***"
"""What stands where a key was."""
# Compiled when they are first needed, by `re` itself: a server starts without them.
_SECRET_HEADER = (
    rb"(proxy-)?authorization|cookie2?|set-cookie|(.*[-_])?(api|auth|access|app|secret|session|private|service)"
    rb"[-_]?(key|token|secret)|(.*[-_])?(token|secret|password|apikey)"
)
_SECRET_PARAMETER = rb"(?i)(?!(?:.*[-_])?page[-_]?token\Z).*(?:key|token|secret|password|signature)"
"""`page_token`, with something before it or not, is a place in a list and no key."""
_SECRET_FIELD = (
    rb"(?i)((?:authorization|api[-_]?key|(?:access|auth|refresh|bearer)[-_]?token|secret|password)\"\s*:\s*\")"
    rb"(?:[^\"\\]|\\.)+"
)
_PARTS = (b"authoriz", b"token", b"secret", b"passw", b"key")
"""A body without any of these has no such field; to look for them costs a tenth of what the expression does."""
MOST_HEADS = 1000
"""Heads that are remembered to be shared."""


class Heads:
    """Heads of requests, redacted; equal ones are one object, for a client sends the same again and again.

    They are found by their hash alone, so that nothing that was not redacted is kept.
    """

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[int, Head] = {}

    def keep(self, headers: Sequence[Header]) -> Head:
        """The headers of a request without keys. names: in lower case."""
        mark = hash(tuple(headers))
        head = self._known.get(mark)
        if head is None:
            if len(self._known) >= MOST_HEADS:
                self._known.clear()
            head = self._known[mark] = redacted(headers)
        return head


def redacted(headers: Sequence[Header]) -> Head:
    """Headers without keys; of an authorization its scheme stays."""
    return tuple((name, hidden(value) if is_secret(name) else value) for name, value in headers)


def is_secret(name: bytes) -> bool:
    """Whether a header carries a key."""
    return re.fullmatch(_SECRET_HEADER, name.lower()) is not None


def hidden(value: bytes) -> bytes:
    """What is kept of the value of such a header."""
    scheme, space, rest = value.partition(b" ")
    # One word is the key itself, whatever it looks like.
    return scheme + b" " + HIDDEN if space and rest.strip() and scheme.lower() in SCHEMES else HIDDEN


SCHEMES = (b"bearer", b"basic", b"digest", b"token", b"apikey")


def redacted_body(data: bytes) -> bytes:
    """A JSON body without the values of fields that are named as keys are: the spec of a draft can have some."""
    low = data.lower()
    for part in _PARTS:
        if part in low:
            return re.sub(_SECRET_FIELD, rb"\1" + HIDDEN, data)
    return data


def redacted_query(raw: bytes) -> bytes:
    """A query string without the values of parameters that are named as keys are, however their names are written."""
    parts = re.split(rb"([&;])", raw)
    for index, part in enumerate(parts):
        name, equals, _ = part.partition(b"=")
        if equals and re.fullmatch(_SECRET_PARAMETER, unquote_to_bytes(name)):
            parts[index] = name + equals + HIDDEN
    return b"".join(parts)
