"""What the pytest fixture `gateway` costs a test: CPU time of setting it up, checking it and taking it down.

    python benchmarks/fixture.py [--tests 1000] [--rounds 3]

Each kind of suite is run with one test and with many; what the many cost more, less what as many empty tests cost more,
is the fixture's. The least of the rounds counts: everything else is the machine's.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
TEXT = 'SCENARIO = """\nagent: own\nturns: [{ say: Good day. }]\n"""\n'
SUITES = {
    "no fixture": ("import pytest\n", "", ""),
    "gateway": ("import pytest\n", "", "gateway"),
    "gateway, a scenario of the test's own": (
        f"import pytest\n{TEXT}",
        "@pytest.mark.gateway(scenario=SCENARIO, strict='violations')\n",
        "gateway",
    ),
    "gateway, with the whole gallery": ("import pytest\n", "@pytest.mark.gateway(time='skipping')\n", "gateway"),
}
"""Kinds of suites: what stands before the tests, before each, and their argument."""


def main() -> None:
    """Measure, and print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=int, default=1000, metavar="N", help="tests in a large suite (1000)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds (3)")
    given = parser.parse_args()
    more = {name: min(_more(name, given.tests) for _ in range(given.rounds)) for name in SUITES}
    for name, seconds in more.items():
        print(f"{name:<40} {(seconds - more['no fixture']) / (given.tests - 1) * 1000:6.3f} ms of CPU a test")


def _more(name: str, tests: int) -> float:
    """CPU seconds that many tests cost more than one."""
    return _cpu(name, tests) - _cpu(name, 1)


def _cpu(name: str, tests: int) -> float:
    """CPU seconds of a run, its server included."""
    start, mark, argument = SUITES[name]
    with TemporaryDirectory(prefix="fixture-") as folder:
        body = "\n".join(f"{mark}def test_{number}({argument}): pass" for number in range(tests))
        Path(folder, "test_it.py").write_text(start + body)
        if "gallery" not in name:
            Path(folder, "scenarios").mkdir()
            Path(folder, "scenarios", "desk.yaml").write_text("agent: desk\nturns: [{ say: Good day. }]\n")
        plugins = ("-p", "mock_gateway.testing.plugin", "-p", "no:cacheprovider")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", folder, *plugins, folder],
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            cwd=folder,
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
