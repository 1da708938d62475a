"""`mock-gateway check client`: which rules of the contract a client keeps.

Owns: the flags, what is printed, the files that are written, the exit code. Look next: `conformance/check.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mock_gateway.cli import reporting
from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import CHECKS_FAILED, OK, OUR_FAULT, UNREACHABLE, UsageError, complain, write
from mock_gateway.cli.kinds import whole
from mock_gateway.conformance.adapters import ways
from mock_gateway.conformance.adapters.channel import Hello, NotStarted
from mock_gateway.conformance.baseline import read_baseline, unknown
from mock_gateway.conformance.cases import Case, load_cases
from mock_gateway.conformance.check import Plan, catalogue, check, chosen, greet
from mock_gateway.conformance.expectations import KINDS
from mock_gateway.conformance.results import Document
from mock_gateway.conformance.runner import Job
from mock_gateway.conformance.verdicts import exit_code
from mock_gateway.scenario import ScenarioErrors
from mock_gateway.wire.dialects import voices


def run(arguments: Sequence[str]) -> int:
    """The command. Gives the exit code; raises `UsageError`."""
    if arguments and arguments[0] == "server":
        from mock_gateway.cli import check_server

        return check_server.run(arguments[1:])
    flags = _parser().read(arguments)
    if flags["what"] != "client":
        raise UsageError(f"check cannot check {flags['what']!r}", "it checks: client, server")
    if flags.get("list"):
        return _list(flags)
    plan, files = _plan(flags), reporting.asked_for(flags)
    try:
        hello = greet(plan)
    except NotStarted as error:
        complain(f"the adapter does not start: {error}", "'mock-gateway adapter-selftest' says more about an adapter")
        if error.stderr:
            complain(f"the end of its stderr:\n{error.stderr.rstrip()}")
        return UNREACHABLE
    jobs = chosen(plan, hello, _cases(flags))
    if flags.get("dry-run"):
        write("".join(f"{_planned(job, hello)}\n" for job in jobs))
        return OK if jobs else CHECKS_FAILED
    _see_to_the_check(jobs)
    document = _watched(plan, hello, jobs, quiet=bool(flags.get("quiet")))
    reporting.show(document)
    reporting.save(files, [document])
    code = _code(document, strict=bool(flags.get("strict")))
    if "write-baseline" in flags and document.results and code != OUR_FAULT:
        reporting.save_baseline(flags, document, plan.baseline)
        return OK
    return code


def _see_to_the_check(jobs: Sequence[Job]) -> None:
    """Some cases hold requests against the contract's document. Raises `UsageError` when what does it is not there."""
    ids = sorted({job.case.id for job in jobs if any(one.kind == "journal" for one in job.case.expect)})
    if ids and find_spec("jsonschema_rs") is None:
        skip = " ".join(f"--skip {one}" for one in ids)
        message = f"{', '.join(ids)}: requests are held against the contract with jsonschema-rs, which is not installed"
        raise UsageError(message, f"pip install 'mock-gateway[check]', or leave them out: {skip}")


def _code(document: Document, *, strict: bool) -> int:
    if not document.results:
        complain("no case was selected", "--list shows all of them, --dry-run those that would be run")
        return CHECKS_FAILED
    new = unknown(document.results, document.known)
    return (exit_code(new, strict=strict) if new else OK) or (CHECKS_FAILED if document.problems else OK)


