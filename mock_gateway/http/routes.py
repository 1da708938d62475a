"""From a path to an operation: the endpoints hang below any base path (NET-1).

Owns: one tree of path segments for all dialects. The base path is what stands before the first segment at which some
operation matches to the end. Segments are split before they are decoded, so an id may hold an encoded slash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from msgspec import Struct, field

from mock_gateway.wire.dialect import Dialect, Parse
from mock_gateway.wire.operations import Operation
from mock_gateway.wire.request import malformed

ANY = b"{}"
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class Endpoint(Struct, frozen=True):
    """An operation of a dialect, with all that the edge needs."""

    dialect: Dialect
    operation: Operation
    parse: Parse
    is_stream: bool


class Node(Struct):
    """A place in the tree.

    params: the names of the variable segments on the way here. is_base: what is below belongs to one dialect, whether
    it is served or not.
    """

    below: dict[bytes, Node] = field(default_factory=dict)
    methods: dict[str, Endpoint] = field(default_factory=dict)
    params: tuple[str, ...] = ()
    allow: bytes = b""
    is_base: bool = False


class Match(Struct, frozen=True):
    """A path that is served. base: what stands before the endpoint, as it was sent. values: the variable segments."""

    base: bytes
    node: Node
    values: tuple[bytes, ...]

    def prefix(self) -> str:
        """The base path, decoded, without a slash at its end. Raises `Refusal`."""
        return decoded(self.base.rstrip(b"/"))

    def params(self) -> dict[str, str]:
        """The variable segments, decoded. Raises `Refusal`."""
        return {name: decoded(value) for name, value in zip(self.node.params, self.values, strict=True)}


def decoded(raw: bytes) -> str:
    """Part of a path as text. Raises `Refusal` when it is not percent-encoded UTF-8."""
    try:
        if b"%" not in raw:
            return raw.decode()
        if not _BAD_ESCAPE.search(raw):
            return unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        pass
    raise malformed("the path is not percent-encoded UTF-8")


STREAMS = ("create_turn", "stream_turn", "subscribe_turn")


def build(dialects: Iterable[Dialect]) -> Node:
    """The tree of all endpoints."""
    root = Node()
    for dialect in dialects:
        for operation in dialect.operations:
            node = _place(root, operation.path)
            is_stream = operation.name in STREAMS
            node.methods[operation.method] = Endpoint(dialect, operation, dialect.parse[operation.name], is_stream)
            methods = [*node.methods, *(["HEAD"] if "GET" in node.methods else []), "OPTIONS"]
            node.allow = ", ".join(sorted(methods)).encode()
        for base in dialect.bases:
            _place(root, base).is_base = True
    return root


def _place(root: Node, path: str) -> Node:
    node, params = root, []
    for segment in path.strip("/").split("/"):
        if segment.startswith("{"):
            params.append(segment[1:-1])
            node = node.below.setdefault(ANY, Node())
        else:
            node = node.below.setdefault(segment.encode(), Node())
    node.params = tuple(params)
    return node


def find(root: Node, raw_path: bytes) -> Match | None:
    """The endpoint's place for a raw path, or None."""
    segments = raw_path.split(b"/")
    for start in range(1, len(segments)):
        if segments[start] in root.below:
            found, is_claimed = _walk(root, segments, start)
            if found is not None or is_claimed:
                return found
    return None


def _walk(root: Node, segments: list[bytes], start: int) -> tuple[Match | None, bool]:
    """What the segments from `start` on lead to, and whether they went through a dialect's base on the way."""
    node, values, is_claimed = root, [], False
    for segment in segments[start:]:
        below = node.below.get(segment)
        if below is None:
            below = node.below.get(ANY)
            if below is None or not segment:
                return None, is_claimed
            values.append(segment)
        node = below
        is_claimed = is_claimed or node.is_base
    if not node.methods:
        return None, is_claimed
    return Match(b"/".join(segments[:start]), node, tuple(values)), is_claimed
