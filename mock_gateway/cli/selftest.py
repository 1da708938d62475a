"""`mock-gateway adapter-selftest`: whether an adapter does what the protocol says, before any client is judged by it.

Owns: what is printed, the exit code. Look next: `conformance/adapters/selftest.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import CHECKS_FAILED, OK, UNREACHABLE, UsageError, complain, write
from mock_gateway.conformance.adapters import ways
from mock_gateway.conformance.adapters.channel import Channel, NotStarted
from mock_gateway.conformance.adapters.selftest import Finding, selftest
from mock_gateway.conformance.bench import Bench


def run(arguments: Sequence[str]) -> int:
    """The command. 0: nothing is wrong but warnings; 1: something is; 3: it does not start. Raises `UsageError`."""
    parser = Parser("adapter-selftest")
    ways.add_flags(parser)
    try:
        way = ways.chosen(parser.read(arguments))
    except ways.NoWay as error:
        raise UsageError(str(error)) from None
    channel = way.make()
    try:
        return _run(channel)
    except NotStarted as error:
        complain(f"the adapter does not start: {error}")
        if error.stderr:
            complain(f"the end of its stderr:\n{error.stderr.rstrip()}")
        return UNREACHABLE
    finally:
        channel.close()


def _run(channel: Channel) -> int:
    wrong = 0
    with Bench() as bench:
        hello = channel.hello()
        write(f"{hello.name} {hello.version}".rstrip() + f": {', '.join(hello.dialects)}\n")
        for finding in selftest(channel, bench):
            wrong += bool(finding.wrong and not finding.is_warning)
            write(line(finding) + "\n")
    write("the adapter is fine\n" if not wrong else f"{wrong} wrong\n")
    return CHECKS_FAILED if wrong else OK


def line(finding: Finding) -> str:
    """A finding for a person."""
    if not finding.wrong:
        return f"ok    {finding.check}"
    hint = f"\n      {finding.hint}" if finding.hint else ""
    return f"{'note ' if finding.is_warning else 'WRONG'} {finding.check}\n      {finding.wrong}{hint}"
