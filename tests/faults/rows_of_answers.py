"""What each fault of the connection and of HTTP does, as a raw socket sees it: one trial for each thing promised."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.utils import parsedate_to_datetime

from tests.faults.raw_line import Answer, Client
from tests.faults.rows_of_bytes import at
from tests.faults.stage import World, wait_until

Trial = Callable[[World], None]
STALL = b": stall\n"


def _upto(world: World, inside: int) -> bytes:
    """The stream up to a byte of the event with text."""
    return b"".join(world.plain[: world.n - 1]) + world.plain[world.n - 1][:inside]


def _cut(fault: str, end: str) -> list[Trial]:
    """Everything before the place came, and nothing behind it; whatever the way in which the place is said."""

    def inside(place: Callable[[World], dict[str, object]], size: Callable[[World], int]) -> Trial:
        def trial(world: World) -> None:
            world.put({"fault": fault, "at": place(world)})
            answer = world.turn()
            assert (answer.status, answer.end) == (200, end)
            assert answer.body == _upto(world, size(world))

        return trial

    def frame(world: World) -> bytes:
        return world.plain[world.n - 1]

    return [
        inside(at, lambda _world: 0),
        inside(lambda world: at(world, byte=10), lambda _world: 10),
        inside(lambda world: at(world, after="id"), lambda world: frame(world).index(b"\n") + 1),
        inside(lambda world: at(world, before="blank"), lambda world: len(frame(world)) - 1),
        inside(lambda world: at(world, after="blank"), lambda world: len(frame(world))),
        inside(lambda world: at(world, character=3), lambda world: frame(world).index("ü".encode()) + 1),
        inside(lambda world: at(world, before="data"), lambda world: frame(world).index(b"data")),
        inside(lambda world: {"byte": len(_upto(world, 7))}, lambda _world: 7),
    ]


def _cut_of_any_answer(fault: str, end: str) -> Trial:
    def trial(world: World) -> None:
        world.turn()
        path = world.turn_path()
        whole = world.ask("GET", path)
        world.put({"fault": fault, "at": {"byte": 20}, "on": "get_turn"})
        answer = world.ask("GET", path)
        assert (answer.status, answer.body, answer.end) == (200, whole.body[:20], end)
        assert answer.headers["content-length"] == str(len(whole.body))

    return trial


def _refused(world: World) -> None:
    board = world.stage.gateway.faults
    from mock_gateway.faults.specs import parse_fault

    fault_id = board.put(parse_fault({"fault": "refuse-connection", "request": [1, 3]}))
    try:
        ends = [world.ask("GET", f"{world.prefix}/x").end for _ in range(4)]
    finally:
        board.remove(fault_id)
    assert ends == ["reset", "complete", "reset", "complete"]


def _no_answer(effect: str, turns: int) -> Trial:
    def trial(world: World) -> None:
        world.session  # noqa: B018
        world.put({"fault": "reset-before-headers", "on": "create_turn", "effect": effect})
        answer = world.turn()
        assert (answer.raw, answer.end) == (b"", "reset")
        assert world.turns() == turns

    return trial


def _half_closed(world: World) -> None:
    world.put({"fault": "half-close", "at": at(world)})
    client = Client(world.stage.port)
    client.send("POST", f"{world.session}/turns", world.message("hi"))
    answer = client.read()
    assert (answer.body, answer.end) == (_upto(world, 0), "eof")
    assert not world.exchanges()[-1].is_complete, "the socket is still open"
    client.close()
    wait_until(lambda: world.exchanges()[-1].is_complete)


def _stalled(comments: str | None, count: int) -> Trial:
    def trial(world: World) -> None:
        world.put({"fault": "stall", "at": at(world), "for": "60ms", **({"comments": comments} if comments else {})})
        answer = world.turn()
        assert answer.end == "complete"
        assert answer.pieces == [*world.plain[: world.n - 1], *[STALL] * count, *world.plain[world.n - 1 :]]

    return trial


def _stalled_for_ever(world: World) -> None:
    world.put({"fault": "stall", "at": at(world), "comments": "1ms"})
    whole = world.plain[: world.n - 1]
    answer = world.turn(until=lambda came: came.pieces.count(STALL) >= 3)
    assert answer.end == "left"
    assert answer.pieces[: len(whole)] == whole and set(answer.pieces[len(whole) :]) == {STALL}
    wait_until(lambda: world.exchanges()[-1].is_complete)


def _late(effect: str, turns: int) -> Trial:
    def trial(world: World) -> None:
        world.session  # noqa: B018
        fault = {"fault": "slow-first-byte", "on": "create_turn", "effect": effect}
        fault_id = world.put({**fault, "for": "1h"})
        client = Client(world.stage.port)
        client.send("POST", f"{world.session}/turns", world.message("hi"))
        wait_until(lambda: bool(world.stage.gateway.faults.get(fault_id).injected))
        assert world.turns() == turns
        client.close()
        wait_until(lambda: world.exchanges()[-1].is_complete)
        world.put({**fault, "for": "20ms"})
        assert world.turn().status == 200

    return trial


def _slow(world: World) -> None:
    world.put({"fault": "slow", "rate": "20 KB/s", "piece": 50})
    answer = world.turn()
    assert answer.pieces == [frame[start : start + 50] for frame in world.plain for start in range(0, len(frame), 50)]
    assert world.exchange().took > len(answer.body) / 20_480 * 0.9


def _silent(world: World) -> None:
    world.put({"fault": "headers-then-silence", "for": "50ms"})
    answer = world.turn()
    assert (answer.status, answer.pieces, answer.end) == (200, world.plain, "complete")


def _silent_for_ever(world: World) -> None:
    world.put({"fault": "headers-then-silence"})
    answer = world.turn(until=lambda came: came.status == 200)
    assert (answer.pieces, answer.end) == ([], "left")
    wait_until(lambda: world.exchanges()[-1].is_complete)


CONNECTION: dict[str, list[Trial]] = {
    "refuse-connection": [_refused],
    "reset-before-headers": [_no_answer("before", 0), _no_answer("after", 1)],
    "reset": [*_cut("reset", "reset"), _cut_of_any_answer("reset", "reset")],
    "clean-end": _cut("clean-end", "complete"),
    "drop": [*_cut("drop", "eof"), _cut_of_any_answer("drop", "eof")],
    "half-close": [*_cut("half-close", "eof"), _half_closed],
    "stall": [_stalled(None, 0), _stalled("20ms", 2), _stalled_for_ever],
    "slow-first-byte": [_late("before", 0), _late("after", 1)],
    "slow": [_slow],
    "headers-then-silence": [_silent, _silent_for_ever],
}

# -- HTTP --------------------------------------------------------------------------------------------------------------


def _instead(fault: dict[str, object], check: Callable[[Answer], None]) -> list[Trial]:
    """The answer, once before and once after the turn was made; and the next request is answered as ever."""

    def trial(effect: str, turns: int) -> Trial:
        def run(world: World) -> None:
            world.session  # noqa: B018
            world.put({**fault, "on": "create_turn", "effect": effect})
            answer = world.turn()
            assert answer.is_whole
            check(answer)
            assert world.turns() == turns
            assert world.exchange().status == answer.status
            assert world.turn().status == 200

        return run

    return [trial("before", 0), trial("after", 1)]


def _is(status: int, body: bytes, kind: str | None, **headers: str | None) -> Callable[[Answer], None]:
    def check(answer: Answer) -> None:
        assert (answer.status, answer.body, answer.headers.get("content-type")) == (status, body, kind)
        assert {name: answer.headers.get(name.replace("_", "-")) for name in headers} == headers

    return check


def _is_error(status: int, **headers: str) -> Callable[[Answer], None]:
    def check(answer: Answer) -> None:
        assert (answer.status, answer.headers["content-type"]) == (status, "application/json")
        assert "a fault was set" in answer.error["message"]
        assert {name: answer.headers.get(name.replace("_", "-")) for name in headers} == headers

    return check


def _is_page(answer: Answer) -> None:
    assert (answer.status, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert answer.body.startswith(b"<!doctype html>") and b"502" in answer.body


def _is_dated(answer: Answer) -> None:
    after = parsedate_to_datetime(answer.headers["retry-after"]) - parsedate_to_datetime(answer.headers["date"])
    assert 2 <= after.total_seconds() <= 5


def _is_of_another_day(answer: Answer) -> None:
    assert answer.headers["date"] == "Wed, 01 Jan 2020 00:00:00 GMT"
    assert answer.raw.lower().count(b"\r\ndate: ") == 1


def _length(by: int) -> Trial:
    def trial(world: World) -> None:
        world.turn()
        path = world.turn_path()
        whole = world.ask("GET", path)
        world.put({"fault": "wrong-content-length", "by": by, "on": "get_turn"})
        answer = world.ask("GET", path, until=lambda came: came.raw.endswith(whole.body))
        assert int(answer.headers["content-length"]) == len(whole.body) + by
        if by < 0:
            assert answer.body + answer.rest == whole.body and len(answer.rest) == -by
        else:
            assert answer.body == whole.body
            # The connection ends too early.
            world.put({"fault": "wrong-content-length", "by": by, "on": "get_turn"})
            assert world.ask("GET", path).end == "eof"

    return trial


def _length_of_a_stream(world: World) -> None:
    world.put({"fault": "wrong-content-length", "on": "create_turn"})
    assert world.turn().pieces == world.plain


def _closed(world: World) -> None:
    world.put({"fault": "connection-close"})
    answer = world.ask("POST", world.base, {"agent_name": "a"}, linger=True)
    assert (answer.status, answer.is_whole, answer.end) == (201, True, "eof")
    assert answer.headers["connection"] == "close"


def _extended(world: World) -> None:
    world.put({"fault": "chunk-extensions", "extension": ";part=one"})
    answer = world.turn()
    assert (answer.pieces, answer.end) == (world.plain, "complete")
    assert answer.extensions == [b";part=one"] * (len(world.plain) + 1)


def _trailed(world: World) -> None:
    world.put({"fault": "trailers", "headers": {"X-Checksum": "1f", "x-more": 2}})
    answer = world.turn()
    assert (answer.pieces, answer.end) == (world.plain, "complete")
    assert answer.trailers == b"x-checksum: 1f\r\nx-more: 2\r\n"
    assert answer.headers["trailer"] == "x-checksum, x-more"


HTTP: dict[str, list[Trial]] = {
    "status": [
        *_instead({"fault": "status", "status": 503}, _is_error(503)),
        *_instead(
            {"fault": "status", "status": 418, "body": "no coffee", "type": "text/tea", "headers": {"x-pot": "1"}},
            _is(418, b"no coffee", "text/tea", x_pot="1"),
        ),
        *_instead({"fault": "status", "status": 200, "body": {"a": [1]}}, _is(200, b'{"a":[1]}', "application/json")),
        *_instead({"fault": "status", "status": 204, "body": "gone"}, _is(204, b"", "text/plain; charset=utf-8")),
        *_instead(
            {"fault": "status", "status": 429, "headers": {"date": "Wed, 01 Jan 2020 00:00:00 GMT"}}, _is_of_another_day
        ),
    ],
    "retry-after": [
        *_instead({"fault": "retry-after", "after": "2500ms"}, _is_error(429, retry_after="3")),
        *_instead({"fault": "retry-after", "form": "bogus", "status": 503}, _is_error(503, retry_after="soon")),
        *_instead({"fault": "retry-after", "form": "date", "after": "3s"}, _is_dated),
    ],
    "redirect": [
        *_instead({"fault": "redirect"}, _is(307, b"", None, location=None)),
        *_instead({"fault": "redirect", "status": 302, "location": "/x"}, _is(302, b"", None, location="/x")),
    ],
    "html-error": _instead({"fault": "html-error"}, _is_page),
    "empty-error": _instead({"fault": "empty-error"}, _is(500, b"", None, content_length="0")),
    "wrong-content-length": [_length(10), _length(-5), _length_of_a_stream],
    "connection-close": [_closed],
    "chunk-extensions": [_extended],
    "trailers": [_trailed],
}


def error_message(answer: Answer) -> str:
    """The message of an error body."""
    return str(json.loads(answer.body)["error"]["message"])
