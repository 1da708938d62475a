"""What is measured, and how: each measure puts one load on one server and gives a flat dict of figures.

Owns: the shape of every load, plain or `QUICK` (which only shows that the machinery works).
Must not know: gates and ratios (`gates.py`), the order of candidates (`rounds.py`).

    start                   from spawning the server to its first 200
    first                   time to first event of a short answer, a fresh connection each
    stream, fanout, eager   a stream of 2,000 events: one at a time, 50 at once, one with a reader that never naps
    get, list, post, turn   requests answered with JSON, 32 connections kept alive
    hold, crowd             slow streams, one event a second each: memory and lateness
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http.client import HTTPConnection

from accounting import cpu_seconds, resident_kb
from candidates import Candidate, Sizes
from engine import Figures, Options, run
from servers import Server

LAZY_US = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how much. ramp: slow streams begun a second; seconds: of requests, held: of slow streams."""

    sizes: Sizes = Sizes()
    starts: int = 5
    firsts: int = 200
    streams: int = 100
    fanouts: int = 200
    at_once: int = 50
    seconds: float = 2.0
    warm: float = 0.5
    connections: int = 32
    held_seconds: float = 12.0
    ramp: float = 1000.0


PLAN = Plan()
QUICK = Plan(
    sizes=replace(PLAN.sizes, sessions=8, held=4, crowd=6, interval=0.05, words=400),
    starts=1,
    firsts=4,
    streams=2,
    fanouts=6,
    at_once=3,
    seconds=0.05,
    warm=0.0,
    connections=2,
    held_seconds=0.3,
    ramp=0.0,
)


def touch(candidate: Candidate, server: Server) -> None:
    """Let a server do once what it does on first use."""
    connection = HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", candidate.touch, headers=dict(line.split(": ", 1) for line in candidate.headers))
    connection.getresponse().read()
    connection.close()


def first(candidate: Candidate, server: Server, plan: Plan) -> Figures:
    """Time to first event, ms."""
    call = candidate.calls["short"]
    seen = run(call, server.port, candidate.headers, {"mode": "stream", "total": plan.firsts})
    return {"first_ms": seen["time_to_first_ms"]["p50"], "bad": seen["streams_bad"]}


def _streams(candidate: Candidate, server: Server, at_once: int, total: int, lazy: int) -> Figures:
    call = candidate.calls["stream"]
    before = cpu_seconds(server.pid)
    load: Options = {"mode": "stream", "connections": at_once, "total": total, "lazy": lazy}
    seen = run(call, server.port, candidate.headers, load)
    used = cpu_seconds(server.pid) - before
    return {
        "cpu_us_per_event": used * 1e6 / max(1, seen["events"]),
        "events_per_s": seen["events_per_s"],
        "first_ms": seen["time_to_first_ms"]["p50"],
        "events": seen["events"],
        "bytes_per_event": seen["bytes"] / max(1, seen["events"]),
        "events_per_read": seen["events"] / max(1, seen["reads"]),
        "load_cpu_share": seen["load_cpu_share"],
        "bad": seen["streams_bad"],
    }


def stream(candidate: Candidate, server: Server, plan: Plan) -> Figures:
    """One stream after another."""
    return _streams(candidate, server, 1, plan.streams, LAZY_US)


def eager(candidate: Candidate, server: Server, plan: Plan) -> Figures:
    """One stream after another, with a reader that is always there."""
    return _streams(candidate, server, 1, plan.streams, 0)


def fanout(candidate: Candidate, server: Server, plan: Plan) -> Figures:
    """Many streams at once; when one ends, another begins."""
    return _streams(candidate, server, plan.at_once, plan.fanouts, LAZY_US)


def requests(name: str) -> Callable[[Candidate, Server, Plan], Figures]:
    """A measure of one kind of request."""

    def measure(candidate: Candidate, server: Server, plan: Plan) -> Figures:
        call, headers = candidate.calls[name], candidate.headers
        before = cpu_seconds(server.pid)
        load: Options = {"mode": "requests", "connections": plan.connections}
        load |= {"seconds": plan.seconds, "warm": plan.warm}
        seen = run(call, server.port, headers, load)
        used = cpu_seconds(server.pid) - before
        return {
            "per_s": seen["requests_per_s"],
            "p50_ms": seen["latency_ms"]["p50"],
            "p99_ms": seen["latency_ms"]["p99"],
            "cpu_us": used * 1e6 / max(1.0, seen["requests_per_s"] * seen["wall_s"]),
            "bad": seen["requests_bad"] + seen["errors"],
        }

    return measure


def _held(candidate: Candidate, server: Server, plan: Plan, streams: int) -> Figures:
    """Slow streams that stay open. The server is fresh: what it makes for the sessions counts as well."""
    idle = resident_kb(server.pid)
    touch(candidate, server)
    ramp = streams / plan.ramp if plan.ramp else 0.0
    figures: Figures = {}

    def watch() -> None:
        time.sleep(ramp + plan.held_seconds / 4)
        cpu, since = cpu_seconds(server.pid), time.perf_counter()
        time.sleep(plan.held_seconds / 2)
        figures["cpu_share"] = (cpu_seconds(server.pid) - cpu) / (time.perf_counter() - since)
        figures["rss_kb_per_stream"] = (resident_kb(server.pid) - idle) / streams

    interval = plan.sizes.interval * 1000
    load: Options = {"connections": streams, "ramp": plan.ramp, "seconds": ramp + plan.held_seconds}
    load |= {"mode": "stream", "interval": interval}
    seen = run(candidate.calls["slow"], server.port, candidate.headers, load, meanwhile=watch)
    late = seen["late_ms"]
    figures |= {"late_p50_ms": late["p50"], "late_p99_ms": late["p99"], "late_max_ms": late["max"]}
    return figures | {"held": seen["held"], "bad": seen["streams_bad"] + streams - seen["held"]}


def hold(candidate: Candidate, server: Server, plan: Plan) -> Figures:
    """What a held stream costs."""
    return _held(candidate, server, plan, plan.sizes.held)


def crowd(candidate: Candidate, server: Server, plan: Plan) -> Figures:
    """How late the events of very many streams are."""
    return _held(candidate, server, plan, plan.sizes.crowd)


Measure = Callable[[Candidate, Server, Plan], Figures]
MEASURES: Mapping[str, Mapping[str, Measure]] = {
    "start": {},
    "flow": {
        "first": first,
        "stream": stream,
        "eager": eager,
        "fanout": fanout,
        "get": requests("get"),
        "list": requests("list"),
        "post": requests("post"),
        "turn": requests("turn"),
    },
    "hold": {"hold": hold},
    "crowd": {"crowd": crowd},
}
"""By folder of scenarios; each folder gets a fresh server."""
