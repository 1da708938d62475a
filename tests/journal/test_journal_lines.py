"""The journal as JSON lines: the file, and reading it back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mock_gateway.http.app import App
from mock_gateway.journal.lines import JournalFile, UnreadableJournal, export_jsonl, parse_jsonl, read_jsonl
from mock_gateway.journal.shapes import entries_json, entry_json
from tests.http.asgi import call
from tests.journal.journals import BASES, exchanges, pending, say, session, shop, turn, turns


def busy(base: str = "/sessions") -> App:
    """An application with a bit of everything in its journal."""
    app = shop()
    path = session(app, base="/w" + base)
    for text in ("hello", "pay"):
        say(app, path, text)
    turn(app, path, pending(app))
    call(app, "GET", f"{path}?key=secret&x=%C3%BC")
    call(app, "POST", f"/w{base}", b"\xff\xfe")
    exchanges(app)[1].fault("reset", "fault-1", "event 3", "the connection was reset")
    return app


def text_of(app: App) -> str:
    return "".join(line + "\n" for line in export_jsonl(app.gateway.journal))


@pytest.mark.parametrize("base", BASES.values(), ids=list(BASES))
def test_what_was_read_back_says_the_same_as_what_was_written(base: str) -> None:
    app = busy(base)

    read = parse_jsonl(text_of(app))

    began = app.gateway.journal.began
    assert [entry_json(entry, began=began) for entry in read] == [
        entry_json(entry, began=began) for entry in app.gateway.journal.entries
    ]


def test_the_first_line_says_what_it_is_and_when_it_began() -> None:
    head, *lines = map(json.loads, text_of(busy()).splitlines())

    assert (head["v"], head["kind"]) == (1, "journal")
    assert all(line["v"] == 1 and line["kind"] in ("exchange", "turn") for line in lines)
    assert all(line["ms"] == pytest.approx((line["at"] - head["began"]) * 1000, abs=0.01) for line in lines)


def test_bodies_and_frames_can_be_left_out() -> None:
    app = busy()

    small = entry_json(exchanges(app)[1], bodies=False, frames=False)

    assert "body" not in small["request"] and "frames" not in small["response"]  # type: ignore[operator]


def test_times_of_a_list_count_from_its_first_entry() -> None:
    listed = entries_json(list(busy().gateway.journal.entries))

    assert listed[0]["ms"] == 0 and listed[-1]["ms"] > 0  # type: ignore[operator]
    assert entries_json([]) == []


# ---- a file that is written while it happens


def test_each_line_is_in_the_file_as_soon_as_its_entry_is_complete(tmp_path: Path) -> None:
    app, path = shop(), tmp_path / "journal.jsonl"
    path.write_text("of an earlier server\n")
    journal = app.gateway.journal
    file = JournalFile(str(path), journal, pytest.fail)
    journal.listeners.append(file.tell)
    journal.keeps_bytes = True

    where = session(app)
    assert [entry.id for entry in read_jsonl(path)] == ["x-1"]
    reply = say(app, where, "hello")

    read = read_jsonl(path)
    assert [entry.id for entry in read] == ["x-1", "t-2", "x-3"]
    last = json.loads(path.read_text().splitlines()[-1])
    assert "".join(frame["raw"] for frame in last["response"]["frames"]) == reply.text
    file.close()


def test_a_full_disk_is_told_once_and_the_server_goes_on() -> None:
    app = shop()
    told: list[str] = []
    file = JournalFile("/dev/full", app.gateway.journal, told.append)
    app.gateway.journal.listeners.append(file.tell)

    for _ in range(3):
        session(app)

    assert told == ["the journal file /dev/full takes no more (No space left on device); it ends here"]
    assert len(exchanges(app)) == 3


def test_a_file_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        JournalFile(str(tmp_path / "none" / "j"), shop().gateway.journal, pytest.fail)


# ---- reading what somebody else wrote


def test_a_last_line_that_was_not_written_to_its_end_is_left_out() -> None:
    text = text_of(busy())

    assert len(parse_jsonl(text[:-40])) == len(parse_jsonl(text)) - 1


BAD = [
    ("{", "it is no JSON"),
    ("[1]", "it is no JSON object"),
    ('{"v": 2, "kind": "turn"}', "its version is 2; 1 is what can be read"),
    ('{"v": 1, "kind": "frame"}', "its kind is 'frame'; one of journal, exchange, turn was expected"),
    ('{"v": 1, "kind": "turn"}', "'rule' is missing"),
]


@pytest.mark.parametrize(("line", "message"), BAD, ids=[case[1] for case in BAD])
def test_what_is_no_journal_is_refused_with_its_line(line: str, message: str) -> None:
    good = text_of(busy()).splitlines()[0]

    with pytest.raises(UnreadableJournal) as caught:
        parse_jsonl(f"{good}\n{line}\n", "run.jsonl")

    assert str(caught.value).startswith(f"run.jsonl:2: this is no line of a journal: {message}")


def test_a_turn_that_was_read_back_still_knows_its_story() -> None:
    app = busy()

    read = [entry for entry in parse_jsonl(text_of(app)) if entry.id.startswith("t")]

    assert [entry.story for entry in read] == [entry.story for entry in turns(app)]  # type: ignore[union-attr]
