"""Whole answers that a fault gives instead, and what it does to the framing of one.

Owns: statuses, headers and bodies of such answers, as a table; rewriting of heads and chunks as uvicorn writes them.
Must not know: when they are sent (`fault_delivery.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from email.utils import formatdate
from math import ceil
from typing import Any

from msgspec import Struct

from mock_gateway.core.state import json_bytes
from mock_gateway.faults.specs import FaultSpec
from mock_gateway.wire.dialect import Dialect

Headers = list[tuple[bytes, bytes]]

HTML = (
    b"<!doctype html>\n<html><head><title>%d</title></head><body><h1>%d</h1><p>The proxy is tired.</p></body></html>\n"
)
EMPTY = (204, 304)
"""Statuses that never have a body."""


class Instead(Struct, frozen=True):
    """An answer. headers: without those that describe the body. kind: its content type; empty for none."""

    status: int
    body: bytes
    kind: bytes
    headers: Headers

    def all_headers(self) -> Headers:
        """The headers that are sent."""
        described = [] if self.status in EMPTY else [(b"content-length", b"%d" % len(self.body))]
        return [*([(b"content-type", self.kind)] if self.kind else []), *described, *self.headers]


def instead(spec: FaultSpec, dialect: Dialect, wall: float) -> Instead:
    """The answer of a fault that has one. wall: seconds since the epoch."""
    return ANSWERS[spec.fault](spec, dialect, wall)


def _refusal(dialect: Dialect, status: int, headers: Headers) -> Instead:
    body = dialect.error(status, f"the answer is {status}: a fault was set", "injected_fault")
    return Instead(status, body, b"application/json", headers)


def _status(spec: FaultSpec, dialect: Dialect, _wall: float) -> Instead:
    status: int = spec["status"]
    body: Any = spec["body"]
    headers: Headers = spec["headers"] or []
    if body is None:
        found = _refusal(dialect, status, headers) if status >= 400 else Instead(status, b"", b"", headers)
    elif isinstance(body, str):
        found = Instead(status, body.encode(), b"text/plain; charset=utf-8", headers)
    else:
        found = Instead(status, json_bytes(body), b"application/json", headers)
    kind = found.kind if spec["type"] is None else spec["type"].encode("latin-1")
    return Instead(status, b"" if status in EMPTY else found.body, kind, headers)


def _later(spec: FaultSpec, dialect: Dialect, wall: float) -> Instead:
    after: float = spec["after"]
    said = {"seconds": str(ceil(after)), "date": formatdate(ceil(wall + after), usegmt=True), "bogus": "soon"}
    return _refusal(dialect, spec["status"], [(b"retry-after", said[spec["form"]].encode())])


def _redirect(spec: FaultSpec, _dialect: Dialect, _wall: float) -> Instead:
    location: str | None = spec["location"]
    headers = [] if location is None else [(b"location", location.encode("latin-1"))]
    return Instead(spec["status"], b"", b"", headers)


def _page(spec: FaultSpec, _dialect: Dialect, _wall: float) -> Instead:
    status: int = spec["status"]
    return Instead(status, HTML % (status, status), b"text/html; charset=utf-8", [])


def _nothing(spec: FaultSpec, _dialect: Dialect, _wall: float) -> Instead:
    return Instead(spec["status"], b"", b"", [])


ANSWERS: Mapping[str, Callable[[FaultSpec, Dialect, float], Instead]] = {
    "status": _status,
    "retry-after": _later,
    "redirect": _redirect,
    "html-error": _page,
    "empty-error": _nothing,
}
"""The answer that each fault gives, by its name."""

# -- framing -----------------------------------------------------------------------------------------------------------

_LENGTH = re.compile(rb"(?i)(\r\ncontent-length: )(\d+)")
_DATE = re.compile(rb"(?i)\r\ndate: [^\r]*")
_SIZE = re.compile(rb"[0-9a-f]+\r\n")
_END = b"0\r\n\r\n"

Rewrite = Callable[[bytes], bytes]


def wrong_length(by: int) -> Rewrite:
    """A head that announces more or fewer bytes than there are."""

    def rewrite(data: bytes) -> bytes:
        if not data.startswith(b"HTTP/1."):
            return data
        return _LENGTH.sub(lambda found: found[1] + b"%d" % max(0, int(found[2]) + by), data, count=1)

    return rewrite


def with_own_date(data: bytes) -> bytes:
    """A head without the date of the server, which stands before that of the answer: there must be one only."""
    return _DATE.sub(b"", data, count=1) if data.startswith(b"HTTP/1.") else data


def with_extension(extension: bytes) -> Rewrite:
    """Chunks with an extension behind their size."""

    def rewrite(data: bytes) -> bytes:
        chunk, end = _chunk(data)
        size = _SIZE.match(chunk)
        if size is not None:
            chunk = size[0][:-2] + extension + chunk[size.end() - 2 :]
        return chunk + (b"0" + extension + b"\r\n\r\n" if end else b"")

    return rewrite


def with_trailers(headers: Headers) -> Rewrite:
    """Headers behind the last chunk."""

    def rewrite(data: bytes) -> bytes:
        chunk, end = _chunk(data)
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        return chunk + (end[:-2] + lines + b"\r\n" if end else b"")

    return rewrite


def _chunk(data: bytes) -> tuple[bytes, bytes]:
    """One write of the server: a head or at most one chunk, and the last chunk when it is there."""
    size = _SIZE.match(data)
    if size is None or data.startswith(b"HTTP/1."):
        return data, b""
    if data.startswith(b"0"):
        return b"", data
    length = size.end() + int(size[0], 16) + 2
    return data[:length], data[length:]
