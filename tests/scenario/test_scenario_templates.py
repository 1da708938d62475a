"""Templates: what may be written, what it gives, what is refused."""

from __future__ import annotations

import ast
import string
import warnings
from contextlib import suppress
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenario_texts import agent_of, mistakes_of, step_of

from mock_gateway.core.errors import ScriptError
from mock_gateway.scenario.binding import TextExpression, ValueExpression, bind_text, bind_value, names_in
from mock_gateway.scenario.errors import Mistake
from mock_gateway.scenario.expressions import DEPTH_LIMIT, LENGTH_LIMIT, BadExpression, compile_expression
from mock_gateway.scenario.filters import FILTERS
from mock_gateway.scenario.source import Source, compose
from mock_gateway.scenario.templates import Template, parse_template
from mock_gateway.scenario.values import LEAF_LIMIT, TEXT_LIMIT

SCOPE: dict[str, object] = {
    "input": {"text": "Refund it", "files": [{"name": "a.pdf", "mime": "application/pdf", "size": 7}]},
    "turn": {"n": 3},
    "result": {"total": 1240.0, "items": ["a", "b"], "nothing": None, "empty": [], "quoted key": 1},
    "results": [{"title": "Login is slow"}, "done"],
    "answer": "yes",
    "match": {"version": None},
    "strange": object(),
}


def value(expression: str, scope: dict[str, object] = SCOPE) -> object:
    return compile_expression(expression).evaluate(scope)


def parsed(text: str) -> str | Template:
    mistakes: list[Mistake] = []
    node = compose(Source(f"a: {text}", "s.yaml")).value["a"]
    found = parse_template(node, mistakes)
    assert found is not None, mistakes
    return found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("input.text", "Refund it"),
        (" input . text ", "Refund it"),
        ("input.files[0].name", "a.pdf"),
        ("results[0].title", "Login is slow"),
        ("results[-1]", "done"),
        ('result["quoted key"]', 1),
        ("input.text[0]", "R"),
        ('"a" + "b"', "ab"),
        ("'a' 'b'", "ab"),
        ("1 + 2.5", 3.5),
        ("[1, 2] + result.items", [1, 2, "a", "b"]),
        ("[]", []),
        ("[turn.n, true, false, null]", [3, True, False, None]),
        ("-turn.n", -3),
        ("turn.n == 3", True),
        ("turn.n != 3", False),
        ("1 < turn.n <= 3", True),
        ("turn.n >= 4 or answer == 'yes'", True),
        ("turn.n > 2 and answer == 'no'", False),
        ("not answer", False),
        ("'fun' in input.text", True),
        ("'x' not in result.items", True),
        ("'many' if turn.n > 1 else 'one'", "many"),
        ("result.missing | default('none')", "none"),
        ("result.nothing | default(0)", 0),
        ("absent.root.name | default('none')", "none"),
        ("match.version | default('latest')", "latest"),
        ("result.empty | first | default('-')", "-"),
        ("answer | upper", "YES"),
        ("'ABC' | lower", "abc"),
        ("'  a ' | trim | length", 1),
        ("result | length", 5),
        ("result.items | json", '["a","b"]'),
        ("'ü' | json", '"ü"'),
        ("result.items | first", "a"),
        ("result.items | last", "b"),
        ("result.items | join", "a, b"),
        ("[1, null, 'x'] | join('-')", "1--x"),
        ("2.5678 | round(2)", 2.57),
        ("2.5678 | round", 3),
        ("result.total | money", "1,240.00"),
        ("1 + 2 | round", 3),
        ("(result.items | length) == 2", True),
        ("result.items | length == 2", True),
        ('"{{ }} # { }"', "{{ }} # { }"),
        ("result.total\n  | money", "1,240.00"),
        ("'é' + input.text | lower", "érefund it"),
        ("turn.n == 3 == true", False),
    ],
)
def test_an_expression_gives_its_value(expression: str, expected: object) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("absent", "`absent` is not known here; there is: input, turn"),
        ("input.txet", "input has no `txet`; there is: text, files"),
        ("strange.x", "strange is an object and has no `x`"),
        ("strange | json", "an object is no JSON"),
        ("input.text.upper", 'input.text is the text "Refund it" and has no `upper`'),
        ("result.nothing.x", "result.nothing is null and has no `x`"),
        ("results[5]", "results has 2 items and no item 5"),
        ("results['a']", 'its items have numbers, not the text "a"'),
        ("results[true]", "its items have numbers, not true"),
        ("turn.n[0]", "turn.n is the number 3 and has no items"),
        ("result.empty | first", "`first` of a list that is empty"),
        ("answer + 1", 'cannot add the text "yes" and the number 1'),
        ("true + 1", "cannot add true and the number 1"),
        ("answer < 1", 'cannot compare the text "yes" with the number 1'),
        ("1 in 2", "cannot compare"),
        ("-answer", "the sign - needs a number"),
        ("turn.n | upper", "`upper` needs text, not the number 3"),
        ("turn.n | length", "`length` needs text, a list or a mapping"),
        ("answer | join", "`join` needs a list"),
        ("answer | round", "`round` needs a number"),
        ("1 | round(99)", "`round` takes 0 to 12 digits"),
        ("true | money", "`money` needs a number, not true"),
    ],
)
def test_what_cannot_be_evaluated_says_what_there_is(expression: str, message: str) -> None:
    with pytest.raises(ScriptError) as caught:
        value(expression)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    "expression",
    [
        "().__class__", "input.__class__", "input._x", "_x", "__import__('os')", "open('x')", "input.text.upper()",
        "len(input)", "lambda: 1", "[x for x in results]", "(x for x in results)", "{x for x in results}",
        "f'{input}'", "f''", "{'a': 1}", "{1, 2}", "(1, 2)", "1, 2", "x := 1", "(x := 1)", "*results", "[*results]",
        "results[0:1]", "results[:]", "2 ** 9", "2 * 3", "1 - 2", "1 / 2", "1 % 2", "'%s' % 1", "1 @ 2", "1 & 2",
        "1 ^ 2", "1 << 2", "~1", "+1", "1 is 1", "1 is not 1", "b'x'", "1j", "...", "None", "True", "False",
        "await x", "yield", "yield x", "import os", "x = 1", "x; y", "answer | upper(1)",
        "answer | default", "answer | default(1, 2)", "answer | join(1, 2)", "answer | round(n=1)", "answer | a.b",
        "answer | 'upper'", "answer | nothing", "answer | default(*results)", "1e999", "(", "a b", "",
        "'\\", "9" * 5000, r"'\ud83d'",
    ],
)  # fmt: skip
def test_everything_else_is_refused_when_a_file_is_read(expression: str) -> None:
    with pytest.raises(BadExpression):
        compile_expression(expression)


