"""The sign of life of a connection: one gauge per run under the vendor's prefix.

Datadog asks partners for one, so that a customer can alert on its absence. Knows no schedule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from integrations.core.secret import Secret
from integrations.datadog.sinks.base import IDENTITY, SinkOptions, SinkSetting
from integrations.datadog.sinks.intakes import metrics_sink
from integrations.datadog.sites import Addresses, Site
from integrations.http.client import Answer, HttpClient

_GAUGE = 3
# MetricIntakeType of Datadog's v2 OpenAPI.


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """``prefix`` is the vendor's ("acme"), ``tags`` name mapping and organisation, ``at`` is epoch
    seconds."""

    prefix: str
    tags: Sequence[str]
    at: float

    @property
    def metric(self) -> str:
        return f"{self.prefix}.portal.heartbeat"

    def body(self) -> bytes:
        """The request for POST /api/v2/series."""
        series = {
            "metric": self.metric,
            "type": _GAUGE,
            "points": [{"timestamp": int(self.at), "value": 1}],
            "tags": list(self.tags),
        }
        return orjson.dumps({"series": [series]})


def send_heartbeat(
    heartbeat: Heartbeat, *, http: HttpClient, addresses: Addresses, site: Site, api_key: Secret
) -> Answer:
    """Send one; raises what a sink raises. A repeat in the same second is harmless."""
    setting = SinkSetting(http, addresses, site, api_key, SinkOptions())
    sink = replace(metrics_sink(setting), content_encoding=IDENTITY)
    return sink.send(heartbeat.body(), batch_id=f"heartbeat-{int(heartbeat.at)}")
