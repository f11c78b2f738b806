"""Splits a refused batch, so that in the end the poison record stands alone. Knows no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from integrations.core.records import Item, Reject
from integrations.datadog.sinks.base import Sink
from integrations.pipeline.packing import PackedBatch, pack

HalveReason = Literal["refused_by_datadog", "too_large"]

_MESSAGES: dict[HalveReason, str] = {
    "refused_by_datadog": "Datadog refused this record when it was sent alone.",
    "too_large": "Datadog said that this record is too large when it was sent alone.",
}


@dataclass(frozen=True, slots=True)
class Halved:
    """Two batches to send in the old one's place, or the reject that a lone item became."""

    batches: list[PackedBatch]
    rejects: list[Reject]


def halve(
    items: Sequence[Item],
    sink: Sink,
    *,
    batch_namespace: UUID,
    reason: HalveReason = "refused_by_datadog",
    detail: str = "",
) -> Halved:
    """Split a batch's items. ``detail`` is what Datadog said; a lone item's reject carries it."""
    if len(items) == 1:
        return Halved([], [_reject(items[0], reason, detail)])
    middle = len(items) // 2
    halves = [
        pack(half, sink, batch_namespace=batch_namespace)
        for half in (items[:middle], items[middle:])
    ]
    return Halved(
        [batch for packed in halves for batch in packed.batches],
        [reject for packed in halves for reject in packed.rejects],
    )


def _reject(item: Item, reason: HalveReason, detail: str) -> Reject:
    return Reject(
        number=item.number,
        record_id=item.record_id,
        code=reason,
        message=_MESSAGES[reason],
        datadog=detail,
    )
