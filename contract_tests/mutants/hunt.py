"""`python -m contract_tests.mutants.hunt [NAME...]`: how soon the fuzzer finds each client with one bug, and with what.

Owns: a search for each mutant and seed, each in a child of its own so that one that hangs costs no more than its
time; the table of what was found. Must not know: how the fuzzer searches.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from msgspec import Struct, to_builtins

from contract_tests.mutants.in_process import InProcess
from contract_tests.mutants.zoo import MUTANTS
from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.fuzz.search import Budget, Find, Search

GRACE = 30.0
"""Seconds that a child may take beside its search."""
MARK = re.compile(r"(<!-- table: hunt -->\n)(?:.*\n)*?(?=<!-- end -->)")


class Catch(Struct, frozen=True):
    """What came of one search. events: of the smallest story, beside those that begin and end turns."""

    mutant: str
    seed: int
    bucket: str = ""
    dialect: str = ""
    features: tuple[str, ...] = ()
    events: int = 0
    faults: int = 0
    verdict: str = ""
    stories: int = 0
    seconds: float = 0.0
    case: dict[str, Any] = {}

    @property
    def is_small(self) -> bool:
        """Whether a person sees at once what it is about."""
        return self.events <= 3 and self.faults <= 1


def hunt(name: str, seed: int, seconds: float = 60.0) -> Catch:
    """Search for one mutant until it is found. seconds: at most."""
    mutant = MUTANTS[name]
    began = time.monotonic()
    with Bench(seed) as bench:
        search = Search(
            bench=bench,
            make=lambda: InProcess(lambda: mutant.adapter(name)),
            dialects=mutant.dialects,
            seed=seed,
            budget=Budget(seconds=seconds, finds=1),
        )
        finds = search.run()
    took = round(time.monotonic() - began, 1)
    return caught(name, seed, finds[0], took) if finds else Catch(name, seed, stories=search.tried, seconds=took)


def caught(name: str, seed: int, find: Find, seconds: float) -> Catch:
    """A find as a line of the table."""
    return Catch(
        mutant=name,
        seed=seed,
        bucket=find.bucket,
        dialect=find.dialect,
        features=find.story.features,
        events=find.events,
        faults=len(find.story.faults),
        verdict=find.result.verdict.value,
        stories=find.tried,
        seconds=seconds,
        case=find.story.document(name, "", find.dialect, ""),
    )


def hunt_all(names: Sequence[str], seeds: Sequence[int], side: int, seconds: float) -> Iterator[Catch]:
    """All of them, several at a time. side: how many."""
    fork = multiprocessing.get_context("fork")
    left = [(name, seed) for seed in seeds for name in names]
    running: dict[Connection, tuple[Any, str, int, float]] = {}
    while left or running:
        while left and len(running) < side:
            name, seed = left.pop(0)
            ours, theirs = fork.Pipe(duplex=False)
            child = fork.Process(target=_child, args=(theirs, name, seed, seconds))
            child.start()
            theirs.close()
            running[ours] = (child, name, seed, time.monotonic() + seconds + GRACE)
        for ready in [one for one in wait([*running], 1.0) if isinstance(one, Connection)]:
            child, name, seed, _ = running.pop(ready)
            yield _received(ready, name, seed)
            child.join()
        for late in [one for one, (_, _, _, until) in running.items() if time.monotonic() > until]:
            child, name, seed, _ = running.pop(late)
            child.kill()
            yield Catch(name, seed, seconds=seconds + GRACE)


def _received(pipe: Connection, name: str, seed: int) -> Catch:
    try:
        found: Catch = pipe.recv()
    except EOFError:
        return Catch(name, seed)
    return found


def _child(pipe: Connection, name: str, seed: int, seconds: float) -> None:
    pipe.send(hunt(name, seed, seconds))
    pipe.close()


# -- the table ---------------------------------------------------------------------------------------------------------


def rows(catches: Iterable[Catch]) -> list[list[Catch]]:
    """The catches of each mutant together."""
    by_name: dict[str, list[Catch]] = {}
    for one in catches:
        by_name.setdefault(one.mutant, []).append(one)
    return [by_name[name] for name in MUTANTS if name in by_name]


def table(catches: Sequence[Catch]) -> str:
    """As Markdown."""
    lines = ["| client | its bug | found with | differs | events | faults | stories | seeds |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for same in rows(catches):
        found = [one for one in same if one.bucket]
        first = found[0] if found else same[0]
        stories = sorted(one.stories for one in same)
        cells = [
            f"`{first.mutant}`",
            " ".join(MUTANTS[first.mutant].says.split()),
            ", ".join(f"`{name}`" for name in first.features) or "a message",
            f"`{first.bucket}`" if found else "not found",
            "-".join(map(str, sorted({min(one.events for one in found), max(one.events for one in found)})))
            if found
            else "",
            "-".join(map(str, sorted({one.faults for one in found}))),
            "-".join(map(str, sorted({stories[0], stories[-1]}))),
            f"{len(found)} of {len(same)}" + ("" if _are_equal(found) else ", not all alike"),
        ]
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _are_equal(found: Sequence[Catch]) -> bool:
    return len({(one.bucket, one.features, one.dialect) for one in found}) <= 1


def summary(catches: Sequence[Catch]) -> str:
    """The figures of all of them, in a few lines."""
    found = [one for one in catches if one.bucket]
    groups = rows(catches)
    alike = sum(_are_equal(same) for same in groups)
    speed = sum(one.stories for one in catches) / max(0.1, sum(one.seconds for one in catches))
    slowest = max((one.seconds for one in found), default=0)
    small = sum(one.is_small for one in found)
    return (
        f"{len(found)} of {len(catches)} searches found the bug, the slowest in {slowest:g} s; "
        f"{small} of {len(found)} with at most 3 events beside those that begin and end turns and at most one fault; "
        f"{alike} of {len(groups)} clients in the same way for every seed; {speed:.0f} stories/s in each child.\n"
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m contract_tests.mutants.hunt", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="mutants; all of them when left out")
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds, from 0")
    parser.add_argument("--side", type=int, default=2, help="searches at a time")
    parser.add_argument("--seconds", type=float, default=60.0, help="at most for each search")
    parser.add_argument("--json", type=Path, help="write what was found")
    parser.add_argument("--page", type=Path, help="write the table into this page, behind its marker")
    flags = parser.parse_args()
    strange = [name for name in flags.names if name not in MUTANTS]
    if strange:
        parser.error(f"there is no mutant {', '.join(strange)}")
    catches = []
    for one in hunt_all(flags.names or [*MUTANTS], range(flags.seeds), flags.side, flags.seconds):
        catches.append(one)
        told = f"{one.bucket:<28} {','.join(one.features) or 'a message'}" if one.bucket else "not found"
        shape = f"{one.events} events, {one.faults} faults"
        print(f"{one.mutant:<24} {one.seed} {told}  {shape}, {one.stories} stories, {one.seconds} s", flush=True)
    print(summary(catches))
    if flags.json:
        flags.json.write_text(json.dumps(to_builtins(catches), ensure_ascii=False, indent=1) + "\n", "utf-8")
    if flags.page:
        page = flags.page.read_text("utf-8")
        told = f"{summary(catches)}\n{table(catches)}"
        flags.page.write_text(MARK.sub(lambda found: found[1] + told, page), "utf-8")
    sys.exit(0 if all(one.bucket for one in catches) else 1)


if __name__ == "__main__":
    main()
