"""The settings of `mock-gateway serve`: one table.

Owns: names, kinds, defaults and help. The flags (`arguments.py`), the variables, the config file and `--explain`
(`resolve.py`), and the table in docs/cli.md all come from it. Must not know: where a value came from.
"""

from __future__ import annotations

from collections.abc import Mapping

from mock_gateway.cli import kinds

PREFIX = "MOCK_GATEWAY_"
OTHER_VARIABLES = (PREFIX + "DEBUG", PREFIX + "CONFIG", PREFIX + "URL", PREFIX + "ADMIN_URL")
"""Variables of ours that are no setting."""


class Option:
    """One setting.

    name: as in the flag and in the config file. read: makes its value from text. default: as text; None is nothing.
    help: what it does, for people. metavar: what stands for its value in the help. many: can be given several times.
    pairs: the parts of each value are separated by `=`; in the config file they may be a mapping.
    default_help: the default in words, where the text does not tell it. short: a flag of one letter.
    """

    __slots__ = ("default", "default_help", "help", "many", "metavar", "name", "pairs", "read", "short")

    def __init__(
        self,
        name: str,
        read: kinds.Reader,
        default: str | None,
        help: str,
        *,
        metavar: str = "",
        many: bool = False,
        pairs: bool = False,
        default_help: str = "",
        short: str = "",
    ) -> None:
        self.name = name
        self.read = read
        self.default = default
        self.help = help
        self.metavar = metavar
        self.many = many
        self.pairs = pairs
        self.default_help = default_help
        self.short = short

    @property
    def flag(self) -> str:
        """Its flag."""
        return "--" + self.name

    @property
    def variable(self) -> str:
        """Its variable in the environment."""
        return PREFIX + self.name.replace("-", "_").upper()

    @property
    def is_truth(self) -> bool:
        """Whether it is on or off: `--name` and `--no-name`."""
        return self.read is kinds.truth


_ALL = (
    Option(
        "scenarios",
        kinds.text,
        None,
        "Scenario files, and folders of them.",
        metavar="PATH",
        many=True,
        default_help="./scenarios if there is one, else the gallery",
    ),
    Option("host", kinds.text, "127.0.0.1", "Address to listen on; 0.0.0.0 lets other machines in.", metavar="ADDRESS"),
    Option("port", kinds.port, "4010", "Port to listen on; 0 takes any that is free.", metavar="NUMBER"),
    Option("seed", kinds.whole, "0", "Seed of everything that is drawn: ids, jitter, cuts.", metavar="NUMBER"),
    Option(
        "speed", kinds.speed, "1", "1 as written, 10 ten times faster, 0 at once on virtual time.", metavar="FACTOR"
    ),
    Option(
        "strict",
        kinds.truth,
        "false",
        "Refuse unknown fields with 400 (NET-5), and let a message that no rule fits end its turn with an error.",
    ),
    Option(
        "watch", kinds.truth, "true", "Load scenario files again when they are saved; running sessions keep theirs."
    ),
    Option(
        "ready-file",
        kinds.text,
        None,
        "File that gets the base URL when the server is ready, and goes with it.",
        metavar="FILE",
    ),
    Option(
        "journal",
        kinds.text,
        None,
        "File that gets the journal, one JSON object a line, as it happens; an old one is replaced.",
        metavar="FILE",
    ),
    Option("quiet", kinds.truth, "false", "Print the first line only.", short="-q"),
    Option("json", kinds.truth, "false", "Print the ready line, requests and turns as JSON, one object a line."),
    Option(
        "key",
        kinds.subject_of_key,
        None,
        "A bearer key and the subject it stands for (NET-2).",
        metavar="KEY=SUBJECT",
        many=True,
        pairs=True,
    ),
    Option("only-keys", kinds.truth, "false", "Refuse every key that --key does not name with 401."),
    Option("refuse-key", kinds.text, None, "A key that is answered 401.", metavar="KEY", many=True),
    Option("forbid-key", kinds.text, None, "A key that is answered 403.", metavar="KEY", many=True),
    Option("subject", kinds.text, "local-user@example.test", "The subject of every other key.", metavar="SUBJECT"),
    Option("heartbeat", kinds.duration, "15s", "Silence on a stream before a comment (STR-4).", metavar="TIME"),
    Option("body-limit", kinds.size, "32 MB", "Largest body of a request; more is answered 413.", metavar="SIZE"),
    Option(
        "param",
        kinds.parameter,
        None,
        "A parameter of the scenarios; goes before theirs.",
        metavar="NAME=VALUE",
        many=True,
        pairs=True,
    ),
    Option(
        "cancel",
        kinds.choice("turn", "session"),
        "turn",
        "What cancelling a session ends: its running turn, or the session too (CAN-3).",
        metavar="turn|session",
    ),
    Option(
        "running-turn-events",
        kinds.choice("refuse", "snapshot"),
        "refuse",
        "Events asked for while their turn runs: 409, or those there are so far.",
        metavar="refuse|snapshot",
    ),
    Option(
        "concurrent-turn",
        kinds.choice("refuse", "supersede"),
        "refuse",
        "A turn that is created while another runs: 409, or the other is cancelled (SES-5).",
        metavar="refuse|supersede",
    ),
    Option(
        "v1-concurrent-turn",
        kinds.choice("supersede", "refuse"),
        "supersede",
        "The same in the published contract: the other is cancelled for the next turn, or 412.",
        metavar="supersede|refuse",
    ),
    Option(
        "v1-running-turn-events",
        kinds.choice("refuse", "snapshot"),
        "refuse",
        "The same as --running-turn-events in the published contract.",
        metavar="refuse|snapshot",
    ),
    Option(
        "v1-list-window",
        kinds.choice("all", "half_hour"),
        "all",
        "How far back a v1 listing without a start goes: everything, or half an hour as documented.",
        metavar="all|half_hour",
    ),
    Option(
        "v1-message-while-auth",
        kinds.choice("refuse", "ask_again"),
        "refuse",
        "A v1 user message while authorisation is pending: 422, or accepted and asked again.",
        metavar="refuse|ask_again",
    ),
    Option(
        "v1-unfit",
        kinds.choice("422", "400"),
        "422",
        "The status of v1 input that does not fit what is pending.",
        metavar="422|400",
    ),
    Option("v1-replay", kinds.duration, "240s", "How long a finished v1 turn can still be streamed.", metavar="TIME"),
    Option(
        "v1-foreign-turn",
        kinds.choice("refuse", "allow"),
        "refuse",
        "A v1 turn with a pinned key in another subject's session: 403, or played like any other.",
        metavar="refuse|allow",
    ),
    Option(
        "admin",
        kinds.choice("on", "off"),
        "on",
        "The admin API below /__admin; off answers 404 to all of it but health.",
        metavar="on|off",
    ),
    Option("admin-token", kinds.text, None, "A token that the admin API then asks for.", metavar="TOKEN"),
)

OPTIONS: Mapping[str, Option] = {option.name: option for option in _ALL}
"""By name, in the order of the help."""


def markdown_table() -> str:
    """The table of docs/cli.md."""
    lines = ["| flag | variable | default | what it does |", "|---|---|---|---|"]
    for option in OPTIONS.values():
        value = f" {option.metavar}".replace("|", r"\|") if option.metavar else ""
        flag = f"{option.short}, {option.flag}" if option.short else f"{option.flag}{value}"
        default = option.default_help or (f"`{option.default}`" if option.default else "")
        lines.append(f"| `{flag}` | `{option.variable}` | {default} | {option.help} |")
    return "\n".join(lines) + "\n"
