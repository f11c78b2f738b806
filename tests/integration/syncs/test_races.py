"""Beats and workers at the same moment: the database lets one of them have it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any, TypeVar

import pytest
from django.db import connection

from portal.common.tenancy import tenant
from portal.syncs.models import SyncRun
from portal.syncs.services import chunks
from portal.syncs.services.dispatch import dispatch_due
from portal.syncs.services.leases import claim_run
from portal.syncs.services.push import work_run
from tests.factories import MappingFactory
from tests.integration.sandbox import Sandbox
from tests.integration.syncs.conftest import Customer, accepted, counters, make_customer, record

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])

RACERS = 6
T = TypeVar("T")


@pytest.fixture
def customer(transactional_db: None, sandbox: Sandbox) -> Customer:
    return make_customer(sandbox)


def raced(do: Callable[[], T]) -> list[T]:
    """Let all racers do it at once, each on a connection of its own."""
    start = Barrier(RACERS)

    def race(_: int) -> T:
        start.wait()
        try:
            return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(race, range(RACERS)))


def test_many_beats_make_each_run_once(customer: Customer) -> None:
    with tenant(customer.organisation.id):
        for _ in range(30):
            MappingFactory(
                organisation=customer.organisation,
                connection=customer.connection,
                dataset=customer.dataset,
            )
    assert sum(raced(dispatch_due)) == 31
    with tenant(customer.organisation.id):
        runs = SyncRun.objects.values_list("mapping", flat=True)
        assert len(runs) == len(set(runs)) == 31


def test_one_of_many_workers_gets_the_run(customer: Customer) -> None:
    run = customer.requested()
    leases = raced(
        lambda: claim_run(organisation_id=run.organisation_id, run_id=run.id, owner="a racer")
    )
    assert [lease.token for lease in leases if lease] == [1]


def test_many_bells_for_one_run_send_its_records_once(customer: Customer, sandbox: Sandbox) -> None:
    customer.push(record(number) for number in range(1, 101))
    run = customer.requested()
    raced(lambda: work_run(organisation_id=run.organisation_id, run_id=run.id, owner="a racer"))
    assert counters(customer.reread(run)) == ("succeeded", 100, 100, 0, 0)
    assert len(accepted(sandbox, "metrics")) == 100


def test_an_outcome_and_a_beat_do_not_wait_for_each_other(
    customer: Customer, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The schedule is due again while its run commits: neither may be aborted as a deadlock."""
    customer.push([record(1)])
    run = customer.requested()
    renewed, beaten = Event(), Event()
    add_attempts = chunks._add_attempts

    def slowly(*args: Any) -> None:
        renewed.set()
        beaten.wait(3)  # the beat is done by then, or waits for us
        add_attempts(*args)

    def beat() -> int:
        assert renewed.wait(10)
        try:
            return dispatch_due()
        finally:
            beaten.set()
            connection.close()

    monkeypatch.setattr(chunks, "_add_attempts", slowly)
    with ThreadPoolExecutor(1) as pool:
        beaten_by = pool.submit(beat)
        assert counters(customer.work(run)) == ("succeeded", 1, 1, 0, 0)
        assert beaten_by.result() == 0
    assert len(accepted(sandbox, "metrics")) == 1
