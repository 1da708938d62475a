"""`mock-gateway schema`: the JSON Schema of scenario files, for editors; or of the results of checks."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import OK, write
from mock_gateway.scenario import json_schema


def run(arguments: Sequence[str]) -> int:
    """The command. Gives the exit code; raises `UsageError`."""
    parser = Parser("schema")
    parser.add_argument("--results", action="store_true", help="The schema of what 'check --json' writes.")
    if parser.read(arguments):
        from mock_gateway.conformance.results import SCHEMA_FILE

        write(SCHEMA_FILE.read_text("utf-8"))
    else:
        write(schema_text())
    return OK


def schema_text() -> str:
    """The schema, as a file has it."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
