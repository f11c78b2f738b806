"""Metrics to POST /api/v2/series.

https://docs.datadoghq.com/api/latest/metrics/#submit-metrics ; a repeated point is harmless, the
last write per name, tags and second counts.
"""

from __future__ import annotations

from integrations.core.secret import Secret
from integrations.datadog.limits import LIMITS
from integrations.datadog.sinks.base import IntakeSink, Origin
from integrations.datadog.sites import Addresses, Site
from integrations.http.client import HttpClient


def metrics_sink(
    http: HttpClient, *, addresses: Addresses, site: Site, api_key: Secret, origin: Origin
) -> IntakeSink:
    """Items are series objects; the answer to an accepted body is 202 ``{"errors":[]}``."""
    return IntakeSink(
        data_type="metrics",
        limits=LIMITS["metrics"],
        prefix=b'{"series":[',
        suffix=b"]}",
        http=http,
        url=addresses.url(site, "api", "/api/v2/series"),
        api_key=api_key,
        origin=origin,
    )
