"""Packs items into request bodies under every limit of their sink, by real bytes.

Each item is encoded once, before. A batch's id follows from its content: the same items packed
again are the same batches. Knows neither network nor database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID, uuid5

from integrations.core.records import Item, Reject
from integrations.datadog.limits import DataTypeLimits
from integrations.datadog.sinks.base import Sink
from integrations.pipeline.compression import COMPRESSORS


@dataclass(frozen=True, slots=True)
class PackedBatch:
    """One request. ``body`` is compressed; ``oldest`` is the earliest time of its items."""

    id: UUID
    first_number: int
    last_number: int
    record_count: int
    body: bytes
    raw_bytes: int
    oldest: float | None


@dataclass(frozen=True, slots=True)
class Packed:
    """Every item is in exactly one batch, in order, or is a reject."""

    batches: list[PackedBatch]
    rejects: list[Reject]


def pack(items: Sequence[Item], sink: Sink, *, batch_namespace: UUID) -> Packed:
    """Pack items into as few batches as fit the goals; an item too large alone is a reject."""
    batches: list[PackedBatch] = []
    rejects: list[Reject] = []
    longest = _max_item(sink)
    fitting = [item for item in items if len(item.encoded) <= longest]
    if len(fitting) < len(items):
        rejects += [_too_large(item, sink) for item in items if len(item.encoded) > longest]
    for run in _runs(fitting, sink):
        _compress(run, sink, batch_namespace, into=(batches, rejects))
    return Packed(batches, sorted(rejects, key=lambda reject: reject.number))


def _max_item(sink: Sink) -> int:
    """The longest item that fits a request, alone and within its frame."""
    limits = sink.limits
    return min(limits.max_item_bytes, limits.max_raw_bytes - sink.framing.frame_bytes)


def _runs(items: Sequence[Item], sink: Sink) -> Iterator[Sequence[Item]]:
    """Cut where the next item would pass the goal for raw bytes or the number of records."""
    between, frame = sink.framing.item_bytes, sink.framing.frame_bytes
    most, goal = sink.limits.max_records, sink.limits.goal_raw_bytes + between
    start, size = 0, frame
    for index, item in enumerate(items):
        length = len(item.encoded) + between
        size += length
        if (size > goal or index - start >= most) and index > start:
            yield items[start:index]
            start, size = index, frame + length
    if start < len(items):
        yield items[start:]


def _compress(
    run: Sequence[Item],
    sink: Sink,
    namespace: UUID,
    *,
    into: tuple[list[PackedBatch], list[Reject]],
) -> None:
    """Make one batch of the run; where its compressed size passes the goal, two of its halves."""
    batches, rejects = into
    raw = sink.framing.framed(run)
    body = COMPRESSORS[sink.content_encoding](raw)
    if _fits(body, sink.limits, lone=len(run) == 1):
        batches.append(_batch(run, body, len(raw), namespace))
    elif len(run) == 1:
        rejects.append(_too_large(run[0], sink))
    else:
        middle = len(run) // 2
        _compress(run[:middle], sink, namespace, into=into)
        _compress(run[middle:], sink, namespace, into=into)


def _fits(body: bytes, limits: DataTypeLimits, *, lone: bool) -> bool:
    return len(body) <= (limits.max_compressed_bytes if lone else limits.goal_compressed_bytes)


def _batch(run: Sequence[Item], body: bytes, raw_bytes: int, namespace: UUID) -> PackedBatch:
    first, last = run[0].number, run[-1].number
    times = [item.occurred_at for item in run if item.occurred_at is not None]
    return PackedBatch(
        id=uuid5(namespace, f"{first}:{last}:{sha256(body).hexdigest()}"),
        first_number=first,
        last_number=last,
        record_count=len(run),
        body=body,
        raw_bytes=raw_bytes,
        oldest=min(times, default=None),
    )


def _too_large(item: Item, sink: Sink) -> Reject:
    return Reject(
        number=item.number,
        record_id=item.record_id,
        code="too_large",
        message=f"{len(item.encoded):,} bytes as {sink.data_type}; "
        f"one request takes {_max_item(sink):,} bytes of a record.",
    )
