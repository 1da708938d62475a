"""The agents that choose their answer: by text, files, state, history, counts, and with templates."""

from __future__ import annotations

import pytest
from gallery_talk import Begin, upload

from mock_gateway.client import FileUploadContentPart, Unprocessable, UserMessage

PHOTO = upload("dent.jpg", "image/jpeg", b"\xff\xd8\xff\xe0" * 100)
REPORT = upload("report.pdf", "application/pdf", b"%PDF-1.7\n")
LONG_REPORT = upload("all.PDF", "application/pdf", b"%PDF-1.7\n" + b"." * 1_200_000)
NOTES = upload("notes.txt", "text/plain", "Straße".encode())


def test_memory_keeps_what_the_rules_set_over_several_turns(talk: Begin) -> None:
    shop = talk("memory")

    said = [
        shop.say(text).said[0]
        for text in (
            "Checkout, please.",
            "My name is Ada.",
            "Put Middlemarch into my basket.",
            "And put The Waves into my basket",
            "Checkout, please.",
            "Empty my basket.",
            "Checkout.",
        )
    ]

    assert said == [
        "Your basket is empty, friend.",
        "Welcome to the bookshop, Ada.",
        "Middlemarch is in your basket.",
        "The Waves is in your basket.",
        "2 in your basket, Ada: Middlemarch; The Waves.",
        "All books are back on the shelf.",
        "Your basket is empty, Ada.",
    ]


def test_memory_knows_the_turns_before(talk: Begin) -> None:
    shop = talk("memory")

    first = shop.say("What did I say first?")
    unknown = shop.say("Do you sell umbrellas?")
    later = shop.say("And now, what did I say first?")

    assert first.said == ["Nothing yet."]
    assert unknown.said[0].startswith("This is turn 2.")
    assert later.said == ["You began with: What did I say first?"]


def test_memory_follows_the_chain_and_not_the_clock(talk: Begin) -> None:
    shop = talk("memory")
    begin = shop.say("Put Emma into my basket.")
    shop.say("Put Persuasion into my basket.")

    items = [{"type": "user.message", "content": "Checkout."}]
    other = shop.listen(shop.session.create_turn(input=items, previous_turn_id=begin.turn_id))

    assert other.said == ["1 in your basket, friend: Emma."]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ((), "Please send a photo of the damage, and the police report if there is one."),
        ((PHOTO,), "dent.jpg shows a dent in the left door. The photo has 400 bytes."),
        ((REPORT,), "I have read report.pdf (application/pdf). The other driver is named in it."),
        ((NOTES,), "I have read notes.txt (text/plain). The other driver is named in it."),
        ((LONG_REPORT,), "all.PDF is a long report. I will read it in the sandbox and come back to you."),
        ((PHOTO, REPORT, NOTES), "3 files, from dent.jpg to notes.txt. Thank you."),
    ],
)
def test_attachments_are_known_by_name_type_and_size(
    talk: Begin, files: tuple[FileUploadContentPart, ...], said: str
) -> None:
    heard = talk("attachments").say("Here you are.", *files)

    assert heard.said == [said]


def test_only_documents_need_the_sandbox_of_the_attachments(talk: Begin) -> None:
    photo, report = (talk("attachments").say("Here.", file) for file in (PHOTO, REPORT))

    assert photo.kinds == ["turn.created", "model.message", "turn.done"]
    assert report.kinds == ["turn.created", "sandbox.created", "model.message", "turn.done"]


def test_an_agent_without_a_sandbox_takes_images_only(talk: Begin) -> None:
    hello = talk("hello")

    with pytest.raises(Unprocessable) as refused:
        hello.say("Here.", REPORT)

    assert "report.pdf" in refused.value.message
    assert hello.say("Hello", PHOTO).done.status == "done"


def test_attachments_of_a_past_claim_can_be_read_back(talk: Begin) -> None:
    [past] = talk("attachments").gateway.agents.list_sessions(
        "attachments", limit=1, end_timestamp="2025-12-31T00:00:00Z"
    )

    [turn] = past.list_turns()

    assert turn.input is not None
    [sent] = turn.input
    assert isinstance(sent, UserMessage)
    _, photo, report = list(sent.content)
    assert isinstance(photo, FileUploadContentPart)
    assert isinstance(report, FileUploadContentPart)
    assert (photo.file.filename, report.file.filename) == ("door.png", "report.txt")
    assert report.file.file_data.startswith("data:text/plain;base64,")


