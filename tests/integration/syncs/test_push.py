"""Records from the feed to Datadog, whatever Datadog answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from portal.common.tenancy import tenant
from portal.syncs.models import Batch, Chunk, Segment
from portal.syncs.services import push
from tests.factories import METRICS_DOCUMENT
from tests.integration.sandbox import Sandbox
from tests.integration.syncs.conftest import Customer, accepted, counters, make_customer, record
from tests.integration.syncs.intake import poisoned_intake


def test_metrics_arrive(customer: Customer, sandbox: Sandbox) -> None:
    customer.push(record(number) for number in range(1, 13))
    run = customer.run()
    assert counters(run) == ("succeeded", 12, 12, 0, 0)
    assert len(accepted(sandbox, "metrics")) == 12
    assert customer.schedule().cursor == {"number": 12}


def test_logs_arrive(log_customer: Customer, sandbox: Sandbox) -> None:
    log_customer.push(record(number) for number in range(1, 13))
    assert counters(log_customer.run()) == ("succeeded", 12, 12, 0, 0)
    assert {log["record_id"] for log in accepted(sandbox, "logs")} == {
        f"m-{n}" for n in range(1, 13)
    }


def test_points_keep_their_value_name_and_tags(customer: Customer, sandbox: Sandbox) -> None:
    customer.push([record(1, value=7.25)])
    customer.run()
    (point,) = accepted(sandbox, "metrics")
    assert (point["metric"], point["value"]) == ("nimbus.cpu1", 7.25)
    assert point["tags"] == ["measure:cpu1"]


def test_records_that_are_all_too_old_are_rejected_before_sending(
    customer: Customer, sandbox: Sandbox
) -> None:
    watch = sandbox.watch("*/series")
    customer.push(record(number, minutes_old=90) for number in range(1, 6))
    run = customer.run()
    assert counters(run) == ("all_rejected", 5, 0, 5, 0)
    assert sandbox.calls(watch) == 0
    assert {(reject.code, reject.field) for reject in customer.rejects(run)} == {("too_old", "at")}


def test_a_run_with_some_rejects_is_partial(customer: Customer) -> None:
    ages = [1, 90, 2, 95, 3]
    customer.push(record(number, minutes_old=age) for number, age in enumerate(ages, start=1))
    run = customer.run()
    assert counters(run) == ("succeeded_with_rejects", 5, 3, 2, 0)
    assert [reject.number for reject in customer.rejects(run)] == [2, 4]


def test_records_that_the_filter_leaves_out_are_skipped(
    db: None, sandbox: Sandbox, settings: Settings
) -> None:
    document = METRICS_DOCUMENT | {
        "filter": [{"field": "measure", "is": "equals", "value": "cpu2"}]
    }
    customer = make_customer(sandbox, document=document)
    customer.push(record(number) for number in range(1, 5))
    assert counters(customer.run()) == ("succeeded", 4, 1, 0, 3)


def test_a_run_with_nothing_new_succeeds_empty(customer: Customer) -> None:
    customer.push([record(1)])
    customer.run()
    assert counters(customer.run()) == ("succeeded", 0, 0, 0, 0)


def test_many_chunks_and_batches_add_up(
    log_customer: Customer, sandbox: Sandbox, settings: Settings
) -> None:
    settings.SYNC_CHUNK_RECORDS, settings.SEGMENT_RECORDS = 1_700, 1_000
    log_customer.push(record(number) for number in range(1, 4_501))
    assert counters(log_customer.run()) == ("succeeded", 4_500, 4_500, 0, 0)
    arrived = [log["record_id"] for log in accepted(sandbox, "logs")]
    assert len(arrived) == len(set(arrived)) == 4_500
    with tenant(log_customer.organisation.id):
        assert Chunk.objects.filter(state="done").count() == 3
        assert not Batch.objects.exclude(body=None).exists()


def test_a_new_mapping_begins_with_what_datadog_still_takes(
    customer: Customer, sandbox: Sandbox
) -> None:
    customer.push([record(1)])
    with tenant(customer.organisation.id):
        Segment.objects.update(received_at=datetime.now(UTC) - timedelta(hours=2))
    customer.push([record(2)])
    assert counters(customer.run()) == ("succeeded", 1, 1, 0, 0)
    assert [point["metric"] for point in accepted(sandbox, "metrics")] == ["nimbus.cpu2"]


def test_a_long_backlog_gives_others_a_turn(
    customer: Customer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SYNC_CHUNK_RECORDS = 2
    monkeypatch.setattr(push, "SLICE_SECONDS", 0.0)
    customer.push(record(number) for number in range(1, 4))
    run = customer.run()
    assert counters(run) == ("queued", 2, 2, 0, 0)
    assert counters(customer.work(run)) == ("queued", 3, 3, 0, 0)
    assert counters(customer.work(run)) == ("succeeded", 3, 3, 0, 0)


@pytest.mark.parametrize(("status", "code"), [(400, "refused_by_datadog"), (413, "too_large")])
def test_poison_records_are_found_by_halving(
    log_customer: Customer, settings: Settings, status: int, code: str
) -> None:
    log_customer.push(record(number) for number in range(1, 101))
    with poisoned_intake("m-3", "m-77", status=status) as intake:
        settings.DATADOG_SANDBOX_URL = intake.url
        run = log_customer.run()
    assert counters(run) == ("succeeded_with_rejects", 100, 98, 2, 0)
    rejects = log_customer.rejects(run)
    assert [(reject.number, reject.code) for reject in rejects] == [(3, code), (77, code)]
    assert sorted(intake.taken) == sorted({f"m-{n}" for n in range(1, 101)} - {"m-3", "m-77"})
    assert all("poison" in reject.datadog for reject in rejects)
    assert intake.refused <= 2 * 8
