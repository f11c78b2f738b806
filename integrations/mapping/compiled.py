"""A mapping document compiled to something that maps records: pure, deterministic and fast.

Same document, records and ``now``: same bytes. Knows neither sources nor HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from integrations.core.records import Item, Record, Reject
from integrations.datadog.limits import LIMITS
from integrations.mapping.ages import TimeWindow
from integrations.mapping.distributions import compile_distributions
from integrations.mapping.document import MappingDocument
from integrations.mapping.event_documents import EventsMapping
from integrations.mapping.events import compile_events
from integrations.mapping.filters import Matches, compile_filter
from integrations.mapping.incidents import compile_incidents
from integrations.mapping.logs import compile_logs
from integrations.mapping.metrics import compile_metrics
from integrations.mapping.rejected import RecordRejectedError
from integrations.mapping.service_checks import compile_service_checks
from integrations.mapping.shared import ItemOf
from integrations.mapping.telemetry_documents import (
    DistributionsMapping,
    LogsMapping,
    MetricsMapping,
    ServiceChecksMapping,
)
from integrations.mapping.trace_documents import TracesMapping
from integrations.mapping.traces import compile_traces


@dataclass(frozen=True, slots=True)
class Mapped:
    """What became of the records: every one is an item, a reject or counted as skipped."""

    items: list[Item]
    rejects: list[Reject]
    skipped: int


@dataclass(frozen=True, slots=True)
class CompiledMapping:
    """Made by ``compile_mapping``. ``data_type`` is a key of LIMITS; ``form`` tells a sink which of
    its forms the items have (events and traces), and is empty where there is one only."""

    data_type: str
    matches: Matches | None
    item_of: ItemOf
    form: str = ""

    def apply(self, records: Iterable[Record], *, now: float) -> Mapped:
        """Map records in order. ``now`` is epoch seconds and decides what is too old."""
        window = TimeWindow.around(now, noun=self._noun, limits=LIMITS[self.data_type])
        return self._map(records, window)

    def apply_at_any_age(self, records: Iterable[Record]) -> Mapped:
        """The same without a look at the times, to show what old samples would become."""
        return self._map(records, TimeWindow(self._noun, 0.0, -inf, inf))

    @property
    def _noun(self) -> str:
        return self.data_type.replace("_", " ")

    def _map(self, records: Iterable[Record], window: TimeWindow) -> Mapped:
        matches, item_of = self.matches, self.item_of
        items: list[Item] = []
        rejects: list[Reject] = []
        skipped = 0
        for record in records:
            if matches is not None and not matches(record.data):
                skipped += 1
                continue
            try:
                items.append(item_of(record, window))
            except RecordRejectedError as rejected:
                rejects.append(rejected.reject_of(record))
        return Mapped(items, rejects, skipped)


def compile_mapping(document: MappingDocument) -> CompiledMapping:
    """Turn a document into functions once, so that each record costs a few calls only."""
    matches = compile_filter(document.filter)
    form = document.form if isinstance(document, EventsMapping | TracesMapping) else ""
    return CompiledMapping(target_of(document), matches, _item_of(document), form)


def target_of(document: MappingDocument) -> str:
    """The data type that a document makes: the word behind its "target"."""
    return str(document.__struct_config__.tag)


def _item_of(document: MappingDocument) -> ItemOf:
    match document:
        case MetricsMapping():
            return compile_metrics(document)
        case DistributionsMapping():
            return compile_distributions(document)
        case LogsMapping():
            return compile_logs(document)
        case EventsMapping():
            return compile_events(document)
        case ServiceChecksMapping():
            return compile_service_checks(document)
        case TracesMapping():
            return compile_traces(document)
    return compile_incidents(document)
