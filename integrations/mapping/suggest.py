"""A first draft of a mapping for a dataset, guessed from its fields' types, names and samples.

A person is expected to change it. Knows no organisation and no connection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from msgspec import UNSET

from integrations.core.errors import InvalidMappingError
from integrations.core.fields import DatasetField
from integrations.mapping.document import MappingDocument
from integrations.mapping.drafts import (
    HOST_NAMES,
    draft_events,
    draft_incidents,
    draft_logs,
    draft_service_checks,
)
from integrations.mapping.likely import LikelyFields, word
from integrations.mapping.parts import Tag, Value
from integrations.mapping.span_drafts import draft_traces
from integrations.mapping.telemetry_documents import (
    DistributionMeasure,
    DistributionsMapping,
    Measure,
    MetricsMapping,
)
from integrations.mapping.uses import NUMBER_TYPES

MEASURE_NAMES = ("measure", "metric", "metric_name")
VALUE_NAMES = ("value", "amount", "count", "total", "duration", "bytes")


def suggest_mapping(
    fields: Sequence[DatasetField], *, target: str, dataset: str, prefix: str
) -> MappingDocument:
    """Draft a document. InvalidMappingError says which kind of field the dataset lacks."""
    draft = _DRAFTS.get(target)
    if draft is None:
        raise InvalidMappingError(
            f"There are no mappings to {target!r}.", path="target", fix="Choose a data type."
        )
    return draft(LikelyFields(fields), word(prefix), word(dataset))


def _draft_metrics(fields: LikelyFields, prefix: str, dataset: str) -> MetricsMapping:
    found = _found_measure(fields, f"{prefix}.{dataset}")
    return MetricsMapping(
        measures=[Measure(name=found.name, type="gauge", value=found.value)],
        timestamp=found.timestamp,
        host=found.host or UNSET,
        tags=found.tags,
    )


def _draft_distributions(fields: LikelyFields, prefix: str, dataset: str) -> DistributionsMapping:
    found = _found_measure(fields, f"{prefix}.{dataset}")
    return DistributionsMapping(
        measures=[DistributionMeasure(name=found.name, value=found.value)],
        timestamp=found.timestamp,
        host=found.host or UNSET,
        tags=found.tags,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What a mapping of numbers is drafted from."""

    name: Value
    value: Value
    timestamp: Value
    host: Value | None
    tags: list[Tag]


def _found_measure(fields: LikelyFields, lead: str) -> _Found:
    numbers = sorted(NUMBER_TYPES)
    number = fields.named(VALUE_NAMES, numbers) or fields.first(["number"]) or fields.first(numbers)
    if number is None:
        raise InvalidMappingError(
            "The dataset has no field with a number.", path="measures", fix="Map it to logs."
        )
    time = fields.time()
    if time is None:
        raise InvalidMappingError(
            "The dataset has no field of type timestamp; a metric needs a time.", path="timestamp"
        )
    measure, host = fields.named(MEASURE_NAMES, ["string"]), fields.value_or_none(HOST_NAMES)
    if measure is None:
        name, used = Value(constant=f"{lead}.{word(number.name)}"), None
    else:
        name, used = Value(template=f"{lead}.{{{measure.name}}}"), Value(field=measure.name)
    return _Found(name, Value(field=number.name), time, host, fields.tags(without=[used, host]))


_DRAFTS: Mapping[str, Callable[[LikelyFields, str, str], MappingDocument]] = {
    "metrics": _draft_metrics,
    "distributions": _draft_distributions,
    "logs": draft_logs,
    "events": draft_events,
    "service_checks": draft_service_checks,
    "traces": draft_traces,
    "incidents": draft_incidents,
}
