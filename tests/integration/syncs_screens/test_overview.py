"""The overview leads a newcomer on and shows everybody else what needs them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.accounts.models import Organisation
from portal.common.tenancy import tenant
from portal.mappings.models import Mapping
from portal.syncs.models import Schedule
from tests.factories import ConnectionFactory, MappingFactory
from tests.integration.syncs_screens.rows import make_chunk, make_reject, make_run

QUERIES = 28
"""Of which some fifteen are the session, the guard and the page's frame."""


def text_of(client: Client, organisation: Organisation) -> str:
    response = client.get(f"/o/{organisation.slug}/")
    assert response.status_code == 200
    return response.content.decode()


def test_a_newcomer_is_led_to_datadog_first(owner: Client, organisation: Organisation):
    page = text_of(owner, organisation)
    assert "Link your Datadog account" in page
    assert "Start the first sync" not in page


def test_a_newcomer_who_may_not_connect_learns_whom_to_ask(
    member: Client, organisation: Organisation
):
    assert "Ask an owner or admin of Bigcorp" in text_of(member, organisation)


def test_with_a_connection_the_next_step_is_to_choose(member: Client, organisation: Organisation):
    ConnectionFactory(organisation=organisation)
    page = text_of(member, organisation)
    assert '<h2 id="start">Choose what to send</h2>' in page
    assert "Connected" in page


def test_with_a_mapping_the_next_step_is_the_first_sync(
    member: Client, organisation: Organisation, mapping: Mapping
):
    page = text_of(member, organisation)
    assert f"/o/bigcorp/syncs/{mapping.id}/start/" in page
    assert '<h2 id="start">Start the first sync</h2>' in page


def test_once_records_were_read_the_steps_are_gone(
    member: Client, organisation: Organisation, mapping: Mapping
):
    make_run(mapping, sent=3)
    assert 'id="start"' not in text_of(member, organisation)


def test_a_mapping_shows_outcome_sent_records_and_open_rejects(
    member: Client, organisation: Organisation, mapping: Mapping
):
    run = make_run(mapping, "succeeded_with_rejects", sent=1_234, rejected=2)
    chunk = make_chunk(run, rejected=2)
    make_reject(chunk, 1)
    make_reject(chunk, 2, replayed_by=run)
    make_run(mapping, sent=7_000, seconds_ago=90_000)
    page = text_of(member, organisation)
    assert "Succeeded with rejects" in page
    assert '<dd class="lane__number">1,234</dd>' in page
    assert f'<a href="/o/bigcorp/runs/?mapping={mapping.id}&amp;outcome=rejects">1</a>' in page


def test_a_run_that_found_nothing_does_not_hide_the_last_outcome(
    member: Client, organisation: Organisation, mapping: Mapping
):
    make_run(mapping, "all_rejected", rejected=4, seconds_ago=600)
    make_run(mapping, seconds_ago=5)
    assert "All rejected" in text_of(member, organisation)


def test_a_broken_connection_says_what_to_do(member: Client, organisation: Organisation):
    ConnectionFactory(
        organisation=organisation,
        state="needs_reconnect",
        problem="The authorisation was revoked.",
        fix="Reconnect to go on.",
    )
    page = text_of(member, organisation)
    assert "The authorisation was revoked." in page
    assert "Reconnect to go on." in page


def test_a_paused_mapping_can_be_resumed(
    member: Client, organisation: Organisation, mapping: Mapping
):
    with tenant(organisation.id):
        Schedule.objects.update(state="paused", reason="Moving house")
    page = text_of(member, organisation)
    assert "Moving house" in page
    assert f"/o/bigcorp/syncs/{mapping.id}/resume/" in page
    assert f"/o/bigcorp/syncs/{mapping.id}/pause/" not in page


def test_a_viewer_sees_no_buttons(viewer: Client, organisation: Organisation, mapping: Mapping):
    make_run(mapping, sent=3)
    page = text_of(viewer, organisation)
    assert "Request metrics" in page
    assert "/start/" not in page
    assert "/pause/" not in page


@pytest.mark.parametrize("mappings", [1, 12])
def test_the_number_of_queries_does_not_grow_with_the_mappings(
    member: Client,
    organisation: Organisation,
    mappings: int,
    django_assert_max_num_queries: Any,
):
    connection = ConnectionFactory(organisation=organisation)
    for _ in range(mappings):
        mapping = MappingFactory(organisation=organisation, connection=connection)
        run = make_run(mapping, "all_rejected", rejected=1)
        make_reject(make_chunk(run, rejected=1), 1)
    with django_assert_max_num_queries(QUERIES):
        text_of(member, organisation)


def test_a_run_under_way_is_followed(member: Client, organisation: Organisation, mapping: Mapping):
    make_run(mapping, "running", finished_at=None)
    page = text_of(member, organisation)
    assert 'hx-trigger="every 3s"' in page
    assert f"/o/bigcorp/syncs/{mapping.id}/start/" not in page
    partial = member.get("/o/bigcorp/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in partial
    assert 'id="overview"' in partial


def test_the_next_run_stands_on_the_page(
    member: Client, organisation: Organisation, mapping: Mapping
):
    with tenant(organisation.id):
        Schedule.objects.update(next_at=timezone.now() + timedelta(minutes=5, seconds=30))
    assert "in 5\xa0minutes" in text_of(member, organisation)
