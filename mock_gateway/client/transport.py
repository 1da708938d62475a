"""The HTTP of the client: one place that builds requests, sends them, and reads answers.

Owns: the base URL, the key on every call (NET-2), redirects, error answers, retries of GETs.
Must not know: endpoints, sessions, turns. A POST is never sent a second time.
Next: `endpoints.py`, the table of calls; `pacing.py`, how long to wait between tries.
"""

from __future__ import annotations

import ipaddress
import weakref
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx

from mock_gateway.client.connection import EventConnection, failure
from mock_gateway.client.errors import ApiError, GatewayError, ProtocolError, TransportError, api_error
from mock_gateway.client.model import read_json
from mock_gateway.client.pacing import Attempts, Pacing, Sleep

_MOST_REDIRECTS = 5
# A stream compressed on the way would arrive in lumps, and one held in a cache not at all.
_STREAM_HEADERS = {
    "Accept": "text/event-stream",
    "Accept-Encoding": "identity",
    "Cache-Control": "no-store",
}

Query = Mapping[str, str | int | None]
_T = TypeVar("_T")


class Transport:
    """Sends the calls of one client.

    base_url: http or https, may carry a path prefix (NET-1). api_key: sent as a bearer token.
    timeout, stream_timeout: seconds without a byte before a plain call or a stream counts as broken.
    pacing, sleep: how retries wait. transport: an httpx transport instead of the network.
    Raises ValueError when base_url or api_key cannot be used at all.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        timeout: float,
        stream_timeout: float,
        pacing: Pacing,
        sleep: Sleep,
        transport: httpx.BaseTransport | None,
    ) -> None:
        url = _checked_url(base_url)
        self.pacing = pacing
        self.sleep = sleep
        self._base = str(url).rstrip("/")
        self._stream_timeout = httpx.Timeout(timeout, read=stream_timeout)
        self._http = httpx.Client(
            headers={
                "Authorization": _bearer(api_key),
                "Accept": "application/json",
                "User-Agent": "mock-gateway-client",
            },
            timeout=timeout,
            transport=transport,
            # A gateway on this machine is never behind a proxy, whatever the environment says.
            trust_env=not _is_loopback(url.host),
        )
        # Programs seldom close their client; without this their sockets would outlive it.
        weakref.finalize(self, self._http.close)

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def attempts(self) -> Attempts:
        """A fresh count of failures."""
        return Attempts(self.pacing, self.sleep)

    def get(self, path: str, query: Query | None = None) -> Any:
        """GET a JSON value. Repeated while the failure is transient and the pacing allows it."""
        return self.persist(lambda: self._json(self._request("GET", path, query=query)))

    def post(self, path: str, body: object = None) -> Any:
        """POST a JSON value (no body when None) and give the JSON value of the answer."""
        return self._json(self._request("POST", path, body=body))

    def open_get(self, path: str, query: Query | None = None) -> EventConnection:
        """Open the event stream of a GET; one try."""
        return self._open(self._request("GET", path, query=query, stream=True))

    def open_post(self, path: str, body: object) -> EventConnection:
        """Open the event stream of a POST; one try."""
        return self._open(self._request("POST", path, body=body, stream=True))

    def persist(self, call: Callable[[], _T]) -> _T:
        """Repeat a safe call while its failure is transient and the pacing allows it."""
        attempts = self.attempts()
        while True:
            try:
                return call()
            except GatewayError as error:
                attempts.wait_or_raise(error)

    def _request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: object = None,
        stream: bool = False,
    ) -> httpx.Request:
        given = {name: str(value) for name, value in (query or {}).items() if value is not None}
        options: dict[str, Any] = {"params": given or None}
        if body is not None:
            options["json"] = body
        if stream:
            options |= {"headers": _STREAM_HEADERS, "timeout": self._stream_timeout}
        return self._http.build_request(method, self._base + path, **options)

    def _json(self, request: httpx.Request) -> Any:
        response = self._send(request)
        try:
            return read_json(_read(response, request), f"the answer to {_call(request)}")
        finally:
            response.close()

    def _open(self, request: httpx.Request) -> EventConnection:
        return EventConnection(self._send(request), _call(request))

    def _send(self, request: httpx.Request) -> httpx.Response:
        """Send, follow redirects within the origin, raise for an error status; the body is unread."""
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._send_once(request)
            if response.next_request is None:
                return _checked_status(response, request)
            response.close()
            request = _next_hop(request, response.next_request, response.status_code)
        raise ProtocolError(f"{_call(request)} was redirected more than {_MOST_REDIRECTS} times")

    def _send_once(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._http.send(request, stream=True, follow_redirects=False)
        except httpx.RequestError as error:
            raise TransportError(f"{_call(request)} got no answer: {failure(error)}") from error


def _call(request: httpx.Request) -> str:
    return f"{request.method} {request.url.raw_path.decode('ascii').partition('?')[0]}"


def _read(response: httpx.Response, request: httpx.Request) -> bytes:
    try:
        return response.read()
    except httpx.RequestError as error:
        raise TransportError(f"{_call(request)} got half an answer: {failure(error)}") from error


def _checked_status(response: httpx.Response, request: httpx.Request) -> httpx.Response:
    if response.is_success:
        return response
    try:
        raise _error(response, request)
    finally:
        response.close()


def _error(response: httpx.Response, request: httpx.Request) -> ApiError:
    try:
        body = response.read()
    except httpx.RequestError:
        body = b""  # the status alone says enough; a body that breaks off must not hide it
    return api_error(response.status_code, response.headers, body, _call(request))


def _next_hop(request: httpx.Request, target: httpx.Request, status: int) -> httpx.Request:
    """Allow a redirect that repeats the same call at the same origin; the key goes nowhere else."""
    if _origin(target.url) != _origin(request.url) or target.method != request.method:
        raise ProtocolError(
            f"{_call(request)} answered {status}, a redirect to {target.method} {target.url}; "
            "only the same call at the same origin is followed"
        )
    return target


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _checked_url(base_url: str) -> httpx.URL:
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, TypeError) as error:
        raise ValueError(f"base_url {base_url!r} is not a URL: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"base_url {base_url!r} must begin with http:// or https:// and a host")
    if url.userinfo or url.query or url.fragment:
        raise ValueError("base_url may carry a path, but no user, query or fragment")
    return url


def _bearer(api_key: str) -> str:
    if not (isinstance(api_key, str) and api_key.isascii() and (api_key.isprintable() or not api_key)):
        raise ValueError("api_key must be printable ASCII text")
    return f"Bearer {api_key}".strip()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
