"""Chunks of the source: frozen before the first byte leaves, committed as a whole afterwards.

Every function is one transaction under the run's lease. No network here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import F, Sum

from portal.common.tenancy import tenant
from portal.connections.vault import Sealer
from portal.syncs.binary import insert_rows
from portal.syncs.database_time import DatabaseNow
from portal.syncs.domain import BatchState, ChunkState
from portal.syncs.gateways.delivery import BatchResult, PackedBatch, Prepared
from portal.syncs.gateways.delivery import Outcome as ResultOutcome
from portal.syncs.gateways.records import Reject as SourceReject
from portal.syncs.models import Attempt, Batch, Chunk, Reject, Schedule, SyncRun
from portal.syncs.services.leases import Lease, renew
from portal.syncs.services.rejects import add_rejects
from portal.syncs.services.stretches import OPEN, decided_rejects


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: its new state, the tries made, and what stands in its place."""

    batch: Batch
    state: BatchState
    result: BatchResult | None = None
    parts: Sequence[PackedBatch] = ()
    rejects: Sequence[SourceReject] = ()


@dataclass(slots=True)
class OpenChunk:
    """A chunk under way, with its batches that have no outcome yet, bodies included."""

    row: Chunk
    batches: list[Batch] = field(default_factory=list)
    finished: bool = False
    """Whether the outcome of the whole is committed."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a chunk is made of."""

    revision: int
    first_number: int
    """The number before the first record."""
    last_number: int
    frozen_at: float
    prepared: Prepared


def open_chunk(run: SyncRun) -> Chunk | None:
    """The chunk that a run, or a dead one before it, has frozen and not finished."""
    chunks = Chunk.objects.filter(mapping=run.mapping_id, state=ChunkState.OPEN)
    if run.replay_of_id is None:
        return chunks.filter(replay=False).first()
    return chunks.filter(replay=True, run__replay_of=run.replay_of_id).first()


def adopt_chunk(lease: Lease, chunk: Chunk) -> OpenChunk:
    """Take over an open chunk: the same bytes under the same keys; its rejects come along."""
    with tenant(lease.organisation_id):
        renew(lease, mapping_revision=chunk.mapping_revision)
        if chunk.run_id != lease.run_id:
            Chunk.objects.filter(pk=chunk.pk).update(run=lease.run_id)
            Reject.objects.filter(chunk=chunk).update(run=lease.run_id)
            chunk.run_id = lease.run_id
        batches = Batch.objects.filter(chunk=chunk, state=BatchState.OPEN)
        return OpenChunk(chunk, list(batches.order_by("first_number")))


def freeze_chunk(lease: Lease, run: SyncRun, frozen: Frozen, *, sealer: Sealer) -> OpenChunk:
    """Decide identity and bytes of the next stretch, once."""
    prepared = frozen.prepared
    with tenant(lease.organisation_id):
        renew(lease, mapping_revision=frozen.revision)
        chunk = Chunk(
            run=run,
            mapping_id=run.mapping_id,
            organisation_id=lease.organisation_id,
            replay=run.replay_of_id is not None,
            mapping_revision=frozen.revision,
            cursor_from={"number": frozen.first_number},
            cursor_to={"number": frozen.last_number},
            read_count=prepared.read,
            skipped_count=prepared.skipped,
            rejected_count=len(prepared.rejects),
            frozen_at=_moment(frozen.frozen_at),
        )
        chunk.save(force_insert=True)
        add_rejects(chunk, prepared.rejects, sealer=sealer)
        return OpenChunk(chunk, _add_batches(chunk, prepared.batches))


def settle_batches(
    lease: Lease, chunk: OpenChunk, outcomes: Sequence[Outcome], *, sealer: Sealer
) -> None:
    """Commit what became of some batches; when none is left open, the chunk's outcome as well."""
    with tenant(lease.organisation_id):
        accepted = any(outcome.state is BatchState.ACCEPTED for outcome in outcomes)
        _hold_schedule(chunk.row)
        renew(lease, **({"tries": 0} if accepted else {}))
        _add_attempts(chunk.row, outcomes)
        _close_batches(outcomes)
        left = {batch.pk: batch for batch in chunk.batches}
        for outcome in outcomes:
            if outcome.state is not BatchState.OPEN:
                del left[outcome.batch.pk]
                parts = _add_batches(chunk.row, outcome.parts, parent=outcome.batch)
                left.update((part.pk, part) for part in parts)
                add_rejects(chunk.row, outcome.rejects, sealer=sealer)
        if not left:
            _finish_chunk(lease, chunk.row)
    # After the commit: a transaction that failed leaves the list as the database has it.
    chunk.batches = list(left.values())
    chunk.finished = not left


