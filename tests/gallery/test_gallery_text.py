"""What the agents that only talk send: texts, their pieces, their ends."""

from __future__ import annotations

import re
import unicodedata

from gallery_talk import Begin


def test_hello_greets_whoever_greets(talk: Begin) -> None:
    hello = talk("hello")

    heard = [hello.say(text) for text in ("Hello!", "Good morning to you", "hi there")]

    assert {tuple(turn.kinds) for turn in heard} == {("turn.created", "model.message", "turn.done")}
    assert {turn.said[0][:13] for turn in heard} == {"Good morning!"}
    assert len(heard[0].pieces[0]) > 20


def test_hello_repeats_everything_else(talk: Begin) -> None:
    assert talk("hello").say("Which way to Whitby?").said == ["You said: Which way to Whitby?"]


def test_a_long_answer_is_markdown_and_comes_in_hundreds_of_pieces(talk: Begin) -> None:
    heard = talk("long-answer").say("How do I bake a sourdough loaf?")

    [text] = heard.said
    assert text.startswith("## A plain sourdough loaf\n\n")
    assert re.findall(r"^### (.+)$", text, re.MULTILINE) == ["The evening before", "The dough", "Shaping", "Baking"]
    assert "".join(heard.pieces[0]) == text
    assert len(heard.pieces[0]) > 400


def test_languages_arrive_letter_by_letter_and_whole(talk: Begin) -> None:
    heard = talk("languages").say("Say good morning to everyone.")

    many, escaped = heard.said
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in many if letter.isalpha()}
    assert {"GREEK", "CYRILLIC", "HEBREW", "ARABIC", "DEVANAGARI", "THAI", "CJK", "HIRAGANA", "HANGUL"} <= scripts
    assert "👩‍👩‍👧‍👦" in many
    assert "𠮷" in many
    assert heard.pieces == [list(many), list(escaped)]


def test_languages_are_not_composed_on_their_way(talk: Begin) -> None:
    escaped = talk("languages").say("Say good morning to everyone.").said[1]

    assert escaped.startswith("Cafe\u0301 · \u30ab\u3099 · \u1112\u1161\u11ab\u1100\u1173\u11af · ")
    assert unicodedata.normalize("NFC", escaped) != escaped
    assert "\u202bleft to right\u202c · no\u00adbreak\u200bhere" in escaped
    assert escaped.endswith('a tab\tand a quote " and a backslash \\ and </script>')


def test_a_big_message_loses_nothing_of_its_twenty_thousand_words(talk: Begin) -> None:
    heard = talk("big-message").say("Read me the whole report.")

    [text] = heard.said
    assert len(text.split()) == 20_000
    assert len(heard.events) == 20_003
    assert [event.sequence_id for event in heard.events] == list(range(1, 20_004))
    [stored] = heard.done.output
    assert stored.model_dump()["content"] == text


def test_generated_user_interface_is_a_fenced_block_between_paragraphs(talk: Begin) -> None:
    heard = talk("generative-ui").say("Show me this week's visitors.")

    before, block, after = re.split(r"```(?:openui\n)?", heard.said[-1])
    assert before == "Saturday was the strongest day, as always.\n\n"
    assert block.splitlines()[0] == "root = Card([title, chart, note, actions])"
    assert 'chart = BarChart(["Tue","Wed","Thu","Fri","Sat","Sun"], [series])' in block
    assert after.strip() == "Press the button to compare, or ask for a single day."


def test_what_the_generated_button_says_has_an_answer(talk: Begin) -> None:
    museum = talk("generative-ui")
    block = museum.say("Show me this week's visitors.").said[-1]
    [label] = re.findall(r'Button\("[^"]+", "([^"]+)"\)', block)

    assert museum.say(label).said == [
        "Last week there were 212 visitors fewer, most of them missing on the rainy Sunday."
    ]


def test_pieces_are_cut_in_every_way_there_is(talk: Begin) -> None:
    heard = talk("pieces").say("Read the departures.")

    words, sizes, drawn, characters, whole, hand, short = heard.pieces
    assert words == ["Platform ", "1: ", "Ghent ", "at ", "9:02. "]
    assert {len(piece) for piece in sizes[:-1]} == {5}
    assert all(1 <= len(piece) <= 9 for piece in drawn)
    assert characters == list("Platform 4: Ostend at 9:17. ")
    assert whole == ["Platform 5: Mons at 9:20. "]
    assert hand == ["Plat", "form 6: Leu", "ven at 9:2", "2. "]
    assert "".join(short).endswith("Bruges at 9:3")
    assert [message.finish_reason for message in heard.messages] == ["stop"] * 6 + ["length"]


def test_thoughts_have_no_place_in_this_contract(talk: Begin) -> None:
    heard = talk("thinking").say("Which is heavier, a pound of feathers or a pound of gold?")

    assert heard.said == ["The feathers. Gold is weighed in troy pounds, and those are lighter."]
    assert [event.sequence_id for event in heard.events] == list(range(1, len(heard.events) + 1))
    assert not any("riddle" in event.model_dump_json() for event in heard.events)
