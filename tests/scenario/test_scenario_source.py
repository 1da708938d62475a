"""Reading files and YAML: what is allowed, what is not, and where."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from scenario_texts import mistakes_of, place

from mock_gateway.scenario import ScenarioErrors
from mock_gateway.scenario import source as source_module
from mock_gateway.scenario.source import ALIAS_BUDGET, DEPTH_LIMIT, SIZE_LIMIT, Node, Source, compose, read_source


def plain(node: Node) -> object:
    if node.kind == "list":
        return [plain(item) for item in node.value]
    if node.kind == "mapping":
        return {key: plain(value) for key, value in node.value.items()}
    return node.value


def value_of(text: str) -> object:
    return plain(compose(Source(text, "s.yaml")))


@pytest.fixture(params=["libyaml", "python"])
def each_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "python":
        monkeypatch.setattr(source_module, "EventParser", yaml.SafeLoader)
    return str(request.param)


@pytest.mark.usefixtures("each_parser")
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("7", 7), ("-7", -7), ("+7", 7), ("007", 7), ("0o17", 15), ("0x1F", 31),
        ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-1.5E-1", -0.15),
        ("yes", "yes"), ("No", "No"), ("on", "on"), ("off", "off"), ("y", "y"),
        ("2026-01-31", "2026-01-31"), ("12:30:45", "12:30:45"), ("1_000", "1_000"), ("0b11", "0b11"),
        ("1.2.3", "1.2.3"), ("-", "-"), ("'7'", "7"), ('"true"', "true"), ("''", ""), ("10 KB", "10 KB"),
    ],
)  # fmt: skip
def test_plain_values_follow_yaml_1_2_core(written: str, value: object) -> None:
    text = f"a: {written}" if written != "-" else "a: '-'"

    assert value_of(text) == {"a": value}


@pytest.mark.usefixtures("each_parser")
def test_nodes_know_line_and_column() -> None:
    root = compose(Source('a: 1\nb:\n  - x\n  - "y"\n', "s.yaml"))

    second = root.value["b"].value[1]
    assert (second.line, second.column, root.keys["b"].line + 1) == (4, 5, 2)


@pytest.mark.usefixtures("each_parser")
def test_aliases_repeat_what_their_anchor_marks() -> None:
    assert value_of("a: &x { b: [1, 2] }\nc: *x") == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}}


@pytest.mark.usefixtures("each_parser")
def test_a_key_is_the_text_as_written() -> None:
    assert value_of("1: a\ntrue: b\n1.0: c") == {"1": "a", "true": "b", "1.0": "c"}


@pytest.mark.usefixtures("each_parser")
@pytest.mark.parametrize(
    ("text", "where", "message", "hint"),
    [
        ("", "1:1", "the file is empty", ""),
        ("# only a comment\n", "1:1", "the file is empty", ""),
        ("a: 1\nb: 2\na: 3", "3:1", "the key `a` is here a second time; first in line 1", ""),
        ("a: 1\n---\nb: 2", "2:1", "a second document begins here", "one file is one agent"),
        ("a:\n\tb: 1", "2:1", "a tab cannot indent", "indent with blanks"),
        ("a: @x", "1:4", "text cannot begin with @", "quotes"),
        ("a: `x`", "1:4", "text cannot begin with `", "quotes"),
        ("a: *", "1:5", "text cannot begin with *", "quotes"),
        ("a: *x", "1:4", "there is no anchor &x", "quotes"),
        ("a: &x [*x]", "1:8", "stands inside the value that it repeats", ""),
        ("a: !!str 5", "1:4", "the tag !!str is not used", "quote"),
        ("a: !mine 5", "1:4", "the tag !mine is not used", "quote"),
        ("a: {{ x }}", "1:5", "a key must be text", "needs quotes"),
        ("? [x]\n: 1", "1:3", "a key must be text", "quote"),
        ("&k a: 1", "1:1", "a key has no tag and no anchor", ""),
        ("<<: { a: 1 }", "1:1", "merge keys", "fragments"),
        ("a: x: y", "1:5", "a second `: ` in one value", "quotes"),
        ("a: [1, 2", "", "the list is not closed", "quotes"),
        ("a: { b: 1", "", "the mapping is not closed", "quotes"),
        ("a: 'x", "1:6", "a quoted text is not closed", "closing quote"),
        ('a: "\\q"', "", "no such escape", "double the backslash"),
        ("a: }", "1:4", "a value is missing", "quotes"),
        ("- a\nb: 1", "2:1", "the list does not go on here", "indentation"),
        ("a: .inf", "1:4", ".inf is no number that JSON can carry", "quotes"),
        ("a: .NaN", "1:4", ".NaN is no number that JSON can carry", "quotes"),
        ("a: 1e999", "1:4", "the number 1e999 is too large", "quotes"),
        (f"a: {'9' * 41}", "1:4", "more than 40 digits", "quotes"),
        ("a: 1\nb: \x07", "2:4", "U+0007 is not printable", "escape"),
        ("a: 1\nb: c \ud83d", "2:6", "U+D83D is not printable", "escape"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_told_with_its_place(text: str, where: str, message: str, hint: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        compose(Source(text, "s.yaml"))

    (mistake,) = caught.value.mistakes
    assert message in mistake.message
    assert hint in mistake.hint
    if where:
        assert place(mistake) == where


def test_a_question_mark_in_flow_style_needs_quotes_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: { b: /(?P<c>.)/, d: [Really?] }"
    assert value_of(text) == {"a": {"b": "/(?P<c>.)/", "d": ["Really?"]}}
    monkeypatch.setattr(source_module, "EventParser", yaml.SafeLoader)

    with pytest.raises(ScenarioErrors, match=r"1:11: PyYAML without libyaml takes no \? inside"):
        value_of(text)


def test_all_doubled_keys_are_told_together() -> None:
    found = mistakes_of("agent: a\nagent: b\nturns:\n  - say: x\n    say: y")

    assert [place(mistake) for mistake in found] == ["2:1", "5:5"]


@pytest.mark.usefixtures("each_parser")
def test_an_alias_bomb_is_refused_at_once() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]

    with pytest.raises(ScenarioErrors, match=f"stand for more than {ALIAS_BUDGET} values"):
        compose(Source("\n".join(levels), "s.yaml"))


@pytest.mark.usefixtures("each_parser")
def test_depth_is_limited() -> None:
    deep = "[" * (DEPTH_LIMIT + 5) + "]" * (DEPTH_LIMIT + 5)

    with pytest.raises(ScenarioErrors, match=f"more than {DEPTH_LIMIT} deep"):
        compose(Source(f"a: {deep}", "s.yaml"))


def test_a_file_is_read_as_utf8_without_its_mark_and_with_any_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes("\ufeffa: Grüße 👋\r\nb: 1\rc: 2".encode())

    assert plain(compose(read_source(path))) == {"a": "Grüße 👋", "b": 1, "c": 2}


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioErrors, match=r"none\.yaml: the file cannot be read: no such file"):
        read_source(tmp_path / "none.yaml")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioErrors, match="the file cannot be read: is a directory"):
        read_source(tmp_path)


def test_a_file_that_is_not_utf8_is_told_with_the_place_of_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"agent: a\nturns: [{ say: Gr\xfc\xdfe }]")

    with pytest.raises(ScenarioErrors) as caught:
        read_source(path)

    (mistake,) = caught.value.mistakes
    assert place(mistake) == "2:18"
    assert "byte 0xfc is not UTF-8" in mistake.message


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (SIZE_LIMIT + 1))

    with pytest.raises(ScenarioErrors, match="larger than 2 MB"):
        read_source(path)


def test_paths_are_shown_relative_where_that_is_shorter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("a: 1")
    monkeypatch.chdir(tmp_path)

    assert read_source(path).name == "s.yaml"
    monkeypatch.chdir(os.sep)
    assert len(read_source(path).name) <= len(str(path))


def test_a_mistake_shows_its_line_with_a_caret() -> None:
    (mistake,) = mistakes_of("agent: a\nturns:\n  - sya: Hello")

    assert str(mistake) == (
        "s.yaml:3:5: unknown key `sya` in rule\n    3 |   - sya: Hello\n      |     ^\n  hint: did you mean `say`?"
    )


def test_a_long_line_is_shown_around_the_caret() -> None:
    (mistake,) = mistakes_of(f"agent: a\nturns: [{{ say: {'x' * 300}, sya: y }}]")

    shown = str(mistake).splitlines()
    assert shown[1][shown[2].index("^") :].startswith("sya")
    assert max(map(len, shown)) < 120
