"""A journal as JSON lines: written as it happens, exported whole, and read back.

Owns: the file of `serve --journal`, and entries made from their JSON. The format is in docs/journal.md.
Must not know: what an entry's fields are (`shapes.py`).
"""

from __future__ import annotations

import json
import os
from array import array
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from mock_gateway.core.errors import MockGatewayError
from mock_gateway.journal.book import Entry, Journal
from mock_gateway.journal.entries import (
    Exchange,
    FaultNote,
    PassedOver,
    Played,
    Sent,
    Story,
    ThreadNote,
    TurnEntry,
)
from mock_gateway.journal.queries import number_of
from mock_gateway.journal.shapes import VERSION, entry_json
from mock_gateway.wire.times import iso_time

Json = Mapping[str, Any]


class UnreadableJournal(MockGatewayError):
    """A file that is no journal; the message says where."""


def head_json(began: float) -> dict[str, object]:
    """The first line of a journal."""
    return {"v": VERSION, "kind": "journal", "began": round(began, 6), "time": iso_time(began)}


def export_jsonl(journal: Journal | Iterable[Entry]) -> Iterator[str]:
    """A journal, or some entries, line by line, without line ends."""
    entries = list(journal.entries if isinstance(journal, Journal) else journal)
    began = journal.began if isinstance(journal, Journal) else entries[0].at if entries else 0.0
    yield _line(head_json(began))
    for entry in entries:
        yield _line(entry_json(entry, began=began))


def _line(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class JournalFile:
    """Lines as they happen, each flushed. A listener of the journal.

    path: replaced when there is one, for ids begin anew with each server. complain: told once when the file takes no
    more; then nothing more is written, and the server goes on. Raises `OSError` when it cannot be opened.
    """

    def __init__(self, path: str, journal: Journal, complain: Callable[[str], None]) -> None:
        self._began = journal.began
        self._path = path
        self._complain = complain
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        self._write(head_json(journal.began))

    def tell(self, entry: Entry) -> None:
        """Write an entry."""
        if self._descriptor >= 0:
            self._write(entry_json(entry, began=self._began))

    def _write(self, value: Mapping[str, object]) -> None:
        rest = _line(value).encode("utf-8", "backslashreplace") + b"\n"
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            self.close()
            self._complain(f"the journal file {self._path} takes no more ({error.strerror}); it ends here")

    def close(self) -> None:
        """Write nothing more."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


# -- reading back ------------------------------------------------------------------------------------------------------


def read_jsonl(path: str | Path) -> list[Entry]:
    """The entries of a file. Raises `UnreadableJournal`, and `OSError` when it cannot be read."""
    return parse_jsonl(Path(path).read_text("utf-8"), str(path))


def parse_jsonl(text: str, name: str = "journal") -> list[Entry]:
    """The entries of a journal as text. name: for messages.

    A last line without a line end was not written to its end and is left out. Raises `UnreadableJournal`.
    """
    *lines, _cut = text.split("\n")
    entries: list[Entry] = []
    for number, line in enumerate(lines, 1):
        try:
            entry = _entry(_object(line))
        except (KeyError, TypeError, ValueError) as error:
            what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise UnreadableJournal(f"{name}:{number}: this is no line of a journal: {what}") from error
        if entry is not None:
            entries.append(entry)
    return entries


def _object(line: str) -> Json:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise ValueError(f"it is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")
    if value.get("v") != VERSION:
        raise ValueError(f"its version is {value.get('v')!r}; {VERSION} is what can be read")
    return value


def _entry(value: Json) -> Entry | None:
    kind = value["kind"]
    if kind not in KINDS:
        raise ValueError(f"its kind is {kind!r}; one of {', '.join(KINDS)} was expected")
    return KINDS[kind](value)


def _exchange(value: Json) -> Exchange:
    request, response = value["request"], value["response"]
    raw_path, _, query_string = value["target"].encode("latin-1").partition(b"?")
    return Exchange(
        at=float(value["at"]),
        method=value["method"],
        raw_path=raw_path,
        query_string=query_string,
        headers=tuple(_pairs(request["headers"])),
        number=number_of(value["id"]),
        took=value["took_ms"] / 1000,
        status=response["status"],
        world=value["world"],
        dialect=value["dialect"],
        operation=value["operation"],
        template=value["template"],
        subject=value["subject"],
        session=value["session"],
        turn=value["turn"],
        message=value["message"],
        notes=tuple(value["notes"]),
        body_kept=_bytes(request, "body"),
        body_size=request["size"],
        reply_kept=_bytes(response, "body"),
        reply_size=response["size"],
        extra=tuple(_pairs(response["headers"])),
        sent=_sent(response),
        faults=tuple(FaultNote(**fault) for fault in value["faults"]),
        is_complete=value["complete"],
    )


def _sent(response: Json) -> Sent | None:
    if not response.get("stream"):
        return None
    raw = [(round(frame["ms"] * 1000), _bytes(frame, "raw")) for frame in response.get("frames", ())]
    return Sent(None, 0, 0.0, array("Q"), raw, response["altered"])


def _pairs(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[bytes, bytes]]:
    return ((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers)


def _bytes(value: Json, name: str) -> bytes:
    if f"{name}_base64" in value:
        return b64decode(value[f"{name}_base64"])
    return cast("str", value.get(name, "")).encode()


def _turn(value: Json) -> TurnEntry:
    rule = value["rule"]
    story = Story(
        rule=rule["name"],
        place=rule["place"],
        goes_on=rule["goes_on"],
        passed_over=tuple(PassedOver(**one) for one in value["passed_over"]),
        steps=tuple(Played(**one) for one in value["steps"]),
        threads=tuple(ThreadNote(**one) for one in value["threads"]),
        pauses=tuple(value["pauses"]),
    )
    return TurnEntry(
        at=float(value["at"]),
        session_id=value["session"],
        turn_id=value["turn"],
        agent=value["agent"],
        state=value["state"],
        took=value["took_ms"] / 1000,
        rule=story.place or story.rule,
        detail=value["detail"],
        world=value["world"],
        number=number_of(value["id"]),
        source=story,
    )


KINDS: Mapping[str, Callable[[Json], Entry | None]] = {
    "journal": lambda _value: None,
    "exchange": _exchange,
    "turn": _turn,
}
