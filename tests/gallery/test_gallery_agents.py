"""The agents that start sub-agents: side by side, one inside another, failing."""

from __future__ import annotations

import pytest
from gallery_talk import Begin, Heard

from mock_gateway.client import ModelMessageDelta, ThreadCreated, ThreadDone

REVIEWERS = ("legal", "finance", "privacy")


def turns_taken(heard: Heard) -> list[str]:
    """The names of the sub-agents in the order in which their pieces came."""
    names = {thread: name for name, thread in heard.agents.items()}
    return [names[event.thread_id] for event in heard.all(ModelMessageDelta) if event.thread_id in names]


@pytest.mark.parametrize("text", ["Review the contract.", "Quickly, the contract!", "The contract, carefully."])
def test_parallel_agents_all_report_before_the_verdict(talk: Begin, text: str) -> None:
    heard = talk("parallel-agents").say(text)

    assert tuple(event.agent_info.name for event in heard.all(ThreadCreated)) == REVIEWERS
    assert {event.status for event in heard.all(ThreadDone)} == {"done"}
    assert heard.said_in(heard.agents["finance"]) == ["The discount is missing in annex B."]
    assert heard.said[-1] == "Sign it once clause 7 and annex B are mended."
    last_report = max(event.sequence_id for event in heard.all(ThreadDone))
    assert heard.messages[-1].sequence_id > last_report


def test_parallel_agents_take_turns_piece_by_piece(talk: Begin) -> None:
    taken = turns_taken(talk("parallel-agents").say("Review the contract."))

    assert taken[:9] == [*REVIEWERS] * 3


def test_parallel_agents_take_turns_as_listed(talk: Begin) -> None:
    taken = turns_taken(talk("parallel-agents").say("The contract, carefully."))

    assert taken[:9] == [*reversed(REVIEWERS)] * 3


def test_parallel_agents_are_drawn_the_same_way_again(talk: Begin) -> None:
    once, again = (turns_taken(talk("parallel-agents").say("Quickly, the contract!")) for _ in range(2))

    assert once == again
    assert once[:9] != [*REVIEWERS] * 3


def test_nested_agents_report_upwards(talk: Begin) -> None:
    heard = talk("nested-agents").say("Write the front page about the flood.")

    inner = heard.agents["fact-checker"], heard.agents["picture-desk"]
    reporter = heard.agents["reporter"]
    parents = {event.thread_id: event.parent.thread_id for event in heard.all(ThreadCreated)}
    assert parents == {reporter: "main", inner[0]: reporter, inner[1]: reporter}
    assert heard.said_in(inner[0]) == ["6.2 m, the highest since 1997."]
    assert heard.said[-1].endswith("6.2 m, the highest since 1997. Picture: The old bridge at dawn.")


def test_nested_agents_end_before_those_that_started_them(talk: Begin) -> None:
    heard = talk("nested-agents").say("Write the front page about the flood.")

    ended = [event.thread_id for event in heard.all(ThreadDone)]
    assert ended[-1] == heard.agents["reporter"]
    assert set(ended) == set(heard.agents.values())


def test_nested_agents_are_told_their_task(talk: Begin) -> None:
    heard = talk("nested-agents").say("Write the front page about the flood.")

    tasks = {event.agent_info.name: event.agent_info.input for event in heard.all(ThreadCreated)}
    assert tasks == {
        "reporter": "Report on the flood",
        "fact-checker": "Check: Report on the flood",
        "picture-desk": "Find a picture",
    }


def test_a_failing_agent_does_not_fail_the_turn(talk: Begin) -> None:
    heard = talk("failing-agent").say("Translate the manual into German and Finnish.")

    ends = {event.thread_id: event for event in heard.all(ThreadDone)}
    finnish = ends[heard.agents["finnish"]]
    assert (finnish.status, finnish.output) == ("error", None)
    assert finnish.message == "cannot translate without the glossary: the glossary is locked"
    assert ends[heard.agents["german"]].status == "done"
    assert heard.done.status == "done"
    assert heard.said[-1].startswith("German is done: Vor dem Reinigen den Stecker ziehen. Finnish is not: cannot")
