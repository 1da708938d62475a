"""Requests and answers over HTTP/1.1, with Python's own client.

Owns: connections, headers, repeating what may be repeated. Must not know: turns, events.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from contract_tests.mutants.errors import Failure

Json = dict[str, Any]
TRANSPORT = (http.client.HTTPException, OSError)
CHUNK = 1 << 16


class Answer:
    """An answer whose body may still come. host: of whom it is."""

    def __init__(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        self.connection = connection
        self.response = response
        self.status = response.status

    def header(self, name: str) -> str:
        """A header; empty when there is none."""
        return str(self.response.getheader(name) or "")

    def pieces(self) -> Iterator[bytes]:
        """The body as it comes. Raises `Failure` when it breaks off."""
        try:
            while data := self.response.read1(CHUNK):
                yield data
        except TimeoutError:
            raise Failure("timeout", "nothing came in time") from None
        except TRANSPORT as error:
            raise Failure("transport", f"the answer broke off: {error!r}") from None

    def whole(self) -> bytes:
        """All of the body, and the connection is closed."""
        try:
            return b"".join(self.pieces())
        finally:
            self.close()

    def close(self) -> None:
        """Hang up."""
        self.response.close()
        self.connection.close()


class Wire:
    """Sends requests. base: URL with a base path. key: the bearer key. patience: seconds for any answer and any gap."""

    retries = 2
    redirects = 5
    repeatable = (408, 429, 500, 502, 503, 504)
    longest_wait = 5.0

    def __init__(self, base: str, key: str, options: Mapping[str, Any]) -> None:
        self.base = base.rstrip("/")
        self.key = key
        self.patience = options.get("read_timeout_ms", 10_000) / 1000
        self.retries = options.get("max_retries", self.retries)

    def send(
        self, method: str, path: str, body: Json | None = None, query: Mapping[str, Any] | None = None, **more: str
    ) -> Answer:
        """An answer with a good status. more: headers. Raises `Failure`."""
        url = self.url(path, query or {})
        attempt = 0
        while True:
            answer = self.try_once(method, url, body, more, attempt)
            if answer is not None:
                if answer.status < 300:
                    return answer
                if not self.may_repeat(method, answer.status, attempt):
                    raise self.refused(answer)
                asked = self.retry_after(answer)
                answer.close()
                self.wait(asked, attempt)
            attempt += 1

    def url(self, path: str, query: Mapping[str, Any]) -> str:
        """The address of a request."""
        return f"{self.base}{path}" + (f"?{urlencode(query)}" if query else "")

    def try_once(
        self, method: str, url: str, body: Json | None, more: Mapping[str, str], attempt: int
    ) -> Answer | None:
        """One request; None when it broke off and may be sent again. Raises `Failure`."""
        try:
            return self.follow_redirects(method, url, body, more)
        except TimeoutError:
            raise Failure("timeout", f"{method} {url}: no answer in {self.patience} s") from None
        except TRANSPORT as error:
            if method == "GET" and attempt < self.retries:
                return None
            raise Failure("transport", f"{method} {url}: {error!r}") from None

    def follow_redirects(self, method: str, url: str, body: Json | None, more: Mapping[str, str]) -> Answer:
        """One request, and where it is sent on to."""
        first = urlsplit(url).netloc
        for _ in range(self.redirects + 1):
            answer = self.exchange(method, url, body, {**more, **self.auth(urlsplit(url).netloc == first)})
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            where = answer.header("location")
            answer.close()
            if not where:
                raise Failure("protocol", f"{answer.status} without a Location")
            method, body = self.after_redirect(method, body, answer.status)
            url = urljoin(url, where)
        raise Failure("protocol", "too many redirects")

    def after_redirect(self, method: str, body: Json | None, status: int) -> tuple[str, Json | None]:
        """What is sent to the new address: 307 and 308 keep method and body."""
        return (method, body) if status in (307, 308) or method == "GET" else ("GET", None)

    def auth(self, at_home: bool) -> dict[str, str]:
        """The key, which nobody else gets."""
        return {"Authorization": f"Bearer {self.key}"} if at_home else {}

    def exchange(self, method: str, url: str, body: Json | None, headers: Mapping[str, str]) -> Answer:
        """One request over a new connection."""
        parts = urlsplit(url)
        connection = self.connection(parts.hostname or "", parts.port)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        sent = {"Accept": "application/json, text/event-stream", "User-Agent": "small-client/1", **headers}
        data = None
        if body is not None:
            data = self.encoded(body)
            sent["Content-Type"] = self.content_type()
        try:
            connection.request(method, target, data, sent)
            return Answer(connection, connection.getresponse())
        except TRANSPORT:
            connection.close()
            raise

    def connection(self, host: str, port: int | None) -> http.client.HTTPConnection:
        """To a host, for one request."""
        return http.client.HTTPConnection(host, port, timeout=self.patience)

    def encoded(self, body: Json) -> bytes:
        """A body as bytes."""
        return json.dumps(body).encode()

    def content_type(self) -> str:
        """Of a body."""
        return "application/json"

    # -- when it is refused

    def may_repeat(self, method: str, status: int, attempt: int) -> bool:
        """Whether a request is sent again: reading always, anything else only when nothing has happened yet."""
        if attempt >= self.retries:
            return False
        return status in self.repeatable if method == "GET" else status == 429

    def retry_after(self, answer: Answer) -> float | None:
        """Seconds that the server asks to wait."""
        told = answer.header("retry-after").strip()
        if told.isdigit():
            return float(told)
        if not told:
            return None
        try:
            now = parsedate_to_datetime(answer.header("date"))
            return max(0.0, (parsedate_to_datetime(told) - now).total_seconds())
        except ValueError:
            return None

    def wait(self, asked: float | None, attempt: int) -> None:
        """Until the next attempt. Raises `Failure` when that is too long."""
        if asked is not None and asked > self.longest_wait:
            raise Failure("http", f"the gateway asks to wait {asked:g} s", 429, asked)
        time.sleep(0.02 * 2**attempt if asked is None else asked)

    def refused(self, answer: Answer) -> Failure:
        """What an answer with a bad status says."""
        data = answer.whole()
        return Failure("http", self.message(data), answer.status, self.retry_after(answer))

    def message(self, data: bytes) -> str:
        """What a refusal says; it need not be JSON."""
        try:
            return str(json.loads(data)["error"]["message"])
        except (ValueError, KeyError, TypeError):
            return data.decode(errors="replace")

    def json(self, answer: Answer) -> Json:
        """The body of an answer. Raises `Failure`."""
        data = answer.whole()
        try:
            found = json.loads(data)
        except ValueError:
            raise Failure("protocol", f"the answer is no JSON: {data[:80]!r}") from None
        if not isinstance(found, dict):
            raise Failure("protocol", "the answer is no object")
        return found
