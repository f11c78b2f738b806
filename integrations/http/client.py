"""The one HTTP client: a request in, an answer out, within time and size.

Follows no redirect, keeps no cookie, reads no environment. What a status means is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import requests
from requests.structures import CaseInsensitiveDict

from integrations.core.clock import Clock, SystemClock
from integrations.core.errors import RefusedHostError
from integrations.http.transport import MAX_ANSWER_BYTES, TIMEOUT_S, BoundedAdapter

USER_AGENT = "partner-portal"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    ``headers`` are looked up whatever their case; ``elapsed_ms`` counts until the last byte of the
    body; ``received_at`` is epoch seconds; ``truncated`` tells that the body was cut at the cap.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed_ms: int
    received_at: float
    truncated: bool = False


class HttpClient:
    """Thread-safe, with one connection pool; make one per process.

    ``rewrite`` maps a URL to the one really called (a sandbox's); it raises RefusedHostError for
    an address it does not know. ``timeout`` holds for requests that name none of their own. An
    ``adapter`` (a guarded one) takes the place of the plain one and of ``rewrite``.
    """

    def __init__(
        self,
        rewrite: Callable[[str], str] | None = None,
        clock: Clock | None = None,
        *,
        timeout: float = TIMEOUT_S,
        adapter: BoundedAdapter | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._timeout = timeout
        self.adapter = adapter or BoundedAdapter(clock=self._clock, rewrite=rewrite)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        timeout: float | None = None,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
    ) -> Answer:
        """Send one request and return the answer, whatever its status.

        Only an https ``url`` is called, unless a guard allows others. ``timeout`` is the total in
        seconds. Raises RetryLaterError when no whole answer came (``uncertain`` unless the
        connection was never made) and RefusedHostError.
        """
        started = self._clock.monotonic()
        exchange = self.adapter.exchange(
            _prepared(method, url, headers, body),
            timeout=self._timeout if timeout is None else timeout,
            max_answer_bytes=max_answer_bytes,
        )
        return Answer(
            status=exchange.response.status_code,
            headers=exchange.response.headers,
            body=exchange.body,
            elapsed_ms=round((self._clock.monotonic() - started) * 1000),
            received_at=self._clock.now(),
            truncated=exchange.truncated,
        )

    def now(self) -> float:
        """Epoch seconds on this client's clock."""
        return self._clock.now()

    def close(self) -> None:
        """Close the pooled connections."""
        self.adapter.close()


def answer_of(response: requests.Response, *, received_at: float) -> Answer:
    """An Answer out of a response that another library got through ``HttpClient.adapter``."""
    return Answer(
        status=response.status_code,
        headers=response.headers,
        body=response.content,
        elapsed_ms=round(response.elapsed.total_seconds() * 1000),
        received_at=received_at,
    )


def _prepared(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> requests.PreparedRequest:
    merged = CaseInsensitiveDict({"User-Agent": USER_AGENT, **headers})
    request = requests.Request(method, url, headers=merged, data=body)
    try:
        return request.prepare()
    except (requests.RequestException, ValueError) as exc:
        raise RefusedHostError("That request cannot be made.") from exc
