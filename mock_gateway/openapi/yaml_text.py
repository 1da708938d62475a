"""Writing a document as YAML that reads well and never differs between two runs.

Owns: every choice of the text: order as given, block text for several lines, no aliases, LF.
"""

from __future__ import annotations

from typing import Any

import yaml

_WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper without aliases, and with items set in below their key."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the name is PyYAML's
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "```" in value else ">" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def to_yaml(document: dict[str, Any], heading: str) -> str:
    """The document as YAML text that ends in one line feed.

    heading: one line, put on top as a comment.
    """
    body = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return f"# {heading}\n{body}"