def test_a_comment_is_refused_too() -> None:
    (mistake,) = mistakes_of('agent: a\nturns: [{ say: "{{ turn.n # y }}" }]')

    assert "without { } or #" in mistake.message


def test_expressions_are_limited_in_length_and_depth() -> None:
    with pytest.raises(BadExpression, match=f"the limit is {LENGTH_LIMIT}"):
        compile_expression("'" + "x" * LENGTH_LIMIT + "'")
    with pytest.raises(BadExpression, match=f"more than {DEPTH_LIMIT} parts deep"):
        compile_expression("not " * (DEPTH_LIMIT + 1) + "1")
    with pytest.raises(BadExpression):
        compile_expression("(" * 400 + "1" + ")" * 400)


def test_values_are_limited_in_size() -> None:
    doubled: object = "x" * TEXT_LIMIT
    with pytest.raises(ScriptError, match="too long"):
        value("a + a", {"a": doubled})
    nested: object = [1]
    for _ in range(40):
        nested = [nested, nested]
    for expression in ("a | json", "[a, a]", "a + a"):
        with pytest.raises(ScriptError, match=f"more than {LEAF_LIMIT}"):
            value(expression, {"a": nested})


def test_pythons_own_warnings_stay_silent() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        assert value(r"'\d'") == r"\d"
        with pytest.raises(BadExpression):
            compile_expression("1if 2else 3 4")


@given(st.text(max_size=60) | st.text("abc.[]()|+-'\"{}%_ 012,:=<>!#\n\\", max_size=40))
def test_no_text_makes_anything_but_our_error(text: str) -> None:
    try:
        found = compile_expression(text)
    except BadExpression as error:
        assert 0 <= error.offset <= len(text) + 1
        return
    with suppress(ScriptError):
        found.evaluate(SCOPE)


