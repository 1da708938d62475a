"""Where each setting comes from: flag, then environment, then config file, then default.

Owns: that order, and telling it (`--explain`). Must not know: what a setting does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mock_gateway.cli.configfile import DEFAULT_NAME, Entry, read_config
from mock_gateway.cli.errors import UsageError, complain
from mock_gateway.cli.options import OPTIONS, OTHER_VARIABLES, PREFIX, Option

SECRET = ("key", "refuse-key", "forbid-key", "admin-token")


class Setting:
    """One setting with its value. texts: as it was written; empty when nothing is set. source: where it comes from."""

    __slots__ = ("option", "source", "texts", "value")

    def __init__(self, option: Option, texts: list[str], source: str, value: Any) -> None:
        self.option = option
        self.texts = texts
        self.source = source
        self.value = value


class Chosen:
    """All settings of a run, by name."""

    def __init__(self, settings: Iterable[Setting]) -> None:
        self.settings = {setting.option.name: setting for setting in settings}

    def __getitem__(self, name: str) -> Any:
        return self.settings[name].value


def choose(flags: Mapping[str, object], environment: Mapping[str, str], folder: Path) -> Chosen:
    """Settle every setting.

    flags: those that were given, by name. folder: where the default config file would be.
    Raises `UsageError` naming the place of a value that makes no sense. A variable of ours that is no setting is only
    remarked on.
    """
    _remark_on_strange(environment)
    config = _config(flags, environment, folder)
    return Chosen(_settle(option, flags, environment, config) for option in OPTIONS.values())


def _config(flags: Mapping[str, object], environment: Mapping[str, str], folder: Path) -> Mapping[str, Entry]:
    wanted = flags.get("config") or environment.get(PREFIX + "CONFIG")
    if wanted:
        return read_config(Path(str(wanted)))
    default = folder / DEFAULT_NAME
    return read_config(Path(DEFAULT_NAME) if folder == Path.cwd() else default) if default.is_file() else {}


def _settle(
    option: Option, flags: Mapping[str, object], environment: Mapping[str, str], config: Mapping[str, Entry]
) -> Setting:
    texts: list[str]
    if option.name in flags:
        given = flags[option.name]
        texts, source = _flag_texts(given), f"flag --no-{option.name}" if given is False else f"flag {option.flag}"
    elif environment.get(option.variable):
        texts, source = _split(option, environment[option.variable]), f"variable {option.variable}"
    elif option.name in config:
        entry = config[option.name]
        texts, source = entry.texts, entry.where
    else:
        texts, source = [] if option.default is None else [option.default], "default"
    return Setting(option, texts, source, _value(option, texts, source))


def _flag_texts(given: object) -> list[str]:
    if isinstance(given, bool):
        return ["true" if given else "false"]
    return [str(one) for one in given] if isinstance(given, list) else [str(given)]


def _split(option: Option, text: str) -> list[str]:
    """The values of a variable: one a line, or separated by commas."""
    if not option.many:
        return [text]
    return [part.strip() for part in (text.splitlines() if "\n" in text else text.split(",")) if part.strip()]


def _value(option: Option, texts: list[str], source: str) -> object:
    values: list[Any] = []
    for text in texts:
        try:
            values.append(option.read(text))
        except ValueError as error:
            given = "not what it takes" if option.name in SECRET else repr(text)
            raise UsageError(f"{_named(option, source)} is {given}; expected {error}") from None
    if option.pairs:
        return dict(values)
    if option.many:
        return values
    return values[0] if values else None


def _named(option: Option, source: str) -> str:
    kind, _, name = source.partition(" ")
    return name if kind in ("flag", "variable") else f"{source}: {option.name}"


def _remark_on_strange(environment: Mapping[str, str]) -> None:
    known = [option.variable for option in OPTIONS.values()] + list(OTHER_VARIABLES)
    for name in environment:
        if name.startswith(PREFIX) and name not in known:
            from difflib import get_close_matches

            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(known)}"
            complain(f"warning: there is no variable {name}; it is not used", hint)


def explain(chosen: Chosen, *, as_json: bool) -> Iterator[str]:
    """A line per setting: its name, its value, where it came from. Keys are shown shortened."""
    rows = [(name, _shown(setting), setting.source) for name, setting in chosen.settings.items()]
    if as_json:
        for name, value, source in rows:
            yield json.dumps({"setting": name, "value": value, "source": source}, ensure_ascii=False)
        return
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, value, source in rows:
        yield f"{name:<{widths[0]}}  {value:<{widths[1]}}  {source}"


def _shown(setting: Setting) -> str:
    option = setting.option
    if not setting.texts:
        return option.default_help or "-"
    if option.name not in SECRET:
        return ", ".join(setting.texts)
    return ", ".join(text[:2] + "…" + "".join(text.partition("=")[1:]) for text in setting.texts)
