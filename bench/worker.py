"""A worker's process: works runs as a Celery worker would, and tells how long each took.

python -m bench worker          "ORGANISATION RUN" in, seconds and memory out
"""

from __future__ import annotations

import resource
import sys
import time
from uuid import UUID

from bench.processes import tell
from portal.common.tenancy import tenant
from portal.syncs.domain import LIVE
from portal.syncs.models import SyncRun
from portal.syncs.services.push import work_run


def measure() -> None:
    tell({})
    for line in sys.stdin:
        organisation_id, run_id = map(UUID, line.split())
        started, cpu = time.perf_counter(), time.process_time()
        run = worked(organisation_id, run_id)
        tell(
            {
                "seconds": time.perf_counter() - started,
                "cpu_seconds": time.process_time() - cpu,
                "sent": run.sent_count,
                "state": run.state,
                "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )


def worked(organisation_id: UUID, run_id: UUID) -> SyncRun:
    """Work on the run until it ended; a long one is given back now and then."""
    while True:
        work_run(organisation_id=organisation_id, run_id=run_id, owner="bench")
        with tenant(organisation_id):
            run = SyncRun.objects.get(pk=run_id)
        if run.state not in LIVE:
            return run
        if run.problem:
            raise RuntimeError(run.problem)
