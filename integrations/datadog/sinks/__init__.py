"""One sink per data type; ``sink_for`` finds it by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from integrations.core.errors import StopError
from integrations.core.secret import Secret
from integrations.datadog.sinks.base import Origin, Sink, SinkOptions, SinkSetting
from integrations.datadog.sinks.incidents import incidents_sink
from integrations.datadog.sinks.intakes import (
    distributions_sink,
    events_sink,
    logs_sink,
    metrics_sink,
    service_checks_sink,
)
from integrations.datadog.sinks.traces import traces_sink
from integrations.datadog.sites import Addresses, Site
from integrations.http.client import HttpClient

__all__ = ["Origin", "Sink", "SinkOptions", "sink_for"]

_SINKS: Mapping[str, Callable[[SinkSetting], Sink]] = MappingProxyType(
    {
        "metrics": metrics_sink,
        "distributions": distributions_sink,
        "logs": logs_sink,
        "events": events_sink,
        "service_checks": service_checks_sink,
        "traces": traces_sink,
        "incidents": incidents_sink,
    }
)


def sink_for(
    data_type: str,
    *,
    http: HttpClient,
    addresses: Addresses,
    site: Site,
    api_key: Secret | None = None,
    options: SinkOptions | None = None,
) -> Sink:
    """The sink of ``data_type`` on that site.

    Telemetry travels under ``api_key``, incidents under ``options.access_token``. StopError for
    another type and where something that the type needs is missing.
    """
    make = _SINKS.get(data_type)
    if make is None:
        raise StopError(
            f"There is no sink for {data_type!r}.", fix=f"Choose one of {', '.join(_SINKS)}."
        )
    return make(SinkSetting(http, addresses, site, api_key, options or SinkOptions()))
