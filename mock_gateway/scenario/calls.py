"""Calls of tools, and questions, which are calls too.

Owns: `ToolCall` of the core from what was read, and what belongs to which server. Must not know: sub-agents, which hold
scripts (`scripts.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from mock_gateway.core.script import ToolCall, Value
from mock_gateway.scenario.records import Record
from mock_gateway.scenario.scopes import Place
from mock_gateway.scenario.speech import make_cut
from mock_gateway.scenario.workshop import Workshop

ASK_TOOL = "ask_user_question"
"""The client-side tool, built into the harness, that questions go through."""


def make_question(record: Record, place: Place, shop: Workshop) -> ToolCall:
    """A question to the user."""
    arguments: dict[str, Value] = {"question": shop.text(record["ask"], place)}
    if "options" in record:
        arguments["options"] = [shop.text(option, place) for option in record["options"]]
    cut = make_cut(record.get("cut"), shop)
    return ToolCall(ASK_TOOL, arguments=arguments, cut=cut, runs_on="client", position=record.node.position)


def make_tool_call(record: Record, place: Place, shop: Workshop) -> ToolCall:
    """A call of a tool, also in a listed message."""
    server, tool = split_tool(record["tool"], shop.servers)
    if "sandbox" in record and not shop.has_sandbox:
        message = "this call needs the sandbox, but the agent has none"
        shop.mistakes.append(record.mistake(message, "add `sandbox: true` to the agent", key="sandbox"))
    return ToolCall(
        tool=tool,
        server=server,
        arguments=shop.value(record.get("arguments", {}), place),
        cut=make_cut(record.get("cut"), shop),
        approval="approval" in record,
        runs_on="client" if "runs" in record else "server",
        deferred="deferred" in record,
        in_sandbox="sandbox" in record,
        takes=record.get("takes", 0.0),
        returns=shop.value(record.get("returns", ""), place),
        fails=shop.text(record["fails"], place) if "fails" in record else None,
        position=record.node.position,
    )


def split_tool(name: str, servers: Sequence[str]) -> tuple[str | None, str]:
    """Server and tool. The longest declared server is taken, because a server's name may hold dots itself."""
    declared = [server for server in servers if name.startswith(f"{server}.")]
    if declared:
        server = max(declared, key=len)
        return server, name[len(server) + 1 :]
    server, dot, tool = name.partition(".")
    return (server, tool) if dot else (None, name)
