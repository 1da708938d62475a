"""Runs of pytest inside a test, in the same process, that leave the modules of others alone.

Owns: one fixture. pytest forgets every module that such a run has imported. A library that is imported again has new
classes, which nobody who holds the old ones knows: so only the inner tests themselves are forgotten here.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from _pytest.pytester import SysModulesSnapshot


@pytest.fixture
def inner_runs(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """`pytester`, whose runs import what lasts, unless it lies in their own folder."""
    folder = Path(pytester.path)
    forget = SysModulesSnapshot.restore

    def restore(snapshot: SysModulesSnapshot) -> None:
        lasting = {name: module for name, module in sys.modules.items() if not _is_below(module, folder)}
        forget(snapshot)
        sys.modules.update(lasting)

    monkeypatch.setattr(SysModulesSnapshot, "restore", restore)
    return pytester


def _is_below(module: object, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and folder in Path(file).parents
