"""The config file: a YAML mapping of the long names of options.

Owns: reading it as text with positions; what a value means is read like a flag's (`resolve.py`).
Must not know: flags, variables, defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from mock_gateway.cli.errors import UsageError
from mock_gateway.cli.options import OPTIONS, Option

DEFAULT_NAME = "mock-gateway.yaml"

Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Entry:
    """What the file says about one option. texts: one per value. where: `file:line:column`."""

    __slots__ = ("texts", "where")

    def __init__(self, texts: list[str], where: str) -> None:
        self.texts = texts
        self.where = where


def read_config(path: Path) -> Mapping[str, Entry]:
    """The entries of a file by the names of their options. Raises `UsageError` naming line and column."""
    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=Loader)
    except OSError as error:
        raise UsageError(f"the config file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"the config file {path} is not UTF-8 (byte {error.start})") from error
    except yaml.MarkedYAMLError as error:
        raise UsageError(f"{_place(path, error.problem_mark)}: the config file is no YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise UsageError(f"the config file {path} is no YAML: {error}") from error
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        message = "the config file is no mapping"
        raise UsageError(f"{_place(path, root.start_mark)}: {message}", "write lines as `port: 4010`")
    return _entries(path, root)


def _entries(path: Path, root: yaml.MappingNode) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for key, value in root.value:
        where = _place(path, key.start_mark)
        name = str(key.value)
        option = OPTIONS.get(name) or OPTIONS.get(name.replace("_", "-"))
        if option is None:
            raise UsageError(f"{where}: there is no setting {name!r}", _nearest(name))
        if option.name in entries:
            raise UsageError(f"{where}: {option.name} is set twice; first at {entries[option.name].where}")
        entries[option.name] = Entry(_texts(option, value, where), where)
    return entries


def _texts(option: Option, node: yaml.Node, where: str) -> list[str]:
    """The values of an option. Lists and mappings only where several are allowed."""
    if isinstance(node, yaml.ScalarNode):
        return [str(node.value)]
    if option.pairs and isinstance(node, yaml.MappingNode):
        return [f"{_scalar(key, where)}={_scalar(value, where)}" for key, value in node.value]
    if option.many and isinstance(node, yaml.SequenceNode):
        return [_scalar(item, where) for item in node.value]
    allowed = "one value, a list, or a mapping" if option.pairs else "one value or a list"
    raise UsageError(f"{where}: {option.name} takes {allowed if option.many else 'one value'}")


def _scalar(node: yaml.Node, where: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise UsageError(f"{where}: a value in here is nested; one text, number, true or false was expected")
    return str(node.value)


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, OPTIONS, n=1)
    return f"did you mean {close[0]}?" if close else f"there are: {', '.join(OPTIONS)}"


def _place(path: Path, mark: yaml.Mark | None) -> str:
    return str(path) if mark is None else f"{path}:{mark.line + 1}:{mark.column + 1}"
