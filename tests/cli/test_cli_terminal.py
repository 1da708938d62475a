"""Lines about requests and turns, and writing them without waiting."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from mock_gateway.cli.output import CHUNK, MOST, Output
from mock_gateway.cli.terminal import Terminal, clean, has_colours, json_line, span, text_line
from mock_gateway.journal import Exchange, TurnEntry

REQUEST = Exchange(1_767_225_600.0, "POST", b"/sessions", b"", (), took=0.0012, status=201, subject="ada")
TURN = TurnEntry(1_767_225_600.0, "sess-1", "turn-1", "refund-bot", "done", 1.24, "s/refund.yaml:12:5", "")


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe that nobody empties: where to read, where to write."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


# ---- texts


def test_a_request_is_one_line() -> None:
    assert text_line(REQUEST, colours=False) == "POST /sessions 201 1.2 ms"


def test_remarks_and_messages_stand_below_their_request() -> None:
    entry = replace(REQUEST, status=422, notes=("unknown field 'x'",), message="nothing is pending")

    assert text_line(entry, colours=False).splitlines()[1:] == ["    unknown field 'x'", "    nothing is pending"]


def test_a_turn_is_one_line_with_the_place_of_its_rule() -> None:
    assert text_line(TURN, colours=False) == "turn turn-1 refund-bot done 1.2 s  s/refund.yaml:12"


def test_a_rule_without_a_place_has_its_name() -> None:
    assert text_line(replace(TURN, rule="rule 1"), colours=False).endswith("done 1.2 s  rule 1")


def test_a_client_that_left_has_no_status() -> None:
    assert text_line(replace(REQUEST, status=0), colours=False) == "POST /sessions (client left) 1.2 ms"


@pytest.mark.parametrize(("status", "colour"), [(200, "32"), (404, "33"), (503, "31")])
def test_colours_tell_the_kind_of_status(status: int, colour: str) -> None:
    assert f"\x1b[{colour}m{status}\x1b[0m" in text_line(replace(REQUEST, status=status), colours=True)


def test_a_path_cannot_forge_a_line_or_colour_the_terminal() -> None:
    assert clean("/a\nPOST /b\x1b[31m") == "/a\\nPOST /b\\x1b[31m"


def test_a_long_text_is_cut() -> None:
    assert clean("x" * 1000) == "x" * 400 + "…"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.00012, "0.1 ms"), (0.012, "12.0 ms"), (0.34, "340 ms"), (1.26, "1.3 s"), (600.4, "10 min 0 s")],
)
def test_a_length_of_time_reads_well(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_an_entry_as_json_has_its_event_and_time() -> None:
    assert json.loads(json_line(REQUEST)) == {
        "event": "request",
        "at": "2026-01-01T00:00:00.000Z",
        "method": "POST",
        "path": "/sessions",
        "status": 201,
        "subject": "ada",
        "notes": [],
        "message": "",
        "took_ms": 1.2,
    }


def test_a_turn_as_json_has_its_ids() -> None:
    told = json.loads(json_line(TURN))

    assert (told["event"], told["turn_id"], told["took_ms"]) == ("turn", "turn-1", 1240.0)


def test_colours_are_for_terminals_only() -> None:
    assert not has_colours({})


# ---- writing


def test_what_fits_is_written_and_the_rest_waits(pipe: tuple[int, int]) -> None:
    output = Output(pipe[1])
    for number in range(3000):
        output.put(f"{number:099}")

    assert not output.flush()
    first = os.read(pipe[0], 1 << 20)
    while not output.flush():
        first += os.read(pipe[0], 1 << 20)
    first += os.read(pipe[0], 1 << 20)

    assert [int(line) for line in first.splitlines()] == list(range(3000))


def test_the_oldest_lines_are_left_out_and_that_is_said(pipe: tuple[int, int]) -> None:
    output = Output(pipe[1])
    for number in range(MOST + 5):
        output.put(str(number))

    output.flush()

    assert os.read(pipe[0], CHUNK).splitlines()[:2] == [b"(5 lines are left out)", b"5"]


def test_a_reader_that_has_gone_stops_nothing() -> None:
    read, write = os.pipe()
    os.close(read)
    output = Output(write)
    output.put("one")

    assert output.flush()
    output.put("two")
    assert output.flush()
    os.close(write)


def test_lines_of_one_moment_are_written_together(pipe: tuple[int, int]) -> None:
    async def talk() -> bytes:
        terminal = Terminal(Output(pipe[1]), as_json=False)
        readable = asyncio.Event()
        asyncio.get_running_loop().add_reader(pipe[0], readable.set)
        for _ in range(3):
            terminal.tell(REQUEST)
        assert not readable.is_set()
        await asyncio.wait_for(readable.wait(), 10)
        return os.read(pipe[0], CHUNK)

    assert asyncio.run(talk()).count(b"POST /sessions 201") == 3


def test_a_line_that_is_said_comes_after_what_happened_before(pipe: tuple[int, int]) -> None:
    async def talk() -> None:
        terminal = Terminal(Output(pipe[1]), as_json=False)
        terminal.tell(REQUEST)
        terminal.say("reloaded refund-bot")

    asyncio.run(talk())

    assert os.read(pipe[0], CHUNK).splitlines() == [b"POST /sessions 201 1.2 ms", b"reloaded refund-bot"]
