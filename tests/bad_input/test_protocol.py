"""Keys, methods and single requests that are hardly HTTP. What needs a longer talk is in `test_lines.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.bad_input.desk import Case, Desk, check
from tests.bad_input.table import Row, cases
from tests.bad_input.wire_text import KEY, request

CHUNKED = "Transfer-Encoding: chunked\r\n"
HEAD = f"Host: 127.0.0.1\r\n{KEY}"


def keyed(lines: str) -> Case:
    """A read with other lines for the key."""
    return lambda desk: request("GET", f"/sessions/{desk.idle}", key=lines)


def method(name: str) -> Case:
    """Another method, on a session."""
    return lambda desk: request(name, f"/sessions/{desk.idle}")


def read(version: str = "HTTP/1.1", lines: str = HEAD) -> Case:
    """A read, written by hand. lines: all headers."""
    return lambda desk: f"GET /sessions/{desk.idle} {version}\r\n{lines}\r\n".encode()


def write(lines: str, body: str = "{}") -> Case:
    """A turn, written by hand. lines: headers beside host and key."""
    return lambda desk: f"POST {desk.turns} HTTP/1.1\r\n{HEAD}{lines}\r\n{body}".encode()


def with_line(line: str) -> Case:
    """A read with one more header."""
    return read(lines=f"{HEAD}{line}\r\n")


KEYS_AND_METHODS: Mapping[str, Case] = {
    "key-missing": keyed(""),
    "key-basic": keyed("Authorization: Basic azp2\r\n"),
    "key-empty": keyed("Authorization: Bearer \r\n"),
    "key-blank": keyed("Authorization:\r\n"),
    "key-refused": keyed("Authorization: Bearer spent\r\n"),
    "key-forbidden": keyed("Authorization: Bearer guest\r\n"),
    "key-doubled": keyed("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"),
    "method-wrong": method("DELETE"),
    "method-connect": method("CONNECT"),
    "method-unknown": method("FETCH"),
}

LINES: Mapping[str, Case] = {
    "line-http10": read("HTTP/1.0", KEY),
    "line-http2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "line-http3": read("HTTP/3.7"),
    "line-no-host": read(lines=KEY),
    "line-two-hosts": read(lines=f"Host: a\r\nHost: b\r\n{KEY}"),
    "line-garbage": b"\x00\xff\x10rubbish\r\n\r\n",
    "line-tls": bytes.fromhex("16030100a5010000a10303") + b"\x00" * 160,
    "line-bare-feed": lambda desk: f"GET /sessions/{desk.idle} HTTP/1.1\nHost: a\n\n".encode(),
    "line-folded": with_line("X: a\r\n b"),
    "line-nul": with_line("X: a\0b"),
    "line-header-blank": with_line("X y: a"),
    "line-length-negative": write("Content-Length: -1\r\n"),
    "line-length-word": write("Content-Length: two\r\n"),
    "line-length-huge": write(f"Content-Length: {'9' * 30}\r\n"),
    "line-two-lengths": write("Content-Length: 2\r\nContent-Length: 3\r\n"),
    "line-length-small": write("Content-Length: 1\r\n"),
    "line-coding-rubbish": write("Transfer-Encoding: rubbish\r\n"),
    "line-coding-gzip": write("Transfer-Encoding: gzip, chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"),
    "line-chunk-bad": write(CHUNKED, "zz\r\n{}\r\n0\r\n\r\n"),
    "line-chunk-huge": write(CHUNKED, f"{'f' * 18}\r\n{{}}"),
    "line-smuggled-length": write(f"{CHUNKED}Content-Length: 5\r\n", "2\r\n{}\r\n0\r\n\r\n"),
    "line-smuggled-blank": write("Transfer-Encoding : chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"),
    "line-smuggled-twice": write(f"{CHUNKED}Transfer-Encoding: identity\r\n", "2\r\n{}\r\n0\r\n\r\n"),
    "line-hundred-headers": read(lines=HEAD + "".join(f"X-{number}: {number}\r\n" for number in range(100))),
    "line-long-header": with_line("X: " + "a" * 65_536),
    "line-too-long-head": with_line("X: " + "a" * 1_000_000),
}


@cases({**KEYS_AND_METHODS, **LINES})
def test_bad_http_gets_one_clear_answer_and_changes_nothing(desk: Desk, row: Row, case: Case) -> None:
    check(desk, row, case)


@cases({"method-head": method("HEAD"), "method-options": keyed("")})
def test_head_and_options_are_answered_without_a_body(desk: Desk, row: Row, case: Callable[[Desk], bytes]) -> None:
    sent = case(desk) if row.name == "method-head" else case(desk).replace(b"GET", b"OPTIONS", 1)

    reply = check(desk, row, sent, reads_all=False)

    expected = {
        "method-head": ("content-length", str(len(desk.plain()))),
        "method-options": ("allow", "GET, HEAD, OPTIONS"),
    }
    name, value = expected[row.name]
    assert reply.headers[name] == value
