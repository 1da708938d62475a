"""The faults of the connection: refused, reset, ended, half closed, stalled, slow."""

from __future__ import annotations

from mock_gateway.faults.kinds import FaultKind, Param

EFFECT = Param(
    "effect",
    "choice",
    "before",
    "Whether the request is done first: with `before` nothing has happened, with `after` everything has.",
    words=("before", "after"),
)
RECONNECT = "Reconnect after the last event it has seen, and go on as if nothing had happened."

KINDS: tuple[FaultKind, ...] = (
    FaultKind(
        name="refuse-connection",
        group="connection",
        sentence="A connection is reset as soon as it is accepted, before a byte of it is read; `request` counts "
        "connections, as no world, session or operation is known yet.",
        client_should="Try again a little later, and say that the gateway cannot be reached when that does not help.",
        example="{ fault: refuse-connection, request: [1, 2] }",
        breaks=False,
        needs_socket=True,
        on=(),
        streams_only=False,
        scope="server",
    ),
    FaultKind(
        name="reset-before-headers",
        group="connection",
        sentence="The connection is reset instead of an answer.",
        client_should="Repeat what is safe to repeat; before it creates a turn again, look whether there is one "
        "already.",
        example="{ fault: reset-before-headers, on: create_turn, effect: after }",
        breaks=False,
        params=(EFFECT,),
        needs_socket=True,
        on=(),
        streams_only=False,
    ),
    FaultKind(
        name="reset",
        group="connection",
        sentence="Everything before the place is sent, then the connection is reset.",
        client_should=RECONNECT,
        example="{ fault: reset, at: { event: 3, byte: 10 } }",
        breaks=False,
        needs="point",
        cuts_any_body=True,
        needs_socket=True,
    ),
    FaultKind(
        name="clean-end",
        group="connection",
        sentence="Everything before the place is sent, then the body ends as a complete one does: with its last chunk.",
        client_should="Notice that there was no `turn.done`, and reconnect after the last event it has seen.",
        example="{ fault: clean-end, at: { event: turn.done } }",
        breaks=True,
        needs="point",
    ),
    FaultKind(
        name="drop",
        group="connection",
        sentence="Everything before the place is sent, then the connection is closed without the last chunk.",
        client_should=RECONNECT,
        example="{ fault: drop, at: { event: 3, after: id } }",
        breaks=False,
        needs="point",
        cuts_any_body=True,
        needs_socket=True,
    ),
    FaultKind(
        name="half-close",
        group="connection",
        sentence="Everything before the place is sent, then the server closes its direction only: it would still read, "
        "and the socket stays open until the client closes it.",
        client_should=RECONNECT,
        example="{ fault: half-close, at: { event: 3 } }",
        breaks=False,
        needs="point",
        cuts_any_body=True,
        needs_socket=True,
    ),
    FaultKind(
        name="stall",
        group="connection",
        sentence="At the place nothing more comes for a time of the wall clock, also where sessions are on virtual "
        "time; "
        "then the rest follows.",
        client_should="Wait while comments come; without them give up after its own time limit, and reconnect.",
        example="{ fault: stall, at: { event: 3 }, for: 200ms, comments: 50ms }",
        breaks=False,
        params=(
            Param("for", "duration", "forever", "How long; `forever` is until the client leaves.", words=("forever",)),
            Param("comments", "duration", None, "Time between comments that keep the connection alive; none without."),
        ),
        needs="point",
        cuts_any_body=True,
    ),
    FaultKind(
        name="slow-first-byte",
        group="connection",
        sentence="The answer, its status line included, comes late.",
        client_should="Wait until its own time limit, and not send the request a second time before.",
        example="{ fault: slow-first-byte, for: 200ms }",
        breaks=False,
        params=(Param("for", "duration", "1s", "How late."), EFFECT),
        on=(),
        streams_only=False,
    ),
    FaultKind(
        name="slow",
        group="connection",
        sentence="The body comes at a speed, piece by piece; each piece is a chunk of its own.",
        client_should="Show what has come; a slow stream is no broken one.",
        example="{ fault: slow, rate: 10 KB/s, piece: 200 }",
        breaks=False,
        params=(
            Param("rate", "speed", "100 B/s", "Bytes in a second."),
            Param("piece", "integer", 16, "Bytes of a piece.", least=1, most=65536),
        ),
        streams_only=False,
    ),
    FaultKind(
        name="headers-then-silence",
        group="connection",
        sentence="Status and headers are sent, and then nothing for a time, not even a comment.",
        client_should="Give up after its own time limit, and reconnect; where it does not know the turn yet, look "
        "whether there is one.",
        example="{ fault: headers-then-silence, for: 200ms }",
        breaks=False,
        params=(
            Param("for", "duration", "forever", "How long; `forever` is until the client leaves.", words=("forever",)),
        ),
        streams_only=False,
    ),
)
