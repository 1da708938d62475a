"""Scenario files with one mistake each, by the rows of docs/bad-input.md.

Owns: the texts. Must not know: how they are loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

Files = Mapping[str, str | bytes]

AGENT = "agent: a\n"
GOOD = f"{AGENT}turns: [{{ say: Still here. }}]\n"


def of(text: str, **others: str) -> Files:
    """The file of an agent, behind its name, and others beside it."""
    return {"s.yaml": AGENT + text, **{f"{name}.yaml": content for name, content in others.items()}}


def _bomb() -> str:
    names = "abcdef"
    lines = ["params:", f"  a: &a [{', '.join(['x'] * 10)}]"]
    lines += [f"  {two}: &{two} [{', '.join([f'*{one}'] * 10)}]" for one, two in pairwise(names)]
    return "\n".join(lines)


def gated(history: str) -> Files:
    """An agent whose first call waits for an approval, with a history."""
    script = "turns: [{ when: { message: pay }, call: { tool: t, approval: required } }]\n"
    return of(f"{script}sessions: [{{ history: {history} }}]\n")


BROKEN: Mapping[str, Files] = {
    "file-not-yaml": of("turns: [\n"),
    "file-tab": of("turns:\n\t- say: hi\n"),
    "file-control": of("params: { x: \x07 }\n"),
    "file-tag": of("params: { x: !!python/object:os.system ls }\n"),
    "file-merge": of("params: { <<: { a: 1 } }\n"),
    "file-not-finite": of("params: { x: .nan }\n"),
    "file-digits": of(f"params: {{ x: {'1' * 100} }}\n"),
    "file-scalar": {"s.yaml": "hello"},
    "file-double-key": of("pace: instant\npace: instant\n"),
    "file-unknown-key": of("turn: []\n"),
    "file-no-agent": {"s.yaml": "turns: []\n"},
    "file-wrong-type": of("limits: { iterations: many }\n"),
    "file-huge": of("#" * (2 * 1024 * 1024)),
    "file-alias-bomb": of(_bomb()),
    "file-too-deep": of(f"params: {{ x: {'[' * 200}{']' * 200} }}\n"),
    "file-not-utf8": {"s.yaml": "agent: a\nparams: { x: é }\n".encode("latin-1")},
    "file-empty": {"s.yaml": ""},
    "file-two-documents": of("---\nagent: b\n"),
    "file-include-missing": of("include: no.yaml\n"),
    "file-include-loop": of(
        "include: one.yaml\n",
        one="include: two.yaml\nparams: { a: 1 }\n",
        two="include: one.yaml\nparams: { b: 1 }\n",
    ),
    "file-include-agent": of("include: b.yaml\n", b="agent: b\n"),
    "file-unknown-fragment": of("fragments: { goodbye: { say: Bye } }\nturns: [{ use: goodby }]\n"),
    "file-bad-template": of("turns: [{ say: '{{ 1 + }}' }]\n"),
    "file-unknown-name": of("turns: [{ say: '{{ sesion.id }}' }]\n"),
    "file-against-contract": of("turns: [{ events: [ { tool_response: { call: nope, content: x } } ] }]\n"),
    "file-bad-regex": of("turns: [{ when: { message: '/(/' }, say: x }]\n"),
    "file-bad-duration": of("turns: [{ say: x, wait: 5 }]\n"),
    "file-bad-history": gated("[pay, then more]"),
    "file-same-agent": of("", t=AGENT),
}


def write(folder: Path, files: Files) -> None:
    """Put files into a folder."""
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
