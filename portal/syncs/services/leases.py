"""Who works on a run: taking it, keeping it, and every way to let go of it.

A lease is a number that grows with each claim. Every write compares it in the same transaction, so
that a worker which was thought dead and wakes up can commit nothing. Only the database's clock
counts.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Case, F, Q, When

from portal.common.tenancy import tenant
from portal.syncs.database_time import DatabaseNow, seconds_from_now
from portal.syncs.domain import FencedError, RunState, outcome_of
from portal.syncs.models import SyncRun
from portal.syncs.services.bells import ring_run_on_commit

WAITS = (5.0, 15.0, 45.0, 135.0, 405.0, 900.0, 900.0)
"""Longest waits in seconds after the first, second … try in a row without progress; each is taken
with full jitter. Together up to 40 minutes: less than the hour that Datadog keeps metrics."""
MAX_TRIES = len(WAITS) + 1
EXHAUSTED_FIX = (
    "Nothing is lost: the next run goes on where this one stopped. Look at Datadog's status page, "
    "or ask support when it lasts."
)
DEATHS_FIX = (
    "Ask support to look at the worker's memory and log; a record or a mapping may be too much for "
    "it. Nothing is lost: the next run tries again from the same place."
)


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker's hold on a run."""

    organisation_id: UUID
    run_id: UUID
    token: int


def claim_run(*, organisation_id: UUID, run_id: UUID, owner: str) -> Lease | None:
    """Take a run that waits for a worker or whose worker is gone; None when there is no such."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=DatabaseNow())
    with tenant(organisation_id):
        run = SyncRun.objects.filter(pk=run_id)
        claimed = run.filter(
            free,
            state__in=(RunState.QUEUED, RunState.RUNNING),
            not_before__lte=DatabaseNow(),
        ).update(
            state=RunState.RUNNING,
            lease_owner=owner[:120],
            lease_token=F("lease_token") + 1,
            # A lease that was never given back is a worker that died: so many in a row without
            # progress are the run's fault.
            tries=F("tries") + Case(When(lease_until__isnull=False, then=1), default=0),
            lease_until=seconds_from_now(settings.SYNC_LEASE_SECONDS),
            problem="",
            fix="",
        )
        if not claimed:
            return None
        run.filter(started_at__isnull=True).update(started_at=DatabaseNow())
        token, tries = run.values_list("lease_token", "tries").get()
        lease = Lease(organisation_id, run_id, token)
        if tries >= MAX_TRIES:
            problem = f"The worker on this run died {tries} times without getting any further."
            fail_run(lease, problem=problem, fix=DEATHS_FIX)
            return None
    return lease


def renew(lease: Lease, **changes: Any) -> None:
    """Prolong the lease and lock the run's row; FencedError when it is another worker's.

    In the caller's transaction, before its other writes.
    """
    _update(lease, lease_until=seconds_from_now(settings.SYNC_LEASE_SECONDS), **changes)


def finish_run(lease: Lease) -> None:
    """End a run that came to its end; its counters say how."""
    with tenant(lease.organisation_id):
        renew(lease)
        run = SyncRun.objects.get(pk=lease.run_id)
        _end(lease, outcome_of(sent=run.sent_count, rejected=run.rejected_count))


def cancel_leased_run(lease: Lease) -> None:
    """End a run as a person asked."""
    with tenant(lease.organisation_id):
        _end(lease, RunState.CANCELLED)


def fail_run(lease: Lease, *, problem: str, fix: str = "") -> None:
    """End a run that a person has to look at. In the caller's ``tenant()`` or its own."""
    with tenant(lease.organisation_id):
        _end(lease, RunState.FAILED, problem=problem[:500], fix=fix[:500])


def give_back_run(lease: Lease) -> None:
    """Let others have a turn: the run goes to the end of the queue and goes on from there."""
    with tenant(lease.organisation_id):
        _release(lease, state=RunState.QUEUED, not_before=DatabaseNow(), rung_at=DatabaseNow())
        ring_run_on_commit(lease.organisation_id, lease.run_id)


def put_off_run(lease: Lease, *, problem: str, asked_seconds: float | None = None) -> None:
    """Wait and try again, unless a person has cancelled; after MAX_TRIES in a row it has failed."""
    with tenant(lease.organisation_id):
        renew(lease, tries=F("tries") + 1)
        run = SyncRun.objects.only("tries", "cancel_requested_at").get(pk=lease.run_id)
        tries = run.tries
        if run.cancel_requested_at is not None:
            _end(lease, RunState.CANCELLED, problem=problem[:500])
            return
        if tries >= MAX_TRIES:
            fail_run(lease, problem=f"{problem} Tried {tries} times.", fix=EXHAUSTED_FIX)
            return
        _release(
            lease,
            state=RunState.QUEUED,
            not_before=seconds_from_now(wait_seconds(tries, asked_seconds)),
            problem=problem[:500],
        )


def wait_seconds(tries: int, asked_seconds: float | None) -> float:
    """How long to wait after so many tries: as asked, or growing with full jitter."""
    if asked_seconds is not None:
        return asked_seconds
    return random.uniform(0, WAITS[min(tries, len(WAITS)) - 1])  # noqa: S311 - no secret


def _end(lease: Lease, state: RunState, **changes: Any) -> None:
    _release(lease, state=state, finished_at=DatabaseNow(), **changes)


def _release(lease: Lease, **changes: Any) -> None:
    _update(lease, lease_until=None, lease_owner="", **changes)


def _update(lease: Lease, **changes: Any) -> None:
    mine = SyncRun.objects.filter(pk=lease.run_id, lease_token=lease.token, state=RunState.RUNNING)
    if not mine.update(**changes):
        raise FencedError(f"Run {lease.run_id} is no longer held under lease {lease.token}.")
