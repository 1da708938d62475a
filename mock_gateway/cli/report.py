"""`mock-gateway report`: other views of results that were written with `--json`, of several clients side by side.

Owns: reading the files. Look next: `cli/reporting.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from mock_gateway.cli import reporting
from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import OK, UsageError
from mock_gateway.conformance.results import VERSION, Document, from_json


def run(arguments: Sequence[str]) -> int:
    """The command. Raises `UsageError` for a file that has no results."""
    parser = Parser("report")
    parser.add_argument("files", nargs="+", metavar="RESULTS", help="Files that 'check --json' wrote.")
    reporting.add_flags(parser)
    flags = parser.read(arguments)
    files = flags["files"]
    wanted = reporting.asked_for(flags)
    documents = [read(Path(name)) for name in (files if isinstance(files, list) else [])]
    for report, _ in wanted:
        if len(documents) > 1 and not report.of_many:
            raise UsageError(f"--{report.flag} is about one client; there are {len(documents)} files", "give it one")
    if not wanted:
        for document in documents:
            reporting.show(document)
    reporting.save(wanted, documents)
    return OK


def read(path: Path) -> Document:
    """The results in a file. Raises `UsageError`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    try:
        version = msgspec.json.decode(data, type=_Versioned).version
        if version > VERSION:
            raise UsageError(
                f"{path}: results of version {version}; this mock-gateway reads up to {VERSION}", "take a newer one"
            )
        return from_json(data)
    except msgspec.DecodeError as error:
        raise UsageError(f"{path}: no results of a check: {error}", "'check client --json FILE' writes them") from None


class _Versioned(msgspec.Struct):
    version: int
