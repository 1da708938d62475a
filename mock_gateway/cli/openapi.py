"""`mock-gateway openapi`: the contract that is served, as an OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import OK, UsageError, write

PACKAGE = Path(__file__).resolve().parent.parent


def run(arguments: Sequence[str]) -> int:
    """The command. Gives the exit code; raises `UsageError`."""
    parser = Parser("openapi")
    parser.add_argument("--json", action="store_true", help="Print JSON.")
    flags = parser.read(arguments)
    text = document_path().read_text("utf-8")
    write(_as_json(text) if flags.get("json") else text)
    return OK


def document_path() -> Path:
    """Where the document is: in the installed package, else at the top of the source tree. Raises `UsageError`."""
    for path in (PACKAGE / "openapi.yaml", PACKAGE.parent / "openapi.yaml"):
        if path.is_file():
            return path
    raise UsageError(f"openapi.yaml is not in {PACKAGE}", "install mock-gateway again")


def _as_json(text: str) -> str:
    import yaml

    class Loader(yaml.SafeLoader):
        """YAML as JSON has it: a time is text."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return json.dumps(yaml.load(text, Loader), ensure_ascii=False, indent=2) + "\n"
