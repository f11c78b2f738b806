"""A run's page: what became of its records, why, and what to do about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.common.tenancy import tenant
from portal.mappings.models import Mapping
from portal.syncs.models import Reject, SyncRun
from tests.factories import UserFactory
from tests.integration.syncs_screens.rows import make_batch, make_chunk, make_reject, make_run


def page_of(client: Client, run: SyncRun, query: str = "", **headers: str) -> str:
    response = client.get(f"/o/bigcorp/runs/{run.id}/{query}", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def rejecting(mapping: Mapping) -> SyncRun:
    """Three records too old and one refused by Datadog."""
    run = make_run(mapping, "succeeded_with_rejects", sent=96, rejected=4)
    chunk = make_chunk(run, rejected=4)
    for number in (3, 1, 2):
        make_reject(chunk, number)
    make_reject(chunk, 9, code="refused_by_datadog", field="", datadog="invalid point")
    return run


def test_rejects_are_grouped_by_reason_with_the_most_frequent_first(
    member: Client, rejecting: SyncRun
):
    page = page_of(member, rejecting)
    assert page.index("reason=too_old") < page.index("reason=refused_by_datadog")
    assert "Send records sooner" in page
    assert "4 records were rejected; Datadog accepted 96." in page


def test_rejected_records_show_source_field_and_datadogs_words(member: Client, rejecting: SyncRun):
    page = page_of(member, rejecting, "?show=rejects")
    assert page.index(">m-1<") < page.index(">m-2<") < page.index(">m-9<")
    assert "&quot;measure&quot;: &quot;cpu&quot;" in page
    assert "The time is 53 days back." in page
    assert "invalid point" in page


def test_rejected_records_can_be_filtered_by_reason(member: Client, rejecting: SyncRun):
    page = page_of(member, rejecting, "?show=rejects&reason=refused_by_datadog")
    assert ">m-9<" in page
    assert ">m-1<" not in page


def test_a_record_that_cannot_be_opened_does_not_break_the_page(member: Client, rejecting: SyncRun):
    with tenant(rejecting.organisation_id):
        Reject.objects.filter(number=1).update(record_sealed=b"not what it was")
    assert "can no longer be opened" in page_of(member, rejecting, "?show=rejects")


def test_records_of_a_chunk_without_an_outcome_are_not_counted(member: Client, mapping: Mapping):
    run = make_run(mapping, "running")
    make_reject(make_chunk(run, state="open"), 1)
    assert "too old" not in page_of(member, run)


def test_the_rejects_of_a_large_run_come_in_pages(member: Client, mapping: Mapping):
    run = make_run(mapping, "all_rejected", rejected=30)
    chunk = make_chunk(run, read=30, rejected=30)
    rejects = [make_reject(chunk, number) for number in range(1, 31)]
    first = page_of(member, run, "?show=rejects")
    assert f"?show=rejects&amp;after={rejects[24].id}" in first
    second = page_of(member, run, f"?show=rejects&after={rejects[24].id}")
    assert ">m-26<" in second
    assert ">m-25<" not in second


def test_batches_show_every_attempt(member: Client, mapping: Mapping):
    run = make_run(mapping, sent=10)
    make_batch(make_chunk(run), statuses=(429, None, 202))
    page = page_of(member, run, "?show=batches")
    assert page.index("429") < page.index("no answer") < page.index(">202<")
    assert "may have arrived all the same" in page
    assert "2.0\xa0KB" in page


@pytest.mark.parametrize(
    ("state", "fields", "sentence"),
    [
        ("failed", {"problem": "Datadog is away.", "fix": "Wait."}, "Datadog is away."),
        ("all_rejected", {"rejected": 5}, "Nothing arrived: 5 records were rejected, none sent."),
        ("succeeded", {"skipped": 5}, "filter left every record out"),
        ("succeeded", {}, "There was nothing new to send."),
        ("cancelled", {"sent": 5}, "The next run goes on from there."),
    ],
)
def test_the_page_says_what_the_run_came_to(
    member: Client, mapping: Mapping, state: str, fields: dict[str, Any], sentence: str
):
    page = page_of(member, make_run(mapping, state, **fields))
    assert sentence in page.replace("&#x27;", "'")


def test_a_waiting_run_says_why_and_until_when(member: Client, mapping: Mapping):
    ahead = timezone.now() + timedelta(minutes=5, seconds=30)
    run = make_run(mapping, "queued", problem="Datadog asks to slow down.", not_before=ahead)
    page = page_of(member, run)
    assert "Datadog asks to slow down." in page
    assert "in 5\xa0minutes" in page


def test_a_replay_names_its_run_its_person_and_its_reason(
    member: Client, rejecting: SyncRun, mapping: Mapping
):
    replay = make_run(
        mapping,
        sent=3,
        trigger="replay",
        replay_of=rejecting,
        requested_by=UserFactory(email="ada@bigcorp.example"),
        reason="The clock is right again",
    )
    page = page_of(member, replay)
    assert f'Replay of <a href="/o/bigcorp/runs/{rejecting.id}/">' in page
    assert "by ada@bigcorp.example" in page
    assert "The clock is right again" in page
    assert f'<a href="/o/bigcorp/runs/{replay.id}/">Rejects replayed</a>' in page_of(
        member, rejecting
    )


def test_a_live_run_is_asked_for_again_and_an_ended_one_is_not(member: Client, mapping: Mapping):
    live = make_run(mapping, "running", sent=5)
    ended = make_run(mapping, sent=5)
    assert 'hx-trigger="every 2s"' in page_of(member, live)
    assert "hx-trigger" not in page_of(member, ended)


def test_the_answer_to_htmx_is_the_page_without_its_frame(member: Client, mapping: Mapping):
    run = make_run(mapping, sent=5)
    partial = page_of(member, run, **{"HX-Request": "true"})
    assert "<html" not in partial
    assert "<title>Request metrics: Succeeded" in partial
    assert "The run has ended: Succeeded." in partial


def test_the_records_of_a_page_are_the_only_ones_opened(
    member: Client, rejecting: SyncRun, django_assert_max_num_queries: Any
):
    with django_assert_max_num_queries(23):
        assert "m-1" not in page_of(member, rejecting)


def test_a_live_page_asks_for_the_part_that_is_shown(member: Client, mapping: Mapping):
    run = make_run(mapping, "running")
    page = page_of(member, run, "?show=batches")
    assert f'hx-get="/o/bigcorp/runs/{run.id}/?show=batches"' in page


def test_a_failed_run_can_go_on_once_datadog_is_linked(member: Client, mapping: Mapping):
    run = make_run(mapping, "failed", problem="Datadog refused the key.")
    assert "Run again" in page_of(member, run)
    with tenant(mapping.organisation_id):
        mapping.connection.state = "needs_reconnect"
        mapping.connection.save()
    page = page_of(member, run)
    assert "Run again" not in page
    assert "again first." in page
