"""Watching exchanges as they pass: which operation it is, what its bytes say, when to write.

Owns: decoding what was passed on, and that nothing that goes wrong here ever reaches the client. Must not know: sockets
(`proxy.py`), what an event means (`witness.py`).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence

from msgspec.json import encode

from mock_gateway.client.errors import ProtocolError
from mock_gateway.client.sse import SseParser
from mock_gateway.core.commands import Item
from mock_gateway.core.errors import MockGatewayError, Refusal
from mock_gateway.http.routes import Endpoint, Match, build, find
from mock_gateway.recording.plays import recorded_agents
from mock_gateway.recording.scenario import agents_by_name, scenario_text
from mock_gateway.recording.secrets import Fence
from mock_gateway.recording.witness import Exchange, Witness
from mock_gateway.recording.writing import CannotWrite, Folder
from mock_gateway.scenario import load_text
from mock_gateway.scenario.errors import ScenarioErrors
from mock_gateway.wire.asks import StartTurn
from mock_gateway.wire.dialects import voices
from mock_gateway.wire.recorded import Json, Reader
from mock_gateway.wire.request import Request, read_query

MOST = 64 * 1024 * 1024
"""Bytes of one body that are looked at; a larger one is passed on and not recorded."""
FAULTS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
    zlib.error,
    ProtocolError,
    MockGatewayError,
)
"""What reading something strange can raise. None of it may stop the bytes."""

Headers = Sequence[tuple[bytes, bytes]]
Say = Callable[[str], None]


class Recorder:
    """Everything that is recorded by one proxy.

    say: takes a line for people. folder: None keeps it in memory. has_news: something was seen that is not written yet.
    """

    def __init__(self, folder: Folder | None, say: Say) -> None:
        spoken = voices()
        self.fence = Fence()
        self.witness = Witness()
        self.say = say
        self.has_news = False
        self._folder = folder
        self._root = build(voice.dialect for voice in spoken)
        self._readers: Mapping[str, Reader] = {voice.dialect.name: voice.read for voice in spoken}
        self._told: set[str] = set()

    def watch(self, method: str, raw_path: bytes, query: bytes, headers: Headers, at: float) -> Watch | None:
        """An exchange that begins; None when it is none that is recorded. It is told to `Watch`."""
        for name, value in headers:
            if name in (b"authorization", b"x-api-key", b"api-key", b"proxy-authorization", b"cookie"):
                self.fence.learn(value.decode("latin-1"))
        match = find(self._root, raw_path)
        endpoint = None if match is None else match.node.methods.get(method)
        if match is None or endpoint is None:
            return None
        return Watch(self, match, endpoint, query, headers, at)

    def reader(self, endpoint: Endpoint) -> Reader:
        """How the dialect of an endpoint is read."""
        return self._readers[endpoint.dialect.name]

    def texts(self) -> dict[str, str]:
        """The file of each agent, by its name, as it stands now."""
        agents = agents_by_name(recorded_agents(self.witness, self.fence))
        texts = {agent.name: scenario_text(agent, self.fence) for agent in agents}
        return {name: text for name, text in texts.items() if self.fence.is_clean(text)}

    def save(self) -> None:
        """Write what there is. What cannot be written is said, once; the recording goes on."""
        self.has_news = False
        if self._folder is None:
            return
        try:
            for name, text in self.texts().items():
                path = self._folder.write(name, text)
                if path is not None:
                    self.tell_once(f"recording {path}")
        except CannotWrite as error:
            self.tell_once(f"{error}; {error.hint}")
        except FAULTS as error:
            self.tell_once(f"not recorded: {type(error).__name__}: {error}")

    def finish(self) -> None:
        """Write what there is for the last time, and say what could not be recorded, or would not play."""
        self.save()
        for session in self.witness.strangers():
            self.tell_once(f"session {session} was not recorded: which agent it belongs to was never seen")
        for name, text in self.texts().items():
            try:
                load_text(text, name=f"{name}.yaml")
            except ScenarioErrors as error:
                self.tell_once(f"the recording of {name} has to be mended by hand: {error}")

    def tell_once(self, line: str) -> None:
        """Say something that was not said yet."""
        if line not in self._told:
            self._told.add(line)
            self.say(line)


class Watch:
    """One exchange, watched. Nothing here raises."""

    def __init__(
        self, recorder: Recorder, match: Match, endpoint: Endpoint, query: bytes, headers: Headers, at: float
    ) -> None:
        self._recorder = recorder
        self._match = match
        self._endpoint = endpoint
        self._query = query
        self._sent_headers = dict(headers)
        self._at = at
        self._sent: list[bytes] = []
        self._size = 0
        self._exchange: Exchange | None = None
        self._parser: SseParser | None = None
        self._decoder: zlib._Decompress | None = None
        self._body: list[bytes] = []

    def sent(self, chunk: bytes) -> None:
        """Part of the request's body."""
        self._size += len(chunk)
        if self._size <= MOST:
            self._sent.append(chunk)

    def head(self, status: int, headers: Headers) -> None:
        """The answer begins."""
        self._size = 0
        try:
            self._begin(status, {name.lower(): value for name, value in headers})
        except Refusal:
            pass  # the gateway will have said so too
        except FAULTS as error:
            self._give_up(error)

    def _begin(self, status: int, headers: Mapping[bytes, bytes]) -> None:
        request = Request(self._match.params(), read_query(self._query), b"".join(self._sent))
        ask = self._endpoint.parse(request)
        reader = self._recorder.reader(self._endpoint)
        has_key = b"authorization" in self._sent_headers
        base, witness = self._match.prefix(), self._recorder.witness
        self._exchange = Exchange(witness, reader, ask, base, self._at, has_key=has_key, read_items=self._read_items)
        self._exchange.head(status, headers.get(b"retry-after", b"").decode("latin-1"))
        coding = headers.get(b"content-encoding", b"identity").strip().lower()
        if coding in (b"gzip", b"x-gzip", b"deflate"):
            self._decoder = zlib.decompressobj(47)
        elif coding != b"identity":
            raise ValueError(f"the answer is encoded as {coding.decode('latin-1')}, and only gzip and deflate are read")
        if headers.get(b"content-type", b"").lower().startswith(b"text/event-stream"):
            self._parser = SseParser(limit=MOST)

    def _read_items(self, given: list[Json] | None) -> tuple[Item, ...] | None:
        """What an answer shows as the input of a turn, read as if it had been sent."""
        if not given:
            return None
        parse = self._endpoint.dialect.parse["create_turn"]
        ask = parse(Request({"session_id": "-"}, {}, encode({"input": given})))
        return ask.items if isinstance(ask, StartTurn) else None

    def chunk(self, chunk: bytes, at: float) -> None:
        """Part of the answer's body, as it was passed on."""
        exchange = self._exchange
        if exchange is None:
            return
        try:
            plain = chunk if self._decoder is None else self._decoder.decompress(chunk)
            if self._parser is None:
                self._keep(plain)
                return
            for event in self._parser.feed(plain):
                try:
                    exchange.event(event.last_event_id, event.data, at)
                except FAULTS as error:
                    self._recorder.tell_once(f"an event was not recorded: {type(error).__name__}: {error}")
        except FAULTS as error:
            self._give_up(error)

    def _keep(self, plain: bytes) -> None:
        self._size += len(plain)
        if self._size > MOST:
            raise ValueError(f"an answer is longer than {MOST} bytes")
        self._body.append(plain)

    def ended(self) -> None:
        """No more will come, for whatever reason."""
        exchange = self._exchange
        if exchange is None:
            return
        try:
            if self._parser is None:
                exchange.body(b"".join(self._body))
        except FAULTS as error:
            self._give_up(error)
        self._recorder.has_news = exchange.ended() or self._recorder.has_news

    def _give_up(self, error: Exception) -> None:
        self._exchange = None
        self._recorder.tell_once(f"{self._endpoint.operation.name} was not recorded: {type(error).__name__}: {error}")
