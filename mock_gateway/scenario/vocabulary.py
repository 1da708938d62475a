"""The words of a script: conditions, steps, messages, calls, listed events, as tables of shapes.

Owns: their keys; each with a line that says what it does and an example, from which the reader, the JSON Schema and the
reference page come. Must not know: what the words compile to (`compile.py` and its neighbours).
Next: `language.py` for the keys of a whole file.
"""

from __future__ import annotations

from mock_gateway.core.quantities import DURATION, RATE, SHARE, SIZE
from mock_gateway.scenario.leaves import Anything, FreeMapping, Templated, Wanted
from mock_gateway.scenario.mishaps import Mishap
from mock_gateway.scenario.records import Either, Fields, Key, KeyedBy, Later, ListOf, OneOrMany
from mock_gateway.scenario.shape import NAME, Choice, Integer, Measured, Number, Shape, Text, Truth

DURATION_SHAPE = Measured(DURATION)
_NAME = Text("a name", NAME)
_LABEL = Text("a label", NAME)
_TOOL_NAME = Text("a tool such as `server.tool` or `tool`", r"^[^\s.{}]+(?:\.[^\s.{}]+)*$")

# ---- conditions

_EXACTLY = Fields(
    "exact text",
    "A text that must be the same, letter by letter.",
    {
        "equals": Key(
            Text("text", r"^[\s\S]*$"), "The whole text, capitals and blanks included.", "Refund it.", required=True
        )
    },
)
TEXT_TESTS = OneOrMany(Either(Wanted(), _EXACTLY))
_COUNTS = OneOrMany(Integer(1))

FILE_TEST = Fields(
    "file condition",
    "An uploaded file; all that is given must fit the same file.",
    {
        "name": Key(Text(), "Shell pattern for its name, case ignored.", '"*.pdf"', tried=("filename",)),
        "mime": Key(Text(), "Shell pattern for its MIME type, case ignored.", '"image/*"', tried=("type",)),
        "over": Key(Measured(SIZE), "It is larger than this.", "10 KB", tried=("min", "larger")),
        "under": Key(Measured(SIZE), "It is smaller than this.", "1 MB", tried=("max", "smaller")),
    },
    any_of=("name", "mime", "over", "under"),
)

WHEN = Fields(
    "condition",
    "What must have come in; everything that is given must fit, and a list means one of these.",
    {
        "message": Key(
            TEXT_TESTS,
            "What the user's text contains (case ignored), /matches/, or `equals`; named groups become `match.name`.",
            "/refund (?P<invoice>INV-[0-9]+)/i",
            tried=("text", "input", "contains", "matches", "user_message"),
        ),
        "file": Key(OneOrMany(FILE_TEST), "At least one uploaded file fits.", '{ name: "*.pdf", under: 1 MB }'),
        "files": Key(Integer(0), "How many files were uploaded.", "2"),
        "turn": Key(_COUNTS, "The number of the turn in its chain, from 1.", "3", tried=("nth", "turns")),
        "visit": Key(
            _COUNTS, "How often the rest of this condition has fitted, from 1.", "2", tried=("times", "count")
        ),
        "state": Key(
            FreeMapping("names to values"), "Names of the state and the values that they must have.", "{ step: 2 }"
        ),
        "resumed": Key(Truth(only_true=True), "The turn has no input and continues no paused script.", "true"),
    },
    any_of=("message", "file", "files", "turn", "visit", "state", "resumed"),
)

BRANCH_WHEN = Fields(
    "branch condition",
    "What the answer must be for this branch; everything that is given must fit.",
    {
        "tool": Key(TEXT_TESTS, "The name of the tool that was answered for.", "process_refund"),
        "reason": Key(TEXT_TESTS, "The reason that was given with a denial.", "too expensive"),
        "answer": Key(TEXT_TESTS, "What was answered.", "/^y(es)?$/i"),
    },
    any_of=("tool", "reason", "answer"),
)

# ---- messages

_CUT_SIZE = Fields(
    "cut by size",
    "Pieces of the same number of characters.",
    {"size": Key(Integer(1), "Characters of each piece.", "5", required=True)},
)
_CUT_SIZES = Fields(
    "cut by sizes",
    "Pieces of a number of characters that is drawn between two bounds, the same in every run.",
    {"sizes": Key(ListOf(Integer(1), least=2, most=2), "The least and the most characters.", "[3, 8]", required=True)},
)
CUT = Either(Choice("tokens", "words", "characters", "whole"), KeyedBy({"size": _CUT_SIZE, "sizes": _CUT_SIZES}))
_CUT_KEY = Key(
    CUT, "How the text is cut into the pieces that are streamed.", "words", tried=("chunk", "chunks", "split")
)