def _parser() -> Parser:
    parser = Parser("check")
    parser.add_argument("what", metavar="client", help="What to check; `check server --help` tells of servers.")
    ways.add_flags(parser)
    parser.add_argument(
        "--dialect", action="append", metavar="NAME", help="beta or v1; repeatable. By itself every one."
    )
    parser.add_argument(
        "--run", action="append", metavar="PATTERN", help="Ids of cases to run, as 'WIRE-*'; repeatable."
    )
    parser.add_argument("--skip", action="append", metavar="PATTERN", help="Ids of cases to leave out; repeatable.")
    parser.add_argument(
        "--cases",
        action="append",
        metavar="PATH",
        help="Files or folders of cases, instead of the catalogue; repeatable.",
    )
    parser.add_argument("--list", action="store_true", help="Print all cases, and run none.")
    parser.add_argument("--dry-run", dest="dry-run", action="store_true", help="Print the cases that would be run.")
    parser.add_argument("--baseline", metavar="FILE", help="What is known to fail, with reasons.")
    parser.add_argument(
        "--write-baseline",
        dest="write-baseline",
        metavar="FILE",
        help="Write what fails now as one, and exit 0.",
    )
    parser.add_argument("--strict", action="store_true", help="SHOULD counts as MUST.")
    parser.add_argument("--jobs", metavar="N", help="Adapters side by side. [default: 4]")
    parser.add_argument("--seed", metavar="N", help="Seed of everything that is drawn. [default: 0]")
    parser.add_argument("--tries", metavar="N", help="How often what does not pass is run in all. [default: 3]")
    parser.add_argument("--quiet", "-q", action="store_true", help="Print the end only.")
    reporting.add_flags(parser)
    return parser


def _plan(flags: dict[str, Any]) -> Plan:
    try:
        way = ways.chosen(flags)
    except ways.NoWay as error:
        raise UsageError(str(error)) from None
    cases = {case.id for case in _cases(flags)}
    names = [voice.dialect.name for voice in voices()]
    strange = [name for name in flags.get("dialect", ()) if name not in names]
    if strange:
        raise UsageError(f"--dialect is {strange[0]!r}", f"expected one of {', '.join(names)}")
    try:
        baseline = tuple(read_baseline(Path(flags["baseline"]), cases)) if "baseline" in flags else ()
    except ScenarioErrors as errors:
        raise UsageError(str(errors)) from None
    return Plan(
        make=way.make,
        command=way.command,
        transport=way.transport,
        how=way.how,
        dialects=tuple(flags.get("dialect", ())),
        run=tuple(flags.get("run", ("*",))),
        skip=tuple(flags.get("skip", ())),
        jobs=_number(flags, "jobs", 4),
        seed=_number(flags, "seed", 0),
        tries=_number(flags, "tries", 3),
        baseline=baseline,
    )


def _cases(flags: dict[str, Any]) -> tuple[Case, ...]:
    """The catalogue, or the files that were named. Raises `UsageError`."""
    if "cases" not in flags:
        return catalogue()
    found: list[Case] = []
    for path in map(Path, flags["cases"]):
        if not path.exists():
            raise UsageError(f"--cases {path}: there is no such file or folder")
        try:
            found += load_cases(path, KINDS)
        except ScenarioErrors as errors:
            raise UsageError(str(errors)) from None
    return tuple(found)


def _number(flags: dict[str, Any], name: str, default: int) -> int:
    try:
        number = int(str(whole(flags[name]))) if name in flags else default
    except ValueError as error:
        raise UsageError(f"--{name} is {flags[name]!r}; expected {error}") from None
    if number < (0 if name == "seed" else 1):
        raise UsageError(f"--{name} is {number}; expected a whole number from {0 if name == 'seed' else 1}")
    return number


def _list(flags: dict[str, Any]) -> int:
    patterns, left_out = tuple(flags.get("run", ("*",))), tuple(flags.get("skip", ()))
    cases = [case for case in _cases(flags) if case.fits(patterns) and not case.fits(left_out)]
    write("".join(f"{case.id:<20} {case.level:<6} {','.join(case.dialects):<7} {case.says}\n" for case in cases))
    return OK if cases else CHECKS_FAILED


def _planned(job: Job, hello: Hello) -> str:
    missing = sorted(job.case.capabilities - hello.capabilities)
    return f"{job.case.id:<20} {job.dialect:<5}" + (f" unsupported: {', '.join(missing)}" if missing else "")


def _watched(plan: Plan, hello: Hello, jobs: Sequence[Job], *, quiet: bool) -> Document:
    if quiet:
        return check(plan, hello, jobs)
    progress = reporting.progress(len(jobs), {(entry.case, entry.dialect): entry.reason for entry in plan.baseline})
    try:
        return check(plan, hello, jobs, progress.tell)
    finally:
        progress.close()
