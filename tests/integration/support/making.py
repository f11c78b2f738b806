"""Runs and rejects of a tenant, in the states that the console looks for."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from portal.accounts.models import Organisation
from portal.common.ids import uuid7
from portal.common.tenancy import tenant
from portal.connections.vault import seal
from portal.syncs.domain import LIVE
from portal.syncs.models import Chunk, Reject, SyncRun
from portal.syncs.services.stretches import SEALED_PLACE
from tests.factories import SyncRunFactory


def make_run(organisation: Organisation, **fields: Any) -> SyncRun:
    """A run that keeps the rules of its table."""
    if fields.get("state") not in LIVE:
        fields.setdefault("finished_at", timezone.now())
    run: SyncRun = SyncRunFactory(organisation=organisation, **fields)
    return run


def change_run(run: SyncRun, **fields: Any) -> None:
    """Set what a run gets from the clock."""
    with tenant(run.organisation_id):
        SyncRun.objects.filter(pk=run.pk).update(**fields)


def make_reject(
    run: SyncRun, *, number: int, code: str, record: bytes = b'{"id": "m-1"}'
) -> Reject:
    """A decided reject with its sealed record."""
    reject_id = uuid7()
    sealed = seal(record, place=SEALED_PLACE, row_id=reject_id, organisation_id=run.organisation_id)
    with tenant(run.organisation_id):
        chunk = Chunk.objects.filter(run=run).first() or _make_chunk(run)
        return Reject.objects.create(
            id=reject_id,
            run=run,
            chunk=chunk,
            number=number,
            record_id=f"m-{number}",
            code=code,
            field="at",
            message="The time is 3 hours old.",
            record_sealed=sealed,
        )


def _make_chunk(run: SyncRun) -> Chunk:
    return Chunk.objects.create(
        run=run,
        mapping=run.mapping,
        mapping_revision=1,
        state="done",
        cursor_from={},
        cursor_to={},
        read_count=1,
        skipped_count=0,
        rejected_count=1,
        frozen_at=timezone.now(),
        done_at=timezone.now(),
    )
