"""`mock-gateway record` as a program: it says where it is, records, and ends in order."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mock_gateway.cli.record import FIRST_LINE
from mock_gateway.scenario import load_text
from tests.recording.recording_desk import Beta, Talker, mock, served
from tests.recording.test_record_gallery import client

GREETER = "agent: greeter\nturns: [{ when: { message: hello }, say: Good morning! }]"
ROOT = Path(__file__).parents[2]
PATIENCE = 20.0


@contextmanager
def program(folder: Path, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The program, once it is ready; gives its URL and itself, and sees to it that it ends."""
    command = [sys.executable, "-m", "mock_gateway", "record", "--ready-file", str(folder / "url.txt"), *arguments]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        first = child.stdout.readline()
        assert first.startswith(FIRST_LINE), first + (child.stderr.read() if child.stderr else "")
        yield first.removeprefix(FIRST_LINE).strip(), child
    finally:
        if child.poll() is None:
            child.kill()
        child.communicate(timeout=PATIENCE)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_it_records_until_a_signal_ends_it(tmp_path: Path, number: signal.Signals, code: int) -> None:
    out_folder = tmp_path / "some" / "folder"
    with (
        served(mock({"greeter": load_text(GREETER)})) as gateway,
        program(tmp_path, "--upstream", gateway, "--out", str(out_folder)) as (url, child),
    ):
        assert (tmp_path / "url.txt").read_text() == f"{url}\n"
        with client(url) as http:
            Talker(http, Beta, "greeter").say("Hello!")
        child.send_signal(number)
        out, err = child.communicate(timeout=PATIENCE)

    assert child.returncode == code
    assert f"recording {out_folder}/greeter.yaml\n" in out
    assert err == ""
    assert not (tmp_path / "url.txt").exists()
    assert load_text((out_folder / "greeter.yaml").read_text()).rules
