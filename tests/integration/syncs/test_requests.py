"""What people ask of runs: start, cancel, replay; and what they are told when it cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from portal.accounts.models import AuditEntry
from portal.common.tenancy import tenant
from portal.syncs.domain import SyncsError
from portal.syncs.models import SyncRun
from portal.syncs.services import push
from portal.syncs.services.runs import cancel_run, replay_run
from portal.syncs.services.schedules import pause_schedule, resume_schedule
from portal.syncs.services.shipments import ship_chunk
from tests.integration.sandbox import Sandbox
from tests.integration.syncs.conftest import Customer, accepted, counters, record
from tests.integration.syncs.intake import poisoned_intake


def replay(customer: Customer, run: SyncRun) -> SyncRun:
    with tenant(customer.organisation.id):
        run = SyncRun.objects.select_related("mapping__connection").get(pk=run.pk)
        return replay_run(run=run, by=customer.owner, reason="The clock is right now.")


def cancel(customer: Customer, run: SyncRun) -> None:
    with tenant(customer.organisation.id):
        cancel_run(run=run, by=customer.owner)


def repaired(customer: Customer, **changes: object) -> None:
    """The mapping is changed so that rejected records pass."""
    with tenant(customer.organisation.id):
        mapping = customer.mapping
        mapping.document = mapping.document | changes
        mapping.revision += 1
        mapping.save()


NOT_A_TIME = {"timestamp": {"field": "measure"}}
A_TIME = {"timestamp": {"field": "at"}}


def test_a_request_is_audited_and_starts_where_the_last_run_stopped(customer: Customer) -> None:
    customer.push([record(1)])
    customer.run()
    run = customer.requested()
    assert (run.trigger, run.cursor_from) == ("manual", {"number": 1})
    with tenant(customer.organisation.id):
        assert AuditEntry.objects.filter(action="run requested").count() == 2


def test_a_second_request_is_refused_while_a_run_is_under_way(customer: Customer) -> None:
    customer.requested()
    with pytest.raises(SyncsError, match="already under way"):
        customer.requested()


def test_a_request_is_refused_without_a_connection(customer: Customer) -> None:
    customer.connection.state = "needs_reconnect"
    with pytest.raises(SyncsError, match="not connected"):
        customer.requested()


def test_a_waiting_run_is_cancelled_at_once(customer: Customer) -> None:
    run = customer.requested()
    cancel(customer, run)
    assert customer.reread(run).state == "cancelled"
    assert customer.work(run).state == "cancelled"


def test_a_run_at_work_is_cancelled_before_its_next_chunk(customer: Customer) -> None:
    run = customer.requested()
    customer.change(run, state="running", lease_until=None)
    cancel(customer, run)
    assert customer.reread(run).state == "running"
    assert customer.work(run).state == "cancelled"


def test_a_run_cancelled_while_datadog_is_away_does_not_wait_first(
    customer: Customer, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer.push([record(1)])
    run = customer.requested()
    outage = {"match": {"path": "*/series"}, "status": 503, "headers": {"Retry-After": "900"}}
    sandbox.tell("faults", times=1, **outage)

    def ship(*args: Any) -> None:
        cancel(customer, run)  # a person, while the worker sends
        ship_chunk(*args)

    monkeypatch.setattr(push, "ship_chunk", ship)
    assert counters(customer.work(run)) == ("cancelled", 0, 0, 0, 0)
    monkeypatch.undo()
    assert counters(customer.run()) == ("succeeded", 1, 1, 0, 0)


def test_a_run_that_ended_cannot_be_cancelled(customer: Customer) -> None:
    run = customer.run()
    with pytest.raises(SyncsError, match="already ended"):
        cancel(customer, run)


def test_a_replay_sends_what_was_rejected_as_it_is_mapped_now(
    customer: Customer, sandbox: Sandbox
) -> None:
    repaired(customer, **NOT_A_TIME)
    customer.push(record(number) for number in range(1, 5))
    first = customer.run()
    assert counters(first) == ("all_rejected", 4, 0, 4, 0)
    repaired(customer, **A_TIME)
    again = customer.work(replay(customer, first))
    assert counters(again) == ("succeeded", 4, 4, 0, 0)
    assert {reject.replayed_by_id for reject in customer.rejects(first)} == {again.id}
    assert len(accepted(sandbox, "metrics")) == 4
    assert customer.schedule().cursor == {"number": 4}


def test_what_a_replay_rejects_again_is_its_own(customer: Customer) -> None:
    customer.push([record(1, minutes_old=90), record(2, minutes_old=90)])
    first = customer.run()
    again = customer.work(replay(customer, first))
    assert counters(again) == ("all_rejected", 2, 0, 2, 0)
    assert [reject.number for reject in customer.rejects(again)] == [1, 2]
    with pytest.raises(SyncsError, match="no rejected records left"):
        replay(customer, first)
    assert counters(customer.work(replay(customer, again))) == ("all_rejected", 2, 0, 2, 0)


def test_a_replay_finds_poison_by_halving_too(
    log_customer: Customer, settings: Settings, sandbox: Sandbox
) -> None:
    repaired(log_customer, **NOT_A_TIME)
    log_customer.push(record(number) for number in range(1, 7))
    first = log_customer.run()
    repaired(log_customer, **A_TIME)
    with poisoned_intake("m-4") as intake:
        settings.DATADOG_SANDBOX_URL = intake.url
        again = log_customer.work(replay(log_customer, first))
    assert counters(again) == ("succeeded_with_rejects", 6, 5, 1, 0)
    assert [reject.number for reject in log_customer.rejects(again)] == [4]


def test_a_cancelled_replays_open_chunk_is_taken_over_by_the_next(
    log_customer: Customer, sandbox: Sandbox, settings: Settings
) -> None:
    settings.SYNC_LEASE_SECONDS = 1.0
    repaired(log_customer, **NOT_A_TIME)
    log_customer.push([record(1), record(2)])
    first = log_customer.run()
    repaired(log_customer, **A_TIME)
    sandbox.tell("faults", match={"path": "*/logs"}, status=503, times=50)
    waiting = log_customer.work(replay(log_customer, first))
    assert waiting.state == "queued"
    cancel(log_customer, waiting)
    sandbox.tell("reset", keep_credentials=True)
    assert counters(log_customer.work(replay(log_customer, first))) == ("succeeded", 2, 2, 0, 0)
    assert len(accepted(sandbox, "logs")) == 2


def test_a_second_replay_is_refused_while_one_is_under_way(customer: Customer) -> None:
    customer.push([record(1, minutes_old=90)])
    run = customer.run()
    replay(customer, run)
    with pytest.raises(SyncsError, match="already under way"):
        replay(customer, run)


def test_a_run_under_way_is_not_replayed(customer: Customer) -> None:
    run = customer.requested()
    with pytest.raises(SyncsError, match="still under way"):
        replay(customer, run)


def test_replaying_a_failed_run_also_sends_the_rest(customer: Customer, sandbox: Sandbox) -> None:
    customer.push([record(1)])
    sandbox.tell("faults", match={"path": "*/series"}, status=404, times=1)
    failed = customer.run()
    rest = replay(customer, failed)
    assert rest.trigger == "manual"
    assert replay(customer, failed).id == rest.id
    assert counters(customer.work(rest)) == ("succeeded", 1, 1, 0, 0)


def test_a_replay_is_audited_with_its_reason(customer: Customer) -> None:
    customer.push([record(1, minutes_old=90)])
    run = customer.run()
    replay(customer, run)
    with tenant(customer.organisation.id):
        entry = AuditEntry.objects.get(action="run replayed")
    assert (entry.object_id, entry.details["reason"]) == (str(run.id), "The clock is right now.")


def test_a_paused_schedule_is_resumed_at_once(customer: Customer) -> None:
    with tenant(customer.organisation.id):
        pause_schedule(mapping=customer.mapping, by=customer.owner, reason="holiday")
    assert (customer.schedule().state, customer.schedule().reason) == ("paused", "holiday")
    with tenant(customer.organisation.id):
        resume_schedule(mapping=customer.mapping, by=customer.owner)
    assert customer.schedule().state == "active"
