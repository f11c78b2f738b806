"""Logs to POST /api/v2/logs on the logs intake's own host.

https://docs.datadoghq.com/api/latest/logs/#send-logs ; Datadog has no deduplication, so every log
carries its record's id as an attribute.
"""

from __future__ import annotations

from integrations.core.secret import Secret
from integrations.datadog.limits import LIMITS
from integrations.datadog.sinks.base import IntakeSink, Origin
from integrations.datadog.sites import Addresses, Site
from integrations.http.client import HttpClient


def logs_sink(
    http: HttpClient, *, addresses: Addresses, site: Site, api_key: Secret, origin: Origin
) -> IntakeSink:
    """Items are log objects; the answer to an accepted body is 202 ``{}``."""
    return IntakeSink(
        data_type="logs",
        limits=LIMITS["logs"],
        prefix=b"[",
        suffix=b"]",
        http=http,
        url=addresses.url(site, "http-intake.logs", "/api/v2/logs"),
        api_key=api_key,
        origin=origin,
    )
