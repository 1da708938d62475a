"""Gates are judged from figures by plain arithmetic."""

from __future__ import annotations

from math import isnan

from gates import GATES, Gate, judge, ratio, typical

COST = Gate("cost", "stream", "us", 0.5, 0.35)
SPEED = Gate("speed", "stream", "per_s", 4, 7, at_least=True)
LATE = Gate("late", "crowd", "ms", 10, 3, absolute=True)
SHOWN = Gate("shown", "stream", "us", None, None)


def rounds(**figures: list[float]) -> list[dict[str, float]]:
    """A round for each position of the lists."""
    return [dict(zip(figures, values, strict=True)) for values in zip(*figures.values(), strict=True)]


def test_a_ratio_is_taken_within_its_round_and_the_median_counts():
    product, yardstick = rounds(us=[1.0, 30.0, 2.0]), rounds(us=[4.0, 60.0, 4.0])
    assert ratio(product, yardstick, "us") == 0.5


def test_a_round_in_which_the_yardstick_measured_nothing_is_left_out():
    assert ratio(rounds(us=[1.0, 1.0]), rounds(us=[0.0, 2.0]), "us") == 0.5
    assert isnan(ratio(rounds(us=[1.0]), rounds(us=[0.0]), "us"))


def test_the_typical_figure_is_the_median():
    assert typical(rounds(us=[1.0, 100.0, 3.0]), "us") == 3.0


def test_an_upper_bound_is_kept_at_its_value_and_missed_above_it():
    assert [COST.verdict(value) for value in (0.35, 0.36, 0.5, 0.51)] == ["stretch", "pass", "pass", "MISS"]


def test_a_lower_bound_is_kept_at_its_value_and_missed_below_it():
    assert [SPEED.verdict(value) for value in (7, 6.9, 4, 3.9)] == ["stretch", "pass", "pass", "MISS"]


def test_a_figure_that_was_not_taken_misses_its_gate():
    assert COST.verdict(float("nan")) == SPEED.verdict(float("nan")) == "MISS"


def test_a_line_without_a_gate_only_shows_its_figure():
    assert SHOWN.verdict(99) == ""


def test_a_line_is_judged_by_its_ratio_or_by_its_own_figure():
    results = {
        "product": {"stream": rounds(us=[2.0], per_s=[60.0]), "crowd": rounds(ms=[9.0])},
        "yardstick": {"stream": rounds(us=[8.0], per_s=[10.0]), "crowd": rounds(ms=[1.0])},
    }
    lines = judge(results, [COST, SPEED, LATE])
    assert [(line.value, line.verdict) for line in lines] == [(0.25, "stretch"), (6.0, "pass"), (9.0, "pass")]
    assert (lines[2].product, lines[2].yardstick) == (9.0, 1.0)


def test_what_was_not_measured_has_no_line():
    results = {"product": {"stream": rounds(us=[2.0])}, "yardstick": {"stream": rounds(us=[8.0])}}
    assert [line.gate for line in judge(results, [LATE, COST])] == [COST]


def test_a_stretch_is_never_easier_than_its_gate():
    for gate in GATES:
        if gate.gate is not None:
            assert gate.verdict(gate.stretch) == "stretch"
            assert gate.verdict(gate.gate) in ("pass", "stretch")
