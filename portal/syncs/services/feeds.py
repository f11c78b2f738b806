"""Adding records to an organisation's feed of a dataset, as compressed segments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings

from portal.common.tenancy import current_organisation_id
from portal.mappings.models import Dataset
from portal.syncs.gateways.records import encode_segment
from portal.syncs.models import Feed, Segment

SEGMENT_BYTES = 8 * 1024 * 1024
"""Of plain lines. A record may have a megabyte: this bounds a reader's memory where the number of
records does not."""


def segments_of(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Cut lines into lots of at most SEGMENT_RECORDS records and about SEGMENT_BYTES."""
    lot: list[bytes] = []
    size = 0
    for line in lines:
        lot.append(line)
        size += len(line)
        if len(lot) >= settings.SEGMENT_RECORDS or size >= SEGMENT_BYTES:
            yield lot
            lot, size = [], 0
    if lot:
        yield lot


@dataclass(frozen=True, slots=True)
class Encoded:
    """A lot of lines, compressed: all that a segment needs but its place in the feed."""

    count: int
    raw_bytes: int
    data: bytes


def encoded(lines: Sequence[bytes]) -> Encoded:
    """Compress a lot ahead of the transaction that appends it."""
    return Encoded(len(lines), sum(map(len, lines)), encode_segment(lines))


def append_segment(*, dataset: Dataset, lines: Sequence[bytes]) -> Segment:
    """Add one lot of records to the current tenant's feed."""
    return append_segments(dataset=dataset, lots=[encoded(lines)])[0]


def append_segments(*, dataset: Dataset, lots: Sequence[Encoded]) -> list[Segment]:
    """Add lots of records to the current tenant's feed, in their order.

    The feed's row stays locked until the caller commits: numbers have no gaps, and segments become
    visible in the order of their numbers.
    """
    feed = _locked_feed(dataset)
    segments = []
    for lot in lots:
        segment = Segment(
            dataset=dataset,
            first_number=feed.last_number + 1,
            last_number=feed.last_number + lot.count,
            raw_bytes=lot.raw_bytes,
            data=lot.data,
        )
        segment.save(force_insert=True)
        feed.last_number = segment.last_number
        segments.append(segment)
    Feed.objects.filter(pk=feed.pk).update(last_number=feed.last_number)
    return segments


def _locked_feed(dataset: Dataset) -> Feed:
    feed = Feed(dataset=dataset, organisation_id=current_organisation_id())
    Feed.objects.bulk_create([feed], ignore_conflicts=True)
    return Feed.objects.select_for_update().get(dataset=dataset)
