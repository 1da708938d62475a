"""The keys of a scenario file: the agent and the world around it, as tables of shapes.

Owns: everything but scripts, which are in `vocabulary.py`. Must not know: what the words compile to (`compile.py`).
"""

from __future__ import annotations

from mock_gateway.core.operations import OPERATIONS
from mock_gateway.scenario.leaves import FreeMapping, Moment, Patience
from mock_gateway.scenario.mishaps import Mishap
from mock_gateway.scenario.records import Either, Fields, Key, KeyedBy, ListOf, MapOf, OneOrMany
from mock_gateway.scenario.shape import NAME, Choice, Integer, Text, Truth
from mock_gateway.scenario.vocabulary import CUT, DURATION_SHAPE, PACE, RULE, SCRIPT, STEP

_NAME = Text("a name", NAME)
_ANY_TEXT = Text("text", r"^[\s\S]*$")

_LIMITS = Fields(
    "limits",
    "What the harness allows one turn.",
    {
        "timeout": Key(DURATION_SHAPE, "Time after which a turn is cancelled by the server.", "10m"),
        "iterations": Key(Integer(1), "Model messages that a turn may have in its main thread.", "25"),
    },
    any_of=("timeout", "iterations"),
)
_SANDBOX = Fields(
    "sandbox",
    "The agent's sandbox.",
    {
        "id": Key(_NAME, "Its id; drawn from the seed when left out.", "my-tenant.a1b2c3d4"),
        "starts": Key(Choice("first_use", "first_turn"), "When it is made; `first_use` when left out.", "first_turn"),
        "files": Key(
            MapOf(_ANY_TEXT, "absolute paths to texts"),
            "Files that can be downloaded from it once it runs, for dialects that can.",
            '{ /out/report.csv: "month,total" }',
        ),
    },
    any_of=("id", "starts", "files"),
)
_SERVER = Fields(
    "MCP server",
    "An MCP server that the agent is connected to.",
    {
        "auth": Key(
            Choice("required"), "A person must authorise it before its first call.", "required", tried=("oauth",)
        ),
        "allowed_after": Key(Patience(), "Authorised by itself after a time, or after some asks.", "5s"),
        "id": Key(_NAME, "Its id; its name when left out.", "srv-1"),
        "transport": Key(Choice("streamable-http", "sse"), "How it is connected, for dialects that say so.", "sse"),
    },
    needs={"allowed_after": "auth"},
    nothing=True,
)
_READINGS = Fields(
    "readings",
    "What is done where the contract can be read in two ways; left out, the server's setting counts.",
    {
        "cancel": Key(Choice("turn", "session"), "What a cancel ends.", "session"),
        "running_turn_events": Key(Choice("refuse", "snapshot"), "Events asked for while a turn runs.", "snapshot"),
        "concurrent_turn": Key(Choice("refuse", "supersede"), "A turn while another runs.", "supersede"),
    },
    any_of=("cancel", "running_turn_events", "concurrent_turn"),
)
_DOOR = Fields(
    "door rule",
    "A refusal before anything happens.",
    {
        "on": Key(OneOrMany(Choice(*OPERATIONS)), "The operation, or several.", "create_turn", required=True),
        "nth": Key(OneOrMany(Integer(1)), "Which attempts, from 1; every one when left out.", "[1, 3]"),
        "answer": Key(Integer(400, 599), "The status.", "429", required=True, tried=("status", "code")),
        "retry_after": Key(DURATION_SHAPE, "What the answer asks to wait.", "3s"),
        "message": Key(_ANY_TEXT, "The text of the error.", "slow down"),
    },
)

# ---- seeded sessions

