"""Where a run's records come from, by number: the feed of its dataset, or another run's rejects.

Inside ``tenant()``. Both can be read again between two numbers, which halving needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, islice
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from portal.connections.vault import Sealer
from portal.mappings.models import Dataset, Mapping
from portal.syncs.binary import binary_cursor
from portal.syncs.database_time import DatabaseNow
from portal.syncs.domain import ChunkState
from portal.syncs.gateways.delivery import max_age_seconds
from portal.syncs.gateways.records import Record, record_from, records_of
from portal.syncs.models import Feed, Reject, Segment

CHUNK_BYTES = 32 * 1024 * 1024
"""Of plain records. With mapped and packed copies a worker stays well below 300 MB."""
OPEN = Q(replayed_by__isnull=True)
"""A reject that no replay has dealt with."""
_SEGMENTS = """
SELECT first_number, last_number, data FROM syncs_segment WHERE id = ANY(%b) ORDER BY last_number
"""
SEALED_PLACE = "syncs_reject.record_sealed"


@dataclass(frozen=True, slots=True)
class Piece:
    """Records that follow each other; they can be gone through more than once."""

    records: Iterable[Record]
    last_number: int


class Stretch(Protocol):
    """A numbered source."""

    def after(self, number: int) -> Piece | None:
        """The next chunk of records; None at the end."""

    def between(self, first: int, last: int) -> list[Record]:
        """The records of both numbers and between them, again."""


@dataclass(frozen=True, slots=True)
class FeedStretch:
    """Pushed records up to ``end``."""

    dataset: Dataset
    end: int

    def after(self, number: int) -> Piece | None:
        last = min(self.end, number + settings.SYNC_CHUNK_RECORDS)
        segments = self._next_segments(number + 1, last)
        if not segments:
            return None
        last = min(last, segments[-1].last_number)
        return Piece(_FeedRecords(segments, self.dataset, number + 1, last), last)

    def between(self, first: int, last: int) -> list[Record]:
        return [
            record
            for segment in self._segments(first, last)
            for record in records_of(segment, self.dataset)
            if first <= record.number <= last
        ]

    def _next_segments(self, first: int, last: int) -> list[Segment]:
        """The segments of a chunk, up to CHUNK_BYTES."""
        sizes = self._places(first, last).values_list("pk", "raw_bytes")
        before = accumulate((size for _, size in sizes), initial=0)
        wanted = [pk for (pk, _), size in zip(sizes, before, strict=False) if size < CHUNK_BYTES]
        # The ids are the tenant's own, and row-level security holds under any cursor.
        with binary_cursor() as cursor:
            cursor.execute(_SEGMENTS, [wanted], binary=True)
            return [
                Segment(first_number=first, last_number=last, data=data)
                for first, last, data in cursor
            ]

    def _segments(self, first: int, last: int) -> Iterator[Segment]:
        return self._places(first, last).iterator(chunk_size=2)

    def _places(self, first: int, last: int) -> QuerySet[Segment]:
        segments = Segment.objects.filter(
            dataset=self.dataset, last_number__gte=first, first_number__lte=last
        )
        return segments.order_by("last_number")


@dataclass(frozen=True, slots=True)
class _FeedRecords:
    """Decoded one by one, each time anew: they take far more room than their segments."""

    segments: Sequence[Segment]
    dataset: Dataset
    first: int
    last: int

    def __iter__(self) -> Iterator[Record]:
        for segment in self.segments:
            # Numbers in a segment have no gaps, so what is wanted of it is one piece.
            start = max(self.first - segment.first_number, 0)
            stop = self.last + 1 - segment.first_number
            yield from islice(records_of(segment, self.dataset), start, stop)


@dataclass(frozen=True, slots=True)
class RejectStretch:
    """What a run rejected and no other replay has dealt with."""

    replay_of_id: UUID
    replay_id: UUID
    sealer: Sealer

    def after(self, number: int) -> Piece | None:
        rejects = self._rejects().filter(number__gt=number)[: settings.SYNC_CHUNK_RECORDS]
        records: list[Record] = []
        size = 0
        for reject in rejects.iterator(chunk_size=500):
            records.append(self._opened(reject))
            size += len(records[-1].raw)
            if size >= CHUNK_BYTES:
                break
        return Piece(records, records[-1].number) if records else None

    def between(self, first: int, last: int) -> list[Record]:
        return [self._opened(r) for r in self._rejects().filter(number__range=(first, last))]

    def _rejects(self) -> QuerySet[Reject]:
        mine = OPEN | Q(replayed_by=self.replay_id)
        return decided_rejects(self.replay_of_id).filter(mine).order_by("number")

    def _opened(self, reject: Reject) -> Record:
        raw = self.sealer.open(bytes(reject.record_sealed), place=SEALED_PLACE, row_id=reject.id)
        return record_from(raw, number=reject.number, record_id=reject.record_id)


def decided_rejects(run_id: UUID) -> QuerySet[Reject]:
    """Rejects of a run; those of a chunk without an outcome are not decided yet."""
    return Reject.objects.filter(run=run_id, chunk__state=ChunkState.DONE)


def last_number(dataset: Dataset) -> int:
    """The number of the newest record of the current tenant."""
    return Feed.objects.filter(dataset=dataset).values_list("last_number", flat=True).first() or 0


def start_number(mapping: Mapping) -> int:
    """The number before the first record of a mapping that was never run.

    It begins with what Datadog still takes. Its customer wants to see data soon and not only what
    comes in later; but months of older records would all be rejected as too old, and tell nothing.
    """
    too_old = DatabaseNow() - timedelta(seconds=max_age_seconds(mapping.data_type))
    older = Segment.objects.filter(dataset=mapping.dataset_id, received_at__lt=too_old)
    return older.order_by("-last_number").values_list("last_number", flat=True).first() or 0
