"""The sinks that are one intake each: metrics, distributions, logs, events and service checks.

https://docs.datadoghq.com/api/latest/ ; each function's comment says what is special there.
"""

from __future__ import annotations

from integrations.core.errors import StopError
from integrations.datadog.framing import framing_of
from integrations.datadog.limits import LIMITS
from integrations.datadog.sinks.base import IDENTITY, ZSTD, IntakeSink, SinkSetting


def metrics_sink(setting: SinkSetting) -> IntakeSink:
    """POST /api/v2/series. Items are series objects; accepted is 202 ``{"errors":[]}``.

    A repeated point is harmless, the last write per name, tags and second counts.
    """
    return _intake(setting, "metrics", ("api", "/api/v2/series"))


def distributions_sink(setting: SinkSetting) -> IntakeSink:
    """POST /api/v1/distribution_points: its own content type, and no encoding but deflate."""
    return _intake(
        setting,
        "distributions",
        ("api", "/api/v1/distribution_points"),
        content_encoding="deflate",
        content_type="text/json",
    )


def logs_sink(setting: SinkSetting) -> IntakeSink:
    """POST /api/v2/logs on the logs intake's own host; accepted is 202 ``{}``.

    Datadog has no deduplication, so every log carries its record's id as an attribute.
    """
    return _intake(setting, "logs", ("http-intake.logs", "/api/v2/logs"))


_EVENT_INTAKES = {
    "v1": ("api", "/api/v1/events"),
    "v2": ("event-management-intake", "/api/v2/events"),
}


def events_sink(setting: SinkSetting) -> IntakeSink:
    """POST /api/v1/events or, for change and alert events, /api/v2/events on a host of its own.

    One event a request; no compression is documented for either.
    """
    form = setting.options.form or "v1"
    intake = _EVENT_INTAKES.get(form)
    if intake is None:
        raise StopError(f"There are no events of the form {form!r}.", fix="Save the mapping again.")
    return _intake(setting, "events", intake, form=form, content_encoding=IDENTITY)


def service_checks_sink(setting: SinkSetting) -> IntakeSink:
    """POST /api/v1/check_run with a list of checks; no compression is documented."""
    return _intake(
        setting, "service_checks", ("api", "/api/v1/check_run"), content_encoding=IDENTITY
    )


def _intake(
    setting: SinkSetting,
    data_type: str,
    intake: tuple[str, str],
    *,
    form: str = "",
    content_encoding: str = ZSTD,
    content_type: str = "application/json",
) -> IntakeSink:
    service, path = intake
    return IntakeSink(
        data_type=data_type,
        limits=LIMITS[data_type],
        framing=framing_of(data_type, form),
        http=setting.http,
        url=setting.addresses.url(setting.site, service, path),
        api_key=setting.required_key(),
        origin=setting.options.origin,
        content_encoding=content_encoding,
        content_type=content_type,
    )