ATOMS = st.sampled_from(["input", "result.items", "results", "answer", "1", "2.5", "'x'", "true", "null", "[1, 'a']"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    filters = st.sampled_from([*FILTERS, "default(1)", "join('-')", "round(2)"])
    signs = st.sampled_from([" + ", " == ", " < ", " in ", " and ", " or "])
    return (
        st.builds("({} | {})".format, inner, filters)
        | st.builds("({}{}{})".format, inner, signs, inner)
        | st.builds("({} if {} else {})".format, inner, inner, inner)
        | st.builds("{}[{}]".format, inner, inner)
        | st.builds("[{}, {}]".format, inner, inner)
        | st.builds("(not {})".format, inner)
    )


@given(st.recursive(ATOMS, _grown, max_leaves=8))
def test_every_allowed_expression_gives_a_value_or_our_error(expression: str) -> None:
    with suppress(ScriptError, BadExpression):
        value(expression)


@given(st.text(string.printable + "äß👋", max_size=80))
def test_no_text_in_a_file_makes_anything_but_our_mistakes(text: str) -> None:
    node = compose(Source("a: b", "s.yaml")).value["a"]
    node.value = text
    mistakes: list[Mistake] = []

    found = parse_template(node, mistakes)

    assert (found is None) == bool(mistakes)
    if "{{" not in text:
        assert found == text


_STEPS = st.sampled_from([".text", ".files", ".items", ".nothing", ".x", "[0]", "[-1]", "[7]"])
_FILTERS = st.sampled_from(["upper", "length", "first", "last", "json", "trim", "money", "round", "join"])


@given(
    st.sampled_from(["input", "result", "results", "answer", "absent"]),
    st.lists(_STEPS, max_size=4),
    st.lists(_FILTERS, max_size=2),
)
def test_the_quick_way_is_the_same_as_the_long_one(root: str, steps: list[str], filters: list[str]) -> None:
    quick = " | ".join(["".join([root, *steps]), *filters])
    # Brackets are not usual: they take the way by the syntax tree.
    long = " | ".join([f"({''.join([root, *steps])})", *filters])

    assert outcome(quick) == outcome(long)
    assert [use[:2] for use in compile_expression(quick).uses] == [use[:2] for use in compile_expression(long).uses]


def outcome(expression: str) -> object:
    try:
        return value(expression)
    except ScriptError as error:
        return str(error)


def test_the_syntax_nodes_that_are_allowed_are_known_to_python() -> None:
    from mock_gateway.scenario.expressions import _TABLE, _Builder

    assert all(issubclass(node, ast.expr) and hasattr(_Builder, name) for node, name in _TABLE.items())


# -- templates in texts ------------------------------------------------------------------------------------------------


def test_text_without_braces_stays_text() -> None:
    assert parsed("Hello { you } }}") == "Hello { you } }}"


def test_a_text_joins_its_parts_and_what_is_null_is_empty() -> None:
    expression = bind_text(parsed('"{{ answer }}: {{ result.items }}{{ result.nothing }}, {{ 1 == 1 }}"'), {})

    assert isinstance(expression, TextExpression)
    assert expression.evaluate(SCOPE) == 'yes: ["a","b"], true'


def test_a_value_that_is_one_expression_keeps_its_type() -> None:
    expression = bind_value(parsed('"{{ result.items }}"'), {})

    assert isinstance(expression, ValueExpression)
    assert expression.evaluate(SCOPE) == ["a", "b"]


def test_a_value_is_plain_data() -> None:
    expression = bind_value(parsed('"{{ [match] }}"'), {})

    assert isinstance(expression, ValueExpression)
    assert expression.evaluate({"match": MappingProxyType({"a": (1, 2)})}) == [{"a": [1, 2]}]


def test_the_names_are_those_taken_from_the_scope() -> None:
    bound = {"name": bind_text(parsed('"{{ answer }}"'), {}), "other": "x"}

    data = bind_value({"a": parsed('"{{ name }} {{ turn.n }} {{ other }}"'), "b": [1]}, bound)

    assert names_in(data) == {"answer", "turn"}


def test_what_depends_on_nothing_is_evaluated_at_once() -> None:
    assert bind_text(parsed('"{{ 1 + 1 }} {{ name | upper }}"'), {"name": "ada"}) == "2 ADA"
    assert bind_value(parsed('"{{ [1, name] }}"'), {"name": "ada"}) == [1, "ada"]


def test_a_failing_expression_names_its_place() -> None:
    agent = agent_of("turns:\n  - say: |\n      Total:\n      {{ input.text | money }}\n", params={})
    say = agent.rules[0].script[0].say
    assert say is not None and isinstance(say.text, TextExpression)

    with pytest.raises(ScriptError) as caught:
        say.text.evaluate(SCOPE)

    assert str(caught.value) == 's.yaml:5:7: `money` needs a number, not the text "Refund it"'


def test_two_braces_can_mean_themselves() -> None:
    step = step_of("""{ say: 'a {{ "{{" }} b }}' }""")

    assert step.say is not None and step.say.text == "a {{ b }}"
    assert step.pieces is not None
