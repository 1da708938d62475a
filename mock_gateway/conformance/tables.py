"""The tables of docs/conformance.md and docs/fuzzing.md, made from the tables that the code runs on.

Owns: their columns. `python -m mock_gateway.conformance.tables PAGE` writes them behind their markers; a test fails
when they are stale.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from mock_gateway.conformance.adapters.protocol import ANSWER, CAPABILITIES, ERROR_KINDS, OPS, Field
from mock_gateway.conformance.expectations import KINDS
from mock_gateway.conformance.judge.judging import RULES
from mock_gateway.conformance.observation import FIELD_HELP, REQUIRED
from mock_gateway.conformance.reports import REPORTS
from mock_gateway.conformance.sent import SENT_PARTS
from mock_gateway.conformance.verdicts import SAYS

_MARKED = re.compile(r"(<!-- table: (\w+) -->\n)(?:\|.*\n)*")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def _operations() -> str:
    rows = [
        [f"`{name}`", op.says, f"`{op.capability}`".replace("|", "` or `") if op.capability else "(always)"]
        for name, op in OPS.items()
    ]
    return _table(["operation", "what it does", "capability"], rows)


def _arguments() -> str:
    rows = [
        [f"`{name}`", _fields(op.args), "an observation" if op.observes else _fields(op.result)]
        for name, op in OPS.items()
        if op.args or op.result
    ]
    return _table(["operation", "arguments", "result"], rows)


def _fields(fields: Mapping[str, Field]) -> str:
    return "; ".join(f"{_name(name, one)}: {one.says}" for name, one in fields.items()) or "-"


def _name(name: str, field: Field) -> str:
    return f"**{name}**" if field.required else name


def _answers() -> str:
    return _table(["field", "what it is"], [[_name(name, one), one.says] for name, one in ANSWER.items()])


def _observation() -> str:
    rows = [[f"**{name}**" if name in REQUIRED else name, says] for name, says in FIELD_HELP.items()]
    return _table(["field", "what it is"], rows)


def _pairs(head: Sequence[str], pairs: Mapping[str, str]) -> str:
    return _table(head, [[f"`{name}`", says] for name, says in pairs.items()])


def _expectations() -> str:
    rows = [[f"`{name}`", " ".join((judge.__doc__ or "").split())] for name, judge in KINDS.items()]
    return _table(["kind", "what has to be so"], rows)


def _features() -> str:
    from mock_gateway.conformance.fuzz.features import FEATURES

    rows = [
        [f"`{name}`", one.says, ", ".join(one.dialects), ", ".join(f"`{need}`" for need in one.needs) or "-"]
        for name, one in sorted(FEATURES.items())
    ]
    return _table(["feature", "in its stories", "contracts", "needs"], rows)


def _judged() -> str:
    rows = [[f"`{one.id}`", one.level, one.says] for one in RULES]
    return _table(["rule", "level", "what it asks"], rows)


TABLES: Mapping[str, Callable[[], str]] = {
    "operations": _operations,
    "arguments": _arguments,
    "answers": _answers,
    "observation": _observation,
    "errors": lambda: _pairs(["kind", "what it means"], ERROR_KINDS),
    "capabilities": lambda: _pairs(["capability", "what it means"], CAPABILITIES),
    "verdicts": lambda: _pairs(["verdict", "what it means"], {verdict.value: says for verdict, says in SAYS.items()}),
    "reports": lambda: _pairs(["flag", "what it does"], {f"--{one.flag} FILE": one.says for one in REPORTS}),
    "expectations": _expectations,
    "features": _features,
    "judged": _judged,
    "sent": lambda: _pairs(["part", "what it asks"], {name: part.says for name, part in SENT_PARTS.items()}),
}
"""By the name in the marker."""


def filled(page: str) -> str:
    """A page with every table as it is now."""
    return _MARKED.sub(lambda found: found[1] + TABLES[found[2]]() if found[2] in TABLES else found[0], page)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(filled(path.read_text("utf-8")), "utf-8")
