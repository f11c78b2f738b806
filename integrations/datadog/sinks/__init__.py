"""One sink per data type; ``sink_for`` finds it by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from integrations.core.errors import StopError
from integrations.core.secret import Secret
from integrations.datadog.sinks.base import Origin, Sink
from integrations.datadog.sinks.logs import logs_sink
from integrations.datadog.sinks.metrics import metrics_sink
from integrations.datadog.sites import Addresses, Site
from integrations.http.client import HttpClient

__all__ = ["Origin", "Sink", "sink_for"]

_SINKS: Mapping[str, Callable[..., Sink]] = MappingProxyType(
    {"metrics": metrics_sink, "logs": logs_sink}
)


def sink_for(
    data_type: str,
    *,
    http: HttpClient,
    addresses: Addresses,
    site: Site,
    api_key: Secret,
    origin: Origin | None = None,
) -> Sink:
    """The sink of ``data_type`` ("metrics" or "logs") on that site; StopError for another type."""
    make = _SINKS.get(data_type)
    if make is None:
        raise StopError(f"There is no sink for {data_type!r}.", fix="Choose metrics or logs.")
    return make(http, addresses=addresses, site=site, api_key=api_key, origin=origin or Origin())
