"""The way to the client: a head goes out with the first bytes of its body, and never later than anything else."""

from __future__ import annotations

import asyncio

import pytest

from mock_gateway.http.connection import Line


class Recorder(asyncio.Transport):
    """A transport that notes what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[object] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.seen.append(bytes(data))

    def close(self) -> None:
        self.seen.append("close")

    def abort(self) -> None:
        self.seen.append("abort")


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def test_a_kept_head_goes_out_with_what_follows_it(recorder):
    line = Line(recorder)
    line.keep_next()
    line.write(b"head ")
    assert recorder.seen == []
    line.write(b"body")
    line.write(b"more")
    assert recorder.seen == [b"head body", b"more"]


def test_an_empty_body_lets_the_head_go(recorder):
    line = Line(recorder)
    line.keep_next()
    line.write(b"head")
    line.write(b"")
    assert recorder.seen == [b"head"]


def test_a_flushed_head_waits_for_nothing(recorder):
    line = Line(recorder)
    line.keep_next()
    line.write(b"head")
    line.flush()
    line.flush()
    assert recorder.seen == [b"head"]


def test_a_flush_before_the_head_keeps_nothing(recorder):
    line = Line(recorder)
    line.keep_next()
    line.flush()
    line.write(b"head")
    assert recorder.seen == [b"head"]


def test_closing_sends_what_was_kept_and_aborting_does_not(recorder):
    line = Line(recorder)
    line.keep_next()
    line.write(b"head")
    line.close()
    line.keep_next()
    line.write(b"other head")
    line.abort()
    assert recorder.seen == [b"head", "close", "abort"]
