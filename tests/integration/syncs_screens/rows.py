"""Runs that have happened, made as rows: the engine plays no part in how screens show them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from portal.common.ids import uuid7
from portal.common.tenancy import tenant
from portal.connections.vault import Sealer
from portal.mappings.models import Mapping
from portal.syncs.domain import LIVE
from portal.syncs.models import Attempt, Batch, Chunk, Reject, SyncRun
from tests.factories import SyncRunFactory

RECORD = {"id": "m-7", "at": "2026-10-01T10:00:00Z", "measure": "cpu", "value": 0.5}


def make_run(
    mapping: Mapping,
    state: str = "succeeded",
    *,
    sent: int = 0,
    rejected: int = 0,
    skipped: int = 0,
    seconds_ago: float = 60,
    **fields: Any,
) -> SyncRun:
    """A run of that long ago; one that ended took 41 seconds."""
    at = timezone.now() - timedelta(seconds=seconds_ago)
    ended = None if state in LIVE else at + timedelta(seconds=41)
    run = SyncRunFactory(
        organisation=mapping.organisation,
        mapping=mapping,
        state=state,
        sent_count=sent,
        rejected_count=rejected,
        skipped_count=skipped,
        read_count=sent + rejected + skipped,
        **{
            "trigger": "schedule",
            "started_at": at,
            "finished_at": ended,
            "not_before": at,
            **fields,
        },
    )
    with tenant(mapping.organisation_id):
        SyncRun.objects.filter(pk=run.pk).update(requested_at=at)
        return SyncRun.objects.get(pk=run.pk)


def make_chunk(run: SyncRun, *, read: int = 100, rejected: int = 0, state: str = "done") -> Chunk:
    """A stretch that the run has dealt with."""
    with tenant(run.organisation_id):
        return Chunk.objects.create(
            run=run,
            mapping_id=run.mapping_id,
            organisation_id=run.organisation_id,
            mapping_revision=1,
            state=state,
            cursor_from={"number": 0},
            cursor_to={"number": read},
            read_count=read,
            skipped_count=0,
            rejected_count=rejected,
            frozen_at=timezone.now(),
        )


def make_reject(chunk: Chunk, number: int, *, code: str = "too_old", **fields: Any) -> Reject:
    """A rejected record, sealed as the engine seals it."""
    row_id = uuid7()
    raw = json.dumps(fields.pop("record", RECORD)).encode()
    sealer = Sealer(chunk.organisation_id)
    sealed = sealer.seal(raw, place="syncs_reject.record_sealed", row_id=row_id)
    with tenant(chunk.organisation_id):
        return Reject.objects.create(
            id=row_id,
            organisation_id=chunk.organisation_id,
            run_id=chunk.run_id,
            chunk=chunk,
            number=number,
            record_id=f"m-{number}",
            code=code,
            record_sealed=sealed,
            **{"message": "The time is 53 days back.", "field": "at", **fields},
        )


def make_batch(chunk: Chunk, *, statuses: tuple[int | None, ...] = (202,), **fields: Any) -> Batch:
    """A batch of ten records with one attempt per status."""
    with tenant(chunk.organisation_id):
        batch = Batch.objects.create(
            organisation_id=chunk.organisation_id,
            chunk=chunk,
            key=uuid4(),
            record_count=10,
            raw_bytes=2048,
            sent_bytes=512,
            **{"state": "accepted", "first_number": 1, "last_number": 10, **fields},
        )
        for status in statuses:
            Attempt.objects.create(
                organisation_id=chunk.organisation_id,
                batch=batch,
                milliseconds=48,
                status=status,
                outcome="accepted" if status == 202 else "retry",
                uncertain=status is None,
                excerpt="" if status == 202 else "slow down",
            )
    return batch
