"""Mapping documents of metrics, distributions, logs and service checks."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from integrations.mapping.parts import Attributes, Choice, Filter, Tags, Value

SOURCE = re.compile(r"\A[a-z][a-z0-9_.-]{0,99}\Z", re.ASCII)
# datadog.md 2, partner guidelines: ddsource is the lower-case integration name.

MetricType = Literal["count", "rate", "gauge"]

CHECK_STATUSES = ("ok", "warning", "critical", "unknown")
# ServiceCheckStatus of Datadog's v1 OpenAPI, in the order of its numbers from 0.


class Measure(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """One metric point that a record becomes."""

    name: Value
    type: MetricType
    value: Value
    interval: Annotated[int, Meta(ge=1, le=86_400)] | UnsetType = UNSET
    unit: Annotated[str, Meta(min_length=1, max_length=100)] | UnsetType = UNSET


class MetricsMapping(
    Struct, tag_field="target", tag="metrics", forbid_unknown_fields=True, frozen=True
):
    """Records to metric points; several measures of one record travel together."""

    measures: Annotated[list[Measure], Meta(min_length=1, max_length=50)]
    timestamp: Value
    filter: Filter = []
    host: Value | UnsetType = UNSET
    tags: Tags = []


class DistributionMeasure(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """One distribution that a record adds to: ``value`` is a number or a list of numbers."""

    name: Value
    value: Value
    type: Literal["distribution"] = "distribution"


class DistributionsMapping(
    Struct, tag_field="target", tag="distributions", forbid_unknown_fields=True, frozen=True
):
    """Records to values of distributions, whose percentiles Datadog works out."""

    measures: Annotated[list[DistributionMeasure], Meta(min_length=1, max_length=50)]
    timestamp: Value
    filter: Filter = []
    host: Value | UnsetType = UNSET
    tags: Tags = []


class LogsMapping(Struct, tag_field="target", tag="logs", forbid_unknown_fields=True, frozen=True):
    """Records to log entries."""

    source: str
    message: Value
    filter: Filter = []
    service: Value | UnsetType = UNSET
    status: Value | UnsetType = UNSET
    host: Value | UnsetType = UNSET
    timestamp: Value | UnsetType = UNSET
    attributes: Attributes = "all"
    tags: Tags = []

    def __post_init__(self) -> None:
        if not SOURCE.match(self.source):
            raise ValueError(
                "The source starts with a letter and has lower-case letters, digits, _ . - only"
            )


class ServiceChecksMapping(
    Struct, tag_field="target", tag="service_checks", forbid_unknown_fields=True, frozen=True
):
    """Records to the status of a check on a host."""

    check: Value
    host: Value
    status: Choice
    filter: Filter = []
    message: Value | UnsetType = UNSET
    timestamp: Value | UnsetType = UNSET
    tags: Tags = []

    def __post_init__(self) -> None:
        self.status.check_words(CHECK_STATUSES, "status of a check")
