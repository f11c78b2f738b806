"""The requests adapter that every call goes through, OAuth's included.

Rewrites the address (to a sandbox), keeps the total deadline and the cap on answers, follows no
redirect, knows no proxy, always verifies TLS, and turns requests' exceptions into this product's.
"""

from __future__ import annotations

import io
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

from integrations.core.clock import Clock
from integrations.core.errors import RefusedHostError, RetryLaterError

# A Datadog answer to a push is a few bytes, an error page some kilobytes (guarantees: cap 1 MB).
MAX_ANSWER_BYTES = 1_000_000
# The Agent's forwarder gives up after 20 s (DataDog/datadog-agent, comp/forwarder).
TIMEOUT_S = 20.0
# A host that does not complete a TCP handshake in 5 s is down or unreachable.
CONNECT_TIMEOUT_S = 5.0
# Hosts are nine sites with a few services each; connections per host bound a worker's threads.
_POOL_HOSTS = 64
_POOL_CONNECTIONS = 32
_CHUNK = 65_536

_Timeout = float | tuple[float, float] | tuple[float, None] | None


@dataclass(slots=True)
class Deadline:
    """When a call has to be over, on ``clock``'s monotonic time."""

    clock: Clock
    seconds: float
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock.monotonic()

    @property
    def elapsed(self) -> float:
        return self.clock.monotonic() - self.started

    def check(self) -> None:
        """RetryLaterError (uncertain: the request has left) once the time is up."""
        if self.elapsed > self.seconds:
            raise RetryLaterError("The answer took too long.", uncertain=True)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A whole answer: the response with its body read, and whether the cap cut it."""

    response: requests.Response
    body: bytes
    truncated: bool


class BoundedAdapter(HTTPAdapter):
    """Sends one request within bounds. Thread-safe; share one per process for its pool."""

    def __init__(self, *, clock: Clock, rewrite: Callable[[str], str] | None = None) -> None:
        super().__init__(pool_connections=_POOL_HOSTS, pool_maxsize=_POOL_CONNECTIONS)
        self._clock = clock
        self._rewrite = rewrite

    def exchange(
        self, request: requests.PreparedRequest, *, timeout: float, max_answer_bytes: int
    ) -> Exchange:
        """Send and read the whole answer.

        ``timeout`` is the total in seconds; a single silent read may take as long once more. A
        longer answer than ``max_answer_bytes`` is cut, since its status is what counts. Raises
        RetryLaterError (``uncertain`` unless the connection was never made), RefusedHostError.
        """
        deadline = Deadline(self._clock, timeout)
        response = self._open(self._rewritten(request), timeout)
        try:
            body, truncated = _read_capped(response.raw, deadline, max_answer_bytes)
        except (HTTPError, OSError) as exc:
            raise RetryLaterError("The connection broke off.", uncertain=True) from exc
        finally:
            response.close()
        response.raw = io.BytesIO(body)
        return Exchange(response, body, truncated)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - the signature is requests'
        timeout: _Timeout = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002 - the signature is requests'
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """For sessions that mount this adapter; their TLS and proxy settings are ignored."""
        seconds = timeout if isinstance(timeout, int | float) else TIMEOUT_S
        return self.exchange(request, timeout=seconds, max_answer_bytes=MAX_ANSWER_BYTES).response

    def _rewritten(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        url = request.url or ""
        if not url.startswith("https://"):
            raise RefusedHostError("Only https addresses are called.")
        copy = request.copy()
        if self._rewrite is not None:
            copy.url = self._rewrite(url)
        return copy

    def _open(self, request: requests.PreparedRequest, timeout: float) -> requests.Response:
        limits = (min(CONNECT_TIMEOUT_S, timeout), timeout)
        try:
            return super().send(request, stream=True, timeout=limits, verify=True)
        except requests.RequestException as exc:
            if _never_connected(exc):
                raise RetryLaterError("The connection could not be made.") from exc
            raise RetryLaterError("The connection broke off.", uncertain=True) from exc


def _read_capped(raw: BaseHTTPResponse, deadline: Deadline, max_bytes: int) -> tuple[bytes, bool]:
    """Read what arrives, decoded, up to ``max_bytes``; read1 returns after each arrival."""
    chunks: list[bytes] = []
    room = max_bytes
    while chunk := raw.read1(min(_CHUNK, room + 1), decode_content=True):
        if len(chunk) > room:
            chunks.append(chunk[:room])
            return b"".join(chunks), True
        chunks.append(chunk)
        room -= len(chunk)
        deadline.check()
    return b"".join(chunks), False


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    """The exception and what it wraps, by urllib3's ``reason`` as well as by arguments."""
    while exc is not None:
        yield exc
        reason = exc.reason if isinstance(exc, MaxRetryError) else None
        nested = [arg for arg in exc.args if isinstance(arg, BaseException)]
        exc = reason or (nested[0] if nested else None)


def _never_connected(exc: requests.RequestException) -> bool:
    """True only when no byte of the request can have left; a retry is then safe for any call."""
    certain = (NewConnectionError, ConnectTimeoutError, ssl.SSLCertVerificationError)
    return any(isinstance(cause, certain) for cause in _causes(exc))
