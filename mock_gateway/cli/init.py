"""`mock-gateway init`: a first scenario, and the schema with which an editor completes it.

Owns: the text of that scenario. Nothing that is there is written over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from mock_gateway.cli.arguments import Parser
from mock_gateway.cli.errors import OK, UsageError, write
from mock_gateway.cli.schema import schema_text

SCHEMA = "scenario.schema.json"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

FIRST = """\
# yaml-language-server: $schema={schema}
# shows: a tool that a person has to allow, and an echo of everything else
agent: {name}
turns: # rules; the first that fits the message is played
  - when: {{ message: refund }} # contains the word, in upper or lower case
    say: Let me look that up.
    call: {{ tool: billing.refund, arguments: {{ amount: 12.5 }}, approval: required, returns: {{ id: RF-1 }} }}
    on_allow: {{ say: "Done, the number is {{{{ result.id }}}}." }}
    on_deny: {{ say: "Nothing was refunded. {{{{ approval.reason }}}}" }}
otherwise: echo # or error, or a step of its own
mcp: {{ billing: {{}} }} # the servers whose tools it calls
"""


def run(arguments: Sequence[str]) -> int:
    """The command. Gives the exit code; raises `UsageError` when a file is there already, or cannot be written."""
    parser = Parser("init")
    parser.add_argument("folder", metavar="DIR", nargs="?", help="Where scenarios/ is or will be. [default: .]")
    parser.add_argument("--agent", metavar="NAME", help="Name of the agent and of its file. [default: my-agent]")
    flags = parser.read(arguments)
    folder, name = Path(str(flags.get("folder", "."))) / "scenarios", str(flags.get("agent", "my-agent"))
    if not NAME.fullmatch(name):
        raise UsageError(f"--agent is {name!r}; expected letters, digits, '.', '-' and '_', a letter or digit first")
    scenario, schema = folder / f"{name}.yaml", folder / SCHEMA
    if scenario.exists():
        raise UsageError(f"{scenario} is there already; nothing was written", "choose another name with --agent")
    try:
        told = _write(scenario, schema, FIRST.format(name=name, schema=SCHEMA))
    except OSError as error:
        raise UsageError(f"{error.filename or folder} cannot be written: {error.strerror}") from error
    write("".join(f"{line}\n" for line in [*told, f"next: mock-gateway play {scenario}"]))
    return OK


def _write(scenario: Path, schema: Path, text: str) -> list[str]:
    scenario.parent.mkdir(parents=True, exist_ok=True)
    told = [f"wrote {scenario}"]
    if not schema.exists():
        schema.write_text(schema_text(), "utf-8")
        told.append(f"wrote {schema}")
    elif schema.read_text("utf-8") != schema_text():
        told.append(f"left {schema} as it is; 'mock-gateway schema > {schema}' brings it up to date")
    # Last, so that a scenario that is there always has its schema; never over another one.
    with scenario.open("x", encoding="utf-8") as file:
        file.write(text)
    return told