_PACE_PARTS = Fields(
    "pace",
    "How fast the pieces of a message come.",
    {
        "first": Key(DURATION_SHAPE, "Time before the first piece.", "300ms", tried=("delay", "ttft", "latency")),
        "rate": Key(Measured(RATE), "Pieces in a second after that; without it they come at once.", "40 tokens/s"),
        "jitter": Key(Measured(SHARE), "Share of each gap by which it varies, the same in every run.", "20%"),
    },
    needs={"jitter": "rate"},
    any_of=("first", "rate"),
)
PACE = Either(Measured(RATE, "instant"), _PACE_PARTS)

_USAGE = Fields(
    "usage",
    "Token counts of a message, for dialects that carry them.",
    {
        "input_tokens": Key(Integer(0), "Tokens that the model read.", "21", required=True),
        "output_tokens": Key(Integer(0), "Tokens that it wrote.", "7", required=True),
        "cache_read_tokens": Key(Integer(0), "Tokens that it found in the cache.", "18"),
        "cache_write_tokens": Key(Integer(0), "Tokens that it put into the cache.", "3"),
        "cost_in_usd": Key(Number(), "What it cost, in US dollars.", "0.0042"),
    },
)

_MESSAGE = Fields(
    "message",
    "What the model says, in detail.",
    {
        "text": Key(Templated(), "The text.", '"Found {{ results | length }} orders."', tried=("content", "message")),
        "words": Key(Integer(1, 100_000), "So many filler words instead of a text, the same in every run.", "4000"),
        "pieces": Key(ListOf(Text(), least=1), "The text, cut by hand.", "[by, ' hand']", tried=("chunks", "parts")),
        "cut": _CUT_KEY,
        "pace": Key(PACE, "How fast the pieces come.", "40 tokens/s", tried=("speed", "rate")),
        "finish": Key(
            Choice("stop", "length", "tool_calls", "content_filter", "never"),
            "Why the message ended; by itself `tool_calls` with calls and `stop` without. `never`: it breaks off.",
            "length",
            tried=("finish_reason",),
        ),
        "reasoning": Key(
            Templated(), "Thoughts before the text, for dialects that carry them.", "The user is in a hurry."
        ),
        "refusal": Key(
            Templated(), "A refusal after the text, for dialects that carry it.", "I cannot help with that."
        ),
        "usage": Key(_USAGE, "Token counts.", "{ input_tokens: 21, output_tokens: 7 }"),
    },
    exclusive=(("text", "words", "pieces"), ("pieces", "cut")),
    any_of=("text", "words", "pieces", "finish", "reasoning", "refusal", "usage"),
)
SAY = Either(Templated(), _MESSAGE)

# ---- calls

_TOOL_KEYS = {
    "tool": Key(
        _TOOL_NAME,
        "The tool: `server.tool`, or the name of a tool built into the harness.",
        "billing.process_refund",
        required=True,
        tried=("name", "function", "tool_name"),
    ),
    "arguments": Key(
        FreeMapping("argument names to values"),
        "What it is called with.",
        "{ invoice_id: INV-2031 }",
        tried=("args", "parameters", "params", "input", "with"),
    ),
    "cut": Key(CUT, "How the JSON of the arguments is cut.", "{ size: 5 }"),
    "deferred": Key(Truth(only_true=True), "The call is marked as deferred.", "true", tried=("is_deferred",)),
}

_TOOL = Fields(
    "tool call",
    "A call of a tool, and what comes back.",
    {
        **_TOOL_KEYS,
        "approval": Key(
            Choice("required"),
            "A person must allow the call first: the turn pauses.",
            "required",
            tried=("approve", "requires_approval", "needs_approval"),
        ),
        "runs": Key(
            Choice("client"),
            "The client runs the tool: the turn pauses until it answers.",
            "client",
            tried=("runs_on", "client_side"),
        ),
        "sandbox": Key(Truth(only_true=True), "The tool runs in the agent's sandbox.", "true"),
        "takes": Key(
            DURATION_SHAPE, "Time until the result is there.", "2s", tried=("delay", "duration", "latency", "wait")
        ),
        "returns": Key(
            Anything(),
            "The result: text as it is, anything else as JSON.",
            "{ refund_id: RF-9914 }",
            tried=("result", "return", "response", "output", "content"),
        ),
        "fails": Key(
            Templated(), "An error text instead of a result.", "the invoice is closed", tried=("error", "fail")
        ),
    },
    exclusive=(
        ("returns", "fails"),
        ("runs", "returns"),
        ("runs", "fails"),
        ("runs", "takes"),
        ("runs", "sandbox"),
        ("runs", "approval"),
    ),
)
_ASK = Fields(
    "question",
    "A question to the user, through the built-in client-side tool for it: the turn pauses until it is answered.",
    {
        "ask": Key(Templated(), "The question.", "Which invoice?", required=True, tried=("question",)),
        "options": Key(
            ListOf(Templated(), least=1), "Answers to choose from.", "[Billing error, Other]", tried=("choices",)
        ),
        "cut": Key(CUT, "How the JSON of the arguments is cut.", "whole"),
    },
)
_SUB_AGENT = Fields(
    "sub-agent call",
    "A call that starts a sub-agent in a thread of its own; its last message is the result.",
    {
        "sub_agent": Key(_NAME, "The sub-agent's name.", "tester", required=True, tried=("subagent", "agent")),
        "input": Key(
            Templated(),
            "Its task; in its script this is `task`.",
            '"Test {{ match.version }}"',
            tried=("task", "prompt"),
        ),
        "script": Key(
            Later(lambda: SCRIPT, "a step or a list of steps", ("mapping", "list")),
            "What it does.",
            "{ say: All green. }",
            required=True,
            tried=("steps", "then"),
        ),
        "cut": Key(CUT, "How the JSON of the arguments is cut.", "whole"),
    },
)
CALL = KeyedBy({"tool": _TOOL, "ask": _ASK, "sub_agent": _SUB_AGENT})

