"""What is wrong with text that is no YAML, said for somebody who writes scenarios.

Owns: the table from the parsers' problems to our messages. Must not know: nodes, the language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_gateway.core.script import Position
from mock_gateway.scenario.errors import Mistake

if TYPE_CHECKING:
    import yaml

_QUOTE = "put the whole value in quotes; text with `: `, ` #`, or one of , [ ] { } inside { } or [ ] needs them"
_BRACES = 'a value with {{ }} needs quotes: "... {{ ... }} ..."'

_INDENT = "check the indentation"

# Part of the parser's problem or of its context; our message; our hint. The first that fits is taken. libyaml and
# PyYAML's own parser word some problems differently, so the parts are what both have in common.
_PROBLEMS: tuple[tuple[str, str, str], ...] = (
    ("scanning an alias", "text cannot begin with *, which marks an alias", "put the value in quotes"),
    ("scanning an anchor", "text cannot begin with &, which marks an anchor", "put the value in quotes"),
    ("end of stream", "a quoted text is not closed", "add the closing quote"),
    ("unknown escape character", "no such escape in double quotes", "double the backslash, or use single quotes"),
    ("expected escape sequence", "an escape in double quotes is incomplete", "double the backslash"),
    ("invalid Unicode character", "this escape is no character", "write the character itself"),
    ("mapping values are not allowed", "a second `: ` in one value, or a key at the wrong indentation", _QUOTE),
    ("sequence entries are not allowed", "a list cannot begin here", "begin it on a line of its own"),
    ("but got '?'", "PyYAML without libyaml takes no ? inside { } or [ ]", "put the value in quotes"),
    ("expected ',' or ']'", "the list is not closed here; expected , or ]", _QUOTE),
    ("expected ',' or '}'", "the mapping is not closed here; expected , or }", _QUOTE),
    ("parsing a block collection", "the list does not go on here; expected - or less indentation", _INDENT),
    ("parsing a block mapping", "the mapping does not go on here; expected a key or less indentation", _QUOTE),
    ("could not find expected ':'", "a key without `:`", "write `key: value`, or quote a text that spans lines"),
    ("node content", "a value is missing here", _QUOTE),
    ("document start>", "the document is over here; expected nothing more", _INDENT),
)


def explain_yaml(error: yaml.MarkedYAMLError, file: str, text: str) -> Mistake:
    """Our words for a parser's problem.

    text: the whole file, for the excerpt and the character at fault.
    """
    mark = error.problem_mark or error.context_mark
    index, line, column = (mark.index, mark.line, mark.column) if mark else (0, 0, 0)
    lines = text.splitlines()
    excerpt = lines[line] if line < len(lines) else ""
    message, hint = _worded(error, text[index : index + 1], excerpt[:column])
    return Mistake(Position(file, line + 1, column + 1), message, hint, excerpt)


def _worded(error: yaml.MarkedYAMLError, character: str, before: str) -> tuple[str, str]:
    problem = error.problem or "this is not YAML"
    if "cannot start any token" in problem or "tab character" in problem:
        return _bad_start(character)
    for part, message, hint in _PROBLEMS:
        if part in problem or part in (error.context or ""):
            return message, _BRACES if "{{" in before and hint == _QUOTE else hint
    return f"this is not YAML: {problem}", ""


def _bad_start(character: str) -> tuple[str, str]:
    if character == "\t":
        return "a tab cannot indent", "indent with blanks"
    return f"text cannot begin with {character}", "put the value in quotes"
