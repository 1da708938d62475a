"""Sessions that were there before the recording: what was sent in them, as the history of a seeded session.

Owns: telling which of them can be played again (all turns were read, no file was sent), and their keys.
Must not know: how a scenario is written around them.
"""

from __future__ import annotations

from collections.abc import Sequence

from mock_gateway.core.commands import ToolAnswer, ToolApproval, UserMessage
from mock_gateway.recording.program import Tape
from mock_gateway.recording.secrets import REMOVED, Fence
from mock_gateway.recording.witness import Known
from mock_gateway.wire.recorded import Called, Locked, Over, Waits

Data = dict[str, object]
_CANCELLED = "client-cancelled"


def past_session(session: Known, fence: Fence) -> Data | None:
    """The keys of a session that was found; None when it cannot be told from the start."""
    found = [tape for tape in session.tapes.values() if tape.was_found]
    if session.was_made or not found or found[0].previous is not None:
        return None
    history: list[object] = []
    names: dict[str, str] = {}
    for place, tape in enumerate(found):
        entry = _entry(tape, found[place - 1] if place else None, names, fence)
        if entry is None or (place and tape.previous != found[place - 1].id):
            return None
        names |= {fact.id: fact.name for _, fact in tape.seen if isinstance(fact, Called)}
        history.append(entry)
    data: Data = {"id": session.id}
    if session.title and REMOVED not in fence.clean(session.title):
        data["title"] = session.title
    return data | {"history": history} | ({"running": True} if found[-1].was_running else {})


def _entry(tape: Tape, before: Tape | None, names: dict[str, str], fence: Fence) -> object | None:
    """What was sent to begin a turn."""
    items = tape.items or ()
    messages = [item for item in items if isinstance(item, UserMessage)]
    if messages:
        return _message(tape, messages, fence)
    if not items:
        locked = before is not None and before.pause() is Locked
        servers = (
            [one.name for _, fact in before.seen if isinstance(fact, Locked) for one in fact.servers] if before else []
        )
        return {"authorize": servers} if locked else None
    if before is None or before.pause() is not Waits:
        return None
    answers = [_answer(item, names, fence) for item in items if not isinstance(item, UserMessage)]
    return answers[0] if len(answers) == 1 else answers


def _message(tape: Tape, messages: Sequence[UserMessage], fence: Fence) -> object | None:
    text = "\n".join(message.text for message in messages)
    if not text or any(message.files for message in messages) or fence.clean(text) != text:
        return None
    ends = [fact for _, fact in tape.seen if isinstance(fact, Over)]
    if not tape.was_running and ends and ends[-1].text == _CANCELLED:
        return {"message": text, "cancel": True}
    return text


def _answer(item: ToolApproval | ToolAnswer, names: dict[str, str], fence: Fence) -> Data:
    name = names.get(item.call_id, item.call_id)
    if isinstance(item, ToolAnswer):
        return {"answer": {name: fence.clean(item.content)}}
    if item.allow:
        return {"allow": name}
    reason: Data = {"reason": fence.clean(item.reason)} if item.reason else {}
    return {"deny": name, **reason}
