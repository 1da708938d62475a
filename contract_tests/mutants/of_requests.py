"""Bugs in requests: headers, paths, queries, what is repeated, lists."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from contract_tests.mutants.client import Client
from contract_tests.mutants.errors import Failure
from contract_tests.mutants.wire import Answer, Json, Wire
from contract_tests.mutants.zoo import mutant

REFUSALS = ("ERR-400", "ERR-401", "ERR-403", "ERR-404", "ERR-409", "ERR-412", "ERR-413", "ERR-422")


@mutant("key-forgotten", "REQ-AUTH", fuzzable=False)
class KeyForgotten(Wire):
    """Reading is tried without the key."""

    def exchange(self, method: str, url: str, body: Json | None, headers: Mapping[str, str]) -> Answer:
        if method == "GET":
            headers = {name: value for name, value in headers.items() if name != "Authorization"}
        return super().exchange(method, url, body, headers)


@mutant("key-in-query", "REQ-AUTH-LEAK", fuzzable=False)
class KeyInQuery(Wire):
    """The key is sent in the query too."""

    def url(self, path: str, query: Mapping[str, Any]) -> str:
        return super().url(path, {**query, "api_key": self.key})


@mutant("key-travels", "REQ-AUTH-LEAK", fuzzable=False)
class KeyTravels(Wire):
    """A redirect to somebody else takes the key along."""

    def auth(self, at_home: bool) -> dict[str, str]:
        return super().auth(True)


@mutant("wrong-content-type", "REQ-CTYPE", fuzzable=False)
class WrongContentType(Wire):
    """Bodies are sent as plain text."""

    def content_type(self) -> str:
        return "text/plain"


@mutant("ids-not-encoded", "REQ-PATH", fuzzable=False)
class IdsNotEncoded(Wire):
    """Ids are put into paths as they are."""

    def url(self, path: str, query: Mapping[str, Any]) -> str:
        return super().url(path.replace("%2F", "/").replace("%25", "%").replace("%20", "+"), query)


@mutant("wrong-shape", "REQ-SCHEMA", fuzzable=False)
class WrongShape(Client):
    """A message is sent as text, without a type."""

    def body(self, items: list[Json] | None, previous: str | None) -> Json:
        body = super().body(items, previous)
        if items and items[0].get("type") == "user.message":
            body["input"] = [{"type": "message", "text": items[0]["content"]}]
        return body


@mutant("odd-query", "REQ-QUERY", fuzzable=False)
class OddQuery(Client):
    """The size of a page is sent under another name."""

    def limit(self, wanted: int | None) -> Json:
        return {} if wanted is None else {"page_size": wanted}


@mutant("refusal-repeated", "ERR-REPEAT", also=("ERR-NO-AGENT", "ERR-PENDING"), fuzzable=False)
class RefusalRepeated(Wire):
    """A request that was refused is sent again, although nothing about it has changed."""

    def may_repeat(self, method: str, status: int, attempt: int) -> bool:
        return attempt < self.retries and status in (400, 401, 403, 404, 409, 412, 413, 422)


@mutant("server-error-repeated", "ERR-500", also=("ERR-502", "ERR-503"), fuzzable=False)
class ServerErrorRepeated(Wire):
    """A new turn that was answered by an error of the server is asked for again."""

    def may_repeat(self, method: str, status: int, attempt: int) -> bool:
        return attempt < self.retries and status in self.repeatable


@mutant("status-lost", "ERR-404", also=(*REFUSALS, "ERR-502", "ERR-503"), fuzzable=False)
class StatusLost(Wire):
    """Whatever the status was, it is told as 500."""

    def refused(self, answer: Answer) -> Failure:
        failure = super().refused(answer)
        failure.status = 500
        return failure


@mutant("message-lost", "ERR-500", also=(*REFUSALS, "ERR-502", "ERR-503"), fuzzable=False)
class MessageLost(Wire):
    """What the gateway says about a refusal is not told."""

    def message(self, data: bytes) -> str:
        return "something went wrong"


@mutant("error-body-needed", "ERR-SHAPE", fuzzable=False)
class ErrorBodyNeeded(Wire):
    """A refusal that is no JSON crashes the client."""

    def message(self, data: bytes) -> str:
        import json

        return str(json.loads(data)["error"]["message"])


@mutant("retry-after-ignored", "RATE-SEC", also=("RATE-DATE", "RATE-POST"), fuzzable=False)
class RetryAfterIgnored(Wire):
    """What the gateway says about waiting is not heard."""

    def retry_after(self, answer: Answer) -> float | None:
        return None


@mutant("retry-after-needed", "RATE-NONE", fuzzable=False)
class RetryAfterNeeded(Wire):
    """Without a number of seconds to wait, the client crashes."""

    def retry_after(self, answer: Answer) -> float | None:
        return float(answer.header("retry-after"))


@mutant("patient-for-ever", "RATE-HUGE", fuzzable=False)
class PatientForEver(Wire):
    """It waits as long as it is told; for the tests seven seconds stand for a day."""

    def wait(self, asked: float | None, attempt: int) -> None:
        super().wait(asked if asked is None or asked < 1 else None, attempt)
        time.sleep(min(asked or 0.0, 7.0))


@mutant("in-a-hurry", "TIME-FIRSTBYTE", fuzzable=False)
class InAHurry(Wire):
    """Half a second after a request there has to be an answer."""

    def connection(self, host: str, port: int | None) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(host, port, timeout=0.5)


@mutant("reset-repeated", "NET-RST", fuzzable=False)
class ResetRepeated(Wire):
    """A new turn whose connection was reset is asked for again."""

    def try_once(
        self, method: str, url: str, body: Json | None, more: Mapping[str, str], attempt: int
    ) -> Answer | None:
        try:
            return super().try_once(method, url, body, more, attempt)
        except Failure as failure:
            if attempt or failure.kind != "transport":
                raise
            return None


@mutant("reset-never-repeated", "NET-RST-READ", fuzzable=False)
class ResetNeverRepeated(Wire):
    """A connection that is reset is told, even where only something was to be read."""

    def try_once(
        self, method: str, url: str, body: Json | None, more: Mapping[str, str], attempt: int
    ) -> Answer | None:
        return super().try_once(method, url, body, more, self.retries)


@mutant("one-connection", "NET-CLOSE", fuzzable=False)
class OneConnection(Wire):
    """Whatever became of a connection, the next request goes over it."""

    only: http.client.HTTPConnection | None = None

    def connection(self, host: str, port: int | None) -> http.client.HTTPConnection:
        if self.only is None:
            self.only = super().connection(host, port)
            self.only.connect()
            self.only.auto_open = 0
        return self.only


@mutant("date-by-own-clock", "RATE-DATE", fuzzable=False)
class DateByOwnClock(Wire):
    """A date at which to come back is compared with the client's own clock."""

    def retry_after(self, answer: Answer) -> float | None:
        import time
        from email.utils import parsedate_to_datetime

        told = answer.header("retry-after")
        if told.isdigit() or not told:
            return super().retry_after(answer)
        return max(0.0, parsedate_to_datetime(told).timestamp() - time.time())