# ---- listed events

_LISTED_CALL = Fields(
    "listed call",
    "A tool call in a listed message, with a label that later events name.",
    {"id": Key(_LABEL, "The label.", "c1", required=True), **_TOOL_KEYS},
    elsewhere={
        # What waits for somebody is announced by a pause event (TOO-2), which only the engine makes.
        **dict.fromkeys(("approval", "runs"), "nobody can be waited for in a list of events: write the call as a step"),
        **dict.fromkeys(("returns", "fails"), "its response is an event of its own: tool_response"),
        "takes": "write `after` beside the event that comes later",
        "sandbox": "the sandbox is an event of its own: sandbox_created",
    },
)
_THREAD = Key(_LABEL, "Label of the thread; `main` when left out.", "worker")
_AFTER = Key(DURATION_SHAPE, "Time before the event.", "1s")


def _listed(kind: str, says: str, example: str, keys: dict[str, Key], *choice: str) -> Fields:
    content = Fields(f"{kind} content", says, keys, any_of=choice, exclusive=(("output", "error"),) if choice else ())
    return Fields(f"{kind} event", says, {kind: Key(content, says, example, required=True), "after": _AFTER})


EVENT = KeyedBy(
    {
        "message": _listed(
            "message",
            "A model message.",
            "{ say: Hello. }",
            {
                "thread": _THREAD,
                "say": Key(SAY, "Its text.", "Hello."),
                "call": Key(OneOrMany(_LISTED_CALL), "Its tool calls.", "{ id: c1, tool: github.list_issues }"),
            },
        ),
        "tool_response": _listed(
            "tool_response",
            "The response to a call made before.",
            "{ call: c1, content: done }",
            {
                "thread": _THREAD,
                "call": Key(_LABEL, "Label of the call.", "c1", required=True),
                "content": Key(Anything(), "Text as it is, anything else as JSON.", "{ ok: true }", required=True),
            },
        ),
        "thread_created": _listed(
            "thread_created",
            "A sub-agent's thread begins.",
            "{ thread: worker, call: c1, name: worker, input: Work. }",
            {
                "thread": Key(_LABEL, "Label of the new thread.", "worker", required=True),
                "parent": Key(_LABEL, "Label of the thread that called; `main` when left out.", "main"),
                "call": Key(_LABEL, "Label of the call that started it.", "c1", required=True),
                "name": Key(_NAME, "The sub-agent's name.", "worker", required=True),
                "input": Key(Templated(), "Its task.", "Work.", required=True),
            },
        ),
        "thread_done": _listed(
            "thread_done",
            "A sub-agent's thread ends, well or with an error.",
            "{ thread: worker, output: Done. }",
            {
                "thread": Key(_LABEL, "Label of the thread.", "worker", required=True),
                "output": Key(Templated(), "Its output.", "Done."),
                "error": Key(Templated(), "The error that ended it.", "out of memory"),
            },
            "output",
            "error",
        ),
        "mcp_initialize": _listed(
            "mcp_initialize",
            "MCP servers were initialised for a thread.",
            "{ servers: [github] }",
            {
                "thread": _THREAD,
                "servers": Key(OneOrMany(_NAME), "Names of the servers.", "[github]", required=True),
            },
        ),
        "sandbox_created": _listed(
            "sandbox_created",
            "The sandbox is there.",
            "{ id: my-tenant.a1b2c3d4 }",
            {"id": Key(Text("an id"), "Its id; drawn from the seed when left out.", "my-tenant.a1b2c3d4")},
        ),
    }
)

