"""Adding records to an organisation's feed of a dataset, as compressed segments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

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


def append_segment(*, dataset: Dataset, lines: Sequence[bytes]) -> Segment:
    """Add one lot of records to the current tenant's feed.

    The feed's row stays locked until the caller commits: numbers have no gaps, and segments become
    visible in the order of their numbers.
    """
    feed = _locked_feed(dataset)
    segment = Segment(
        dataset=dataset,
        first_number=feed.last_number + 1,
        last_number=feed.last_number + len(lines),
        raw_bytes=sum(map(len, lines)),
        data=encode_segment(lines),
    )
    segment.save(force_insert=True)
    Feed.objects.filter(pk=feed.pk).update(last_number=segment.last_number)
    return segment


def _locked_feed(dataset: Dataset) -> Feed:
    feed = Feed(dataset=dataset, organisation_id=current_organisation_id())
    Feed.objects.bulk_create([feed], ignore_conflicts=True)
    return Feed.objects.select_for_update().get(dataset=dataset)
