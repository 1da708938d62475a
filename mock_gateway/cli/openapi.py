"""`mock-gateway openapi`: a contract that is served, as an OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import OK, UsageError, write

PACKAGE = Path(__file__).resolve().parent.parent
DOCUMENTS = {"beta": "openapi.yaml", "v1": "openapi.v1.yaml", "admin": "openapi.admin.yaml"}
"""The documented contract, the published one, and the admin API, which is nobody's contract."""


def run(arguments: Sequence[str]) -> int:
    """The command. Gives the exit code; raises `UsageError`."""
    parser = Parser("openapi")
    parser.add_argument(
        "--contract",
        choices=DOCUMENTS,
        help="The documented contract, the published one, or the admin API. [default: beta]",
    )
    parser.add_argument("--json", action="store_true", help="Print JSON.")
    flags = parser.read(arguments)
    text = document_path(DOCUMENTS[str(flags.get("contract", "beta"))]).read_text("utf-8")
    write(_as_json(text) if flags.get("json") else text)
    return OK


def document_path(name: str) -> Path:
    """Where a document is: in the installed package, else at the top of the source tree. Raises `UsageError`."""
    for path in (PACKAGE / name, PACKAGE.parent / name):
        if path.is_file():
            return path
    raise UsageError(f"{name} is not in {PACKAGE}", "install mock-gateway again")


def _as_json(text: str) -> str:
    import yaml

    class Loader(yaml.SafeLoader):
        """YAML as JSON has it: a time is text."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return json.dumps(yaml.load(text, Loader), ensure_ascii=False, indent=2) + "\n"
