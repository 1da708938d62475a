"""Reading a request: JSON bodies, query parameters, data URIs, unknown fields.

Owns: the checks that every dialect needs, each with one clear message. What the fields mean is a dialect's business.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from urllib.parse import parse_qsl

from msgspec import MsgspecError, Struct, field
from msgspec.json import Decoder

from mock_gateway.core.errors import Reason, Refusal

DEEPEST = 100
"""Levels of nesting in a body."""

_INTEGER = re.compile(r"[0-9]{1,18}")
_DATA_URI = re.compile(r"data:([\w.+-]+/[\w.+-]+)((?:;[\w.+-]+=[^;,]*)*);base64,([A-Za-z0-9+/]*={0,2})", re.ASCII)
_DECODER = Decoder()
_LEAP_SECOND = re.compile(r":60(?=[.,+\-Zz]|$)")


class Request(Struct):
    """What a dialect sees of a request. params: from the path, decoded. last_event_id: the header, if any."""

    params: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes = b""
    last_event_id: str | None = None
    notes: list[str] = field(default_factory=list)


def malformed(message: str, param: str | None = None) -> Refusal:
    """A 400 in the making."""
    return Refusal(Reason.MALFORMED, message, param=param)


def read_query(raw: bytes) -> dict[str, str]:
    """Query parameters; the first of equal names counts. Raises `Refusal` when they are not UTF-8."""
    if not raw:
        return {}
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise malformed("the query string is not percent-encoded UTF-8") from None
    query: dict[str, str] = {}
    for name, value in pairs:
        query.setdefault(name, value)
    return query


def _no_constant(name: str) -> object:
    raise malformed(f"the body is not JSON: {name} is no JSON value")


def read_json(body: bytes) -> object:
    """A JSON body. Raises `Refusal` naming line and column of the first mistake."""
    try:
        value = _DECODER.decode(body)
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        # It takes nothing that is not JSON, but cannot say what a person needs to know.
        value = _read_slowly(body)
    if body.count(b"[") + body.count(b"{") > DEEPEST:
        _check_depth(value)
    return value


def _read_slowly(body: bytes) -> object:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise malformed(f"the body is not UTF-8: byte {error.start} is 0x{body[error.start]:02x}") from None
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise malformed(f"the body is not JSON: line {error.lineno} column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise malformed(f"the body is nested too deep; {DEEPEST} levels are allowed") from None
    except ValueError:
        raise malformed("the body has a number with too many digits") from None
    if b"\\ud" in body or b"\\uD" in body:
        _check_unicode(text, value)
    return value


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return
    raise malformed(f"the body is nested too deep; {DEEPEST} levels are allowed")


def _check_unicode(text: str, value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        place = text.lower().find("\\ud")
        raise malformed(f"the body has half of a surrogate pair (an escape at character {place})") from None


def read_object(body: bytes, *, empty: bool = False) -> dict[str, object]:
    """A JSON object as body. empty: no body at all counts as `{}`."""
    if empty and not body:
        return {}
    if not body:
        raise malformed("the body is empty; a JSON object was expected")
    value = read_json(body)
    if not isinstance(value, dict):
        raise malformed(f"the body is {json_type(value)}; a JSON object was expected")
    return value


def json_type(value: object) -> str:
    """What a JSON value is, in words."""
    for kind, name in ((bool, "a boolean"), (dict, "an object"), (list, "an array"), (str, "a string")):
        if isinstance(value, kind):
            return name
    return "null" if value is None else "a number"


def field_type(given: Mapping[str, object], name: str) -> str:
    """What a field is, in words; also that it is missing."""
    return json_type(given[name]) if name in given else "missing"


def note_unknown(given: Mapping[str, object], known: Collection[str], where: str, notes: list[str]) -> None:
    """Remark on fields that the contract does not know (NET-5)."""
    for name in given:
        if name not in known:
            nearest = get_close_matches(name, known, n=1)
            hint = f"nearest known: {nearest[0]}" if nearest else "known: " + ", ".join(sorted(known))
            notes.append(f"unknown {where}{name[:80]!r} ({hint})")


def string_field(given: Mapping[str, object], name: str, where: str = "", *, least: int = 0) -> str:
    """A required string."""
    value = given.get(name)
    path = f"{where}{name}"
    if name not in given:
        raise malformed(f"{path} is missing; a string was expected", path)
    if not isinstance(value, str):
        raise malformed(f"{path} is {json_type(value)}; a string was expected", path)
    if len(value) < least:
        raise malformed(f"{path} is empty", path)
    return value


def optional_string(given: Mapping[str, object], name: str, where: str = "") -> str | None:
    """A string or null; absent is null."""
    if given.get(name) is None:
        return None
    return string_field(given, name, where)


def integer_query(query: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """An integer query parameter within bounds."""
    text = query.get(name)
    if text is None:
        return default
    if not _INTEGER.fullmatch(text) or not least <= int(text) <= most:
        raise malformed(f"{name} is {text[:40]!r}; an integer from {least} to {most} was expected", name)
    return int(text)


def choice_query(query: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    """A query parameter with few values."""
    text = query.get(name, default)
    if text not in allowed:
        raise malformed(f"{name} is {text[:40]!r}; one of {', '.join(allowed)} was expected", name)
    return text


def time_query(query: Mapping[str, str], name: str) -> float | None:
    """An ISO-8601 time, in seconds since the epoch; without an offset it is UTC."""
    text = query.get(name)
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(_LEAP_SECOND.sub(":59", text.upper()))
        moment = (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
        return moment + 1 if _LEAP_SECOND.search(text) else moment
    except (ValueError, OverflowError):
        message = f"{name} is {text[:40]!r}; an ISO-8601 time was expected, as 2026-01-31T12:00:00Z"
        raise malformed(message, name) from None


def read_cursor(text: str | None, name: str) -> int:
    """A cursor: an integer of at least 0. Absent is 0."""
    if text is None:
        return 0
    if not _INTEGER.fullmatch(text):
        raise Refusal(
            Reason.BAD_CURSOR,
            f"{name} is {text[:40]!r}; a sequence id was expected: an integer of at least 0, of at most 18 digits",
            param=name,
        )
    return int(text)


def read_data_uri(uri: str, where: str) -> tuple[str, int]:
    """MIME type and payload size of a data URI (INP-2). Raises `Refusal` when it does not parse or is empty."""
    found = _DATA_URI.fullmatch(uri)
    if found is None:
        raise _bad_file(where, "is no data URI; data:<mime>;base64,<payload> was expected")
    if not found[3]:
        raise _bad_file(where, "has an empty payload")
    try:
        payload = b64decode(found[3], validate=True)
    except (ValueError, binascii.Error) as error:
        raise _bad_file(where, f"has a payload that is not base64: {error}") from None
    if len(found[3]) % 4:
        raise _bad_file(where, "has a payload that is not base64: its length is no multiple of 4")
    return found[1].lower(), len(payload)


def _bad_file(where: str, what: str) -> Refusal:
    return Refusal(Reason.BAD_FILE, f"{where} {what}", param=where)
