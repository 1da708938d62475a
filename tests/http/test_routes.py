"""From a path to an operation, below any base path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_gateway.core.errors import Refusal
from mock_gateway.http.routes import build, decoded, find
from mock_gateway.wire.beta.dialect import Beta

ROOT = build([Beta()])


def found(path: str) -> tuple[str, str, dict[str, str]] | None:
    """Base path, operation and parameters of a GET, or of a POST where there is no GET."""
    match = find(ROOT, path.encode())
    if match is None:
        return None
    endpoint = match.node.methods.get("GET") or match.node.methods["POST"]
    return match.prefix(), endpoint.operation.name, match.params()


@pytest.mark.parametrize(
    ("path", "base", "operation", "params"),
    [
        ("/sessions", "", "list_sessions", {}),
        ("/sessions/s", "", "get_session", {"session_id": "s"}),
        ("/sessions/s/cancel", "", "cancel_session", {"session_id": "s"}),
        ("/sessions/s/turns/t/stream", "", "stream_turn", {"session_id": "s", "turn_id": "t"}),
        ("/a/sessions/s", "/a", "get_session", {"session_id": "s"}),
        ("/a/b/c/sessions", "/a/b/c", "list_sessions", {}),
        ("/api/sessions/s/turns", "/api", "list_turns", {"session_id": "s"}),
        # the first place that fits to the end: a session may be called as a segment is
        ("/sessions/sessions", "", "get_session", {"session_id": "sessions"}),
        ("/sessions/turns/turns/turns", "", "get_turn", {"session_id": "turns", "turn_id": "turns"}),
        ("/sessions/a/b/sessions/c", "/sessions/a/b", "get_session", {"session_id": "c"}),
        # encoded slashes and dots belong to their segment
        ("/sessions/a%2Fb", "", "get_session", {"session_id": "a/b"}),
        ("/sessions/..", "", "get_session", {"session_id": ".."}),
        ("/a%20b/sessions/%C3%A9", "/a b", "get_session", {"session_id": "é"}),
        ("/a%2Fb/sessions", "/a/b", "list_sessions", {}),
        # a base URL that ends with a slash
        ("//sessions", "", "list_sessions", {}),
        ("/a//sessions", "/a", "list_sessions", {}),
    ],
)
def test_an_endpoint_is_found_below_any_base_path(path: str, base: str, operation: str, params: dict[str, str]) -> None:
    assert found(path) == (base, operation, params)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/nope",
        "/sessions/",
        "/sessions//turns",
        "/sessions/s/turns/",
        "/sessions/s/nope",
        "/SESSIONS",
        "sessions",
        "/sessions/s/turns/t/stream/x",
        "/%73essions",
    ],
)
def test_what_does_not_fit_to_the_end_is_no_endpoint(path: str) -> None:
    assert find(ROOT, path.encode()) is None


@pytest.mark.parametrize("path", ["/sessions/%zz", "/sessions/%", "/sessions/%e", "/sessions/%ff", "/%C3/sessions/s"])
def test_a_broken_escape_is_refused(path: str) -> None:
    with pytest.raises(Refusal, match="the path is not percent-encoded UTF-8"):
        found(path)


def test_the_methods_of_a_place_are_told() -> None:
    match = find(ROOT, b"/sessions/s/turns")

    assert match is not None
    assert match.node.allow == b"GET, HEAD, OPTIONS, POST"


@given(st.binary(min_size=1).map(lambda raw: "".join(f"%{byte:02X}" for byte in raw)))
def test_an_escaped_segment_is_text_or_refused(segment: str) -> None:
    try:
        text = decoded(segment.encode())
    except Refusal:
        with pytest.raises(UnicodeDecodeError):
            bytes.fromhex(segment.replace("%", "")).decode()
    else:
        assert text.encode() == bytes.fromhex(segment.replace("%", ""))


@given(st.binary())
def test_no_path_breaks_the_search(path: bytes) -> None:
    match = find(ROOT, path)

    assert match is None or match.node.methods
