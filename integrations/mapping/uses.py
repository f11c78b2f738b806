"""Which values a mapping document uses where, and what each may be. Knows no dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec import UnsetType

from integrations.core.fields import FieldType
from integrations.mapping.document import MappingDocument
from integrations.mapping.event_documents import (
    ALERT_PRIORITIES,
    ALERT_STATUSES,
    ALERT_TYPES,
    PRIORITIES,
    Alert,
    Author,
    Change,
    EventsMapping,
)
from integrations.mapping.incident_documents import IMPACTED, LIST_TYPES, IncidentsMapping
from integrations.mapping.parts import Choice, Tag, Value
from integrations.mapping.telemetry_documents import (
    CHECK_STATUSES,
    DistributionMeasure,
    DistributionsMapping,
    LogsMapping,
    Measure,
    MetricsMapping,
    ServiceChecksMapping,
)
from integrations.mapping.trace_documents import (
    ERROR_STATES,
    SPAN_KINDS,
    Duration,
    TracesMapping,
)

NUMBER_TYPES: frozenset[FieldType] = frozenset({"integer", "number"})
NUMBERS_TYPES: frozenset[FieldType] = NUMBER_TYPES | {"list"}
TIME_TYPES: frozenset[FieldType] = frozenset({"timestamp", "string", "integer", "number"})
TEXT_TYPES: frozenset[FieldType] = frozenset(
    {"string", "integer", "number", "boolean", "timestamp"}
)
TEXTS_TYPES: frozenset[FieldType] = TEXT_TYPES | {"list"}
OBJECT_TYPES: frozenset[FieldType] = frozenset({"object"})
ID_TYPES: frozenset[FieldType] = frozenset({"string", "integer"})


@dataclass(frozen=True, slots=True)
class Use:
    """A value at a place, the types it may have there and what these are called.

    ``words`` are those that it has to become, with the choice that says how.
    """

    path: str
    value: Value
    types: frozenset[FieldType] = TEXT_TYPES
    noun: str = "text"
    words: Sequence[str] = ()
    choice: Choice | None = None


def uses_of(document: MappingDocument) -> Iterator[Use]:
    """Every value of the document."""
    match document:
        case MetricsMapping() | DistributionsMapping():
            yield from _metrics(document)
        case LogsMapping():
            yield from _logs(document)
        case EventsMapping():
            yield from _events(document)
        case ServiceChecksMapping():
            yield from _service_checks(document)
        case TracesMapping():
            yield from _traces(document)
        case IncidentsMapping():
            yield from _incidents(document)


def paths_of(document: MappingDocument) -> Iterator[tuple[str, str]]:
    """Where the document names a field outside of a value, and which."""
    for index, condition in enumerate(document.filter):
        yield f"filter[{index}].field", condition.field
    match document:
        case LogsMapping() | TracesMapping():
            yield from _listed("attributes", document.attributes)
        case EventsMapping(alert=Alert() as alert):
            yield from _listed("alert.custom", alert.custom)


def _listed(place: str, paths: object) -> Iterator[tuple[str, str]]:
    for index, path in enumerate(paths if isinstance(paths, list) else []):
        yield f"{place}[{index}]", path


def _metrics(document: MetricsMapping | DistributionsMapping) -> Iterator[Use]:
    several = isinstance(document, DistributionsMapping)
    types, noun = (NUMBERS_TYPES, "numbers") if several else (NUMBER_TYPES, "a number")
    measures: Sequence[Measure | DistributionMeasure] = document.measures
    for index, measure in enumerate(measures):
        yield Use(f"measures[{index}].name", measure.name)
        yield Use(f"measures[{index}].value", measure.value, types, noun)
    yield Use("timestamp", document.timestamp, TIME_TYPES, "a time")
    yield from _texts(host=document.host)
    yield from _tags(document.tags)


def _logs(document: LogsMapping) -> Iterator[Use]:
    yield Use("message", document.message)
    yield from _texts(service=document.service, status=document.status)
    yield from _time(document.timestamp)
    yield from _texts(host=document.host)
    yield from _tags(document.tags)


def _events(document: EventsMapping) -> Iterator[Use]:
    yield Use("title", document.title)
    yield from _texts(
        text=document.text,
        host=document.host,
        aggregation_key=document.aggregation_key,
        source_type_name=document.source_type_name,
    )
    yield from _time(document.timestamp)
    yield from _choice("alert_type", document.alert_type, ALERT_TYPES)
    yield from _choice("priority", document.priority, PRIORITIES)
    if isinstance(document.change, Change):
        yield from _change(document.change)
    if isinstance(document.alert, Alert):
        yield from _alert(document.alert)
    yield from _tags(document.tags)


def _change(change: Change) -> Iterator[Use]:
    yield Use("change.resource", change.resource)
    if isinstance(change.author, Author):
        yield Use("change.author.name", change.author.name)
    objects = {
        "new_value": change.new_value,
        "prev_value": change.prev_value,
        "metadata": change.metadata,
    }
    for name, value in objects.items():
        if isinstance(value, Value):
            yield Use(f"change.{name}", value, OBJECT_TYPES, "an object")
    for index, service in enumerate(change.impacted_services):
        yield Use(f"change.impacted_services[{index}]", service)


def _alert(alert: Alert) -> Iterator[Use]:
    yield from _choice("alert.status", alert.status, ALERT_STATUSES)
    yield from _choice("alert.priority", alert.priority, ALERT_PRIORITIES)
    for index, link in enumerate(alert.links):
        yield Use(f"alert.links[{index}].url", link.url)
        if isinstance(link.title, Value):
            yield Use(f"alert.links[{index}].title", link.title)


def _service_checks(document: ServiceChecksMapping) -> Iterator[Use]:
    yield Use("check", document.check)
    yield Use("host", document.host)
    yield from _choice("status", document.status, CHECK_STATUSES)
    yield from _texts(message=document.message)
    yield from _time(document.timestamp)
    yield from _tags(document.tags)


def _traces(document: TracesMapping) -> Iterator[Use]:
    yield Use("trace_id", document.trace_id, ID_TYPES, "an id")
    yield Use("span_id", document.span_id, ID_TYPES, "an id")
    if isinstance(document.parent_id, Value):
        yield Use("parent_id", document.parent_id, ID_TYPES, "an id")
    yield from _texts(
        name=document.name,
        service=document.service,
        resource=document.resource,
        type=document.type,
        env=document.env,
        version=document.version,
        error_message=document.error_message,
    )
    yield Use("start", document.start, TIME_TYPES, "a time")
    if isinstance(document.end, Value):
        yield Use("end", document.end, TIME_TYPES, "a time")
    if isinstance(document.duration, Duration):
        yield Use("duration.value", document.duration.value, NUMBER_TYPES, "a number")
    yield from _choice("error", document.error, ERROR_STATES)
    yield from _choice("kind", document.kind, SPAN_KINDS)
    yield from _tags(document.tags)


def _incidents(document: IncidentsMapping) -> Iterator[Use]:
    yield Use("title", document.title)
    yield from _choice("customer_impacted", document.customer_impacted, IMPACTED)
    yield from _texts(customer_impact_scope=document.customer_impact_scope)
    for index, entry in enumerate(document.fields):
        types = TEXTS_TYPES if entry.type in LIST_TYPES else TEXT_TYPES
        yield Use(f"fields[{index}].value", entry.value, types, "text")
    if isinstance(document.marker.value, Value):
        yield Use("marker.value", document.marker.value)


def _texts(**values: Value | UnsetType) -> Iterator[Use]:
    for name, value in values.items():
        if isinstance(value, Value):
            yield Use(name, value)


def _time(timestamp: Value | UnsetType) -> Iterator[Use]:
    if isinstance(timestamp, Value):
        yield Use("timestamp", timestamp, TIME_TYPES, "a time")


def _choice(path: str, choice: Choice | UnsetType, words: Sequence[str]) -> Iterator[Use]:
    if isinstance(choice, Choice):
        yield Use(f"{path}.value", choice.value, words=words, choice=choice)


def _tags(tags: Sequence[Tag]) -> Iterator[Use]:
    for index, tag in enumerate(tags):
        yield Use(f"tags[{index}].value", tag.value)
