"""What only the published contract has."""

from __future__ import annotations

import pytest
from openapi_reading import READINGS, component

V1 = READINGS["v1"]


def test_a_message_only_begins_on_the_stream_and_is_whole_elsewhere() -> None:
    assert V1.mapping("TurnStreamingEvent")["model.message"] == "ModelMessageStarted"
    assert V1.mapping("TurnEvent")["model.message"] == "ModelMessage"
    assert V1.mapping("SessionEvent")["model.message"] == "ModelMessage"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SubscribeTurn", {"after_sequence_number": None}),
        ("CreateTurn", {"input": None, "previous_turn_id": None}),
        ("CreateDraft", {"agent_spec": {"model": {"name": "m"}}, "agent_name": None}),
        ("UpdateDraft", {"agent_spec": None}),
        ("AgentSpec", {"model": {"name": "m", "params": None}, "instructions": None, "skills": None, "config": None}),
    ],
)
def test_what_clients_send_for_nothing_is_taken(name: str, value: object) -> None:
    assert V1.fits(component(name), value)


def test_specs_of_early_and_late_clients_are_taken() -> None:
    for message in ({"role": "user", "content": "hi"}, {"type": "user.message", "content": "hi"}):
        assert V1.fits(component("AgentSpec"), {"model": {"name": "m"}, "messages": [message]})


@pytest.mark.parametrize("name", ["a/b.txt", "..", ".", "a\\b", "a\0b", ""])
def test_a_file_has_a_name_and_no_path(name: str) -> None:
    part = {**V1.schemas["FilePart"]["examples"][0], "name": name}

    assert not V1.fits(component("FilePart"), part)


@pytest.mark.parametrize("content", ["", " ", "\n\t", []])
def test_an_empty_message_is_refused(content: object) -> None:
    assert not V1.fits(component("UserMessage"), {"type": "user.message", "content": content})


def test_a_file_is_sent_as_bytes() -> None:
    content = V1.success("download_sandbox_file")["content"]

    assert list(content) == ["application/octet-stream"]
    assert V1.resolved(content["application/octet-stream"]["schema"])["format"] == "binary"


def test_a_new_turn_leads_to_itself_and_its_events() -> None:
    links = V1.success("create_turn")["links"].values()

    assert {"get_turn", "subscribe_turn", "list_turn_events"} <= {link["operationId"] for link in links}
