"""Tests of `refunds.py` with the fixture `gateway`, which comes with the package:

pip install mock-gateway httpx pytest
pytest examples/python
"""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from refunds import Refunds

BILLING = Path(__file__).parents[1] / "scenarios" / "billing.yaml"


@pytest.fixture
def http(gateway):
    """A client of this test's world."""
    with httpx.Client(base_url=gateway.url, headers={"Authorization": "Bearer any-key"}) as client:
        yield client


@pytest.mark.gateway(scenario=BILLING)
def test_a_refund_that_is_allowed_is_made(http):
    said = Refunds(http, decide=lambda name: name == "process_refund").ask("Please refund INV-2031.")

    assert said.endswith("Refund RF-9914 was processed.")


@pytest.mark.gateway(scenario=BILLING)
def test_a_refund_that_is_denied_is_not_made(http):
    said = Refunds(http, decide=lambda _: False).ask("Please refund INV-2031.")

    assert said.endswith("Nobody allowed it.")


def test_a_busy_gateway_is_an_error_that_the_caller_sees(gateway, http):
    gateway.play("""
        agent: billing
        door: [{ on: create_turn, answer: 429, retry_after: 2s }]
    """)

    with pytest.raises(httpx.HTTPStatusError) as caught:
        Refunds(http, decide=lambda _: True).ask("Please refund INV-2031.")

    assert caught.value.response.headers["retry-after"] == "2"
