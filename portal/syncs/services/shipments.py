"""A chunk on its way to Datadog: its batches are sent, halved or packed anew until none is open.

Each lot of batches is committed before the next one leaves: a killed worker repeats one at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from portal.common.tenancy import tenant
from portal.connections.domain import ConnectionState
from portal.connections.models import Connection
from portal.syncs.domain import BatchState
from portal.syncs.gateways import delivery
from portal.syncs.gateways.delivery import (
    BatchResult,
    PackedBatch,
    Prepared,
    RetryLaterError,
    Route,
    StopError,
)
from portal.syncs.gateways.records import Record
from portal.syncs.models import Batch
from portal.syncs.services.chunks import OpenChunk, Outcome, rejected_numbers, settle_batches
from portal.syncs.services.jobs import Job, route_of


def ship_chunk(job: Job, chunk: OpenChunk) -> None:
    """Send what is open of a chunk until its outcome is committed.

    Raises RetryLaterError or StopError when it cannot be now; what was accepted is committed.
    """
    shipment = Shipment(job, chunk, route_of(job, chunk.row))
    while not chunk.finished:
        _refuse_when_disconnected(job)
        outcomes = shipment.outcomes_of(chunk.batches[: settings.SYNC_SEND_CONCURRENCY])
        settle_batches(job.lease, chunk, outcomes, sealer=job.sealer)
        _raise_worst([outcome.result for outcome in outcomes if outcome.result])


def _refuse_when_disconnected(job: Job) -> None:
    """Whoever disconnects wants nothing more to leave, not even the rest of a chunk."""
    with tenant(job.lease.organisation_id):
        state = Connection.objects.values_list("state", flat=True).get(pk=job.connection.pk)
    if state in (ConnectionState.DISCONNECTING, ConnectionState.DISCONNECTED):
        raise StopError("Datadog was disconnected while this ran.", fix="Link Datadog again.")


def _raise_worst(results: list[BatchResult]) -> None:
    """What was accepted is committed by now; what stops or waits decides about the run."""
    for result in results:
        if result.outcome is delivery.Outcome.STOP and result.error is not None:
            raise result.error
    waiting = [result for result in results if result.outcome is delivery.Outcome.RETRY]
    if waiting:
        asked = [result.retry_after for result in waiting if result.retry_after is not None]
        raise RetryLaterError(waiting[0].detail, retry_after=max(asked, default=None))


@dataclass(frozen=True, slots=True)
class Shipment:
    """Sends lots of a chunk's batches and says what became of each."""

    job: Job
    chunk: OpenChunk
    route: Route

    def outcomes_of(self, lot: list[Batch]) -> list[Outcome]:
        # As of the last try's arrival: what Datadog takes with a 202 and drops for its age would
        # count as sent.
        now = self.job.now() + delivery.sending_seconds()
        late = [batch for batch in lot if self.route.is_late(_seconds(batch.oldest_at), now=now)]
        timely = [batch for batch in lot if batch not in late]
        results = self.route.sent([_packed(batch) for batch in timely]) if timely else []
        return [
            *(self._repacked(batch, now=now) for batch in late),
            *(self._outcome(batch, result) for batch, result in zip(timely, results, strict=True)),
        ]

    def _outcome(self, batch: Batch, result: BatchResult) -> Outcome:
        if result.outcome in (delivery.Outcome.REFUSED, delivery.Outcome.TOO_LARGE):
            return self._halved(batch, result)
        accepted = result.outcome is delivery.Outcome.ACCEPTED
        return Outcome(batch, BatchState.ACCEPTED if accepted else BatchState.OPEN, result)

    def _halved(self, batch: Batch, result: BatchResult) -> Outcome:
        parts = self.route.halved(self._records(batch), result)
        _check_whole(batch, parts)
        state = BatchState.SPLIT if parts.batches else BatchState.REFUSED
        return Outcome(batch, state, result, parts.batches, parts.rejects)

    def _repacked(self, batch: Batch, *, now: float) -> Outcome:
        """Some records became too old while the batch waited: reject them, send the others."""
        parts = self.route.prepared(self._records(batch), now=now)
        _check_whole(batch, parts)
        return Outcome(batch, BatchState.ABANDONED, None, parts.batches, parts.rejects)

    def _records(self, batch: Batch) -> list[Record]:
        with tenant(self.job.lease.organisation_id):
            rejected = rejected_numbers(self.chunk.row, batch)
            found = self.job.stretch.between(batch.first_number, batch.last_number)
        return [record for record in found if record.number not in rejected]


def _check_whole(batch: Batch, parts: Prepared) -> None:
    """Nothing may get lost between a batch and what stands in its place."""
    if parts.to_send + len(parts.rejects) != batch.record_count:
        raise StopError(
            f"The source records of batch {batch.key} are not all there any more.",
            fix="Ask the vendor's support.",
        )


def _packed(batch: Batch) -> PackedBatch:
    return PackedBatch(
        id=batch.key,
        first_number=batch.first_number,
        last_number=batch.last_number,
        record_count=batch.record_count,
        body=bytes(batch.body or b""),
        raw_bytes=batch.raw_bytes,
        oldest=_seconds(batch.oldest_at),
    )


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
