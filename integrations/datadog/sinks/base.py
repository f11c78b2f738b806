"""What every sink shares: framing, limits, and one POST of a packed body to an intake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from integrations.core.errors import StopError
from integrations.core.secret import Secret
from integrations.datadog.agent_address import AgentAddress
from integrations.datadog.framing import Framing
from integrations.datadog.limits import DataTypeLimits
from integrations.datadog.sites import Addresses, Site
from integrations.datadog.status import raise_for
from integrations.http.client import USER_AGENT, Answer, HttpClient

# The spec's literal for series is "zstd1" and it names no zstd for logs; the Agent, Vector and the
# Lambda extension send "zstd" to both intakes, which is also the registered name (RFC 8878).
ZSTD = "zstd"
# What no other encoding is documented for.
IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who sends, as Datadog's partner guidelines ask (DD-EVP-ORIGIN): a name and a version."""

    name: str = USER_AGENT
    version: str = "1"


@dataclass(frozen=True, slots=True)
class SinkOptions:
    """What only some sinks need.

    ``form`` is the compiled mapping's (events, traces). ``access_token`` is the OAuth bearer that
    incidents travel under, ``agent`` where traces in an Agent form go. ``otlp_source`` is sent as
    dd-otlp-source, which some versions of Datadog's documentation ask of allow-listed senders.
    """

    form: str = ""
    access_token: Secret | None = None
    agent: AgentAddress | None = None
    origin: Origin = Origin()
    otlp_source: str = ""


@dataclass(frozen=True, slots=True)
class SinkSetting:
    """Everything out of which a sink is made."""

    http: HttpClient
    addresses: Addresses
    site: Site
    api_key: Secret | None
    options: SinkOptions

    def required_key(self) -> Secret:
        if self.api_key is None:
            raise StopError(
                "This connection has no API key, and Datadog takes telemetry under one only.",
                fix="Link Datadog again; the key is made while linking.",
            )
        return self.api_key


class Sink(Protocol):
    """A place that takes packed bodies of one data type.

    A body is items put together by ``framing``, compressed as ``content_encoding`` says, within
    ``limits``; these also tell whether a body may be sent twice.
    """

    @property
    def data_type(self) -> str: ...
    @property
    def limits(self) -> DataTypeLimits: ...
    @property
    def framing(self) -> Framing: ...
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
    framing: Framing
    http: HttpClient
    url: str
    api_key: Secret
    origin: Origin
    content_encoding: str = ZSTD
    content_type: str = "application/json"
    extra_headers: Mapping[str, str] = field(default_factory=dict)

    def send(self, body: bytes, *, batch_id: str) -> Answer:
        """See ``Sink.send``. ``batch_id`` goes along as X-Batch-Id, which Datadog ignores."""
        answer = self.http.request("POST", self.url, headers=self._headers(batch_id), body=body)
        raise_for(answer, self.api_key, surface="intake")
        return answer

    def _headers(self, batch_id: str) -> dict[str, str]:
        headers = {
            "DD-API-KEY": self.api_key.reveal(),
            "Content-Type": self.content_type,
            "DD-EVP-ORIGIN": self.origin.name,
            "DD-EVP-ORIGIN-VERSION": self.origin.version,
            "X-Batch-Id": batch_id,
            **self.extra_headers,
        }
        if self.content_encoding != IDENTITY:
            headers["Content-Encoding"] = self.content_encoding
        return headers
