"""Imports point down. The table is the law, and the place where a change is argued."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "mock_gateway"

ALLOWED: dict[str, set[str]] = {
    "core": set(),
    "faults": {"core"},
    "scenario": {"core", "faults"},
    "wire": {"core"},
    "journal": {"core", "openapi", "wire"},
    "settings": {"core"},
    "worlds": {"core"},
    "runtime": {"core"},
    "seeding": {"core", "settings", "worlds", "gateway"},
    "door": {"core", "drafts", "gateway", "sandboxes", "wire", "worlds"},
    "drafts": {"core", "gateway", "wire", "worlds"},
    "sandboxes": {"core", "gateway", "wire", "worlds"},
    "gateway": {
        "core",
        "door",
        "drafts",
        "faults",
        "journal",
        "runtime",
        "sandboxes",
        "seeding",
        "settings",
        "wire",
        "worlds",
    },
    "conformance": {
        "client",
        "core",
        "faults",
        "gateway",
        "http",
        "journal",
        "runtime",
        "scenario",
        "settings",
        "testing",
        "wire",
    },
    "control": {
        "core",
        "faults",
        "gateway",
        "journal",
        "runtime",
        "scenario",
        "seeding",
        "settings",
        "wire",
        "worlds",
    },
    "admin": {"control", "core", "faults", "gateway", "journal", "scenario", "wire"},
    "http": {"admin", "core", "faults", "gateway", "journal", "settings", "wire", "worlds"},
    "client": set(),
    "openapi": {"admin", "wire"},
    "recording": {"client", "core", "faults", "http", "scenario", "wire"},
    "cli": {
        "conformance",
        "core",
        "gateway",
        "http",
        "journal",
        "runtime",
        "scenario",
        "seeding",
        "settings",
        "testing",
        "wire",
        "worlds",
        "recording",
    },
    "testing": {
        "control",
        "core",
        "faults",
        "gateway",
        "http",
        "journal",
        "runtime",
        "scenario",
        "seeding",
        "settings",
        "wire",
        "worlds",
    },
    "__main__": {"cli"},
}
"""What each part may import from its siblings. `seeding`, `door`, `drafts` and `sandboxes`
are the gateway's own parts."""

IN_CORE = {
    "asyncio",
    "time",
    "random",
    "os",
    "pathlib",
    "socket",
    "datetime",
    "yaml",
    "pydantic",
    "starlette",
    "uvicorn",
}
"""What the pure core must not import (`random.Random` is passed in or made from a seed, see ids.py)."""
SEEDED = {"ids.py", "pieces.py", "state.py"}


def part_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found += names if node.module == "mock_gateway" else [str(node.module)]
    return found


MODULES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path):
    part = part_of(path)
    siblings = {name.split(".")[1] for name in imports(path) if name.startswith("mock_gateway.")} - {part}
    assert siblings <= ALLOWED[part], f"{part} may import {sorted(ALLOWED[part])}"


@pytest.mark.parametrize("path", sorted((ROOT / "core").glob("*.py")), ids=lambda path: path.name)
def test_the_core_is_pure(path):
    roots = {name.split(".")[0] for name in imports(path)}
    forbidden = IN_CORE - ({"random"} if path.name in SEEDED else set())
    assert not roots & forbidden
    assert not [
        node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.AsyncFunctionDef | ast.Await)
    ]


@pytest.mark.parametrize("dialect", sorted(path.name for path in (ROOT / "wire").iterdir() if path.is_dir()))
def test_dialects_never_import_each_other(dialect):
    others = {path.name for path in (ROOT / "wire").iterdir() if path.is_dir()} - {dialect}
    for path in (ROOT / "wire" / dialect).rglob("*.py"):
        assert not [name for name in imports(path) if any(name.startswith(f"mock_gateway.wire.{o}") for o in others)]


def test_nothing_outside_wire_knows_which_dialect_speaks():
    chooses = {
        str(path.relative_to(ROOT))
        for path in MODULES
        for name in imports(path)
        if name.startswith(("mock_gateway.wire.beta", "mock_gateway.wire.v1")) and part_of(path) != "wire"
    }
    assert not {name for name in chooses if not name.startswith("openapi/")}


def test_the_server_starts_without_pydantic():
    import subprocess
    import sys

    code = "import sys, mock_gateway.cli.serve, mock_gateway.http.server, mock_gateway.scenario; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pydantic", "httpx", "jinja2", "jsonschema_rs", "starlette"} & set(loaded)
