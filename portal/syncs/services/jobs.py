"""A run with all that a worker needs to know before each chunk, and the next chunk of it.

Reads the database between the sendings; opens no network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.common.tenancy import tenant
from portal.connections.domain import (
    ConnectionsError,
    ConnectionState,
    SecretKind,
    TryLaterError,
)
from portal.connections.gateways import Secret
from portal.connections.models import Connection
from portal.connections.selectors import reveal
from portal.connections.services.refreshing import access_token_for
from portal.connections.vault import Sealer
from portal.mappings.models import MappingRevision
from portal.syncs.gateways import delivery
from portal.syncs.gateways.delivery import RetryLaterError, Route, StopError
from portal.syncs.models import Chunk, SyncRun
from portal.syncs.services.chunks import Frozen, OpenChunk, adopt_chunk, freeze_chunk, open_chunk
from portal.syncs.services.leases import Lease
from portal.syncs.services.stretches import FeedStretch, RejectStretch, Stretch, start_number


@dataclass(frozen=True, slots=True)
class Job:
    """A run as a worker finds it before each chunk; ``chunk`` is one left open."""

    lease: Lease
    run: SyncRun
    connection: Connection
    stretch: Stretch
    sealer: Sealer
    chunk: Chunk | None
    now: Callable[[], float]


def load_job(lease: Lease, *, end: int, now: Callable[[], float]) -> Job:
    """Read the run anew; the feed counts up to the number ``end``."""
    with tenant(lease.organisation_id):
        run = SyncRun.objects.select_related("mapping__dataset", "mapping__connection").get(
            pk=lease.run_id
        )
        sealer = Sealer(lease.organisation_id)
        stretch: Stretch = (
            FeedStretch(run.mapping.dataset, end)
            if run.replay_of_id is None
            else RejectStretch(run.replay_of_id, run.id, sealer)
        )
        return Job(lease, run, run.mapping.connection, stretch, sealer, open_chunk(run), now)


def refuse_unsendable(job: Job) -> None:
    """Raise when the mapping or the connection cannot be used (any more)."""
    if job.run.mapping.removed_at is not None:
        raise StopError("The mapping was removed.", fix="Make a new mapping to send these records.")
    state = job.connection.state
    if state == ConnectionState.CHECKING_KEY:
        raise RetryLaterError("Datadog does not take the new API key everywhere yet.")
    if state != ConnectionState.CONNECTED:
        raise StopError(
            job.connection.problem or f"Datadog ({job.connection.site}) is not connected.",
            fix=job.connection.fix or "Link Datadog again.",
        )


def next_chunk(job: Job) -> OpenChunk | None:
    """Take over the chunk that was left open, or freeze the next one; None at the end."""
    return adopt_chunk(job.lease, job.chunk) if job.chunk else _freeze_next(job)


def _freeze_next(job: Job) -> OpenChunk | None:
    """Read, map and pack the next stretch and commit it; None at the end of the source."""
    run, mapping = job.run, job.run.mapping
    with tenant(job.lease.organisation_id):
        done = run.cursor_to.get("number")
        number = start_number(mapping) if done is None and run.replay_of_id is None else done or 0
        piece = job.stretch.after(number)
    if piece is None:
        return None
    now = job.now()
    prepared = _route_of(job, document=mapping.document).prepared(piece.records, now=now)
    frozen = Frozen(mapping.revision, number, piece.last_number, now, prepared)
    return freeze_chunk(job.lease, run, frozen, sealer=job.sealer)


def _document_of(job: Job, chunk: Chunk) -> dict[str, Any]:
    """The mapping as it was when the chunk was frozen."""
    document: dict[str, Any] = job.run.mapping.document
    if chunk.mapping_revision != job.run.mapping.revision:
        with tenant(job.lease.organisation_id):
            revisions = MappingRevision.objects.filter(mapping=chunk.mapping_id)
            document = revisions.get(number=chunk.mapping_revision).document
    return document


def route_of(job: Job, chunk: Chunk) -> Route:
    """The way to Datadog by the mapping as it was when the chunk was frozen."""
    return _route_of(job, document=_document_of(job, chunk))


def _route_of(job: Job, *, document: dict[str, Any]) -> Route:
    return delivery.route_to(
        job.connection.site,
        document=document,
        credential=_credential_of(job, document),
        namespace=job.run.replay_of_id or job.run.mapping_id,
    )


def _credential_of(job: Job, document: dict[str, Any]) -> Secret:
    try:
        if delivery.travels_by_token(document):
            return access_token_for(
                organisation_id=job.lease.organisation_id, connection_id=job.connection.id
            )
        return reveal(job.connection, kind=SecretKind.API_KEY, purpose="send records")
    except TryLaterError as error:
        raise RetryLaterError(error.title, retry_after=error.retry_after) from error
    except ConnectionsError as error:
        raise StopError(error.title, fix=error.fix) from error
