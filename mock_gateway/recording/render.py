"""From what an agent did to the keys of the scenario language.

Owns: how a step, a call, a branch is written, and what is left out because it is the default anyway.
Must not know: YAML as text (`yaml_text.py`), what stands around the rules (`scenario.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec import DecodeError, Struct
from msgspec.json import decode

from mock_gateway.core.state import json_compact
from mock_gateway.recording.cuts import rules_for, written
from mock_gateway.recording.order import interleave
from mock_gateway.recording.program import Call, Outcome, Script, Step
from mock_gateway.recording.secrets import Fence
from mock_gateway.recording.timing import QUICK, Tempo, differs, duration, tempo_of
from mock_gateway.recording.weave import TIMEOUT

Data = dict[str, object]
ASK = "ask_user_question"
_BRACES, _BLANKS, _DOTS = re.compile(r"[{}\n]+"), re.compile(r"\s+"), re.compile(r"\.{2,}")
FINISHES = ("stop", "length", "tool_calls", "content_filter")
NOTHING: Data = {"wait": "1ms"}
"""A step that does nothing, where the language wants one."""


class Style(Struct):
    """What a whole agent has in common. cut, tempo: what needs not be said. never: longer than any turn may take."""

    fence: Fence
    cut: str | int = "tokens"
    tempo: Tempo = Tempo()
    never: float = 0.0


class Renderer:
    """Writes scripts in one style."""

    def __init__(self, style: Style) -> None:
        self.style = style

    # -- scripts -------------------------------------------------------------------------------------------------------

    def steps(self, script: Script) -> list[Data]:
        """The steps of a script, each as a mapping."""
        found: list[Data] = []
        for place, step in enumerate(script):
            before = script[place - 1] if place else None
            after = script[place + 1] if place + 1 < len(script) else None
            if step.speaks:
                found.append(self.message(step, after))
            elif not _is_said_before(step, before):
                found.append(self._silent(step))
        return found

    def script(self, script: Script) -> object:
        """A script as a value: one step, or a list of steps."""
        steps = self.steps(script) or [NOTHING]
        return steps[0] if len(steps) == 1 else steps

    def inline(self, script: Script) -> Data:
        """A script in the keys of its first step, the others behind `then`."""
        first, *rest = self.steps(script) or [NOTHING]
        if not rest:
            return first
        return {**first, "then": rest[0] if len(rest) == 1 else rest}

    def _silent(self, step: Step) -> Data:
        if step.fail is not None:
            return {"fail": self._text(step.fail) or "it failed"}
        return {"wait": duration(self.style.never) if step.holds == TIMEOUT else "cancel"}

    def message(self, step: Step, after: Step | None = None) -> Data:
        """A message with its calls and what follows. after: the step behind it, which may say why it ended."""
        data: Data = {}
        cut_off = step.finish is None and after is not None and not after.speaks
        say = self._say(step, never=cut_off)
        if say is not None:
            data["say"] = say
        calls = [self._call(call, after) for call in step.calls if not cut_off or is_whole(call)]
        if calls:
            data["call"] = calls[0] if len(calls) == 1 else calls
        listed = interleave(step.order, [call.sub_agent for call in step.calls if call.sub_agent is not None])
        if listed is not None:
            data["interleave"] = [self.style.fence.clean(plain_name(name)) for name in listed]
        if cut_off and after is not None and after.fail is not None:
            data["fail"] = self._text(after.fail) or "it failed"
        return data | self._branches(step)

    # -- messages ------------------------------------------------------------------------------------------------------

    def _say(self, step: Step, *, never: bool) -> object | None:
        data: Data = {}
        rule = self._cut(data, step.text)
        for name, pieces in (("reasoning", step.reasoning), ("refusal", step.refusal)):
            if pieces:
                data[name] = self._text("".join(pieces))
                if not step.text and "cut" not in data:
                    rule = self._cut_of(pieces)
                    data |= {} if rule is None else {"cut": rule}
        tempo = tempo_of(step)
        if differs(tempo, self.style.tempo, step.count):
            data["pace"] = tempo.written()
        finish = step.finish if step.finish in FINISHES else None
        if never:
            data["finish"] = "never"
        elif finish is not None and finish != ("tool_calls" if step.calls else "stop"):
            data["finish"] = finish
        if step.usage is not None:
            counts = {name: getattr(step.usage, name) for name in step.usage.__struct_fields__}
            counts["cost_in_usd"] = step.cost
            data["usage"] = {name: count for name, count in counts.items() if count is not None}
        if not data.keys() - {"pace"}:
            # Silence has to be said: a message that only calls, or one that has nothing but an end.
            if not step.calls:
                return {"text": "", "finish": finish or "stop", **data}
            return {"text": "", **data} if data else None
        return data["text"] if [*data] == ["text"] else data or None

    def _cut(self, data: Data, pieces: Sequence[str]) -> object | None:
        """Put a text into `data`: whole with its rule, or piece by piece."""
        if not pieces:
            return None
        whole = "".join(pieces)
        if self.style.fence.clean(whole) != whole:
            data["text"] = self._text(whole)
            return None
        rules = rules_for(pieces)
        if not rules:
            data["pieces"] = [*pieces]
            return None
        data["text"] = self._text(whole)
        if self.style.cut not in rules:
            data["cut"] = written(rules[0])
        return data.get("cut")

    def _cut_of(self, pieces: Sequence[str]) -> object | None:
        rules = rules_for(pieces)
        return written(rules[0]) if rules and self.style.cut not in rules else None

    def _text(self, text: str) -> str:
        """A text for a place where templates are looked for."""
        return escaped(self.style.fence.clean(text))

    # -- calls ---------------------------------------------------------------------------------------------------------

    def _call(self, call: Call, after: Step | None) -> Data:
        if call.sub_agent is not None:
            return self._sub_agent(call)
        arguments = self._arguments(call)
        if call.client and call.server is None and call.name == ASK and _is_question(arguments):
            data: Data = {"ask": arguments["question"]}
            data |= {"options": arguments["options"]} if "options" in arguments else {}
        else:
            data = {"tool": self.style.fence.clean(tool_name(call))} | ({"arguments": arguments} if arguments else {})
        cut = self._cut_of(call.arguments)
        if cut is not None:
            data["cut"] = cut
        if "ask" in data:
            return data
        if call.deferred:
            data["deferred"] = True
        if call.client:
            return data | {"runs": "client"}
        return data | self._result(call, after)

    def _result(self, call: Call, after: Step | None) -> Data:
        data: Data = {}
        if call.approval:
            data["approval"] = "required"
        if call.sandbox:
            data["sandbox"] = True
        if not call.closed and after is not None and after.holds == TIMEOUT:
            data["takes"] = duration(self.style.never)
        elif call.takes >= QUICK or (call.late and call.closed):
            data["takes"] = duration(call.takes)
        if call.fails is not None:
            data["fails"] = self._text(call.fails)
        elif call.content:
            data["returns"] = self._data(result_value(call.content))
        return data

    def _arguments(self, call: Call) -> Data:
        try:
            value = decode(call.json)
        except DecodeError:
            return {}
        return self._data(value) if isinstance(value, dict) else {}  # type: ignore[return-value]  # a mapping stays one

    def _data(self, value: object) -> object:
        return _each_text(self.style.fence.clean_data(value), escaped)

    def _sub_agent(self, call: Call) -> Data:
        data: Data = {"sub_agent": self.style.fence.clean(plain_name(call.sub_agent or "sub-agent"))}
        if call.task:
            data["input"] = self._text(call.task)
        cut = self._cut_of(call.arguments)
        if cut is not None:
            data["cut"] = cut
        return data | {"script": self.script(call.script)}

    # -- branches ------------------------------------------------------------------------------------------------------

    def _branches(self, step: Step) -> Data:
        decided = [outcome for outcome in step.outcomes if any(made.answer is None for made in outcome.decisions)]
        if not decided:
            return self._answers(step.outcomes)
        approvals = {_approvals(outcome) for outcome in decided}
        if len(approvals) == 1 and len(decided) > 1:
            return self._answers(decided)
        allowed = [outcome for outcome in decided if all(made.allow for made in outcome.decisions)]
        denied = [outcome for outcome in decided if outcome not in allowed]
        data: Data = {}
        if allowed and allowed[0].script:
            data["on_allow"] = self.script(allowed[0].script)
        if len(denied) == 1 and denied[0].script:
            data["on_deny"] = self.script(denied[0].script)
        elif len(denied) > 1:
            last = sorted(denied, key=lambda outcome: not _reason(outcome))
            several = len([call for call in step.calls if call.approval]) > 1
            data["on_deny"] = [self._denied(step, outcome, tool=several) for outcome in last]
        return data

    def _denied(self, step: Step, outcome: Outcome, *, tool: bool) -> Data:
        made = next(made for made in outcome.decisions if not made.allow)
        when: Data = {"tool": {"equals": step.calls[made.place].name}} if tool else {}
        if made.reason:
            when["reason"] = self._wanted(made.reason)
        return ({"when": when} if when else {}) | self.inline(outcome.script)

    def _answers(self, outcomes: Sequence[Outcome]) -> Data:
        if not outcomes or not any(outcome.script for outcome in outcomes):
            return {}
        if len(outcomes) == 1:
            return {"on_answer": self.script(outcomes[0].script)}
        *first, last = outcomes
        branches = [
            {"when": {"answer": self._wanted(_answer(one))}} | self.inline(one.script) for one in first if _answer(one)
        ]
        return {"on_answer": [*branches, self.inline(last.script)]}

    def _wanted(self, text: str) -> object:
        """A condition that only this text meets."""
        return {"equals": self.style.fence.clean(text)}


def _is_said_before(step: Step, before: Step | None) -> bool:
    """Whether the message before a silent step says already what this one would."""
    if before is None or not before.speaks:
        return False
    if before.finish is None:
        return True
    waits = any(not call.closed and not call.is_gated and call.sub_agent is None for call in before.calls)
    return step.holds == TIMEOUT and waits


def _approvals(outcome: Outcome) -> tuple[object, ...]:
    return tuple((made.place, made.allow, made.reason) for made in outcome.decisions if made.answer is None)


def _reason(outcome: Outcome) -> str:
    return next((made.reason or "" for made in outcome.decisions if not made.allow), "")


def _answer(outcome: Outcome) -> str:
    return next((made.answer for made in outcome.decisions if made.answer), "")


def _is_question(arguments: Data) -> bool:
    if not isinstance(arguments.get("question"), str) or arguments.keys() - {"question", "options"}:
        return False
    options = arguments.get("options", ["-"])
    return isinstance(options, list) and bool(options) and all(isinstance(option, str) for option in options)


def plain_name(name: str) -> str:
    """A name as the language takes one."""
    return _BRACES.sub("_", name).strip() or "_"


def server_name(name: str) -> str:
    """The same of a server, which stands before a tool."""
    return _BLANKS.sub("-", plain_name(name)).strip(".") or "_"


def tool_name(call: Call) -> str:
    """A tool with its server. In the name of a tool alone a dot would make a server of what stands before it."""
    name = _BLANKS.sub("_", plain_name(call.name))
    if call.server is None:
        return name.replace(".", "_")
    return f"{server_name(call.server)}.{_DOTS.sub('.', name).strip('.') or '_'}"


def is_whole(call: Call) -> bool:
    """Whether all of a call's arguments came."""
    try:
        decode(call.json)
    except DecodeError:
        return False
    return True


def result_value(content: str) -> object:
    """A result as data, where that gives the same text again."""
    try:
        value = decode(content)
    except DecodeError:
        return content
    return value if isinstance(value, dict | list) and json_compact(value) == content else content


def escaped(text: str) -> str:
    """A text in which nothing is taken for a template."""
    return text.replace("{{", "{{ '{{' }}")


def _each_text(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {name: _each_text(item, change) for name, item in value.items()}
    return [_each_text(item, change) for item in value] if isinstance(value, list) else value