@mutant("redirect-as-get", "NET-REDIR", fuzzable=False)
class RedirectAsGet(Wire):
    """A redirect makes a GET of every request."""

    def after_redirect(self, method: str, body: Json | None, status: int) -> tuple[str, Json | None]:
        return "GET", None


@mutant("redirect-for-ever", "NET-REDIR-NOLOC", fuzzable=False)
class RedirectForEver(Wire):
    """A redirect that leads nowhere is tried again and again."""

    redirects = 60

    def follow_redirects(self, method: str, url: str, body: Json | None, more: Mapping[str, str]) -> Answer:
        for _ in range(self.redirects):
            answer = self.exchange(method, url, body, {**more, **self.auth(bool(urlsplit(url).netloc))})
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            where = answer.header("location")
            answer.close()
            url = where or url
        raise Failure("protocol", "too many redirects")


@mutant("first-page-only", "PAGE-ALL", fuzzable=False)
class FirstPageOnly(Client):
    """Only the first page of a list is read."""

    def next_token(self, page: Json) -> str | None:
        return None


@mutant("empty-page-ends", "PAGE-EMPTY", fuzzable=False)
class EmptyPageEnds(Client):
    """A page without items ends the list."""

    def next_token(self, page: Json) -> str | None:
        return super().next_token(page) if page["data"] else None


@mutant("token-changed", "PAGE-OPAQUE", fuzzable=False)
class TokenChanged(Wire):
    """Plus signs in a query are sent as they are, and arrive as blanks."""

    def url(self, path: str, query: Mapping[str, Any]) -> str:
        return super().url(path, query).replace("%2B", "+")


@mutant("circle-for-ever", "PAGE-LOOP", fuzzable=False)
class CircleForEver(Client):
    """A list that leads in a circle is followed a hundred times."""

    def pages(self, path: str, query: Json) -> Any:
        token = None
        for _ in range(100):
            page = self.wire.json(
                self.wire.send("GET", path, query=query if token is None else {**query, "page_token": token})
            )
            yield from page["data"]
            token = self.next_token(page)
            if not token:
                return


@mutant("limit-too-large", "PAGE-LIMIT", fuzzable=False)
class LimitTooLarge(Client):
    """Lists are asked for a million items."""

    def limit(self, wanted: int | None) -> Json:
        return {"limit": 1_000_000}