def _hold_schedule(chunk: Chunk) -> None:
    """Lock the schedule before the run, as the dispatcher does.

    It passes over a locked schedule. The other way round, each would wait for the other, and what
    Datadog has accepted would be sent once more.
    """
    Schedule.objects.select_for_update().get(mapping=chunk.mapping_id)


def _close_batches(outcomes: Sequence[Outcome]) -> None:
    """One statement for each state that is there: mostly all are accepted."""
    for state in {outcome.state for outcome in outcomes} - {BatchState.OPEN}:
        closed = [outcome.batch.pk for outcome in outcomes if outcome.state is state]
        Batch.objects.filter(pk__in=closed).update(state=state, body=None)


def _finish_chunk(lease: Lease, chunk: Chunk) -> None:
    """Move the cursor and the run's counters; the database refuses counters that do not add up."""
    batches = Batch.objects.filter(chunk=chunk, state=BatchState.ACCEPTED)
    sent = batches.aggregate(sum=Sum("record_count"))["sum"] or 0
    rejected = Reject.objects.filter(chunk=chunk).count()
    Chunk.objects.filter(pk=chunk.pk).update(
        state=ChunkState.DONE, rejected_count=rejected, done_at=DatabaseNow()
    )
    renew(
        lease,
        tries=0,
        cursor_to=chunk.cursor_to,
        read_count=F("read_count") + chunk.read_count,
        sent_count=F("sent_count") + sent,
        rejected_count=F("rejected_count") + rejected,
        skipped_count=F("skipped_count") + chunk.skipped_count,
    )
    replay_of = SyncRun.objects.values_list("replay_of", flat=True).get(pk=lease.run_id)
    if replay_of is not None:
        _mark_replayed(lease, chunk, replay_of)
    else:
        Schedule.objects.filter(mapping=chunk.mapping_id).update(cursor=chunk.cursor_to)


def _mark_replayed(lease: Lease, chunk: Chunk, replay_of: UUID) -> None:
    """Close the rejects that were dealt with; what failed again is a reject of the replay."""
    numbers = (chunk.cursor_from["number"] + 1, chunk.cursor_to["number"])
    dealt_with = decided_rejects(replay_of).filter(OPEN, number__range=numbers)
    Reject.objects.filter(pk__in=dealt_with.values("pk")).update(replayed_by=lease.run_id)


def rejected_numbers(chunk: Chunk, batch: Batch) -> set[int]:
    """Numbers between the batch's first and last that are rejected already."""
    numbers = (batch.first_number, batch.last_number)
    rejects = Reject.objects.filter(chunk=chunk, number__range=numbers)
    return set(rejects.values_list("number", flat=True))


def _add_batches(
    chunk: Chunk, packed: Iterable[PackedBatch], *, parent: Batch | None = None
) -> list[Batch]:
    batches = [
        Batch(
            organisation_id=chunk.organisation_id,
            chunk=chunk,
            parent=parent,
            key=one.id,
            first_number=one.first_number,
            last_number=one.last_number,
            record_count=one.record_count,
            raw_bytes=one.raw_bytes,
            sent_bytes=len(one.body),
            body=one.body,
            oldest_at=_moment(one.oldest) if one.oldest is not None else None,
        )
        for one in packed
    ]
    insert_rows(batches)
    return batches


def _add_attempts(chunk: Chunk, outcomes: Iterable[Outcome]) -> None:
    Attempt.objects.bulk_create(
        [row for outcome in outcomes for row in _attempt_rows(chunk, outcome)]
    )


def _attempt_rows(chunk: Chunk, outcome: Outcome) -> list[Attempt]:
    """The tries of a batch in their order: all before the last one were followed by another."""
    result = outcome.result
    if result is None:
        return []
    last = len(result.attempts) - 1
    return [
        Attempt(
            organisation_id=chunk.organisation_id,
            batch=outcome.batch,
            at=_moment(attempt.started_at),
            milliseconds=attempt.elapsed_ms,
            status=attempt.status,
            outcome=result.outcome if index == last else ResultOutcome.RETRY,
            uncertain=attempt.uncertain,
            excerpt=attempt.excerpt[:500],
        )
        for index, attempt in enumerate(result.attempts)
    ]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