_TOOLS = OneOrMany(_NAME)
_UPLOAD = Fields(
    "uploaded file",
    "A file sent with a message.",
    {
        "name": Key(_NAME, "Its name.", "invoice.pdf", required=True, tried=("filename",)),
        "mime": Key(_NAME, "Its MIME type; guessed from the name when left out.", "application/pdf", tried=("type",)),
        "text": Key(_ANY_TEXT, "Its content as text.", "Total 1240", tried=("content",)),
        "base64": Key(Text("base64", r"^[A-Za-z0-9+/\s]+={0,2}\s*$"), "Its content as base64.", "JVBERi0xLjQ="),
    },
    exclusive=(("text", "base64"),),
    any_of=("text", "base64"),
)
_CANCEL = Key(Truth(only_true=True), "The turn is cancelled once it runs.", "true")
_MESSAGE = Fields(
    "history message",
    "A turn with a user message.",
    {
        "message": Key(
            _ANY_TEXT, "The text.", "Refund invoice INV-2031.", required=True, tried=("text", "say", "user")
        ),
        "files": Key(ListOf(_UPLOAD, least=1), "Uploaded files.", "[{ name: a.txt, text: Hello. }]"),
        "cancel": _CANCEL,
    },
)
_ANSWER = Fields(
    "history answer",
    "An answer to what the client was asked.",
    {
        "answer": Key(
            Either(_ANY_TEXT, MapOf(_ANY_TEXT, "tools to answers")),
            "The answer to every pending question, or by tool.",
            "Billing error",
            required=True,
        ),
        "cancel": _CANCEL,
    },
)
_ALLOW = Fields(
    "history approval",
    "Allows calls of tools that wait for it.",
    {"allow": Key(_TOOLS, "The tools.", "process_refund", required=True, tried=("approve",)), "cancel": _CANCEL},
)
_DENY = Fields(
    "history denial",
    "Denies calls of tools that wait for approval.",
    {
        "deny": Key(_TOOLS, "The tools.", "process_refund", required=True, tried=("reject",)),
        "reason": Key(_ANY_TEXT, "Why.", "too expensive"),
        "cancel": _CANCEL,
    },
)
_AUTHORIZE = Fields(
    "history authorisation",
    "A person authorises servers, and the turn goes on without input.",
    {"authorize": Key(OneOrMany(_NAME), "The servers.", "github", required=True, tried=("auth",)), "cancel": _CANCEL},
)
_ANSWERS = {"answer": _ANSWER, "allow": _ALLOW, "deny": _DENY}
_HISTORY_ITEM = Either(
    _ANY_TEXT,
    KeyedBy({"message": _MESSAGE, **_ANSWERS, "authorize": _AUTHORIZE}),
    ListOf(KeyedBy(_ANSWERS), least=1),
)
_SESSION = Fields(
    "session",
    "A session that exists from the start; its history is played through the rules.",
    {
        "id": Key(_NAME, "Its id; drawn from the seed when left out.", "sess-abc123"),
        "title": Key(_ANY_TEXT, "Its title.", "Refund of INV-2031"),
        "created_by": Key(_NAME, "Whose it is.", "ada@example.test", tried=("user", "owner")),
        "created": Key(Moment(), "How long ago it was made, or when.", "2h ago", tried=("created_at",)),
        "history": Key(
            ListOf(_HISTORY_ITEM), "What was sent in, a turn each.", '["Refund it.", { allow: process_refund }]'
        ),
        "running": Key(Truth(), "The last turn is still running when the server is ready.", "true"),
    },
    needs={"running": "history"},
)

# ---- the file

_SHARED_KEYS = {
    "include": Key(
        OneOrMany(_NAME), "Files whose parameters and fragments are used here, relative to this one.", "common.yaml"
    ),
    "params": Key(
        FreeMapping("names to values"),
        "Values used as `params.name`; can be given anew at the start.",
        "{ company: Acme }",
    ),
    "fragments": Key(
        MapOf(SCRIPT, "names to scripts"),
        "Scripts to be used in several places.",
        '{ goodbye: { say: "Bye, {{ name }}." } }',
    ),
}

AGENT = Fields(
    "scenario",
    "One agent: what it does, and the world around it.",
    {
        "agent": Key(_NAME, "The agent's name.", "support-bot", required=True, tried=("name", "agent_name")),
        "turns": Key(
            ListOf(RULE),
            "Rules; the first that fits what came in is played.",
            "[{ say: Hello. }]",
            tried=("rules", "on"),
        ),
        "otherwise": Key(
            Either(Choice("echo", "error"), STEP, ListOf(STEP, least=1)),
            "What is played when no rule fits.",
            "error",
            tried=("else", "default", "fallback"),
        ),
        "limits": Key(_LIMITS, "Limits of a turn.", "{ timeout: 10m, iterations: 25 }"),
        "sandbox": Key(Either(Truth(), _SANDBOX), "Whether the agent has a sandbox.", "true"),
        "mcp": Key(
            MapOf(_SERVER, "server names to their settings"),
            "MCP servers.",
            "{ github: { auth: required } }",
            tried=("mcp_servers", "servers"),
        ),
        "pace": Key(PACE, "How fast the pieces of all messages come.", "40 tokens/s", tried=("speed",)),
        "cut": Key(CUT, "How all messages are cut into pieces.", "words"),
        "readings": Key(_READINGS, "Readings of the contract.", "{ cancel: session }"),
        "state": Key(
            FreeMapping("names to first values"), "What `set` may change and `when` may ask for.", "{ visits: 0 }"
        ),
        "door": Key(ListOf(_DOOR), "Refusals at the door.", "[{ on: create_turn, nth: 2, answer: 429 }]"),
        "faults": Key(
            ListOf(Mishap(), least=1),
            "What goes wrong on the wire with requests that concern this agent.",
            "[{ fault: reset, at: { event: 3 } }]",
            tried=("fault", "errors", "chaos"),
        ),
        "sessions": Key(
            ListOf(_SESSION), "Sessions that exist from the start.", '[{ title: Old, history: ["Hello."] }]'
        ),
        **_SHARED_KEYS,
    },
)
SHARED = Fields(
    "shared file",
    "Parameters and fragments for several agents.",
    _SHARED_KEYS,
    any_of=tuple(_SHARED_KEYS),
)
