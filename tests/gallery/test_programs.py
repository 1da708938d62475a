"""The programs of docs/programs.md run unchanged, as somebody runs them who copied them from the page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from select import select
from typing import Protocol

import pytest
from gallery_files import ROOT
from programs_page import file_name, programs, transcript

PROGRAMS = programs()
SPEED = 10
"""Session seconds per second: a turn of twenty seconds is met in the middle, and nobody waits long."""
PATIENCE = 30.0

ID = r"sess-[0-9a-f]{16}"
OUTPUTS = {
    "Create a session": [
        rf"session {ID} was created at \d{{4}}-\d\d-\d\dT[\d:.]+Z",
        "found again: Where is my invoice\\?",
    ],
    "List sessions": [
        "sess-abc123 by ada@example.test - Refund of INV-2031",
        f"{ID} by grace@example.test - Restarting billing",
        r"of Grace: \['Restarting billing'\]",
    ],
    "Two chained turns": [
        r"me:  Please open a support ticket for me\.",
        r"bot: Gladly\. Which order is it about\?",
        r"me:  It is about order ORD-2031\.",
        r"bot: Thank you\. Ticket SUP-501 for ORD-2031 is open; you will hear from us within a day\.",
    ],
    "A turn without a stream": [
        "turn [0-9a-f-]{36} is on its way",
        "it is done",
        r"   Let me look\.",
        r"   Your last order is ORD-2031: Team plan for \$1,240\.00, invoice INV-2031\.",
    ],
    "Attachments": [
        r"read in sandbox my-tenant\.a1b2c3d4",
        r"2 files received\. The invoice total of \$1,240\.00 matches the notes\.",
    ],
    "List turns in every state": [
        r"What is on the menu\? -> done, 1 item of output",
        r"And once more, slowly: the menu\? -> cancelled: client-cancelled",
        r"Which allergens are in the perch\? -> failed: the recipe service does not answer",
        r"Wait for the chef\. -> still running",
    ],
    "Cancel and go on": [
        "first turn: cancelled - client-cancelled",
        r"stored of it: \['mcp.initialize', 'sandbox.created'(, 'model.message')?\]",
        r"second turn: In short: the refund took longest, and nothing is left open\.",
        "chained: True",
    ],
    "Follow a running turn": [
        r"followed 4\d\d events with 4\d\d words; it is done",
        "running turns: 1",
    ],
    "Stored events of the last finished turn": [
        "turn of ada@example.test",
        r"  +\d+ says: Let me look\.",
        r'  +\d+ tool: \{"order":"ORD-2031","item":"Team plan","total":1240.0,"invoice":"INV-2031"\}',
        r"  +\d+ says: Your last order is ORD-2031: Team plan for \$1,240\.00, invoice INV-2031\.",
    ],
    "Authorise an MCP server": [
        rf"open http://127\.0\.0\.1:\S+/__auth/{ID}/github\?key=\w+ to let the agent use github",
        "press Enter when you have done so: ",
        r"Two issues are open: #7 login is slow, #9 typo in the invoice footer\.",
    ],
    "Merge deltas into messages": [
        r"""\d+ deltas: 'Let me look\.' \['get_order\(\{"order":"latest"\}\)'\] tool_calls""",
        r"\d+ deltas: 'Your last order is ORD-2031: .*' \[\] stop",
    ],
    "Ask for approvals": [
        r'the agent wants to call restart_service with \{"service":"billing","environment":"production"\}',
        r"Enter allows it, anything else is a reason against it: ",
        r"Fine, billing stays as it is\. Nobody is on call\.",
    ],
    "Answer a question": [
        r"In which cluster should staging-2 live\? tfy-prod-us \(production\)/tfy-dev-eu \(development\)",
        r"answer: ",
        r"Environment staging-2 is being created in tfy-dev-eu \(development\)\.",
    ],
}
"""What each program prints, line by line."""
INPUTS = {
    "Authorise an MCP server": "\n",
    "Ask for approvals": "Nobody is on call.\n",
    "Answer a question": "tfy-dev-eu (development)\n",
}
CHAT = "A small chat"


class Servers(Protocol):
    """What the fixture `servers` has."""

    def world(self, speed: float) -> str:
        """The base URL of a new world."""


Command = Callable[[str], tuple[list[str], dict[str, str]]]


@pytest.fixture
def command(servers: Servers, tmp_path: Path) -> Command:
    """Writes a program as the page has it; gives the command that runs it and its environment."""

    def write(title: str) -> tuple[list[str], dict[str, str]]:
        path = tmp_path / file_name(title)
        path.write_text(PROGRAMS[title], encoding="utf-8")
        settings = {"GATEWAY_BASE_URL": servers.world(SPEED), "TFY_API_KEY": "any-key", "PYTHONPATH": str(ROOT)}
        return [sys.executable, "-m", "mock_gateway.client", str(path)], {**os.environ, **settings, "PYTHONUTF8": "1"}

    return write


def test_every_program_of_the_page_is_run_by_a_test() -> None:
    assert {*OUTPUTS, CHAT} == set(PROGRAMS)
    assert len(PROGRAMS) == 14


def test_every_program_imports_nothing_but_python_and_the_documented_name() -> None:
    imported = set(re.findall(r"^(?:import|from) (\w+)", "\n".join(PROGRAMS.values()), re.MULTILINE))

    assert imported - {*sys.stdlib_module_names} == {"truefoundry_gateway_sdk"}


@pytest.mark.parametrize("title", sorted(OUTPUTS))
def test_a_program_prints_what_its_section_promises(command: Command, title: str) -> None:
    run, environment = command(title)

    result = subprocess.run(
        run,
        env=environment,
        input=INPUTS.get(title, ""),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    unlike = [
        (line, wanted) for line, wanted in zip(lines, OUTPUTS[title], strict=False) if not re.fullmatch(wanted, line)
    ]
    assert unlike == []
    assert len(lines) == len(OUTPUTS[title])


def test_an_approval_that_is_given_restarts_the_service(command: Command) -> None:
    run, environment = command("Ask for approvals")

    result = subprocess.run(
        run, env=environment, input="\n", capture_output=True, encoding="utf-8", timeout=PATIENCE, check=True
    )

    assert result.stdout.splitlines()[-1] == "Billing is back: 3 pods restarted."


# -- the chat, at a terminal -------------------------------------------------------------------------------------------


class Terminal:
    """A program at a terminal of its own, and what is on the screen."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._ours, theirs = os.openpty()
        self.child = subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self._shown = b""
        self._read = 0

    @property
    def screen(self) -> str:
        """Everything that was shown so far."""
        return self._shown.decode("utf-8", "ignore").replace("\r\n", "\n")

    def type_after(self, prompt: str, line: str) -> None:
        """Wait for a prompt that was not answered yet, then type a line."""
        while prompt not in self.screen[self._read :]:
            assert self._more(), f"the program ended before {prompt!r}:\n{self.screen}"
        self._read = len(self.screen)
        os.write(self._ours, f"{line}\n".encode())

    def close(self) -> int:
        """Read to the end; the exit code."""
        while self._more():
            pass
        os.close(self._ours)
        return self.child.wait(PATIENCE)

    def _more(self) -> bool:
        ready, _, _ = select([self._ours], [], [], PATIENCE)
        assert ready, f"nothing came any more after:\n{self.screen}"
        try:
            read = os.read(self._ours, 4096)
        except OSError:  # Linux says so when nobody holds the other end any more
            return False
        self._shown += read
        return bool(read)


