"""Rings workers. A bell that is lost costs seconds: the row is the truth, and is found again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from math import ceil
from uuid import UUID

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

Work = tuple[UUID, UUID]
"""An organisation and a run of it."""

WORK_RUN = "syncs.work_run"
WORK_RUNS = "syncs.work_runs"
DISPATCH_DUE = "syncs.dispatch_due"
STALE_SECONDS = 60
"""A bell older than this is dropped unheard: by then the dispatcher has rung again. Well above any
difference between the clocks of two machines, which would silence every bell."""
MOST_BELLS = 32
"""Rung in one go; beyond that a bell is for several runs. One costs most of a millisecond, and
workers are fewer than this."""


def ring_run(organisation_id: UUID, run_id: UUID) -> bool:
    """Wake a worker for a run; False when the broker is away."""
    return _ring(WORK_RUN, str(organisation_id), str(run_id))


def ring_runs(work: Sequence[Work]) -> None:
    """Wake workers for any number of runs; when the broker is away, the next dispatch rings."""
    size = max(1, ceil(len(work) / MOST_BELLS))
    for start in range(0, len(work), size):
        lot = work[start : start + size]
        if not (ring_run(*lot[0]) if len(lot) == 1 else _ring_for(lot)):
            return  # the others would wait for the same broker


def _ring_for(lot: Sequence[Work]) -> bool:
    return _ring(
        WORK_RUNS, [[str(organisation_id), str(run_id)] for organisation_id, run_id in lot]
    )


def ring_run_on_commit(organisation_id: UUID, run_id: UUID) -> None:
    """Wake a worker for a run that the surrounding transaction makes."""
    transaction.on_commit(partial(ring_run, organisation_id, run_id))


def ring_dispatcher_on_commit() -> None:
    """Let due schedules be looked for now instead of at the next beat."""
    transaction.on_commit(partial(_ring, DISPATCH_DUE))


def _ring(task: str, *ids: str | list[list[str]]) -> bool:
    # By name: tasks lie above services.
    try:
        current_app.send_task(task, args=ids, expires=STALE_SECONDS)
    except OperationalError as error:
        logger.warning("The broker does not take %s; the next dispatch rings. %s", task, error)
        return False
    return True
