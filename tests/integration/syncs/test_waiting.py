"""What a run does when Datadog does not take its records: wait, stop, or give up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from portal.common.tenancy import tenant
from portal.connections.models import Connection
from portal.syncs.models import Attempt, Batch
from portal.syncs.services.leases import MAX_TRIES, WAITS, wait_seconds
from tests.integration.sandbox import Sandbox
from tests.integration.syncs.conftest import Customer, accepted, counters, record

SERIES = {"path": "*/series"}


@pytest.fixture(autouse=True)
def _short_lease(settings: Settings) -> None:
    """Sending ends after half of it."""
    settings.SYNC_LEASE_SECONDS = 1.0


def test_after_an_outage_the_same_bytes_are_sent(customer: Customer, sandbox: Sandbox) -> None:
    customer.push(record(number) for number in range(1, 4))
    sandbox.tell("faults", match=SERIES, status=503, headers={"Retry-After": "7"}, times=1)
    run = customer.run()
    assert counters(run) == ("queued", 0, 0, 0, 0)
    assert "try again later" in run.problem
    assert timedelta(seconds=5) < run.not_before - datetime.now(UTC) < timedelta(seconds=9)
    with tenant(customer.organisation.id):
        frozen = [(batch.key, bytes(batch.body or b"")) for batch in Batch.objects.all()]
    customer.wait_is_over(run)
    assert counters(customer.work(run)) == ("succeeded", 3, 3, 0, 0)
    with tenant(customer.organisation.id):
        assert [batch.key for batch in Batch.objects.all()] == [key for key, _ in frozen]
        attempts = list(Attempt.objects.values_list("status", "outcome"))
    assert attempts == [(503, "retry"), (202, "accepted")]


def test_a_short_fault_is_ridden_out_within_the_turn(
    customer: Customer, sandbox: Sandbox, settings: Settings
) -> None:
    settings.SYNC_LEASE_SECONDS = 10.0
    customer.push([record(1)])
    sandbox.tell("faults", match=SERIES, status=503, headers={"Retry-After": "0"}, times=1)
    assert counters(customer.run()) == ("succeeded", 1, 1, 0, 0)


def test_a_run_that_waits_is_not_taken(customer: Customer, sandbox: Sandbox) -> None:
    customer.push([record(1)])
    sandbox.tell("faults", match=SERIES, status=429, headers={"Retry-After": "60"}, times=1)
    run = customer.run()
    assert counters(customer.work(run)) == ("queued", 0, 0, 0, 0)
    assert run.tries == 1


def test_a_run_that_waits_too_often_fails_and_the_next_one_goes_on(
    customer: Customer, sandbox: Sandbox
) -> None:
    customer.push([record(1)])
    sandbox.tell("faults", match=SERIES, status=503, headers={"Retry-After": "60"}, times=MAX_TRIES)
    run = customer.run()
    for _ in range(MAX_TRIES - 1):
        customer.wait_is_over(run)
        run = customer.work(run)
    assert (run.state, run.tries) == ("failed", MAX_TRIES)
    assert "Tried 8 times" in run.problem
    assert run.fix
    assert customer.schedule().cursor == {}
    assert counters(customer.run()) == ("succeeded", 1, 1, 0, 0)
    assert len(accepted(sandbox, "metrics")) == 1


def test_a_refused_key_stops_the_run_and_asks_for_a_reconnect(
    customer: Customer, sandbox: Sandbox
) -> None:
    customer.push([record(1)])
    sandbox.tell("faults", match=SERIES, status=403, times=1)
    run = customer.run()
    assert counters(run) == ("failed", 0, 0, 0, 0)
    assert "credentials" in run.problem
    assert "link Datadog again" in run.fix
    with tenant(customer.organisation.id):
        connection = Connection.objects.get()
    assert connection.state == "needs_reconnect"
    assert customer.schedule().cursor == {}


def test_after_a_reconnect_the_open_chunk_is_sent(customer: Customer, sandbox: Sandbox) -> None:
    customer.push([record(1)])
    sandbox.tell("faults", match=SERIES, status=403, times=1)
    customer.run()
    customer.push([record(2)])
    with tenant(customer.organisation.id):
        Connection.objects.update(state="connected", problem="")
    customer.connection.state = "connected"
    assert counters(customer.run()) == ("succeeded", 2, 2, 0, 0)
    assert len(accepted(sandbox, "metrics")) == 2


def test_a_host_that_is_not_datadogs_stops_without_a_reconnect(
    customer: Customer, sandbox: Sandbox
) -> None:
    customer.push([record(1)])
    sandbox.tell("faults", match=SERIES, status=404, body="<html>no</html>", times=1)
    assert customer.run().state == "failed"
    with tenant(customer.organisation.id):
        assert Connection.objects.get().state == "connected"


def test_records_that_become_too_old_while_waiting_are_rejected_and_the_others_sent(
    customer: Customer, sandbox: Sandbox
) -> None:
    customer.push([record(1, minutes_old=50), record(2), record(3, minutes_old=50)])
    sandbox.tell("faults", match=SERIES, status=503, headers={"Retry-After": "5"}, times=1)
    run = customer.run()
    customer.wait_is_over(run)
    run = customer.work(run, minutes_later=20)
    assert counters(run) == ("succeeded_with_rejects", 3, 1, 2, 0)
    assert [(r.number, r.code) for r in customer.rejects(run)] == [(1, "too_old"), (3, "too_old")]
    with tenant(customer.organisation.id):
        states = Batch.objects.order_by("id").values_list("state", flat=True)
        assert list(states) == ["abandoned", "accepted"]


def test_records_that_would_be_too_old_when_the_last_try_arrives_are_not_sent(
    customer: Customer, sandbox: Sandbox, settings: Settings
) -> None:
    settings.SYNC_LEASE_SECONDS = 30.0
    customer.push([record(1, minutes_old=59.8), record(2, minutes_old=59)])
    run = customer.run()
    assert counters(run) == ("succeeded_with_rejects", 2, 1, 1, 0)
    assert [(r.number, r.code) for r in customer.rejects(run)] == [(1, "too_old")]


def test_what_one_lot_delivered_is_kept_when_the_next_one_waits(
    log_customer: Customer, sandbox: Sandbox, settings: Settings
) -> None:
    settings.SYNC_SEND_CONCURRENCY = 1
    log_customer.push(record(number) for number in range(1, 2_501))
    sandbox.tell("faults", match={"path": "*/logs"}, latency_ms=0.01, times=1)
    sandbox.tell(
        "faults", match={"path": "*/logs"}, status=503, headers={"Retry-After": "5"}, times=1
    )
    run = log_customer.run()
    assert counters(run) == ("queued", 0, 0, 0, 0)
    assert len(accepted(sandbox, "logs")) == 1_000
    log_customer.wait_is_over(run)
    assert counters(log_customer.work(run)) == ("succeeded", 2_500, 2_500, 0, 0)
    ids = [log["record_id"] for log in accepted(sandbox, "logs")]
    assert len(ids) == len(set(ids)) == 2_500


def test_an_error_of_the_portals_own_is_tried_again(
    customer: Customer, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    customer.push([record(1)])
    run = customer.requested()
    with tenant(customer.organisation.id):
        customer.connection.credentials.update(sealed=b"not sealed")
    run = customer.work(run)
    assert run.state == "queued"
    assert "SealError" in run.problem


def test_a_removed_mapping_is_not_sent(customer: Customer, sandbox: Sandbox) -> None:
    run = customer.requested()
    with tenant(customer.organisation.id):
        customer.mapping.removed_at = datetime.now(UTC)
        customer.mapping.save()
    assert customer.work(run).problem == "The mapping was removed."


def test_a_run_waits_while_datadog_takes_up_a_new_key(customer: Customer) -> None:
    run = customer.requested()
    with tenant(customer.organisation.id):
        Connection.objects.update(state="checking_key")
    assert customer.work(run).state == "queued"


def test_a_disconnected_connection_is_not_sent_to(customer: Customer) -> None:
    run = customer.requested()
    with tenant(customer.organisation.id):
        Connection.objects.update(state="disconnected")
    run = customer.work(run)
    assert (run.state, run.fix) == ("failed", "Link Datadog again.")


@pytest.mark.parametrize(("tries", "longest"), [*enumerate(WAITS, start=1), (50, WAITS[-1])])
def test_waits_grow_with_full_jitter(tries: int, longest: float) -> None:
    assert 0 <= wait_seconds(tries, None) <= longest


def test_a_wait_that_datadog_asks_for_is_kept() -> None:
    assert wait_seconds(3, 42.0) == 42.0
