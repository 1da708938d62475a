"""Writing down what was found: a case that can be kept, the bytes that were sent, a page that explains it.

Owns: the files of a find and their words. Must not know: how it was found (`search.py`). `check client --cases FILE`
runs the case again, without hypothesis.

    fuzz-1-text.yaml    the case         fuzz-1-text.bytes    what the server wrote         fuzz-1-text.txt    why
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import yaml

from mock_gateway.conformance.fuzz.features import FEATURES
from mock_gateway.conformance.fuzz.search import Find

Json = dict[str, Any]


class _Writer(yaml.SafeDumper):
    """YAML as a person writes it: blocks for texts of several lines, one line for what is small."""


def _text(writer: yaml.SafeDumper, value: str) -> yaml.Node:
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value.rstrip("\n") else None)


_Writer.add_representer(str, _text)


def name_of(find: Find, number: int) -> str:
    """A name for the files, and the id of the case in capitals."""
    field = find.result.field or find.result.verdict.lower()
    return f"fuzz-{number}-{re.sub(r'[^a-z0-9]+', '-', field.lower()).strip('-')}"


def says(find: Find) -> str:
    """In a sentence, under which circumstances what happens."""
    when = " and ".join(FEATURES[name].says for name in find.story.features) or "something is said"
    return f"When {when}, what the client understands is what was sent."


def case_text(find: Find, name: str) -> str:
    """The find as a file of cases."""
    why = f"Found by the fuzzer: {find.result.message}"
    document = find.story.document(name.upper(), says(find), find.dialect, why)
    document["scenario"] = _dumped(document["scenario"])
    return f"# found by mock-gateway fuzz\n{_dumped([document])}"


def _dumped(data: object) -> str:
    return str(yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None))


def explained(find: Find, name: str, how: str) -> str:
    """What a person has to know."""
    result = find.result
    again = f"mock-gateway check client {how} --dialect {find.dialect} --cases {name}.yaml"
    lines = [
        f"{name.upper()} ({find.dialect}): {result.message}",
        "",
        f"circumstances  {', '.join(find.story.features) or 'none beyond a message'}",
        f"field          {result.field or '-'}",
        f"expected       {result.expected or '-'}",
        f"got            {result.got or '-'}",
        f"confirmed      {result.failures} of {result.tries} tries, each in a world of its own",
        "",
        "Again:",
        f"  {again}",
        "",
        "As a test:",
        "  import subprocess",
        "",
        f"  def test_{name.replace('-', '_')}() -> None:",
        f"      command = {shlex.split(again)!r}",
        "      assert subprocess.run(command).returncode == 0",
    ]
    for asked in result.evidence.asked if result.evidence else ():
        lines += ["", f"{asked.request} -> {asked.status}"]
        lines += [f"  fault: {one.name} {one.place}: {one.what}" for one in asked.faults]
        lines += [f"  {write.at_ms:8.1f} ms {write.data!r}" for write in asked.writes]
    return "\n".join(lines) + "\n"


def wire_of(find: Find) -> bytes:
    """The bytes of every answer, as the server wrote them, each behind a line with the request."""
    asked = find.result.evidence.asked if find.result.evidence else []
    parts = [f"{one.request}\n".encode() + b"".join(write.data for write in one.writes) for one in asked if one.writes]
    return b"\n\n".join(parts)


def write_find(folder: Path, find: Find, number: int, how: str) -> list[Path]:
    """Write the files of a find. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    name = name_of(find, number)
    contents = {
        ".yaml": case_text(find, name).encode(),
        ".bytes": wire_of(find),
        ".txt": explained(find, name, how).encode(),
    }
    paths = []
    for ending, data in contents.items():
        paths.append(folder / f"{name}{ending}")
        paths[-1].write_bytes(data)
    return paths


def find_json(find: Find, number: int) -> Json:
    """A find for programs."""
    return {
        "id": name_of(find, number).upper(),
        "dialect": find.dialect,
        "bucket": find.bucket,
        "features": list(find.story.features),
        "verdict": find.result.verdict.value,
        "message": find.result.message,
        "failures": find.result.failures,
        "tries": find.result.tries,
        "stories": find.tried,
        "case": find.story.document(name_of(find, number).upper(), says(find), find.dialect, ""),
    }
