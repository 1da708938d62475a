"""The faults of HTTP itself: statuses, bodies, headers, the framing of chunks."""

from __future__ import annotations

from mock_gateway.faults.kinds import REQUIRED, FaultKind, Param
from mock_gateway.faults.of_connections import EFFECT

_NO_BODY = "Take the status for what it is, whatever the body holds, and say so in its error."

KINDS: tuple[FaultKind, ...] = (
    FaultKind(
        name="status",
        group="http",
        sentence="The answer is any status with any body.",
        client_should="Raise its error for the status; repeat 408, 429 and 5xx where that is safe, and no other.",
        example="{ fault: status, on: create_turn, status: 503, body: { error: { message: try again } } }",
        breaks=False,
        params=(
            Param("status", "integer", REQUIRED, "The status.", least=200, most=599),
            Param("body", "data", None, "Text as it is, other data as JSON; the contract's own error when left out."),
            Param("type", "header", None, "The content type; by itself that of JSON, or of plain text."),
            Param("headers", "headers", None, "More headers."),
            EFFECT,
        ),
        on=(),
        streams_only=False,
    ),
    FaultKind(
        name="retry-after",
        group="http",
        sentence="The request is refused, and the answer says when to come back.",
        client_should="Wait that long, and then try again; a form that it cannot read counts as none.",
        example="{ fault: retry-after, on: create_turn, after: 1s, form: date }",
        breaks=False,
        params=(
            Param("status", "integer", 429, "The status.", least=400, most=599),
            Param("after", "duration", "1s", "How long to wait, in whole seconds."),
            Param(
                "form",
                "choice",
                "seconds",
                "How Retry-After says it: a number, an HTTP date, or the word `soon`, which is neither.",
                words=("seconds", "date", "bogus"),
            ),
            EFFECT,
        ),
        on=(),
        streams_only=False,
    ),
    FaultKind(
        name="redirect",
        group="http",
        sentence="The answer is a redirect; without `location` it does not say where to.",
        client_should="Follow it with the same method and body where the status says so, without its key to another "
        "host; without Location raise an error.",
        example="{ fault: redirect, on: get_turn, status: 307, location: /elsewhere }",
        breaks=True,
        params=(
            Param("status", "integer", 307, "The status.", least=300, most=399),
            Param("location", "header", None, "The Location header; there is none when left out."),
            EFFECT,
        ),
        on=(),
        streams_only=False,
    ),
    FaultKind(
        name="html-error",
        group="http",
        sentence="The answer is an error whose body is an HTML page, as a proxy makes it.",
        client_should=_NO_BODY,
        example="{ fault: html-error, on: create_turn, status: 502 }",
        breaks=True,
        params=(Param("status", "integer", 502, "The status.", least=400, most=599), EFFECT),
        on=(),
        streams_only=False,
    ),
    FaultKind(
        name="empty-error",
        group="http",
        sentence="The answer is an error without a body and without a content type.",
        client_should=_NO_BODY,
        example="{ fault: empty-error, on: create_turn, status: 500 }",
        breaks=True,
        params=(Param("status", "integer", 500, "The status.", least=400, most=599), EFFECT),
        on=(),
        streams_only=False,
    ),
    FaultKind(
        name="wrong-content-length",
        group="http",
        sentence="Content-Length is wrong by some bytes: with more than there are the connection closes before the "
        "body "
        "is complete, with fewer the rest of the body follows the answer. A stream has no Content-Length, so it is "
        "left "
        "alone.",
        client_should="Raise an error for a body that is cut short, and never read the rest as another answer.",
        example="{ fault: wrong-content-length, on: get_turn, by: 10 }",
        breaks=True,
        params=(Param("by", "integer", 1, "How many bytes more; fewer below 0.", least=-1_000_000, most=1_000_000),),
        needs_socket=True,
        on=(),
        streams_only=False,
    ),
    FaultKind(
        name="connection-close",
        group="http",
        sentence="The answer says `Connection: close`, and the server closes behind it.",
        client_should="Open a new connection for the next request.",
        example="{ fault: connection-close, on: create_session }",
        breaks=False,
        on=(),
        streams_only=False,
    ),
    FaultKind(
        name="chunk-extensions",
        group="http",
        sentence="Every chunk of the body has an extension behind its size.",
        client_should="Ignore it: HTTP libraries do.",
        example='{ fault: chunk-extensions, extension: ";part=one" }',
        breaks=False,
        params=(Param("extension", "bytes", ";mock=1", "What stands behind the size."),),
        needs_socket=True,
    ),
    FaultKind(
        name="trailers",
        group="http",
        sentence="Headers follow the last chunk of the body.",
        client_should="Ignore them: HTTP libraries do.",
        example='{ fault: trailers, headers: { x-checksum: "1f" } }',
        breaks=False,
        params=(Param("headers", "headers", {"x-mock": "1"}, "The headers."),),
        needs_socket=True,
    ),
)
