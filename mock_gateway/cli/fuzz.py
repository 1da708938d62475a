"""`mock-gateway fuzz`: the smallest stories on which a client loses, doubles, mixes up or crashes.

Owns: the flags, what is printed, the files, the exit code. Look next: `conformance/fuzz/search.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import CHECKS_FAILED, OK, OUR_FAULT, UNREACHABLE, UsageError, complain, write
from mock_gateway.cli.kinds import whole
from mock_gateway.conformance.adapters import ways
from mock_gateway.conformance.adapters.channel import ChannelError, Hello
from mock_gateway.wire.dialects import voices

if TYPE_CHECKING:
    from mock_gateway.conformance.fuzz.search import Find, Search

NUMBERS = {"seed": 0, "stories": 1, "seconds": 1, "finds": 1}
"""Flags with a number, and the least that it can be."""


def run(arguments: Sequence[str]) -> int:
    """The command. Gives the exit code; raises `UsageError`."""
    flags = _parser().read(arguments)
    if find_spec("hypothesis") is None or find_spec("jsonschema_rs") is None:
        raise UsageError(
            "the fuzzer draws stories with hypothesis and holds requests against the contract with "
            "jsonschema-rs; one of them is not installed",
            "pip install 'mock-gateway[check]'",
        )
    if flags.get("list"):
        return _list()
    try:
        way = ways.chosen(flags)
    except ways.NoWay as error:
        raise UsageError(str(error)) from None
    return _search(flags, way)


def _parser() -> Parser:
    parser = Parser("fuzz")
    ways.add_flags(parser)
    parser.add_argument(
        "--dialect", action="append", metavar="NAME", help="beta or v1; repeatable. By itself every one."
    )
    parser.add_argument("--only", action="append", metavar="PATTERN", help="Features to use, as 'wire.*'; repeatable.")
    parser.add_argument("--without", action="append", metavar="PATTERN", help="Features to leave out; repeatable.")
    parser.add_argument("--list", action="store_true", help="Print all features, and search nothing.")
    parser.add_argument("--seed", metavar="N", help="Seed of everything that is drawn. [default: 0]")
    parser.add_argument("--stories", metavar="N", help="How many stories at most. [default: 12000]")
    parser.add_argument("--seconds", metavar="N", help="How long at most. [default: 60]")
    parser.add_argument("--finds", metavar="N", help="End after so many finds. [default: 10]")
    parser.add_argument("--out", metavar="FOLDER", help="Write each find: a case, the bytes, an explanation.")
    parser.add_argument("--json", metavar="FILE", help="Write the finds as JSON.")
    return parser


def _numbers(flags: dict[str, Any]) -> dict[str, int]:
    found = {}
    for name, least in NUMBERS.items():
        if name in flags:
            try:
                number = int(str(whole(flags[name])))
            except ValueError as error:
                raise UsageError(f"--{name} is {flags[name]!r}; expected {error}") from None
            if number < least:
                raise UsageError(f"--{name} is {number}; expected a whole number from {least}")
            found[name] = number
    return found


def _list() -> int:
    from mock_gateway.conformance.fuzz.features import FEATURES

    write("".join(f"{one.name:<28} {','.join(one.dialects):<8} {one.says}\n" for one in FEATURES.values()))
    return OK


def _left_out(flags: dict[str, Any]) -> frozenset[str]:
    """Names of the features that are not used. Raises `UsageError` for a pattern that fits none."""
    from mock_gateway.conformance.fuzz.features import FEATURES

    only, without = flags.get("only", ["*"]), flags.get("without", [])
    for pattern in [*only, *without]:
        if not any(fnmatchcase(name, pattern) for name in FEATURES):
            raise UsageError(f"no feature fits {pattern!r}", "'mock-gateway fuzz --list' shows all of them")
    return frozenset(
        name
        for name in FEATURES
        if not any(fnmatchcase(name, one) for one in only) or any(fnmatchcase(name, one) for one in without)
    )


def _dialects(flags: dict[str, Any], hello: Hello) -> tuple[str, ...]:
    known = [voice.dialect.name for voice in voices()]
    wanted = flags.get("dialect", hello.dialects)
    for name in wanted:
        if name not in known or name not in hello.dialects:
            raise UsageError(f"--dialect is {name!r}", f"{hello.name} speaks {', '.join(hello.dialects)}")
    return tuple(wanted)


def _search(flags: dict[str, Any], way: ways.Way) -> int:
    from mock_gateway.conformance.bench import Bench
    from mock_gateway.conformance.fuzz.search import Budget, Harness, Search

    numbers = _numbers(flags)
    left_out = _left_out(flags)
    seed = numbers.pop("seed", 0)
    channel = way.make()
    try:
        dialects = _dialects(flags, channel.hello())
        with Bench(seed) as bench:
            search = Search(bench, way.make, dialects, seed, Budget(**numbers), left_out, way.how)
            search.tell = lambda find: _tell(find, len(search.finds), flags, way.how)
            search.run()
    except ChannelError as error:
        complain(f"the adapter does not start: {error}", "'mock-gateway adapter-selftest' says more about an adapter")
        return UNREACHABLE
    except Harness as error:
        complain(f"a defect of mock-gateway came up, and nothing is held against the client:\n{error}")
        return OUR_FAULT
    finally:
        channel.close()
    return _end(search, flags)


def _tell(find: Find, number: int, flags: dict[str, Any], how: str) -> None:
    from mock_gateway.conformance.fuzz.finds import explained, name_of, write_find

    write(explained(find, name_of(find, number), how) + "\n")
    if "out" in flags:
        try:
            write_find(Path(flags["out"]), find, number, how)
        except OSError as error:
            raise UsageError(f"--out {flags['out']}: {(error.strerror or str(error)).lower()}") from None


def _end(search: Search, flags: dict[str, Any]) -> int:
    from mock_gateway.conformance.fuzz.finds import find_json

    if "json" in flags:
        document = {
            "v": 1,
            "seed": search.seed,
            "stories": search.tried,
            "finds": [find_json(find, number) for number, find in enumerate(search.finds, 1)],
        }
        try:
            Path(flags["json"]).write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
        except OSError as error:
            raise UsageError(f"--json {flags['json']}: {(error.strerror or str(error)).lower()}") from None
    found = len(search.finds)
    write(f"{search.tried} stories, seed {search.seed}: {found or 'no'} find{'s' if found != 1 else ''}\n")
    return CHECKS_FAILED if found else OK
