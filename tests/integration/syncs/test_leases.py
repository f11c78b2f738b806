"""One worker at a run: whoever has lost the lease commits nothing, and its chunk is taken over."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from portal.common.tenancy import tenant
from portal.connections.models import Connection
from portal.syncs.domain import FencedError
from portal.syncs.gateways.delivery import StopError
from portal.syncs.models import Batch, Chunk, Reject, SyncRun
from portal.syncs.services import leases
from portal.syncs.services.jobs import Job, load_job, next_chunk
from portal.syncs.services.leases import Lease
from portal.syncs.services.shipments import ship_chunk
from tests.integration.sandbox import Sandbox
from tests.integration.syncs.conftest import Customer, accepted, counters, record

NOW = datetime.now(UTC)


def claim(customer: Customer, run: SyncRun) -> Lease | None:
    return leases.claim_run(
        organisation_id=customer.organisation.id, run_id=run.id, owner="the tests' worker"
    )


def held(customer: Customer, run: SyncRun) -> Lease:
    lease = claim(customer, run)
    assert lease is not None
    return lease


def job_of(lease: Lease) -> Job:
    return load_job(lease, end=1_000, now=time.time)


def test_two_workers_cannot_hold_one_run(customer: Customer) -> None:
    run = customer.requested()
    held(customer, run)
    assert claim(customer, run) is None


def test_an_expired_lease_is_taken_over_under_a_higher_token(customer: Customer) -> None:
    run = customer.requested()
    first = held(customer, run)
    customer.wait_is_over(run)
    assert held(customer, run).token == first.token + 1


def test_a_run_on_which_worker_after_worker_dies_fails_and_says_so(customer: Customer) -> None:
    run = customer.requested()
    for _ in range(leases.MAX_TRIES):
        assert claim(customer, run) is not None
        customer.wait_is_over(run)
    assert claim(customer, run) is None
    after = customer.reread(run)
    assert (after.state, "died 8 times" in after.problem) == ("failed", True)


def test_nothing_more_leaves_once_datadog_is_disconnected(
    customer: Customer, sandbox: Sandbox
) -> None:
    customer.push([record(1)])
    job = job_of(held(customer, customer.requested()))
    chunk = next_chunk(job)
    assert chunk is not None
    with tenant(customer.organisation.id):
        Connection.objects.update(state="disconnected")
    with pytest.raises(StopError, match="disconnected"):
        ship_chunk(job, chunk)
    assert accepted(sandbox, "metrics") == []


@pytest.mark.parametrize(
    "commit",
    [
        leases.finish_run,
        leases.cancel_leased_run,
        leases.give_back_run,
        lambda lease: leases.fail_run(lease, problem="It broke."),
        lambda lease: leases.put_off_run(lease, problem="Later."),
        lambda lease: next_chunk(job_of(lease)),
    ],
)
def test_a_fenced_worker_commits_nothing(
    customer: Customer, commit: Callable[[Lease], object]
) -> None:
    customer.push([record(1), record(2, minutes_old=90)])
    run = customer.requested()
    stale = held(customer, run)
    customer.wait_is_over(run)
    held(customer, run)
    before = customer.row(run)
    with pytest.raises(FencedError):
        commit(stale)
    assert customer.row(run) == before
    with tenant(customer.organisation.id):
        assert not Chunk.objects.exists()
        assert not Reject.objects.exists()


def test_a_worker_that_wakes_up_after_sending_moves_no_cursor(
    customer: Customer, sandbox: Sandbox
) -> None:
    customer.push([record(1)])
    run = customer.requested()
    sleeper = job_of(held(customer, run))
    chunk = next_chunk(sleeper)
    assert chunk is not None
    customer.wait_is_over(run)
    assert counters(customer.work(run)) == ("succeeded", 1, 1, 0, 0)
    with pytest.raises(FencedError):
        ship_chunk(sleeper, chunk)
    assert counters(customer.reread(run)) == ("succeeded", 1, 1, 0, 0)
    assert customer.schedule().cursor == {"number": 1}


def test_a_dead_workers_chunk_is_sent_with_the_same_bytes_and_keys(
    customer: Customer, sandbox: Sandbox
) -> None:
    customer.push([record(1), record(2, minutes_old=90)])
    run = customer.requested()
    next_chunk(job_of(held(customer, run)))
    with tenant(customer.organisation.id):
        (frozen,) = Batch.objects.values_list("id", "key")
    customer.push([record(3)])
    customer.wait_is_over(run)
    assert counters(customer.work(run)) == ("succeeded_with_rejects", 3, 2, 1, 0)
    with tenant(customer.organisation.id):
        assert frozen in Batch.objects.values_list("id", "key")
        assert Chunk.objects.count() == 2
    assert len(accepted(sandbox, "metrics")) == 2


def test_the_next_run_takes_over_what_a_failed_one_left_open(customer: Customer) -> None:
    customer.push([record(1), record(2, minutes_old=90)])
    first = customer.requested()
    lease = held(customer, first)
    next_chunk(job_of(lease))
    leases.fail_run(lease, problem="It broke.")
    second = customer.run()
    assert counters(second) == ("succeeded_with_rejects", 2, 1, 1, 0)
    assert counters(customer.reread(first)) == ("failed", 0, 0, 0, 0)
    assert not customer.rejects(first)
    assert len(customer.rejects(second)) == 1


def test_a_chunk_is_sent_as_it_was_mapped_when_it_was_frozen(
    log_customer: Customer, sandbox: Sandbox
) -> None:
    log_customer.push([record(1)])
    run = log_customer.requested()
    next_chunk(job_of(held(log_customer, run)))
    with tenant(log_customer.organisation.id):
        mapping = log_customer.mapping
        mapping.document = mapping.document | {"source": "changed"}
        mapping.revision = 2
        mapping.save()
    log_customer.push([record(2)])
    log_customer.wait_is_over(run)
    log_customer.work(run)
    sources = {log["record_id"]: log["ddsource"] for log in accepted(sandbox, "logs")}
    assert sources == {"m-1": "nimbus", "m-2": "changed"}


def test_a_run_that_ended_is_not_worked_on_again(customer: Customer) -> None:
    customer.push([record(1)])
    run = customer.run()
    customer.push([record(2)])
    assert counters(customer.work(run)) == ("succeeded", 1, 1, 0, 0)


@pytest.mark.parametrize(
    "lie",
    [
        {"read_count": 3},
        {"sent_count": 1},
        {"state": "succeeded"},
        {"state": "succeeded", "read_count": 2, "sent_count": 1, "finished_at": NOW},
        {
            "state": "succeeded",
            "read_count": 2,
            "sent_count": 1,
            "rejected_count": 1,
            "finished_at": NOW,
        },
        {"finished_at": NOW},
        {"read_count": 0, "sent_count": -1, "rejected_count": 1},
    ],
)
def test_the_database_refuses_a_run_that_does_not_add_up(
    customer: Customer, lie: dict[str, object]
) -> None:
    run = customer.requested()
    with pytest.raises(IntegrityError, match="syncs_"):
        customer.change(run, **lie)
