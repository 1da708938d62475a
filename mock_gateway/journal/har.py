"""A journal as HAR 1.2, for tools that show network traffic.

Owns: the shape of HAR. Turns have no place in it and are left out; what HAR has no field for begins with `_`.
Must not know: where it is written to.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from http.client import responses

from mock_gateway.journal.book import Entry, Journal
from mock_gateway.journal.entries import Exchange
from mock_gateway.journal.frames import frames_of
from mock_gateway.journal.redact import Header
from mock_gateway.journal.shapes import frame_json, target_of

Json = dict[str, object]


def export_har(journal: Journal | Iterable[Entry]) -> Json:
    """The requests of a journal, or of some entries, as a HAR document."""
    entries = journal.entries if isinstance(journal, Journal) else journal
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "mock-gateway", "version": _version()},
            "pages": [],
            "entries": [_entry(entry) for entry in entries if isinstance(entry, Exchange) and entry.method != "-"],
        }
    }


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mock-gateway")
    except PackageNotFoundError:
        return "0"  # from a source tree


def _entry(exchange: Exchange) -> Json:
    frames = frames_of(exchange)
    took = round(exchange.took * 1000, 3)
    wait = round(frames[0].ms, 3) if frames else took
    more: Json = {
        "_id": exchange.id,
        "_session": exchange.session_id,
        "_turn": exchange.turn_id,
        "_operation": exchange.operation,
        "_dialect": exchange.dialect,
        "_complete": exchange.is_complete,
    }
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.at, UTC).isoformat(timespec="milliseconds"),
        "time": took,
        "request": _request(exchange),
        "response": _response(exchange, [frame_json(frame) for frame in frames], b"".join(f.raw for f in frames)),
        "cache": {},
        "timings": {"send": 0, "wait": wait, "receive": max(0.0, round(took - wait, 3))},
        **({"comment": "; ".join(remarks)} if (remarks := _remarks(exchange)) else {}),
        **{name: value for name, value in more.items() if value != ""},
    }


def _remarks(exchange: Exchange) -> list[str]:
    faults = [f"fault {fault.name} at {fault.place}: {fault.what}" for fault in exchange.faults]
    return [*filter(None, [exchange.message]), *exchange.notes, *faults]


def _request(exchange: Exchange) -> Json:
    request: Json = {
        "method": exchange.method,
        "url": f"http://{exchange.header('host') or '127.0.0.1'}{target_of(exchange)}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _named(exchange.headers),
        "queryString": [{"name": name, "value": value} for name, value in exchange.query],
        "headersSize": -1,
        "bodySize": exchange.body_size,
    }
    if exchange.body:
        text, encoding = _text(exchange.body)
        kind = exchange.header("content-type") or ""
        request["postData"] = {"mimeType": kind, "text": text, **({"_encoding": encoding} if encoding else {})}
    return request


def _response(exchange: Exchange, frames: list[Json], streamed: bytes) -> Json:
    body = exchange.reply if exchange.sent is None else streamed
    size = exchange.reply_size if exchange.sent is None else len(streamed)
    text, encoding = _text(body)
    headers = exchange.reply_headers
    kind = next((value.decode("latin-1") for name, value in headers if name == b"content-type"), "")
    content: Json = {"size": size, "mimeType": kind, "text": text}
    if encoding:
        content["encoding"] = encoding
    if frames:
        content["_frames"] = frames
    location = next((value.decode("latin-1") for name, value in headers if name == b"location"), "")
    return {
        "status": exchange.status,
        "statusText": responses.get(exchange.status, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _named(headers),
        "content": content,
        "redirectURL": location,
        "headersSize": -1,
        "bodySize": size,
    }


def _named(headers: Iterable[Header]) -> list[Json]:
    return [{"name": name.decode("latin-1"), "value": value.decode("latin-1")} for name, value in headers]


def _text(data: bytes) -> tuple[str, str]:
    """A body as text, and `base64` when that is what it took."""
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        return b64encode(data).decode(), "base64"
