"""Where recordings go: whole files, nobody else's, and a clear word when it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_gateway.cli.main import main
from mock_gateway.recording.recorder import Recorder
from mock_gateway.recording.scenario import Refused
from mock_gateway.recording.writing import MARK, CannotWrite, Folder

TEXT = f"{MARK}, 1 session\nagent: a\n"


def test_a_file_is_named_like_its_agent(tmp_path: Path) -> None:
    path = Folder(tmp_path / "new" / "folder").write("Support bot/2", TEXT)

    assert path == tmp_path / "new" / "folder" / "Support-bot-2.yaml"
    assert path.read_text("utf-8") == TEXT


def test_a_file_is_written_anew_by_a_later_recording(tmp_path: Path) -> None:
    Folder(tmp_path).write("a", TEXT)

    path = Folder(tmp_path).write("a", TEXT + "# more\n")

    assert path == tmp_path / "a.yaml"
    assert [one.name for one in tmp_path.iterdir()] == ["a.yaml"]


def test_a_file_that_a_person_wrote_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("agent: a\n")

    path = Folder(tmp_path).write("a", TEXT)

    assert path == tmp_path / "a-2.yaml"
    assert (tmp_path / "a.yaml").read_text() == "agent: a\n"


def test_two_agents_never_share_a_file(tmp_path: Path) -> None:
    folder = Folder(tmp_path)

    paths = {folder.write(name, TEXT) for name in ("a b", "a/b", "A b")}

    assert len({str(path).casefold() for path in paths}) == 3


def test_a_text_that_is_there_already_is_not_written_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write("a", TEXT)

    assert folder.write("a", TEXT) is None


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(CannotWrite, match="cannot be written: Not a directory") as failed:
        Folder(tmp_path / "file" / "folder")

    assert "--out" in failed.value.hint


class Full(Folder):
    """A folder on a disk without room."""

    def write(self, agent: str, _text: str) -> Path | None:
        """Nothing can be written."""
        raise CannotWrite(self.path / f"{agent}.yaml", OSError(28, "No space left on device"))


def test_a_full_disk_is_told_once_and_the_recording_goes_on(tmp_path: Path) -> None:
    said: list[str] = []
    recorder = Recorder(Full(tmp_path), said.append)
    recorder.witness.session("s").agent = "a"
    recorder.witness.doors.append(("a", Refused("create_turn", 1, 503, "")))

    recorder.save()
    recorder.save()

    assert len(said) == 1
    assert "No space left on device" in said[0] and "--out" in said[0]


def test_a_draft_of_a_file_that_could_not_be_written_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(tmp_path)

    def full(path: Path, text: str, _encoding: str) -> int:
        path.write_bytes(text.encode()[:5])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)

    with pytest.raises(CannotWrite, match=r"a\.yaml cannot be written: No space left on device"):
        folder.write("a", TEXT)

    assert list(tmp_path.iterdir()) == []


# ---- the command


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "--upstream is missing"),
        (("--upstream", "gateway.example.test"), "expected an http or https URL"),
        (("--upstream", "ftp://gateway.example.test"), "expected an http or https URL"),
        (("--upstream", "https://ada:pear@gateway.example.test"), "has a user or a password in it"),
        (("--upstream", "https://gateway.example.test/?key=1"), "a URL without ? and #"),
        (("--upstrem", "x"), "did you mean --upstream?"),
    ],
)
def test_the_command_says_what_it_needs(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["record", *arguments])

    err = capsys.readouterr().err
    assert code == 2
    assert message in err
    assert "pear" not in err


def test_the_command_says_that_its_folder_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")

    code = main(["record", "--upstream", "http://127.0.0.1:1", "--out", str(tmp_path / "file")])

    assert code == 2
    assert "cannot be written" in capsys.readouterr().err


def test_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("mock_gateway.cli.record.find_spec", lambda _name: None)

    code = main(["record", "--upstream", "http://127.0.0.1:1"])

    assert code == 2
    assert "pip install 'mock-gateway[client]'" in capsys.readouterr().err
