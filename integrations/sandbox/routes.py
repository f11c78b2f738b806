"""The table of what each Datadog host serves. A new surface is a module and some rows here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from aiohttp import web

from integrations.datadog.sites import SERVICES
from integrations.sandbox import (
    agent_traces,
    dashboards,
    distributions,
    events,
    events_v2,
    incident_search,
    incidents,
    keys,
    log_pipelines,
    log_search,
    logs,
    metric_query,
    metrics,
    monitor_search,
    monitors,
    oauth,
    otlp,
    service_checks,
    tokens,
)
from integrations.sandbox.world import Call

Handler = Callable[[Call], web.Response]

# "agent" is a customer's own Agent with its trace API, which is no host of Datadog's.
HOSTS = (*SERVICES, "agent")


@dataclass(frozen=True, slots=True)
class Route:
    """``path`` may have ``{name}`` parts; ``data_type`` is set where requests are counted: on
    intakes and on calls that change a resource."""

    method: str
    service: str
    path: str
    handler: Handler
    data_type: str | None = None


_PIPELINES = "/api/v1/logs/config/pipelines"

ROUTES = (
    Route("GET", "app", "/oauth2/v1/authorize", oauth.show_consent),
    Route("POST", "app", "/oauth2/v1/authorize", oauth.decide),
    Route("POST", "api", "/api/v2/oauth2/token", tokens.issue_token),
    Route("POST", "api", "/oauth2/v1/token", tokens.issue_token),
    Route("POST", "api", "/oauth2/v1/revoke", tokens.revoke_token),
    Route("POST", "api", "/api/v2/api_keys/marketplace", keys.create_marketplace_key),
    Route("GET", "api", "/api/v1/validate", keys.validate_v1),
    Route("GET", "api", "/api/v2/validate", keys.validate_v2),
    Route("GET", "api", "/api/v2/validate_keys", keys.validate_both),
    Route("POST", "api", "/api/v2/series", metrics.submit_v2, "metrics"),
    Route("POST", "api", "/api/v1/series", metrics.submit_v1, "metrics"),
    Route("POST", "api", "/api/v1/distribution_points", distributions.submit, "distributions"),
    Route("POST", "api", "/api/v1/check_run", service_checks.submit, "service_checks"),
    Route("POST", "api", "/api/v1/events", events.submit_v1, "events"),
    Route("POST", "event-management-intake", "/api/v2/events", events_v2.submit, "events"),
    # The older address, deprecated.
    Route("POST", "api", "/api/v2/events", events_v2.submit, "events"),
    Route("POST", "http-intake.logs", "/api/v2/logs", logs.submit_v2, "logs"),
    Route("POST", "http-intake.logs", "/v1/input", logs.submit_v1, "logs"),
    Route("POST", "otlp", "/v1/traces", otlp.submit_traces, "traces"),
    *(
        Route(method, "agent", f"/{version}/traces", handler, "traces")
        for version, handler in (
            ("v0.3", agent_traces.submit_v03),
            ("v0.4", agent_traces.submit_v04),
        )
        for method in ("PUT", "POST")
    ),
    Route("GET", "api", "/api/v1/query", metric_query.query),
    Route("GET", "api", "/api/v1/metrics", metric_query.active_metrics),
    Route("POST", "api", "/api/v2/logs/events/search", log_search.search),
    Route("GET", "api", "/api/v1/monitor", monitors.list_monitors),
    Route("POST", "api", "/api/v1/monitor", monitors.create, "monitors"),
    Route("POST", "api", "/api/v1/monitor/validate", monitors.validate),
    Route("GET", "api", "/api/v1/monitor/search", monitor_search.search),
    Route("GET", "api", "/api/v1/monitor/{id}", monitors.get),
    Route("PUT", "api", "/api/v1/monitor/{id}", monitors.update, "monitors"),
    Route("DELETE", "api", "/api/v1/monitor/{id}", monitors.delete, "monitors"),
    Route("POST", "api", "/api/v1/monitor/{id}/validate", monitors.validate_existing),
    Route("POST", "api", "/api/v1/dashboard", dashboards.create, "dashboards"),
    Route("GET", "api", "/api/v1/dashboard", dashboards.list_dashboards),
    Route("GET", "api", "/api/v1/dashboard/{id}", dashboards.get),
    Route("PUT", "api", "/api/v1/dashboard/{id}", dashboards.replace, "dashboards"),
    Route("DELETE", "api", "/api/v1/dashboard/{id}", dashboards.delete, "dashboards"),
    Route("POST", "api", _PIPELINES, log_pipelines.create, "log_pipelines"),
    Route("GET", "api", _PIPELINES, log_pipelines.list_pipelines),
    Route("GET", "api", f"{_PIPELINES}/{{id}}", log_pipelines.get),
    Route("PUT", "api", f"{_PIPELINES}/{{id}}", log_pipelines.replace, "log_pipelines"),
    Route("DELETE", "api", f"{_PIPELINES}/{{id}}", log_pipelines.delete, "log_pipelines"),
    Route("POST", "api", "/api/v2/incidents", incidents.create, "incidents"),
    Route("GET", "api", "/api/v2/incidents", incidents.list_incidents),
    Route("GET", "api", "/api/v2/incidents/search", incident_search.search),
    Route("GET", "api", "/api/v2/incidents/{id}", incidents.get),
    Route("PATCH", "api", "/api/v2/incidents/{id}", incidents.update, "incidents"),
    Route("DELETE", "api", "/api/v2/incidents/{id}", incidents.delete, "incidents"),
)

_BY_ADDRESS = {(route.method, route.service, route.path): route for route in ROUTES}
_PARAMETER = re.compile(r"\{(\w+)\}")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", path))


_WITH_PARAMETERS = [(route, _pattern(route.path)) for route in ROUTES if "{" in route.path]


class Found(NamedTuple):
    """A route with what its ``{name}`` parts held."""

    route: Route
    parameters: dict[str, str]


def find(method: str, service: str, path: str) -> Found | None:
    """A path without parameters goes first: ``/monitor/search`` is no monitor's id."""
    exact = _BY_ADDRESS.get((method, service, path))
    if exact is not None:
        return Found(exact, {})
    return next((found for found in _matching(service, path) if found.route.method == method), None)


def _matching(service: str, path: str) -> Iterator[Found]:
    for route, pattern in _WITH_PARAMETERS:
        match = pattern.fullmatch(path) if route.service == service else None
        if match:
            yield Found(route, match.groupdict())


def methods_of(service: str, path: str) -> list[str]:
    exact = [route.method for route in ROUTES if (route.service, route.path) == (service, path)]
    return list(dict.fromkeys([*exact, *(one.route.method for one in _matching(service, path))]))


def known_paths(service: str) -> list[str]:
    return [f"{route.method} {route.path}" for route in ROUTES if route.service == service]
