"""First drafts of mappings to logs, events, service checks and incidents."""

from __future__ import annotations

from msgspec import UNSET

from integrations.core.errors import InvalidMappingError
from integrations.mapping.event_documents import EventsMapping
from integrations.mapping.incident_documents import IncidentField, IncidentsMapping
from integrations.mapping.likely import LikelyFields
from integrations.mapping.parts import Choice, Scalar, Value
from integrations.mapping.telemetry_documents import LogsMapping, ServiceChecksMapping

TITLE_NAMES = ("title", "summary", "subject", "headline", "name")
MESSAGE_NAMES = ("message", "msg", "text", "body", "description")
STATUS_NAMES = ("level", "severity", "status", "log_level")
SERVICE_NAMES = ("service", "component", "app", "application")
HOST_NAMES = ("host", "hostname")
CHECK_NAMES = ("check", "check_name", "test", "probe", "monitor")
OUTCOME_NAMES = ("status", "state", "result", "outcome", "ok", "passed", "success", "healthy")
PLACE_NAMES = (*HOST_NAMES, "resource", "instance", "node", "machine", "server", "device")

# What systems call a status, by Datadog's word for it.
CHECK_WORDS: dict[str, list[Scalar]] = {
    "ok": ["passed", "pass", "success", "succeeded", "up", "healthy", True],
    "warning": ["warn", "degraded"],
    "critical": ["failed", "fail", "failure", "error", "down", "unhealthy", False],
}
ALERT_WORDS: dict[str, list[Scalar]] = {
    "error": ["critical", "fatal", "failed", "emergency"],
    "warning": ["warn"],
    "success": ["ok", "passed", "resolved"],
}
SEVERITY_WORDS: dict[str, list[Scalar]] = {
    "SEV-1": ["critical", "fatal", "emergency", "p1"],
    "SEV-2": ["error", "high", "major", "p2"],
    "SEV-3": ["warning", "medium", "minor", "p3"],
    "SEV-4": ["info", "low", "p4"],
}


def draft_logs(fields: LikelyFields, prefix: str, dataset: str) -> LogsMapping:
    message = fields.value_or_none(MESSAGE_NAMES) or fields.text("message")
    service = fields.value_or_none(SERVICE_NAMES, default=prefix)
    status = fields.value_or_none(STATUS_NAMES, default="info")
    host = fields.value_or_none(HOST_NAMES)
    return LogsMapping(
        source=prefix,
        message=message,
        service=service or UNSET,
        status=status or UNSET,
        host=host or UNSET,
        timestamp=fields.time() or UNSET,
        tags=fields.tags(without=[message, service, status, host]),
    )


def draft_events(fields: LikelyFields, prefix: str, dataset: str) -> EventsMapping:
    """Plain events: whether records are changes or alerts, no field's name tells."""
    title = fields.value_or_none((*TITLE_NAMES, *MESSAGE_NAMES)) or fields.text("title")
    text = fields.value_or_none(MESSAGE_NAMES) or title
    status, host = fields.value_or_none(STATUS_NAMES), fields.value_or_none(HOST_NAMES)
    return EventsMapping(
        title=title,
        text=text,
        timestamp=fields.time() or UNSET,
        host=host or UNSET,
        alert_type=Choice(status, ALERT_WORDS, "info") if status else UNSET,
        tags=fields.tags(without=[title, text, status, host]),
    )


def draft_service_checks(fields: LikelyFields, prefix: str, dataset: str) -> ServiceChecksMapping:
    outcome, host = fields.scalar(OUTCOME_NAMES), fields.value_or_none(PLACE_NAMES)
    if outcome is None:
        raise InvalidMappingError(
            "The dataset has no field that looks like an outcome, such as status.", path="status"
        )
    if host is None:
        raise InvalidMappingError(
            "The dataset has no field that names a host or a resource.", path="host"
        )
    check, message = fields.named(CHECK_NAMES, ["string"]), fields.value_or_none(MESSAGE_NAMES)
    name = f"{prefix}.{{{check.name}}}" if check else ""
    return ServiceChecksMapping(
        check=Value(template=name) if name else Value(constant=f"{prefix}.{dataset}"),
        host=host,
        status=Choice(outcome, CHECK_WORDS, "unknown"),
        message=message or UNSET,
        timestamp=fields.time() or UNSET,
        tags=fields.tags(without=[outcome, host, message, *fields.values([check])]),
    )


def draft_incidents(fields: LikelyFields, prefix: str, dataset: str) -> IncidentsMapping:
    """Says that no customer is affected: a person has to say otherwise, and who."""
    title = fields.value_or_none((*TITLE_NAMES, *MESSAGE_NAMES)) or fields.text("title")
    severity, summary = fields.value_or_none(STATUS_NAMES), fields.value_or_none(MESSAGE_NAMES)
    drafted = []
    if severity is not None:
        drafted.append(
            IncidentField("severity", "dropdown", severity, SEVERITY_WORDS, default="UNKNOWN")
        )
    if summary is not None and summary != title:
        drafted.append(IncidentField("summary", "textbox", summary))
    return IncidentsMapping(
        title=title, customer_impacted=Choice(Value(constant=False)), fields=drafted
    )
