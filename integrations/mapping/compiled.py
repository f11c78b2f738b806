"""A mapping document compiled to something that maps records: pure, deterministic and fast.

Same document, records and ``now``: same bytes. Knows neither sources nor HTTP.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from integrations.core.records import Item, Record, Reject
from integrations.datadog.limits import LIMITS
from integrations.mapping.ages import TimeWindow
from integrations.mapping.document import MappingDocument, MetricsMapping
from integrations.mapping.filters import Matches, compile_filter
from integrations.mapping.logs import compile_logs
from integrations.mapping.metrics import ItemOf, compile_metrics
from integrations.mapping.rejected import RecordRejectedError


@dataclass(frozen=True, slots=True)
class Mapped:
    """What became of the records: every one is an item, a reject or counted as skipped."""

    items: list[Item]
    rejects: list[Reject]
    skipped: int


@dataclass(frozen=True, slots=True)
class CompiledMapping:
    """Made by ``compile_mapping``. ``data_type`` is "metrics" or "logs"."""

    data_type: str
    matches: Matches | None
    item_of: ItemOf

    def apply(self, records: Sequence[Record], *, now: float) -> Mapped:
        """Map records in order. ``now`` is epoch seconds and decides what is too old."""
        window = TimeWindow.around(now, noun=self.data_type, limits=LIMITS[self.data_type])
        return self._map(records, window)

    def apply_at_any_age(self, records: Sequence[Record]) -> Mapped:
        """The same without a look at the times, to show what old samples would become."""
        return self._map(records, TimeWindow(self.data_type, 0.0, -inf, inf))

    def _map(self, records: Sequence[Record], window: TimeWindow) -> Mapped:
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
    if isinstance(document, MetricsMapping):
        item_of = compile_metrics(document)
        data_type = "metrics"
    else:
        item_of = compile_logs(document)
        data_type = "logs"
    return CompiledMapping(data_type, compile_filter(document.filter), item_of)
