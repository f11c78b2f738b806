"""Workers that are killed while records are on their way, and what stays behind on a connection."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from portal.common.tenancy import tenant
from portal.syncs.models import Batch, SyncRun
from portal.syncs.services.dispatch import dispatch_due
from tests.integration.sandbox import Sandbox
from tests.integration.syncs.conftest import (
    LOGS_DOCUMENT,
    Customer,
    accepted,
    counters,
    make_customer,
    record,
)
from tests.integration.syncs.processes import start_process

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])

LOGS = {"path": "*/logs"}
LOT = 2
"""Batches in flight at a time."""
WORK = """
from portal.syncs import tasks
tasks.work_run({organisation!r}, {run!r})
"""


@pytest.fixture
def customer(transactional_db: None, sandbox: Sandbox) -> Customer:
    return make_customer(sandbox, data_type="logs", document=LOGS_DOCUMENT)


def until(true: Callable[[], bool]) -> None:
    """Wait for it; a process takes its time to start on a busy machine."""
    ends = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends, "It did not come to pass."
        time.sleep(0.01)


def killed_when(customer: Customer, sandbox: Sandbox, run: SyncRun, *, calls: int) -> None:
    """Kill -9 a worker process when it has called the intake so often and waits for an answer."""
    if calls > 1:
        sandbox.tell("faults", match=LOGS, latency_ms=0.01, times=calls - 1)
    slow = sandbox.tell("faults", match=LOGS, latency_ms=700, times=1)["id"]
    process = start_process(
        WORK.format(organisation=str(run.organisation_id), run=str(run.id)),
        DATADOG_SANDBOX_URL=sandbox.url,
        PORTAL_SYNC_SEND_CONCURRENCY=str(LOT),
    )
    until(lambda: sandbox.calls(slow) == 1)
    process.kill()
    process.communicate()


@pytest.mark.parametrize("calls", [1, 3, 6])
def test_a_killed_worker_loses_nothing_and_repeats_one_lot_at_most(
    customer: Customer, sandbox: Sandbox, calls: int
) -> None:
    customer.push(record(number) for number in range(1, 6_001))
    run = customer.requested()
    killed_when(customer, sandbox, run, calls=calls)
    with tenant(customer.organisation.id):
        frozen = set(Batch.objects.values_list("key", flat=True))
    assert customer.reread(run).state == "running"
    assert customer.work(run).state == "running", "the lease of the dead one still holds"

    customer.wait_is_over(run)
    assert counters(customer.work(run)) == ("succeeded", 6_000, 6_000, 0, 0)
    with tenant(customer.organisation.id):
        assert set(Batch.objects.values_list("key", flat=True)) == frozen
    times = Counter(log["record_id"] for log in accepted(sandbox, "logs"))
    assert len(times) == 6_000
    assert sum(times.values()) - len(times) <= LOT * 1_000


def test_nothing_of_a_tenant_stays_on_the_connection(customer: Customer) -> None:
    customer.push([record(1)])
    dispatch_due()
    with tenant(customer.organisation.id):
        run = SyncRun.objects.get()
    customer.work(run)
    with connection.cursor() as cursor:
        for name in ("app.organisation", "app.work_list"):
            cursor.execute("SELECT current_setting(%s, true)", [name])
            assert cursor.fetchone()[0] in ("", None)
        cursor.execute("SELECT count(*) FROM syncs_syncrun")
        assert cursor.fetchone() == (0,)
