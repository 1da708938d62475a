"""No key is ever written: what looks like one goes out of every text, and no header is looked at at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mock_gateway.recording.recorder import Recorder
from mock_gateway.recording.secrets import REMOVED, Fence
from mock_gateway.recording.writing import Folder
from mock_gateway.scenario import load_text
from tests.recording.recording_desk import Beta, Talker, mock, recording, served
from tests.recording.test_record_gallery import client

KEYS = (
    "sk-proj-4f9a8b7c6d5e4f3a2b1c",
    "tfy-live.0123456789abcdef0123",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "AKIAIOSFODNN7EXAMPLE",
    "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "xoxb-123456789012-abcdefABCDEF",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "Zk9vQ2x3R8sT1uV4wX7yA0bC3dE6fG9h",
)
PLAIN = (
    "Please see https://example.test/a/very/long/path/that/is/no/key/at/all and tell me.",
    "550e8400-e29b-41d4-a716-446655440000",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "Donaudampfschifffahrtsgesellschaftskapitaen",
    "INV-2031, 2026-04-12, 1240.00 EUR, /var/log/billing/errors_2026_04_12.log",
)


@pytest.mark.parametrize("key", KEYS)
def test_what_looks_like_a_key_is_taken_out(key: str) -> None:
    cleaned = Fence().clean(f"My key is {key}, keep it.")

    assert cleaned == f"My key is {REMOVED}, keep it."


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert Fence().clean(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Authorization: Bearer abcdefgh12345", f"Authorization: {REMOVED}"),
        ("postgres://ada:s3cretword@db.example.test/x", f"postgres://{REMOVED}@db.example.test/x"),
        ("password=hunter2 for you", f"{REMOVED} for you"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nend", f"{REMOVED}\nend"),
    ],
)
def test_what_stands_beside_a_telling_word_is_taken_out(text: str, left: str) -> None:
    cleaned = Fence().clean(text)

    assert REMOVED in cleaned
    assert cleaned.split(REMOVED)[-1] == left.split(REMOVED)[-1]
    assert not any(word in cleaned for word in ("abcdefgh12345", "s3cretword", "hunter2", "MIIE"))


def test_values_of_secret_names_go_whatever_they_are() -> None:
    data = {"user": "ada", "password": "pear", "api_key": "plum", "nested": [{"client-secret": "fig", "tokens": 3}]}

    cleaned = Fence().clean_data(data)

    assert cleaned == {
        "user": "ada",
        "password": REMOVED,
        "api_key": REMOVED,
        "nested": [{"client-secret": REMOVED, "tokens": 3}],
    }


SENT = "plain-looking-key"
LEAKS = f"""
agent: leaky
mcp: {{ vault: {{}} }}
turns:
  - when: {{ message: key }}
    say: {{ text: "Your key is {SENT}, and mine {KEYS[0]}.", reasoning: "Say {KEYS[1]}." }}
    call:
      - tool: vault.open
        arguments: {{ password: pear, key: "{KEYS[2]}", note: ok }}
        returns: {{ token: "{KEYS[3]}" }}
      - {{ tool: vault.look, fails: "no {KEYS[4]}" }}
      - {{ sub_agent: helper, input: "{KEYS[5]}", script: {{ fail: "bad {KEYS[6]}" }} }}
      - {{ ask: "Is it {KEYS[7]}?", options: [{SENT}, no] }}
    then: {{ fail: "it was {KEYS[8]}" }}
"""


def test_no_key_gets_into_a_file(tmp_path: Path) -> None:
    said: list[str] = []
    recorder = Recorder(Folder(tmp_path), said.append)
    with (
        served(mock({"leaky": load_text(LEAKS)})) as gateway,
        recording(gateway, recorder) as (url, _),
        client(url) as http,
    ):
        http.headers["Authorization"] = f"Bearer {SENT}"
        talker = Talker(http, Beta, "leaky")
        talker.say(f"My key is {SENT} or {KEYS[0]}.")
        talker.answer(f"no, {KEYS[1]}")

    recorder.finish()
    text = (tmp_path / "leaky.yaml").read_text("utf-8")
    assert [key for key in (*KEYS, SENT, "pear") if key in text + "".join(said)] == []
    assert text.count(REMOVED) > 8
    assert "note: ok" in text
    assert load_text(text).rules


def test_a_message_that_had_a_key_in_it_is_known_again_without_it() -> None:
    agent = load_text("agent: a\nturns: [{ say: Thank you. }]")
    with served(mock({"a": agent})) as gateway, recording(gateway) as (url, recorder), client(url) as http:
        Talker(http, Beta, "a").say(f"My key is {KEYS[0]} today.")
    again = load_text(recorder.texts()["a"])

    with served(mock({"a": again})) as url, client(url) as http:
        talker = Talker(http, Beta, "a")
        talker.say(f"My key is {KEYS[2]} today.")

    assert talker.ending["status"] == "done"
    assert "Thank you." in json.dumps(talker.ending)
