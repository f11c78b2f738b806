"""Records to batches: everything of a run that needs no network. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from integrations.core.records import Record, Reject
from integrations.datadog.sinks.base import Sink
from integrations.mapping.compiled import CompiledMapping
from integrations.pipeline.packing import PackedBatch, pack


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of a chunk: read = records in the batches + rejects + skipped."""

    read: int
    skipped: int
    rejects: list[Reject]
    batches: list[PackedBatch]

    @property
    def to_send(self) -> int:
        """Records in the batches."""
        return sum(batch.record_count for batch in self.batches)


def prepare(
    records: Iterable[Record],
    *,
    mapping: CompiledMapping,
    sink: Sink,
    now: float,
    batch_namespace: UUID,
) -> Prepared:
    """Map and pack a chunk of records; ``now`` decides what is too old.

    The records are gone through once more where one of them is too large to be packed.
    """
    mapped = mapping.apply(records, now=now)
    packed = pack(mapped.items, sink, batch_namespace=batch_namespace)
    read = len(mapped.items) + len(mapped.rejects) + mapped.skipped
    rejects = mapped.rejects
    if packed.rejects:
        rejects = rejects + with_raw(packed.rejects, records)
        rejects.sort(key=lambda reject: reject.number)
    return Prepared(read, mapped.skipped, rejects, packed.batches)


def with_raw(rejects: Sequence[Reject], records: Iterable[Record]) -> list[Reject]:
    """Give rejects that were made from items the bytes of their source records."""
    numbers = {reject.number for reject in rejects}
    raw = {record.number: record.raw for record in records if record.number in numbers}
    return [replace(reject, raw=raw.get(reject.number, reject.raw)) for reject in rejects]
