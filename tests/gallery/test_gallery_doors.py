"""The agents that are refused at the door: what the client raises, and what works afterwards."""

from __future__ import annotations

import pytest
from gallery_talk import Begin

from mock_gateway.client import ApiError, Forbidden, RateLimited, ServerError, Unauthorized


def test_a_busy_door_says_how_long_to_wait(talk: Begin) -> None:
    parcels = talk("door-busy")
    parcels.say("Where is parcel 7741?")

    with pytest.raises(RateLimited) as refused:
        parcels.say("Where is parcel 7742?")

    assert (refused.value.status, refused.value.retry_after) == (429, 3.0)
    assert refused.value.message == "too many questions, please wait three seconds"
    assert refused.value.transient


def test_a_busy_door_opens_at_the_next_try(talk: Begin) -> None:
    parcels = talk("door-busy")
    parcels.say("Where is parcel 7741?")
    with pytest.raises(RateLimited):
        parcels.say("Where is parcel 7742?")

    again = parcels.say("Where is parcel 7742?")

    assert again.said == ["Parcel 7742 left the depot at 6:12."]
    assert len(list(parcels.session.list_turns())) == 2


def test_a_broken_door_fails_in_three_ways_and_is_mended(talk: Begin) -> None:
    lift = talk("door-broken")
    lift.say("Is the lift in building C working?")
    errors: list[ApiError] = []

    for _ in range(3):
        with pytest.raises(ServerError) as failed:
            lift.say("And now, the lift?")
        errors.append(failed.value)

    assert [(error.status, error.retry_after) for error in errors] == [(500, None), (502, None), (503, 2.0)]
    assert errors[0].message == "something broke inside"
    assert "502" in errors[1].message
    assert lift.say("The lift?").said == ["It works, but it does stop at every floor (question 2)."]


def test_a_locked_door_refuses_the_second_session_and_the_third(talk: Begin) -> None:
    archive = talk("door-locked")
    sessions = archive.gateway.agents

    with pytest.raises(Unauthorized) as expired:
        sessions.create_session(agent_name="door-locked")
    with pytest.raises(Forbidden) as forbidden:
        sessions.create_session(agent_name="door-locked")

    assert expired.value.message == "your key has expired"
    assert forbidden.value.message == "your key may not open the archive"


def test_a_locked_door_leaves_the_first_session_alone(talk: Begin) -> None:
    archive = talk("door-locked")
    with pytest.raises(Unauthorized):
        archive.gateway.agents.create_session(agent_name="door-locked")

    heard = archive.say("Open the archive.")

    assert heard.said == ["The archive is open until six. You are local-user@example.test, I see."]
    assert len(list(archive.gateway.agents.list_sessions("door-locked"))) == 1
