"""`python -m tests.conformance.matrix`: every client of the list through the catalogue and the fuzzer, as a page.

Owns: running them, what is kept, the exit code: 1 when a client fails otherwise than is known of it. The page is
docs/client-matrix.md; with names of clients only these are run, and the page is printed and not written.
`--keep FOLDER` keeps results there, and takes those that are there already: the page can be made again in a second.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from mock_gateway.conformance.adapters.process import ProcessChannel
from mock_gateway.conformance.baseline import hold, unknown
from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.check import Plan, catalogue, check, chosen, greet
from mock_gateway.conformance.fuzz.finds import case_text, name_of, says
from mock_gateway.conformance.fuzz.search import Budget, Search
from mock_gateway.conformance.results import Document, from_json, to_json
from mock_gateway.conformance.verdicts import BAD, Verdict
from tests.conformance.clients import CLIENTS, Checked, is_chance
from tests.conformance.matrix_page import Fuzzed, Row, page

PAGE = Path(__file__).parents[2] / "docs" / "client-matrix.md"


def checked(client: Checked, plan: Plan, keep: Path | None) -> Document:
    """A client's results of the catalogue."""
    kept = keep / f"{client.name}.json" if keep else None
    if kept is not None and kept.is_file():
        return from_json(kept.read_bytes())
    hello = greet(plan)
    document = check(plan, hello, chosen(plan, hello, catalogue()))
    if kept is not None:
        kept.write_bytes(to_json(document))
    return document


def fuzzed(client: Checked, keep: Path | None, seconds: float) -> list[Fuzzed]:
    """What the fuzzer finds."""
    kept = keep / f"{client.name}.finds.json" if keep else None
    if kept is not None and kept.is_file():
        return msgspec.json.decode(kept.read_bytes(), type=list[Fuzzed])
    command = client.command()
    channel = ProcessChannel(command)
    dialects = channel.hello().dialects
    channel.close()
    with Bench() as bench:
        search = Search(
            bench,
            lambda: ProcessChannel(command),
            dialects,
            budget=Budget(seconds=seconds),
            leave_out=frozenset(client.left_out),
        )
        finds = [
            Fuzzed(
                features=list(one.story.features),
                says=says(one),
                verdict=one.result.verdict,
                message=one.result.message,
                case=case_text(one, name_of(one, number)),
                dialect=one.dialect,
            )
            for number, one in enumerate(search.run(), start=1)
        ]
    if kept is not None:
        kept.write_bytes(msgspec.json.encode(finds))
    return finds


def wrong(client: Checked, document: Document) -> list[str]:
    """What is not as it is known."""
    told = (*BAD, Verdict.NON_STRICT, Verdict.HARNESS_ERROR)
    known, problems = hold(client.entries(), document.results, datetime.now(UTC).date())
    new = [one for one in unknown(document.results, known) if one.verdict in told and not is_chance(one)]
    lines = [f"{client.name}: {one.case} ({one.dialect}): {one.verdict} {one.message}" for one in new]
    return lines + [f"{client.name}: {problem}" for problem in problems if client.is_steady]


def read_flags(arguments: list[str]) -> Any:
    """The flags."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    names = [client.name for client in CLIENTS]
    parser.add_argument("client", nargs="*", help=f"One of: {', '.join(names)}.")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="Keep results there, and use those that are there.")
    parser.add_argument("--fuzz", type=float, default=60.0, metavar="SECONDS", help="For each; 0 leaves it out.")
    flags = parser.parse_args(arguments)
    if strange := set(flags.client) - set(names):
        parser.error(f"there is no client {', '.join(strange)}; there are: {', '.join(names)}")
    return flags


def main(arguments: list[str]) -> int:
    """Run all clients, or those that are named."""
    flags = read_flags(arguments)
    if flags.keep:
        flags.keep.mkdir(parents=True, exist_ok=True)
    rows, problems = [], []
    for client in CLIENTS:
        if not flags.client or client.name in flags.client:
            plan = client.plan()
            document = checked(client, plan, flags.keep)
            print(f"{client.name}: {document.counts} in {document.seconds:.0f} s", file=sys.stderr, flush=True)
            problems += wrong(client, document)
            finds = fuzzed(client, flags.keep, flags.fuzz) if flags.fuzz else []
            rows.append(Row(client.name, client.shown, document, client.entries(), finds))
    text = page(rows)
    print(text)
    if not flags.client:
        PAGE.write_text(text, "utf-8")
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
