"""What only the documented contract has."""

from __future__ import annotations

from openapi_reading import READINGS, component

BETA = READINGS["beta"]


def test_the_stream_has_messages_in_pieces_and_the_log_has_them_whole() -> None:
    assert BETA.mapping("TurnStreamEvent")["model.message"] == "ModelMessageDelta"
    assert BETA.mapping("TurnEvent")["model.message"] == "ModelMessage"
    assert BETA.mapping("TurnOutputEvent")["model.message"] == "ModelMessage"


def test_a_turn_id_is_a_uuid_of_version_7() -> None:
    assert not BETA.fits(component("TurnId"), "0193f5a0-b5d0-4a41-9c3e-5f60718293a4")
