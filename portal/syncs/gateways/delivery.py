"""The way of records to Datadog: a compiled mapping, a sink, and what happens in between.

The only place of this app that opens the mapping, pipeline and sink rooms. Knows no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings

from integrations.core.clock import SystemClock
from integrations.core.errors import (
    GrantRevokedError,
    MissingScopeError,
    RetryLaterError,
    StopError,
)
from integrations.core.records import Record
from integrations.core.secret import Secret
from integrations.datadog.limits import LIMITS
from integrations.datadog.sinks import Sink, SinkOptions, sink_for
from integrations.datadog.sites import Addresses, site_for_domain
from integrations.http.client import HttpClient
from integrations.mapping import CompiledMapping, compile_mapping, decode_mapping
from integrations.pipeline import (
    BatchResult,
    Outcome,
    PackedBatch,
    Prepared,
    deliver,
    halve,
    prepare,
    with_raw,
)

__all__ = [
    "BatchResult",
    "Outcome",
    "PackedBatch",
    "Prepared",
    "RetryLaterError",
    "Route",
    "StopError",
    "needs_reconnect",
    "route_to",
    "travels_by_token",
]

_REQUEST_SHARE = 0.4
"""Of the lease: how long one request may take, so that a lease outlasts two and a half of them."""
_SENDING_SHARE = 0.5
"""Of the lease: no request starts later than this, so that the last one ends inside the lease."""


@dataclass(frozen=True, slots=True)
class Route:
    """How records of one mapping revision reach Datadog. ``namespace`` goes into batch keys."""

    mapping: CompiledMapping
    sink: Sink
    namespace: UUID

    def prepared(self, records: Iterable[Record], *, now: float) -> Prepared:
        """Map and pack; ``now`` decides what is too old."""
        return prepare(
            records, mapping=self.mapping, sink=self.sink, now=now, batch_namespace=self.namespace
        )

    def sent(self, batches: Sequence[PackedBatch]) -> list[BatchResult]:
        """Send batches side by side; no transaction is open meanwhile."""
        clock = SystemClock()
        return deliver(
            batches,
            self.sink,
            concurrency=settings.SYNC_SEND_CONCURRENCY,
            deadline=clock.monotonic() + settings.SYNC_LEASE_SECONDS * _SENDING_SHARE,
            clock=clock,
        )

    def halved(self, records: Sequence[Record], result: BatchResult) -> Prepared:
        """Pack a refused batch's records as two; a lone one becomes a reject."""
        # Their ages were looked at when they were frozen; the same look could end otherwise now.
        items = self.mapping.apply_at_any_age(records).items
        parts = halve(
            items,
            self.sink,
            batch_namespace=self.namespace,
            reason="too_large" if result.outcome is Outcome.TOO_LARGE else "refused_by_datadog",
            detail=result.detail,
        )
        return Prepared(len(items), 0, with_raw(parts.rejects, records), parts.batches)

    def is_late(self, oldest: float | None, *, now: float) -> bool:
        """Whether Datadog would drop the oldest record of a batch at that time."""
        return oldest is not None and oldest < now - self.sink.limits.max_age_s


def route_to(site: str, *, document: dict[str, Any], credential: Secret, namespace: UUID) -> Route:
    """Compile the mapping document (kept from call to call) and open the sink it needs.

    ``credential`` is the access token where ``travels_by_token`` says so, else the API key.
    """
    mapping = _compiled(orjson.dumps(document, option=orjson.OPT_SORT_KEYS))
    by_token = travels_by_token(document)
    sink = sink_for(
        mapping.data_type,
        http=_client(settings.DATADOG_SANDBOX_URL, settings.SYNC_LEASE_SECONDS * _REQUEST_SHARE),
        addresses=Addresses(settings.DATADOG_SANDBOX_URL),
        site=site_for_domain(site),
        api_key=None if by_token else credential,
        options=SinkOptions(form=mapping.form, access_token=credential if by_token else None),
    )
    return Route(mapping, sink, namespace)


def travels_by_token(document: dict[str, Any]) -> bool:
    """Whether this mapping's records go under the OAuth token: incidents are no telemetry."""
    return bool(document.get("target") == "incidents")


def needs_reconnect(error: StopError) -> bool:
    """Whether only the customer can help, by linking Datadog again."""
    return isinstance(error, GrantRevokedError | MissingScopeError)


def sending_seconds() -> float:
    """How long after the start of sending the last try may still arrive."""
    return float(settings.SYNC_LEASE_SECONDS * (_SENDING_SHARE + _REQUEST_SHARE))


def max_age_seconds(data_type: str) -> float:
    """How far back Datadog takes records of that type."""
    return LIMITS[data_type].max_age_s


@lru_cache(maxsize=512)
def _compiled(document: bytes) -> CompiledMapping:
    return compile_mapping(decode_mapping(document))


@lru_cache(maxsize=4)
def _client(sandbox_url: str | None, timeout: float) -> HttpClient:
    addresses = Addresses(sandbox_url)
    return HttpClient(addresses.sandboxed if sandbox_url else None, timeout=timeout)
