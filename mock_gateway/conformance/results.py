"""The results of a run as data: one document, versioned, that every report is made from.

Owns: `Document`, its JSON and its JSON Schema (`results.schema.json`, checked in). Must not know: any report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from mock_gateway.conformance.verdicts import BAD, Result, Verdict

VERSION = 1
SCHEMA_FILE = Path(__file__).with_name("results.schema.json")
CORE, STRICT, FULL, NONE = "Core", "Strict", "Full", "Not conformant"


class Client(Struct, omit_defaults=True):
    """What was checked. transport: process, http or oneshot; command: the command or the URL."""

    name: str
    version: str
    command: str
    transport: str
    dialects: tuple[str, ...]
    capabilities: tuple[str, ...]


class Known(Struct, frozen=True):
    """A result that is not as it should be, and is known. See `baseline.py`."""

    case: str
    dialect: str
    reason: str


class Document(Struct):
    """One run. level: what was checked may call itself. at: ISO time of its begin. problems: of the baseline.

    side: client, server, or journal where nothing was driven; `client` says what was checked on every side.
    """

    client: Client
    seed: int
    at: str
    seconds: float
    level: str
    counts: dict[str, int]
    results: list[Result]
    known: list[Known] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    version: int = VERSION
    side: str = "client"


def counts_of(results: Sequence[Result]) -> dict[str, int]:
    """How many there are of each verdict, in the order of the verdicts."""
    found = Counter(result.verdict for result in results)
    return {verdict.value: found[verdict] for verdict in Verdict if found[verdict]}


def level_of(results: Sequence[Result]) -> str:
    """What a client may call itself: every MUST that it claims, every SHOULD too, everything there is."""
    found = {result.verdict for result in results}
    if not results or found & {*BAD, Verdict.HARNESS_ERROR}:
        return NONE
    if Verdict.NON_STRICT in found:
        return CORE
    return STRICT if found - {Verdict.PASS, Verdict.INFO} else FULL


def to_json(document: Document) -> bytes:
    """The document as JSON, indented."""
    # Half of a surrogate pair, which a client may well have seen, is no UTF-8.
    return msgspec.json.format(msgspec.json.encode(_whole(msgspec.to_builtins(document))), indent=1) + b"\n"


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _whole(one) for key, one in value.items()}
    return [_whole(one) for one in value] if isinstance(value, list | tuple) else value


def from_json(data: bytes) -> Document:
    """A document that was written. Raises `msgspec.ValidationError`."""
    return msgspec.json.decode(data, type=Document)


def json_schema() -> bytes:
    """The JSON Schema of a document. `python -m mock_gateway.conformance.results` writes it."""
    made = msgspec.json.schema(Document)
    fields = made["$defs"]["Document"]
    fields["properties"]["version"] = {"const": VERSION}
    fields["required"] = [*fields["required"], "version"]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:mock-gateway:results:{VERSION}"}
    schema = {**head, **made}
    return msgspec.json.format(msgspec.json.encode(schema), indent=1) + b"\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_bytes(json_schema())