@pytest.mark.parametrize(
    ("text", "files", "said"),
    [
        ("STOP", (), "Stopped. You will get no more reminders."),
        ("stop", (), "Send me an invoice number or a receipt."),
        ("My invoice INV-204 is wrong.", (), "Invoice 204: I will check it against the order."),
        ("My invoice INV-20 is wrong.", (), "Send me an invoice number or a receipt."),
        ("I want my MONEY BACK", (), "Money back takes five working days."),
        ("When am I reimbursed?", (), "Money back takes five working days."),
        ("Here", (upload("a.csv", "text/csv", b"1;2"),), "A small table: a.csv."),
        ("Here", (upload("A.CSV", "text/csv", b"1;2\n" * 500),), "A table of 2000 bytes, which I will load tonight."),
        ("The receipt.", (PHOTO,), "The receipt is readable, thank you."),
        ("No idea.", (PHOTO,), "Send me an invoice number or a receipt."),
    ],
)
def test_rules_are_tried_from_the_first_on(
    talk: Begin, text: str, files: tuple[FileUploadContentPart, ...], said: str
) -> None:
    assert talk("rules").say(text, *files).said == [said]


def test_rules_can_ask_for_the_number_of_the_turn(talk: Begin) -> None:
    rules = talk("rules")

    said = [rules.say("Hm.").said[0][:7] for _ in range(5)]

    assert said == ["Send me", "Send me", "We are ", "We are ", "Send me"]


def test_visits_count_how_often_a_rule_would_have_fitted(talk: Begin) -> None:
    riddles = talk("visits")

    said = [riddles.say("A riddle, please.").said[0] for _ in range(4)]

    assert said[0] == "What has hands but cannot clap?"
    assert said[1] == said[2] == "What gets wetter the more it dries?"
    assert said[3] == "I only know two riddles."


def test_visits_answers_depend_on_the_turn_too(talk: Begin) -> None:
    quick, slow = talk("visits"), talk("visits")

    for riddles, wrong in ((quick, 0), (slow, 2)):
        riddles.say("Ask me a riddle.")
        for _ in range(wrong):
            assert riddles.say("A spider?").said == ["Not quite. Try again."]

    assert quick.say("A clock!").said == ["Right at the first try!"]
    assert slow.say("A clock!").said == ["Right, after 4 turns."]


def test_templates_put_captures_and_results_into_texts_and_arguments(talk: Begin) -> None:
    heard = talk("templates").say("Split 186.5 EUR between Ada, Grace and Alan.")

    assert heard.called == [
        ("split_bill", {"total": "186.5", "for": "an untitled session"}),
        ("ask_user_question", {"question": "Shall I round, Ada?", "options": ["Up to 62", "Leave it"]}),
    ]
    assert heard.said == [
        "186.5 EUR for Ada, Grace and Alan.",
        "3 of you, Ada and Grace and Alan: 62.17 each, 62.2 for the last, and the tip is up to you.",
    ]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("Up to 62", "Everybody pays 62 and nobody complains."),
        ("Leave it", 'As it is, to the cent. As data: ["Leave it"]'),
        ("LEAVE it", 'I take "leave it" as a no, and leave it.'),
    ],
)
def test_templates_go_on_by_the_answer(talk: Begin, answer: str, said: str) -> None:
    bill = talk("templates")
    bill.say("Split 186.5 EUR between Ada, Grace and Alan.")

    assert bill.answer(answer).said == [said]


def test_templates_that_capture_nothing_are_not_played(talk: Begin) -> None:
    assert talk("templates").say("Split the bill.").said == ["You said: Split the bill."]


@pytest.mark.parametrize(
    ("text", "arguments", "renewed"),
    [
        ("My card?", {"what": "card", "id": "C-3391"}, "Your library card is renewed until 31 March 2027."),
        ("My book?", {"what": "loan", "id": "L-20417"}, "Your loan is renewed until 14 May."),
    ],
)
def test_fragments_are_played_with_the_values_of_each_use(
    talk: Begin, text: str, arguments: dict[str, str], renewed: str
) -> None:
    heard = talk("fragments").say(text)

    assert heard.called == [("get", arguments)]
    assert heard.said == [renewed, "City Library, Harbour Street: open every day until eight."]


def test_fragments_of_the_shared_file_see_the_parameters_of_the_agent(talk: Begin) -> None:
    heard = talk("fragments").say("When are you open?")

    assert heard.said == ["City Library, Harbour Street: open every day until eight."]


def test_a_strict_agent_does_what_fits_with_values_that_keep_their_type(talk: Begin) -> None:
    heard = talk("strict").say("Turn OFF the lights in the hall")

    assert heard.called == [("switch", {"room": "hall", "on": False})]
    assert heard.results == {"switch": "switched"}


def test_a_strict_agent_fails_the_turn_when_nothing_fits(talk: Begin) -> None:
    home = talk("strict")

    heard = home.say("Dim the lights in the hall.")

    assert heard.done.status == "error"
    message = str(heard.done.message)
    assert "Dim the lights in the hall." in message
    assert "strict.yaml:" in message
    assert home.say("Turn on the lights in the hall.").done.status == "done"
