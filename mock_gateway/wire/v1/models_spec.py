"""An agent that is not saved yet, as a draft session has it.

Owns: the parts of an `AgentSpec` that have a type; what is inside of them is the business of the harness, is kept as it
came, and shown again. Releases of the client differ there (a message had a `role` before it had a `type`).
Must not know: which scenario plays a draft (`drafts.py`).
"""

from __future__ import annotations

from typing import Any

from mock_gateway.wire.model_base import Name, WireModel


class AgentModel(WireModel):
    """The model that an agent thinks with."""

    name: Name
    """Its name. The mock plays the scenario of that name, where there is one."""
    params: dict[str, Any] | None = None
    """As `max_tokens`, `temperature`, `top_p`, `top_k`, `parallel_tool_calls`, `reasoning_effort`, `cache_control`."""


class AgentSpec(WireModel):
    """What an agent is to be. The mock keeps it as it came; it plays a scenario instead."""

    model: AgentModel
    instructions: str | None = None
    """What the agent is told before everything else."""
    messages: list[dict[str, Any]] | None = None
    """Messages before the first of the user: `{type: user.message, content}`."""
    mcp_servers: list[dict[str, Any]] | None = None
    """MCP servers, `{type: truefoundry-mcp-registry, name}` or `{type: inline, name, url}`, with selectors of tools."""
    response_format: dict[str, Any] | None = None
    """`{type: text}`, `{type: json_object}`, or `{type: json_schema, json_schema}`."""
    skills: list[dict[str, Any]] | None = None
    """Skills, `{type: git, url, name, ref}` or `{type: truefoundry-skills-registry, fqn}`."""
    config: dict[str, Any] | None = None
    """As `iteration_limit`, `sandbox`, `dynamic_sub_agents`, `context_management`, `ask_user_questions`."""
    variables: dict[str, str] | None = None
    """Values for the names in the instructions."""
