"""What stands in, on a gateway with agents of its own, for the agents and texts that the checks talk to.

Owns: the file of `--hooks`, and the two translations: of what is said to the gateway, and of what it answers.
Must not know: checks, HTTP. A state without a hook raises `Unhooked`; a rule that needs it is UNTESTABLE, never passed.

    worlds: false                     # paths before the endpoints are no worlds of their own
    agents:
      contract-talk:                  # an agent of the checks
        agent: support-bot            # the one that stands in
        texts:
          hello: Say hello.           # what is said there, so that it does what ours does on "hello"
          "*": "Repeat this: {text}"  # for all other texts
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml
from msgspec import Struct, ValidationError, convert

Json = dict[str, Any]
OURS = "contract-"
"""What the names of the checks' agents begin with."""
NOBODY = "contract-nobody"
"""The one that there is not, on purpose."""
_IN_PATH = re.compile(rf"(?<=agent_name=){OURS}[a-z0-9-]+")


class Unhooked(Exception):
    """A check needs a state for which there is no hook."""


class BadHooks(Exception):
    """A file of hooks that makes no sense; the message says what."""


class Stand(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in for one agent. agent: its name there. texts: what is said there, by what the checks say."""

    agent: str
    texts: Mapping[str, str] = {}


class Hooks(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of hooks. worlds: whether any path before the endpoints is a world of its own (NET-1)."""

    agents: Mapping[str, Stand] = {}
    worlds: bool = True

    def voice(self) -> Voice:
        """A translator for one speaker."""
        return Voice(self)


def read_hooks(text: str) -> Hooks:
    """The hooks of a file. Raises `BadHooks`."""
    try:
        return convert(yaml.safe_load(text) or {}, Hooks)
    except yaml.YAMLError as error:
        raise BadHooks(f"this is no YAML: {error}") from None
    except ValidationError as error:
        raise BadHooks(f"{error}; `agents` names for each agent of the checks its `agent` and `texts`") from None


class Voice:
    """Translates for one speaker, who talks to one agent at a time; remembers what it said, for the answers."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._agent = ""
        self._heard: dict[str, str] = {}

    def out(self, body: Any) -> Any:
        """A body or a query as the gateway is to have it. Raises `Unhooked`."""
        if not isinstance(body, dict):
            return body
        said = dict(body)
        if isinstance(said.get("agent_name"), str):
            said["agent_name"] = self._agent_name(said["agent_name"])
        if isinstance(said.get("input"), list):
            said["input"] = [self._item(item) for item in said["input"]]
        return said

    def path(self, path: str) -> str:
        """A path with its query as the gateway is to have it. Raises `Unhooked`."""
        return _IN_PATH.sub(lambda found: self._agent_name(found[0]), path)

    def _agent_name(self, name: str) -> str:
        if not name.startswith(OURS) or name == NOBODY:
            return name
        if name not in self._hooks.agents:
            raise Unhooked(f"there is no hook for the agent {name}")
        self._agent = name
        return self._remember(self._hooks.agents[name].agent, name)

    def _item(self, item: Any) -> Any:
        if not (isinstance(item, dict) and item.get("type") == "user.message" and isinstance(item.get("content"), str)):
            return item
        texts = self._hooks.agents[self._agent].texts if self._agent else {}
        content = item["content"]
        if not self._agent or not content.strip():
            return item
        there = texts.get(content) or texts.get("*", "").replace("{text}", content)
        if not there:
            raise Unhooked(f"there is no hook for what {self._agent} does on {content!r}")
        return {**item, "content": self._remember(there, content)}

    def _remember(self, there: str, here: str) -> str:
        self._heard[there] = here
        return there

    def back(self, value: Any) -> Any:
        """What the gateway answered, in the words of the checks."""
        if isinstance(value, dict):
            return {name: self._back(name, one) for name, one in value.items()}
        return [self.back(one) for one in value] if isinstance(value, list) else value

    def _back(self, name: str, value: Any) -> Any:
        if name in ("agent_name", "content", "title", "name") and isinstance(value, str):
            return self._heard.get(value, value)
        return self.back(value)
