"""`mock-gateway judge`: what a journal shows of the rules, for each client in it and for the gateway.

Owns: its flags, the exit code. Look next: `conformance/judge/judging.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from mock_gateway.cli import judged, reporting
from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import CHECKS_FAILED, OK, OUR_FAULT, UsageError, complain, write
from mock_gateway.conformance.check import catalogue
from mock_gateway.conformance.judge.judging import GATEWAY, RULES, Plan, every_id, judge
from mock_gateway.conformance.results import Document
from mock_gateway.journal import Entry
from mock_gateway.journal.lines import UnreadableJournal, read_jsonl


def run(arguments: Sequence[str]) -> int:
    """The command. Gives the exit code; raises `UsageError`."""
    flags = _parser().read(arguments)
    if flags.get("list"):
        write("".join(f"{one.id:<14} {one.level:<6} {one.says}\n" for one in RULES))
        return OK
    if "file" not in flags:
        raise UsageError("there is no journal to judge", "name the file that `serve --journal FILE` has written")
    if find_spec("jsonschema_rs") is None:
        message = "requests are held against the contract with jsonschema-rs, which is not installed"
        raise UsageError(message, "pip install 'mock-gateway[check]'")
    cases = catalogue()
    wanted = reporting.asked_for(flags)
    plan = Plan(
        file=str(flags["file"]),
        clients=_texts(flags, "client"),
        dialects=judged.dialects(flags),
        run=_texts(flags, "run"),
        skip=_texts(flags, "skip", ()),
        baseline=judged.baseline(flags, every_id(cases)),
    )
    documents = judge(plan, _entries(str(flags["file"])), cases)
    if not documents:
        complain("nothing was judged: no request in the journal was selected", f"clients are named, as {GATEWAY!r} is")
        return CHECKS_FAILED
    for report, _ in wanted:
        if len(documents) > 1 and not report.of_many:
            names = ", ".join(repr(one.client.name) for one in documents)
            raise UsageError(f"--{report.flag} is about one client; here are {names}", "choose one with --client")
    for document in documents:
        reporting.show(document)
    reporting.save(wanted, documents)
    return _worst(documents, strict=bool(flags.get("strict")))


def _worst(documents: Sequence[Document], *, strict: bool) -> int:
    codes = [judged.code(one, strict=strict) for one in documents]
    return OUR_FAULT if OUR_FAULT in codes else max(codes)


def _texts(flags: dict[str, object], name: str, default: tuple[str, ...] = ("*",)) -> tuple[str, ...]:
    given = flags.get(name)
    return tuple(map(str, given)) if isinstance(given, list) else default


def _entries(path: str) -> list[Entry]:
    try:
        return read_jsonl(Path(path))
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: this is no journal: {error}") from None
    except UnreadableJournal as error:
        raise UsageError(str(error)) from None


def _parser() -> Parser:
    parser = Parser("judge")
    parser.add_argument("file", nargs="?", metavar="JOURNAL", help="What `serve --journal FILE` has written.")
    parser.add_argument(
        "--client",
        action="append",
        metavar="PATTERN",
        help=f"Clients to judge, by user agent and world, as '*python*'; '{GATEWAY}' is one too; repeatable.",
    )
    judged.add_choice(parser, "rules")
    judged.add_reports(parser)
    return parser
