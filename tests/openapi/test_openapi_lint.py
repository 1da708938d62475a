"""The checked-in documents pass a strict linter: its recommended rules, none switched off.

Needs Node and the npm registry. The linter's version is pinned: a newer one may have new rules,
and then the pin and the document are moved together.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from openapi_reading import Reading, every_contract

LINTER = "@redocly/cli@2.77.0"
ROOT = Path(__file__).parents[2]


def _findings(document: Path) -> dict[str, int]:
    """Errors and warnings that the linter counts. It runs beside the document, without a config file."""
    command = ["npx", "--yes", LINTER, "lint", "--extends", "recommended", "--format", "json", document.name]
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    done = subprocess.run(
        command, cwd=document.parent, env={**os.environ, **quiet}, capture_output=True, text=True, timeout=300
    )
    totals = json.loads(done.stdout)["totals"]
    return {kind: totals[kind] for kind in ("errors", "warnings", "ignored")}


@pytest.mark.node
@every_contract
def test_the_linter_finds_nothing(reading: Reading, tmp_path: Path) -> None:
    document = Path(shutil.copy(ROOT / reading.contract.document, tmp_path))

    assert _findings(document) == {"errors": 0, "warnings": 0, "ignored": 0}


@pytest.mark.node
@every_contract
def test_the_linter_finds_an_example_that_does_not_fit(reading: Reading, tmp_path: Path) -> None:
    broken = copy.deepcopy(reading.document)
    broken["components"]["examples"]["ASession"]["value"]["data"]["created_at"] = "yesterday"
    document = tmp_path / "broken.json"
    document.write_text(json.dumps(broken))

    assert _findings(document)["warnings"] > 0