# ---- steps

SCRIPT: Shape = OneOrMany(Later(lambda: STEP, "a step", ("mapping",)))
_BRANCHES = OneOrMany(Later(lambda: BRANCH, "a step, perhaps with `when`", ("mapping",)))

_STEP_KEYS = {
    "say": Key(
        SAY,
        "The text of one model message.",
        "Let me look that up.",
        tried=("message", "text", "answer", "reply", "respond", "content"),
    ),
    "call": Key(
        OneOrMany(CALL),
        "Calls made in the same message: of tools, of the user, of sub-agents.",
        "{ tool: github.list_issues, returns: [] }",
        tried=("calls", "tool", "tool_calls", "tools", "sub_agent", "ask"),
    ),
    "wait": Key(
        Measured(DURATION, "cancel"),
        "Time before the step, or `cancel`: nothing more comes until the turn is cancelled or times out.",
        "2s",
        tried=("delay", "sleep", "after", "pause"),
    ),
    "interleave": Key(
        Either(Choice("in_turn", "seeded", "calls"), ListOf(_NAME, least=1)),
        "The order of sub-agents that are due at the same time: one piece each, drawn, or by name; or that of the "
        "arguments of the step's calls, a piece of each.",
        "[tester, publisher, publisher]",
    ),
    "set": Key(
        FreeMapping("names of the state to values"), "Changes the state, once the results are there.", "{ visits: 1 }"
    ),
    "on_allow": Key(
        _BRANCHES,
        "What follows when every approval of this step was given.",
        "{ say: Done. }",
        tried=("on_approve", "allowed"),
    ),
    "on_deny": Key(
        _BRANCHES,
        "What follows when an approval of this step was denied.",
        "{ say: As you wish. }",
        tried=("on_reject", "denied"),
    ),
    "on_answer": Key(
        _BRANCHES,
        "What follows when the client has answered.",
        "{ say: Thank you. }",
        tried=("on_response", "answered"),
    ),
    "fail": Key(
        Templated(),
        "Ends the turn with this error; in a sub-agent, its thread.",
        "the model is overloaded",
        tried=("error", "raise"),
    ),
    "repeat": Key(
        Either(Integer(1), Choice("forever")), "How often the step is done in all.", "3", tried=("times", "loop")
    ),
    "events": Key(
        ListOf(EVENT, least=1), "The events one by one, for what a script cannot say.", "[{ message: { say: Hello. } }]"
    ),
    "use": Key(_NAME, "Plays a fragment instead.", "goodbye", tried=("fragment", "include")),
    "with": Key(
        FreeMapping("names to values"),
        "Values for names in the fragment.",
        "{ name: Ada }",
        tried=("params", "arguments"),
    ),
    "then": Key(
        SCRIPT, "What follows after this step and its branch.", "{ say: Anything else? }", tried=("next", "afterwards")
    ),
}

_ALONE = ("wait", "say", "call", "set", "fail", "repeat", "events")
_STEP_EXCLUSIVE = (*(("use", key) for key in _ALONE), ("events", "say"), ("events", "call"))
_STEP_NEEDS = dict.fromkeys(("interleave", "on_allow", "on_deny", "on_answer"), "call") | {"with": "use"}
_DOES = tuple(key for key in _STEP_KEYS if key not in ("with", "interleave"))


def _step(name: str, says: str, more: dict[str, Key], last: dict[str, Key] | None = None) -> Fields:
    keys = {**more, **_STEP_KEYS, **(last or {})}
    return Fields(name, says, keys, exclusive=_STEP_EXCLUSIVE, needs=_STEP_NEEDS, any_of=_DOES)


STEP: Shape = _step(
    "step", "One thing that the agent does: wait, say and call, collect the results, branch, go on.", {}
)
BRANCH: Shape = _step(
    "branch",
    "A step that is taken when its condition fits; the first of a list that fits is taken.",
    {"when": Key(BRANCH_WHEN, "What the answer must be; without it, any.", "{ reason: too expensive }", tried=("if",))},
)
RULE = _step(
    "rule",
    "What is played when something comes in; the first rule that fits is taken.",
    {
        "when": Key(
            WHEN, "What must have come in; without it, anything.", "{ message: refund }", tried=("if", "match", "on")
        ),
        "on_refused": Key(
            SCRIPT,
            "Played instead, when a person refused an MCP authorisation; without it, it is asked for again.",
            "{ say: Then I cannot help. }",
        ),
    },
    {
        "faults": Key(
            ListOf(Mishap(in_rule=True), least=1),
            "What goes wrong with the requests of turns in which it is played.",
            "[{ fault: drop, at: { event: 3 } }]",
            tried=("fault", "errors", "chaos"),
        ),
    },
)
