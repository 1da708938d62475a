"""Stories for tests: a few of each feature, drawn from a fixed seed; and searches of clients in this process."""

from __future__ import annotations

from contextlib import suppress
from random import Random

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import NoSuchExample

from contract_tests.mutants.adapter import Adapter, Parts
from contract_tests.mutants.in_process import InProcess
from contract_tests.mutants.zoo import MUTANTS
from mock_gateway.conformance.bench import Bench
from mock_gateway.conformance.fuzz.features import FEATURES, Feature
from mock_gateway.conformance.fuzz.grow import stories
from mock_gateway.conformance.fuzz.search import Budget, Search
from mock_gateway.conformance.fuzz.story import Story


def drawn(feature: Feature, dialect: str, count: int) -> list[Story]:
    """Some stories with a feature, the smallest one among them."""
    found: list[Story] = []

    def note(story: Story) -> bool:
        found.append(story)
        return False

    quiet = settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    with suppress(NoSuchExample):
        find(stories(dialect, (feature,)), note, settings=quiet, random=Random(7))
    return found[:count]


def small_client(name: str = "") -> InProcess:
    """The small client, with one bug or none."""
    return InProcess(lambda: MUTANTS[name].adapter(name) if name else Adapter("", Parts()))


def searched(bench: Bench, name: str, *only: str, **budget: float) -> Search:
    """A search of one mutant with a few features, until it is found."""
    search = Search(
        bench=bench,
        make=lambda: small_client(name),
        dialects=MUTANTS[name].dialects if name else ("beta", "v1"),
        budget=Budget(**{"base": 12, "single": 10, "pair": 1, "stories": 300, "finds": 1, **budget}),  # type: ignore[arg-type]
        leave_out=frozenset(FEATURES) - {*only},
    )
    search.run()
    return search
