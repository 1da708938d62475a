"""`mock-gateway lint`: every mistake in scenario files, and what is odd.

Exit code 1 for mistakes, and with --strict for remarks too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from msgspec.structs import replace

from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import CHECKS_FAILED, OK, UsageError, write
from mock_gateway.cli.loading import add_scenario_arguments, choose_scenarios, counted, history_mistakes
from mock_gateway.scenario import Library, Mistake
from mock_gateway.settings import Settings


def run(arguments: Sequence[str]) -> int:
    """The command. Gives the exit code; raises `UsageError`."""
    parser = Parser("lint")
    add_scenario_arguments(parser)
    parser.add_argument("--strict", action="store_true", help="Fail for warnings too.")
    flags = parser.read(arguments)
    as_json, strict = bool(flags.pop("json", False)), bool(flags.pop("strict", False))
    chosen, paths = choose_scenarios(flags)
    library = Library(paths, seed=chosen["seed"], params=chosen["param"])
    mistakes = list(library.reload().errors)
    mistakes += history_mistakes(library.agents.values(), Settings(seed=chosen["seed"]))
    count, warnings = len(library.agents), library.warnings
    if not count and not mistakes:
        raise UsageError(f"there is no agent in {', '.join(paths)}", "'mock-gateway init' writes a first scenario")
    write(_as_json(count, mistakes, warnings) if as_json else _as_text(count, mistakes, warnings))
    return CHECKS_FAILED if mistakes or (strict and warnings) else OK


def _as_text(agents: int, mistakes: Sequence[Mistake], warnings: Sequence[Mistake]) -> str:
    lines = [str(mistake) for mistake in mistakes]
    lines += [str(replace(warning, message=f"warning: {warning.message}")) for warning in warnings]
    found = [counted(len(group), noun) for group, noun in ((mistakes, "mistake"), (warnings, "warning")) if group]
    return "\n".join([*lines, f"{counted(agents, 'agent')}, {' and '.join(found) or 'nothing to say'}", ""])


def _as_json(agents: int, mistakes: Sequence[Mistake], warnings: Sequence[Mistake]) -> str:
    found = {"agents": agents, "mistakes": list(map(_plain, mistakes)), "warnings": list(map(_plain, warnings))}
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _plain(mistake: Mistake) -> dict[str, object]:
    place = mistake.position
    return {
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "message": mistake.message,
        "hint": mistake.hint or None,
    }
