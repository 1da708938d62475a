"""Scenario data as YAML that a person would have written: short mappings on one line, long texts as blocks.

Owns: layout and quoting. What is read back is exactly what was given. Must not know: what the keys mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

WIDTH = 120
_PLAIN = re.compile(r"[^\W\d_](?:[\w .()/+…–—-]*[\w.)…])?")
"""Text that needs no quotes anywhere: it begins with a letter and holds nothing that YAML looks at."""
_QUESTION = re.compile(r"[^\W\d_](?:[\w .()/+…–—'!;?-]|,(?= )|:(?=\w))*[\w.)…!?']")
"""The same outside of braces and brackets, where a comma or a question mark does no harm."""
_QUANTITY = re.compile(r"\d+(?:\.\d+)?(?:ms|s|m|h| asks?| tokens/s)")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"}
_STRANGE = re.compile("[\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff\ud800-\udfff]")
_BLOCK = re.compile(r"[^\s][^\r\t]*", re.DOTALL)


def yaml_text(data: Mapping[str, object]) -> str:
    """A mapping as a file, its keys at the left edge."""
    return "".join(line + "\n" for line in _mapping(data, 0, top=True))


def scalar(value: object, *, flow: bool) -> str:
    """A value that is no container, on one line. flow: it stands inside of braces or brackets."""
    if isinstance(value, str):
        return text(value, flow=flow)
    return json.dumps(value, ensure_ascii=False)


def text(value: str, *, flow: bool) -> str:
    """A text on one line, in quotes where it needs them."""
    plain = _PLAIN if flow else _QUESTION
    if _QUANTITY.fullmatch(value):
        return value
    if plain.fullmatch(value) and value.casefold() not in _WORDS and not _STRANGE.search(value) and "  " not in value:
        return value
    return quoted(value)


def quoted(value: str) -> str:
    """A text in double quotes; what cannot be seen is escaped."""
    return _STRANGE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{text(key, flow=True)}: {_flow(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    return scalar(value, flow=True)


def _fits(value: object, room: int) -> str | None:
    """A container on one line; None when it is too long, or holds what belongs on several lines."""
    if _size(value) > room:
        return None
    line = _flow(value)
    return line if len(line) <= room and not _has_lines(value) else None


def _size(value: object) -> int:
    """About how long a value is: enough to see that a large one does not fit."""
    if isinstance(value, Mapping):
        return sum(len(key) + 2 + _size(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return sum(map(_size, value))
    return len(value) if isinstance(value, str) else 1


def _has_lines(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_lines, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_lines, value))
    return isinstance(value, str) and is_block(value)


def is_block(value: str) -> bool:
    """Whether a text is written line by line."""
    lines = value.split("\n")
    return (
        len(lines) > 1
        and bool(_BLOCK.fullmatch(value))
        and not value.endswith("\n\n")
        and not _STRANGE.search(value)
        and all(line == line.rstrip() and (line.isprintable()) for line in lines)
    )


def _mapping(data: Mapping[str, object], indent: int, *, top: bool = False) -> Iterator[str]:
    for key, value in data.items():
        yield from _entry(f"{' ' * indent}{text(key, flow=True)}:", value, indent, top=top)


def _entry(head: str, value: object, indent: int, *, top: bool) -> Iterator[str]:
    """`key: value`, the value behind it or on the lines below."""
    if isinstance(value, str):
        yield from _lines_of_text(head, value, indent)
        return
    # The list of rules is always written rule by rule.
    in_line = None if top and value and isinstance(value, list) else _fits(value, WIDTH - len(head) - 1)
    if in_line is not None:
        yield f"{head} {in_line}"
    elif isinstance(value, Mapping):
        yield head
        yield from _mapping(value, indent + 2)
    elif isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        yield from _wrapped(head, value, indent)
    elif isinstance(value, list | tuple):
        yield head
        for item in value:
            yield from _item(item, indent + 2)
    else:
        yield f"{head} {scalar(value, flow=False)}"


def _item(item: object, indent: int) -> Iterator[str]:
    """`- value` in a list."""
    in_line = _fits(item, WIDTH - indent - 2) if isinstance(item, Mapping | list | tuple) else None
    if in_line is not None and not _is_rule(item):
        yield f"{' ' * indent}- {in_line}"
    elif isinstance(item, Mapping) and item:
        lines = list(_mapping(item, indent + 2))
        yield f"{' ' * indent}- {lines[0].lstrip()}"
        yield from lines[1:]
    elif isinstance(item, str):
        yield from _lines_of_text(f"{' ' * indent}-", item, indent)
    elif isinstance(item, list | tuple):
        yield f"{' ' * indent}-"
        for inner in item:
            yield from _item(inner, indent + 2)
    else:
        yield f"{' ' * indent}- {scalar(item, flow=False)}"


def _is_rule(item: object) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("when"), Mapping) and len(item) > 1


def _lines_of_text(head: str, value: str, indent: int) -> Iterator[str]:
    if is_block(value):
        yield f"{head} |{'' if value.endswith(chr(10)) else '-'}"
        for line in value.removesuffix("\n").split("\n"):
            yield f"{' ' * (indent + 2)}{line}" if line else ""
        return
    line = f"{head} {text(value, flow=False)}"
    if len(line) <= WIDTH:
        yield line
    else:
        yield from _folded(f"{head} ", quoted(value), indent + 2)


def _folded(head: str, value: str, indent: int) -> Iterator[str]:
    """A quoted text over several lines: a line break in it is read as one blank."""
    line = head
    for word in re.split(r"(?<=[^\s\\]) (?=[^\s\\])", value):
        if line != head and len(line) + 1 + len(word) > WIDTH and line.strip():
            yield line
            line = " " * indent + word
        else:
            line += word if line == head else f" {word}"
    yield line


def _wrapped(head: str, items: Sequence[object], indent: int) -> Iterator[str]:
    """A list of texts in brackets, over as many lines as it takes."""
    line, inner = f"{head} [", " " * (indent + 2)
    for place, item in enumerate(items):
        word = scalar(item, flow=True) + ("," if place < len(items) - 1 else "]")
        if len(line) + 1 + len(word) > WIDTH:
            yield line.rstrip()
            line = inner
        line += word if line.endswith(("[", inner)) else f" {word}"
    yield line
