"""What every sink shares: framing, limits, and one POST of a packed body to an intake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from integrations.core.secret import Secret
from integrations.datadog.limits import DataTypeLimits
from integrations.datadog.status import raise_for
from integrations.http.client import USER_AGENT, Answer, HttpClient

# The spec's literal for series is "zstd1" and it names no zstd for logs; the Agent, Vector and the
# Lambda extension send "zstd" to both intakes, which is also the registered name (RFC 8878).
ZSTD = "zstd"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who sends, as Datadog's partner guidelines ask (DD-EVP-ORIGIN): a name and a version."""

    name: str = USER_AGENT
    version: str = "1"


class Sink(Protocol):
    """A place that takes packed bodies of one data type.

    A body is ``prefix`` + items joined by ``separator`` + ``suffix``, compressed as
    ``content_encoding`` says, within ``limits``.
    """

    @property
    def data_type(self) -> str: ...
    @property
    def limits(self) -> DataTypeLimits: ...
    @property
    def prefix(self) -> bytes: ...
    @property
    def separator(self) -> bytes: ...
    @property
    def suffix(self) -> bytes: ...
    @property
    def content_encoding(self) -> str: ...

    def send(self, body: bytes, *, batch_id: str) -> Answer:
        """Deliver one body and return Datadog's answer once it was accepted.

        Raises RetryLaterError, GrantRevokedError, StopError, PayloadTooLargeError or
        PayloadRefusedError (400, or a 202 that lists errors).
        """


@dataclass(frozen=True, slots=True)
class IntakeSink:
    """A sink over one intake URL, authorised by the customer's API key."""

    data_type: str
    limits: DataTypeLimits
    prefix: bytes
    suffix: bytes
    http: HttpClient
    url: str
    api_key: Secret
    origin: Origin
    separator: bytes = b","
    content_encoding: str = ZSTD

    def send(self, body: bytes, *, batch_id: str) -> Answer:
        """See ``Sink.send``. ``batch_id`` goes along as X-Batch-Id, which Datadog ignores."""
        answer = self.http.request("POST", self.url, headers=self._headers(batch_id), body=body)
        raise_for(answer, self.api_key, surface="intake")
        return answer

    def _headers(self, batch_id: str) -> dict[str, str]:
        return {
            "DD-API-KEY": self.api_key.reveal(),
            "Content-Type": "application/json",
            "Content-Encoding": self.content_encoding,
            "DD-EVP-ORIGIN": self.origin.name,
            "DD-EVP-ORIGIN-VERSION": self.origin.version,
            "X-Batch-Id": batch_id,
        }
