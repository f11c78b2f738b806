"""The beat's work: due schedules become runs once, and no run is forgotten for want of a bell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from celery import Celery
from pytest_django import DjangoCaptureOnCommitCallbacks

from portal.common.tenancy import tenant
from portal.connections.models import Connection
from portal.syncs import tasks
from portal.syncs.models import Schedule, SyncRun
from portal.syncs.services import bells, push
from portal.syncs.services.dispatch import dispatch_due
from portal.syncs.services.schedules import make_due, pause_schedule
from tests.integration.sandbox import Sandbox
from tests.integration.syncs.conftest import Customer, accepted, counters, make_customer, record


def runs(customer: Customer) -> list[SyncRun]:
    with tenant(customer.organisation.id):
        return list(SyncRun.objects.order_by("requested_at"))


def due(customer: Customer, *, seconds_ago: float = 0) -> None:
    with tenant(customer.organisation.id):
        Schedule.objects.update(next_at=datetime.now(UTC) - timedelta(seconds=seconds_ago))


def test_a_new_mapping_has_a_schedule_that_is_due(customer: Customer) -> None:
    assert customer.schedule().state == "active"
    assert dispatch_due() == 1
    (run,) = runs(customer)
    assert (run.trigger, run.state) == ("schedule", "queued")


def test_two_beats_make_one_run(customer: Customer) -> None:
    assert (dispatch_due(), dispatch_due()) == (1, 0)
    assert len(runs(customer)) == 1


def test_a_late_schedule_gets_one_run_and_its_next_slot_ahead(customer: Customer) -> None:
    due(customer, seconds_ago=3_601)
    dispatch_due()
    assert len(runs(customer)) == 1
    ahead = customer.schedule().next_at - datetime.now(UTC)
    assert timedelta(0) < ahead <= timedelta(seconds=60)


def test_a_rhythm_of_its_own_is_kept(customer: Customer) -> None:
    with tenant(customer.organisation.id):
        Schedule.objects.update(every_seconds=3_600)
    dispatch_due()
    assert customer.schedule().next_at - datetime.now(UTC) > timedelta(minutes=59)


def test_all_tenants_are_served_and_each_run_stays_in_its_own(
    customer: Customer, sandbox: Sandbox
) -> None:
    other = make_customer(sandbox, name="Other")
    assert dispatch_due() == 2
    assert [len(runs(one)) for one in (customer, other)] == [1, 1]


def test_no_second_run_is_made_while_one_is_live(customer: Customer) -> None:
    dispatch_due()
    due(customer)
    assert dispatch_due() == 0
    assert len(runs(customer)) == 1


def test_a_connection_that_needs_a_person_pauses_its_schedules(customer: Customer) -> None:
    with tenant(customer.organisation.id):
        Connection.objects.update(state="needs_reconnect")
    assert dispatch_due() == 0
    assert customer.schedule().cursor == {}


def test_a_paused_schedule_makes_no_runs(customer: Customer) -> None:
    with tenant(customer.organisation.id):
        pause_schedule(mapping=customer.mapping, by=customer.owner)
    assert dispatch_due() == 0


@pytest.mark.parametrize("held", [False, True])
def test_a_run_whose_bell_was_lost_is_rung_again_unless_a_worker_has_it(
    customer: Customer, held: bool
) -> None:
    dispatch_due()
    (run,) = runs(customer)
    long_ago = datetime.now(UTC) - timedelta(minutes=1)
    until = datetime.now(UTC) + timedelta(minutes=1) if held else None
    customer.change(run, rung_at=long_ago, lease_until=until)
    assert dispatch_due() == (0 if held else 1)


def test_a_dead_workers_run_is_rung_again(customer: Customer) -> None:
    dispatch_due()
    (run,) = runs(customer)
    customer.change(run, state="running", lease_until=datetime.now(UTC))
    customer.wait_is_over(run)
    assert dispatch_due() == 1


@pytest.mark.parametrize("ended", ["lease_until", "not_before"])
def test_a_run_is_rung_as_soon_as_its_lease_or_its_wait_has_ended(
    customer: Customer, ended: str
) -> None:
    dispatch_due()
    (run,) = runs(customer)
    now = datetime.now(UTC)
    customer.change(run, rung_at=now - timedelta(seconds=2), **{ended: now - timedelta(seconds=1)})
    assert (dispatch_due(), dispatch_due()) == (1, 0)


def test_a_broker_that_is_away_loses_nothing(
    customer: Customer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = Celery(broker="pyamqp://guest:guest@127.0.0.1:1//", set_as_current=False)
    away.conf.broker_transport_options = {"max_retries": 0}
    monkeypatch.setattr(bells, "current_app", away)
    dispatch_due()
    assert "the next dispatch rings" in caplog.text
    (run,) = runs(customer)
    monkeypatch.undo()
    customer.wait_is_over(run)
    assert dispatch_due() == 1


def test_the_tasks_push_what_is_due(customer: Customer, sandbox: Sandbox) -> None:
    customer.push([record(1)])
    tasks.dispatch_due()
    (run,) = runs(customer)
    for _ in range(2):
        tasks.work_run(str(run.organisation_id), str(run.id))
    assert counters(customer.reread(run)) == ("succeeded", 1, 1, 0, 0)
    assert len(accepted(sandbox, "metrics")) == 1


@pytest.mark.parametrize("count", [0, 1, bells.MOST_BELLS, bells.MOST_BELLS + 1, 1_000])
def test_any_number_of_runs_is_rung_for_with_few_bells(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []

    class Broker:
        def send_task(self, task: str, args: tuple[Any, ...], **options: Any) -> None:
            rung.append(task)
            heard.extend(args[0] if task == bells.WORK_RUNS else [list(args)])

    heard: list[list[str]] = []
    work = [(uuid4(), uuid4()) for _ in range(count)]
    monkeypatch.setattr(bells, "current_app", Broker())
    bells.ring_runs(work)
    assert len(rung) <= bells.MOST_BELLS
    assert heard == [[str(organisation_id), str(run_id)] for organisation_id, run_id in work]


def test_one_bell_works_all_of_its_runs(customer: Customer, sandbox: Sandbox) -> None:
    other = make_customer(sandbox, name="Other")
    both = (customer, other)
    for one in both:
        one.push([record(1)])
    pairs = [[str(one.organisation.id), str(one.requested().id)] for one in both]
    tasks.work_runs(pairs)
    assert [runs(one)[0].state for one in both] == ["succeeded", "succeeded"]


def test_what_takes_too_long_is_rung_for_anew(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "LOT_SECONDS", 0.0)
    rung: list[bells.Work] = []
    monkeypatch.setattr(push, "ring_runs", rung.extend)
    run = customer.requested()
    tasks.work_runs([[str(customer.organisation.id), str(run.id)]])
    assert rung == [(customer.organisation.id, run.id)]
    assert customer.reread(run).state == "queued"


def test_new_records_make_their_mappings_due_at_once(
    customer: Customer,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    dispatch_due()
    with django_capture_on_commit_callbacks() as callbacks, tenant(customer.organisation.id):
        make_due(dataset=customer.dataset)
    assert customer.schedule().next_at <= datetime.now(UTC)
    assert len(callbacks) == 1
