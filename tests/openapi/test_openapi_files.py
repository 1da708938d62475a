"""What is checked in is what the command would write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from openapi_reading import Reading, every_contract

from mock_gateway.openapi.__main__ import main
from mock_gateway.openapi.contracts import DOCUMENTED
from mock_gateway.openapi.outputs import generated_files
from mock_gateway.openapi.yaml_text import to_yaml

ROOT = Path(__file__).parents[2]
FILES = [path for contract in DOCUMENTED for path in (contract.document, contract.page)]


@pytest.fixture
def source_tree(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    for path in FILES:
        (tmp_path / path.parent).mkdir(parents=True, exist_ok=True)
    return tmp_path


def test_the_checked_in_files_are_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code = main(["--check", "--root", str(ROOT)])

    assert (exit_code, capsys.readouterr().err) == (0, "")


def test_what_was_written_is_fresh(source_tree: Path) -> None:
    assert main(["--root", str(source_tree)]) == 0
    assert main(["--check", "--root", str(source_tree)]) == 0


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_file_that_differs_is_named_as_stale(
    path: Path, source_tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--root", str(source_tree)])
    with (source_tree / path).open("a") as file:
        file.write("\n")

    exit_code = main(["--check", "--root", str(source_tree)])

    assert exit_code == 1
    assert capsys.readouterr().err.startswith(f"{path} is stale;")


def test_a_check_writes_nothing(source_tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code = main(["--check", "--root", str(source_tree)])

    assert exit_code == 1
    assert len(capsys.readouterr().err.splitlines()) == len(FILES)
    assert not [path for path in FILES if (source_tree / path).exists()]


def test_a_folder_that_is_no_source_tree_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tmp_path)]) == 2
    assert "is not a source tree" in capsys.readouterr().err


def test_two_processes_with_different_hash_seeds_write_the_same() -> None:
    script = "from mock_gateway.openapi.outputs import generated_files as f; print(*f().values(), end='')"

    written = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(written) == 1


def test_files_end_in_one_line_feed_and_have_no_carriage_return() -> None:
    for text in generated_files().values():
        assert "\r" not in text
        assert text.endswith("\n")
        assert not text.endswith("\n\n")


@every_contract
def test_the_yaml_reads_back_as_the_document(reading: Reading) -> None:
    assert yaml.safe_load(to_yaml(reading.document, "A heading.")) == reading.document


def test_a_server_loads_neither_pydantic_nor_the_models() -> None:
    script = (
        "import sys, mock_gateway.http.app; "
        "sys.exit(bool({'pydantic', 'mock_gateway.wire.model_base'} & {*sys.modules}))"
    )

    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0
