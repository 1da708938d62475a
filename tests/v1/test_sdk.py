"""The published client itself, release by release, against a server of ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.v1.releases import met, results_of, wanted


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The server that the releases meet."""
    with met() as found:
        yield found


@pytest.mark.index
@pytest.mark.parametrize("release", wanted())
def test_a_release_can_do_all_it_can_do_and_warns_of_nothing(url: str, release: str) -> None:
    results = results_of(release, url)

    failed = [f"{result.check} ({result.mode}): {result.detail}" for result in results if result.ok is False]
    assert not failed, "\n\n".join(failed)
    assert sum(result.ok is True for result in results) >= 50
