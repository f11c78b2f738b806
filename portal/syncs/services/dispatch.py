"""The beat's work: runs for what is due, bells for what waits. Any number of beats may call it."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from portal.syncs.services.bells import Work, ring_runs

MAX_DUE = 1_000
"""Schedules claimed in one go: the statement stays in the tens of milliseconds."""
MAX_AGAIN = 200
RING_AGAIN_SECONDS = 5.0
"""How long a bell may take to be heard. A lost broker delays a run by this; more bells for a run
that merely waits in the queue cost a worker one statement each."""


def dispatch_due() -> int:
    """Make the runs that are due and ring for every run that no worker has; return how many."""
    work = _called("claim_due_schedules", MAX_DUE, settings.SYNC_EVERY_SECONDS)
    work += _called("runs_to_ring", MAX_AGAIN, RING_AGAIN_SECONDS)
    ring_runs(work)
    return len(work)


def _called(function: str, limit: int, seconds: float) -> list[Work]:
    """Call one of the functions of the first migration; they alone look across tenants."""
    with connection.cursor() as cursor:
        cursor.callproc(function, [limit, seconds])
        return list(cursor.fetchall())
