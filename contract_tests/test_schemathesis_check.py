"""The check that users add to their own runs of schemathesis: right streams pass, broken ones say which rule."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import schemathesis
from schemathesis.core.failures import FailureGroup

from contract_tests.broken.layers import Layer
from contract_tests.broken.serving import real_app, serving_in_a_thread
from contract_tests.broken.zoo import every
from contract_tests.v1.broken.zoo import every as every_published
from mock_gateway.conformance.schemathesis_check import gateway_stream
from mock_gateway.conformance.server.streams import Reading, alone, read_stream

pytestmark = pytest.mark.own_gateway
ROOT = Path(__file__).resolve().parent.parent
KEY = {"Authorization": "Bearer contract-key"}
OF = {
    "beta": ("openapi.yaml", "/sessions", "contract-crew"),
    "v1": ("openapi.v1.yaml", "/v1/agents/sessions", "contract-crew"),
}


def ask(url: str, dialect: str, *texts: str) -> schemathesis.Response:
    """Say something with schemathesis, and let the check look at what comes of the last."""
    document, path, agent = OF[dialect]
    schema = schemathesis.openapi.from_path(ROOT / document)
    schema.config.update(base_url=url)
    session = httpx.post(f"{url}{path}", json={"agent_name": agent}, headers=KEY).json()["data"]["id"]
    for text in texts:
        case = schema[f"{path}/{{session_id}}/turns"]["POST"].Case(
            path_parameters={"session_id": session},
            body={"input": [{"type": "user.message", "content": text}]},
            media_type="application/json",
            headers=KEY,
        )
        response = case.call()
        case.validate_response(response, checks=[gateway_stream], excluded_checks=[])
    return response


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    with serving_in_a_thread(lambda: Layer(real_app())) as url:
        yield url


@pytest.mark.parametrize("dialect", OF)
def test_streams_of_the_mock_pass_first_and_second_turns(dialect: str, mock: str) -> None:
    response = ask(mock, dialect, "parallel", "nested")

    whole = not response.stream_cut_short
    events = read_stream(response.content, dialect, whole=whole)
    assert Reading(dialect).take(events).violations(whole=whole) == alone(events, dialect, whole=whole) == []


@pytest.mark.parametrize(("dialect", "blamed"), [("beta", "THR-2"), ("v1", "V1-MSG-1"), ("beta", "SEQ-1")])
def test_a_broken_stream_fails_with_its_rule(dialect: str, blamed: str) -> None:
    zoo = every() if dialect == "beta" else every_published()
    broken = next(one for one in zoo.values() if one.red == {blamed})

    with (
        serving_in_a_thread(lambda: broken.make(real_app())) as url,
        pytest.raises(FailureGroup) as failed,
    ):
        ask(url, dialect, "parallel")

    assert any(blamed in str(one) for one in failed.value.exceptions)
