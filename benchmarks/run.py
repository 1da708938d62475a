"""Measure the product against the yardstick, and judge it.

    python benchmarks/run.py                    three rounds, about five minutes
    python benchmarks/run.py --quick            a few events only: shows that everything works, its figures mean nothing

Exit code 0 when no gate is missed, 1 when one is, 2 for a wrong flag. Linux, with a C compiler as `cc`.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from candidates import ROOT, Candidate, product, write_scenarios, yardstick
from engine import built
from gates import judge
from measures import MEASURES, PLAN, QUICK
from report import conditions, markdown, table, write_docs, write_json
from rounds import take

PAGE = ROOT / "docs" / "benchmarks.md"


def options(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="tiny loads, one round; gates do not count")
    parser.add_argument("--rounds", type=int, default=0, metavar="N", help="rounds (3; 1 with --quick)")
    parser.add_argument("--only", default=",".join(MEASURES), help=f"some of {','.join(MEASURES)}")
    parser.add_argument("--product", metavar="CMD", help="another command to measure; {port} and {folder} are replaced")
    parser.add_argument("--base", default="", metavar="PATH", help="where the contract's endpoints hang: /v1/agents")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write every figure as JSON")
    parser.add_argument("--write-docs", action="store_true", help=f"renew the figures in {PAGE.relative_to(ROOT)}")
    given = parser.parse_args(arguments)
    given.only = given.only.split(",")
    unknown = set(given.only) - set(MEASURES)
    if unknown or given.rounds < 0:
        parser.error(f"--only takes {', '.join(MEASURES)}; --rounds is at least 1")
    return given


def main(arguments: list[str]) -> int:
    """Measure, show, judge."""
    given = options(arguments)
    plan = QUICK if given.quick else PLAN
    rounds = given.rounds or (1 if given.quick else 3)
    load = os.getloadavg()[0]
    built()
    measured: Candidate = product(plan.sizes, given.base)
    if given.product:
        measured = replace(measured, command=tuple(shlex.split(given.product)))
    with TemporaryDirectory(prefix="benchmark-") as folder:
        write_scenarios(Path(folder), plan.sizes)
        taken = take([yardstick(plan.sizes), measured], plan, rounds, given.only, Path(folder), tell)
    lines = judge(taken)
    sentence = conditions(rounds, load)
    print(table(lines))
    print(sentence)
    if given.out:
        write_json(given.out, taken, lines, sentence)
    if given.write_docs:
        write_docs(PAGE, markdown(lines, sentence))
    return int(not given.quick and any(line.verdict == "MISS" for line in lines))


def tell(line: str) -> None:
    """Show progress, apart from the result."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
