"""Commands of the adapters that come with the package."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import mock_gateway.conformance.adapters as shipped

FOLDER = Path(next(iter(shipped.__path__)))
REFERENCE = f"{shlex.quote(sys.executable)} -m mock_gateway.conformance.adapters.reference"
SMALL = f"{shlex.quote(sys.executable)} -m contract_tests.mutants"
FETCH = f"node {shlex.quote(str(FOLDER / 'fetch.mjs'))}"
BROWSER = f"{shlex.quote(sys.executable)} -m mock_gateway.conformance.adapters.browser"


def sdk(python: Path) -> str:
    """The adapter of the published client. python: of an environment that has a release of it."""
    return f"{shlex.quote(str(python))} {shlex.quote(str(FOLDER / 'sdk.py'))}"
