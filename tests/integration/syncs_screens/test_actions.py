"""Starting, cancelling, replaying, pausing: a POST, a sentence, a redirect."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from portal.accounts.models import AuditEntry
from portal.common.tenancy import tenant
from portal.connections.models import Connection
from portal.mappings.models import Mapping
from portal.syncs.models import Schedule, SyncRun
from tests.integration.syncs_screens.rows import make_chunk, make_reject, make_run


def sentences(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_a_run_by_hand_leads_to_its_page(member: Client, mapping: Mapping):
    response = member.post(f"/o/bigcorp/syncs/{mapping.id}/start/")
    with tenant(mapping.organisation_id):
        run = SyncRun.objects.get()
    assert (run.trigger, run.state) == ("manual", "queued")
    assert response["Location"] == f"/o/bigcorp/runs/{run.id}/"
    assert "requested" in sentences(response)


def test_a_refusal_is_a_sentence(member: Client, mapping: Mapping):
    with tenant(mapping.organisation_id):
        Connection.objects.update(state="needs_reconnect")
    response = member.post(f"/o/bigcorp/syncs/{mapping.id}/start/")
    assert response["Location"] == "/o/bigcorp/"
    assert "is not connected" in sentences(response)


def test_a_second_run_is_refused_while_one_is_live(member: Client, mapping: Mapping):
    make_run(mapping, "running")
    response = member.post(f"/o/bigcorp/syncs/{mapping.id}/start/")
    assert "already under way" in sentences(response)


def test_a_waiting_run_is_cancelled_at_once(member: Client, mapping: Mapping):
    run = make_run(mapping, "queued")
    response = member.post(f"/o/bigcorp/runs/{run.id}/cancel/")
    assert response["Location"] == f"/o/bigcorp/runs/{run.id}/"
    with tenant(mapping.organisation_id):
        assert SyncRun.objects.get().state == "cancelled"


def test_an_ended_run_cannot_be_cancelled(member: Client, mapping: Mapping):
    run = make_run(mapping, sent=1)
    assert "already ended" in sentences(member.post(f"/o/bigcorp/runs/{run.id}/cancel/"))


def test_a_replay_leads_to_its_page_and_stands_in_the_audit_log(member: Client, mapping: Mapping):
    run = make_run(mapping, "all_rejected", rejected=1)
    make_reject(make_chunk(run, rejected=1), 1)
    response = member.post(f"/o/bigcorp/runs/{run.id}/replay/", {"reason": "Clock corrected"})
    with tenant(mapping.organisation_id):
        replay = SyncRun.objects.get(replay_of=run)
        assert AuditEntry.objects.filter(action="run replayed").exists()
    assert replay.reason == "Clock corrected"
    assert response["Location"] == f"/o/bigcorp/runs/{replay.id}/"


def test_a_replay_needs_a_reason(member: Client, mapping: Mapping):
    run = make_run(mapping, "all_rejected", rejected=1)
    make_reject(make_chunk(run, rejected=1), 1)
    response = member.post(f"/o/bigcorp/runs/{run.id}/replay/", {"reason": " "})
    assert "This field is required." in response.content.decode()


def test_a_run_without_rejects_is_not_replayed(member: Client, mapping: Mapping):
    run = make_run(mapping, sent=1)
    response = member.post(f"/o/bigcorp/runs/{run.id}/replay/", {"reason": "Again"})
    assert "no rejected records left" in sentences(response)


def test_a_refused_replay_of_a_failed_run_starts_nothing(member: Client, mapping: Mapping):
    run = make_run(mapping, "failed", sent=1, rejected=1)
    make_reject(make_chunk(run, rejected=1), 1)
    make_run(mapping, "running", trigger="replay", replay_of=run)
    response = member.post(f"/o/bigcorp/runs/{run.id}/replay/", {"reason": "Again"})
    assert "already under way" in sentences(response)
    with tenant(mapping.organisation_id):
        assert not SyncRun.objects.filter(trigger="manual").exists()


def test_a_schedule_is_paused_and_resumed(member: Client, mapping: Mapping):
    for action, state in (("pause", "paused"), ("resume", "active")):
        response = member.post(f"/o/bigcorp/syncs/{mapping.id}/{action}/")
        assert response["Location"] == "/o/bigcorp/"
        with tenant(mapping.organisation_id):
            assert Schedule.objects.get().state == state


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ("/o/bigcorp/mappings/", "/o/bigcorp/mappings/"),
        ("https://evil.example/", "/o/bigcorp/"),
        ("//evil.example/", "/o/bigcorp/"),
        ("javascript:alert(1)", "/o/bigcorp/"),
    ],
)
def test_a_button_leads_back_to_its_own_page_only(
    member: Client, mapping: Mapping, asked: str, location: str
):
    response = member.post(f"/o/bigcorp/syncs/{mapping.id}/pause/", {"next": asked})
    assert response["Location"] == location
