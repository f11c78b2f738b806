"""What the bells start. The rows hold the work; a task may come twice, late or never."""

from __future__ import annotations

import os
import socket
from uuid import UUID

from celery import shared_task

from portal.syncs.services import bells, dispatch, push


@shared_task(name=bells.DISPATCH_DUE)
def dispatch_due() -> None:
    dispatch.dispatch_due()


@shared_task(name=bells.WORK_RUN)
def work_run(organisation_id: str, run_id: str) -> None:
    push.work_run(organisation_id=UUID(organisation_id), run_id=UUID(run_id), owner=_owner())


@shared_task(name=bells.WORK_RUNS)
def work_runs(pairs: list[list[str]]) -> None:
    work = [(UUID(organisation_id), UUID(run_id)) for organisation_id, run_id in pairs]
    push.work_runs(work, owner=_owner())


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
