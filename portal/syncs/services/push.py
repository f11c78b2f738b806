"""One worker's turn at a run: chunk by chunk from the source to Datadog, under a lease.

Opens the network only between transactions. What may be committed is decided in ``leases``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from uuid import UUID

from portal.common.tenancy import tenant
from portal.connections.services.states import mark_needs_reconnect
from portal.mappings.models import Mapping
from portal.syncs.domain import FencedError
from portal.syncs.gateways import delivery
from portal.syncs.gateways.delivery import RetryLaterError, StopError
from portal.syncs.models import SyncRun
from portal.syncs.services import leases
from portal.syncs.services.bells import Work, ring_runs
from portal.syncs.services.jobs import load_job, next_chunk, refuse_unsendable
from portal.syncs.services.leases import Lease
from portal.syncs.services.shipments import ship_chunk
from portal.syncs.services.stretches import last_number

logger = logging.getLogger(__name__)

SLICE_SECONDS = 20.0
"""After this a run goes to the end of the queue, so that one tenant's backlog does not hold a
worker that others wait for. Chunks take a second or less."""


LOT_SECONDS = 2.0
"""After this a worker passes on what is left of a lot, so that others can take it."""


def work_runs(work: Sequence[Work], *, owner: str) -> None:
    """Work on the runs of one bell in turn; what is left after a while is rung for anew."""
    pass_on_at = time.monotonic() + LOT_SECONDS
    for place, (organisation_id, run_id) in enumerate(work):
        if time.monotonic() >= pass_on_at:
            return ring_runs(work[place:])
        work_run(organisation_id=organisation_id, run_id=run_id, owner=owner)


def work_run(
    *,
    organisation_id: UUID,
    run_id: UUID,
    owner: str,
    now: Callable[[], float] = time.time,
) -> None:
    """Take the run if it is free and work on it; returns when it ended, waits or was lost.

    ``now`` decides about the age of records and nothing else.
    """
    lease = leases.claim_run(organisation_id=organisation_id, run_id=run_id, owner=owner)
    if lease is None:
        return
    try:
        _work(lease, now)
    except FencedError:
        logger.info("Run %s is in other hands now; nothing was committed.", run_id)


def _work(lease: Lease, now: Callable[[], float]) -> None:
    try:
        _push(lease, now)
    except RetryLaterError as error:
        leases.put_off_run(lease, problem=str(error), asked_seconds=error.retry_after)
    except StopError as error:
        _stop(lease, error)
    except FencedError:
        raise
    except Exception as error:
        # The outermost edge of a run: whatever it was, the row says so and it is tried again.
        logger.exception("Run %s was interrupted.", lease.run_id)
        problem = f"Interrupted by an error of the portal's own: {type(error).__name__}."
        leases.put_off_run(lease, problem=problem)


def _stop(lease: Lease, error: StopError) -> None:
    with tenant(lease.organisation_id):
        leases.fail_run(lease, problem=str(error), fix=error.fix)
        mapping = Mapping.objects.get(runs__pk=lease.run_id)
        # A token without the scope for incidents stops them alone: the API key works all the same.
        if delivery.needs_reconnect(error) and not delivery.travels_by_token(mapping.document):
            mark_needs_reconnect(
                organisation_id=lease.organisation_id,
                connection_id=mapping.connection_id,
                problem=str(error),
                fix=error.fix,
                key_refused=True,
            )


def _push(lease: Lease, now: Callable[[], float]) -> None:
    """Chunk after chunk, up to what the feed held at the start."""
    turn_ends = time.monotonic() + SLICE_SECONDS
    end = _end_of_feed(lease)
    while True:
        job = load_job(lease, end=end, now=now)
        if job.run.cancel_requested_at is not None:
            return leases.cancel_leased_run(lease)
        refuse_unsendable(job)
        chunk = next_chunk(job)
        if chunk is None:
            return leases.finish_run(lease)
        ship_chunk(job, chunk)
        if time.monotonic() >= turn_ends:
            return leases.give_back_run(lease)


def _end_of_feed(lease: Lease) -> int:
    """A run ends where the feed ended when it was taken, or a steady sender would keep it open."""
    with tenant(lease.organisation_id):
        run = SyncRun.objects.select_related("mapping__dataset").get(pk=lease.run_id)
        return last_number(run.mapping.dataset)