def test_the_chat_of_the_page_goes_as_the_page_shows(command: Command) -> None:
    run, environment = command(CHAT)
    shown, lines = transcript()
    terminal = Terminal([*run, "support-bot"], environment)

    terminal.type_after("you> ", "Refund invoice INV-2031 for tenant acme.")
    terminal.type_after("number or text: ", "2")
    terminal.type_after('"Billing error"}? ', "y")
    terminal.type_after("you> ", "bye")
    code = terminal.close()

    assert code == 0
    assert terminal.screen.splitlines() == lines
    assert shown == f"$ python -m mock_gateway.client {file_name(CHAT)} support-bot"


def test_the_chat_of_the_page_copes_with_all_that_agents_do(command: Command) -> None:
    run, environment = command(CHAT)
    terminal = Terminal([*run, "parallel-approvals"], environment)

    terminal.type_after("you> ", "Prepare everything for Mara, who starts on Monday.")
    terminal.type_after("allow create_user ", "no contract yet")
    terminal.type_after("allow order ", "yes")
    terminal.type_after("you> ", "bye")
    code = terminal.close()

    assert code == 0
    assert "  [desk: Desk 3.17 by the window is free.]" in terminal.screen
    assert "no account: no contract yet" in terminal.screen
    assert "  [hardware: Ordered as SO-8812.]" in terminal.screen
    assert "bot> Everything that was allowed is ready for Mara." in terminal.screen
