"""`mock-gateway check server`: which rules of the contracts a gateway keeps.

Owns: its flags, the exit code. Look next: `conformance/check_server.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mock_gateway.cli import judged, reporting
from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import CHECKS_FAILED, OK, UNREACHABLE, UsageError, complain, write
from mock_gateway.conformance.check_server import Job, Plan, Unreachable, check, chosen
from mock_gateway.conformance.server import SCENARIOS
from mock_gateway.conformance.server.client import KEY
from mock_gateway.conformance.server.hooks import BadHooks, Hooks, read_hooks

LEVELS, ORIGINS = ("MUST", "SHOULD"), ("documented", "observed", "chosen")


def run(arguments: Sequence[str]) -> int:
    """The command. Gives the exit code; raises `UsageError`."""
    flags = _parser().read(arguments)
    if flags.get("print-scenarios"):
        write(f"{SCENARIOS}\n")
        return OK
    plan, files = _plan(flags), reporting.asked_for(flags)
    jobs = chosen(plan)
    if flags.get("list") or flags.get("dry-run"):
        write("".join(f"{_line(job)}\n" for job in jobs))
        return OK if jobs else CHECKS_FAILED
    if not jobs:
        complain("no rule was selected", "--list shows those that there are")
        return CHECKS_FAILED
    try:
        document = judged.watched(
            lambda tell: check(plan, jobs, tell), len(jobs), plan.baseline, quiet=bool(flags.get("quiet"))
        )
    except Unreachable as error:
        complain(f"{plan.url or 'the mock'} is not reached: {error}")
        return UNREACHABLE
    reporting.show(document)
    reporting.save(files, [document])
    return judged.code(document, strict=bool(flags.get("strict")))


def _line(job: Job) -> str:
    return f"{job.rule.id:<28} {job.dialect:<5} {job.rule.level:<6} {job.rule.origin:<10} {job.rule.text}"


def _parser() -> Parser:
    parser = Parser("check")
    parser.prog = "mock-gateway check server"
    parser.description = "Check a gateway, rule by rule. Without --url: a mock that is started for it."
    parser.epilog = "example:\n  mock-gateway check server --url http://127.0.0.1:4010"
    parser.add_argument("--url", metavar="URL", help="The gateway; it may have a base path.")
    parser.add_argument("--key", metavar="KEY", help="A bearer key that it takes.")
    parser.add_argument("--hooks", metavar="FILE", help="What stands in for the agents of the checks.")
    parser.add_argument(
        "--print-scenarios", dest="print-scenarios", action="store_true", help="Print where those agents are."
    )
    judged.add_choice(parser, "rules")
    parser.add_argument("--dry-run", dest="dry-run", action="store_true", help="Print the rules that would be checked.")
    parser.add_argument("--level", action="append", metavar="LEVEL", help="MUST or SHOULD; repeatable.")
    parser.add_argument(
        "--origin", action="append", metavar="ORIGIN", help="documented, observed or chosen; repeatable."
    )
    parser.add_argument("--jobs", metavar="N", help="Checks side by side. [default: 25]")
    parser.add_argument("--patience", metavar="SECONDS", help="How long any answer may take. [default: 10]")
    parser.add_argument(
        "--heartbeat", metavar="SECONDS", help="Silence after which a stream has a comment. [default: 15]"
    )
    parser.add_argument("--tries", metavar="N", help="How often what does not pass is run in all. [default: 2]")
    judged.add_reports(parser)
    return parser


def _plan(flags: dict[str, Any]) -> Plan:
    url = str(flags.get("url", ""))
    if "url" in flags and urlsplit(url).scheme not in ("http", "https"):
        raise UsageError(f"--url is {url!r}", "expected one as http://127.0.0.1:4010")
    hooks = _hooks(flags)
    every = {job.rule.id for job in chosen(Plan())}
    return Plan(
        url=url,
        key=str(flags.get("key", KEY)),
        dialects=judged.dialects(flags),
        run=tuple(flags.get("run", ("*",))),
        skip=tuple(flags.get("skip", ())),
        levels=_words(flags, "level", LEVELS),
        origins=_words(flags, "origin", ORIGINS),
        at_once=judged.number(flags, "jobs", 25),
        patience=_seconds(flags, "patience", 10.0),
        heartbeat=_seconds(flags, "heartbeat", 15.0),
        tries=judged.number(flags, "tries", 2),
        hooks=hooks,
        how=" ".join(f"--{name} {flags[name]}" for name in ("url", "hooks") if name in flags),
        baseline=judged.baseline(flags, every),
    )


def _hooks(flags: dict[str, Any]) -> Hooks | None:
    if "hooks" not in flags:
        return None
    path = Path(flags["hooks"])
    try:
        return read_hooks(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"--hooks {path}: {(error.strerror or str(error)).lower()}") from None
    except BadHooks as error:
        raise UsageError(f"--hooks {path}: {error}") from None


def _words(flags: dict[str, Any], name: str, allowed: Sequence[str]) -> tuple[str, ...]:
    given = tuple(flags.get(name, ()))
    for one in given:
        if one not in allowed:
            raise UsageError(f"--{name} is {one!r}", f"expected one of {', '.join(allowed)}")
    return given


def _seconds(flags: dict[str, Any], name: str, default: float) -> float:
    try:
        found = float(flags.get(name, default))
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise UsageError(f"--{name} is {flags[name]!r}", "expected a number of seconds above 0")
    return found
