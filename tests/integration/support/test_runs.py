"""One run of a tenant in the console: look, replay, open a record."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from portal.accounts.models import AuditEntry, Organisation, SupportAccess
from portal.common.tenancy import tenant
from portal.syncs.models import SyncRun
from tests.factories import make_organisation
from tests.integration.support.making import make_reject, make_run

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])


@pytest.fixture
def organisation(transactional_db: None) -> Organisation:
    return make_organisation(name="Acme")


@pytest.fixture
def run(organisation: Organisation) -> SyncRun:
    return make_run(organisation, state="all_rejected", read_count=1, rejected_count=1)


def replay(client: Client, run: SyncRun, reason: str = "The clock is right now"):
    return client.post(reverse("support:replay", args=[run.pk]), {"reason": reason})


def audited(organisation: Organisation) -> list[AuditEntry]:
    with tenant(organisation.pk):
        return list(AuditEntry.objects.exclude(action="organisation created"))


def test_the_page_shows_counters_reasons_and_rejects_but_no_record(client, supporter, run):
    make_reject(run, number=1, code="too_old", record=b'{"planted": "s3cret"}')
    client.force_login(supporter)
    page = client.get(reverse("support:run", args=[run.pk])).content.decode()
    assert "Too old" in page
    assert "The time is 3 hours old." in page
    assert "m-1" in page
    assert "planted" not in page


def test_a_replay_needs_a_reason(client, supporter, run):
    make_reject(run, number=1, code="too_old")
    client.force_login(supporter)
    assert "This field is required" in replay(client, run, "").content.decode()
    with tenant(run.organisation_id):
        assert not SyncRun.objects.filter(replay_of=run).exists()


def test_a_replay_runs_in_the_tenant_and_stands_in_its_log(client, supporter, organisation, run):
    make_reject(run, number=1, code="too_old")
    client.force_login(supporter)
    answer = replay(client, run)
    with tenant(organisation.pk):
        made = SyncRun.objects.get(replay_of=run)
    assert answer["Location"] == reverse("support:run", args=[made.pk])
    assert (made.requested_by, made.reason) == (supporter, "The clock is right now")
    [entry] = audited(organisation)
    assert entry.actor == supporter
    assert entry.details["reason"] == "The clock is right now"


def test_a_replay_that_cannot_be_is_refused_in_words(client, supporter, run):
    client.force_login(supporter)
    assert "no rejected records left" in replay(client, run).content.decode()


def test_a_look_is_recorded_with_its_tenant(client, supporter, organisation, run):
    client.force_login(supporter)
    client.get(reverse("support:run", args=[run.pk]))
    access = SupportAccess.objects.get()
    assert access.tenant_id == organisation.pk
    assert str(run.pk) in access.purpose


def test_a_record_is_shown_with_the_permission_only(client, supporter, run):
    reject = make_reject(run, number=1, code="too_old", record=b'{"measure": "cpu"}')
    url = reverse("support:record", args=[run.pk, reject.pk])
    client.force_login(supporter)
    assert client.post(url).status_code == 403
    supporter.user_permissions.add(Permission.objects.get(codename="view_reject_record"))
    assert "cpu" in client.post(url).content.decode()
    assert client.get(url).status_code == 405


def test_a_look_at_a_record_stands_in_the_tenants_log(client, supporter, organisation, run):
    reject = make_reject(run, number=1, code="too_old")
    supporter.user_permissions.add(Permission.objects.get(codename="view_reject_record"))
    client.force_login(supporter)
    client.post(reverse("support:record", args=[run.pk, reject.pk]))
    [entry] = audited(organisation)
    assert entry.action == "record looked at by support"
    assert entry.actor == supporter


def test_without_the_permission_there_is_no_replay(client, supporter, run):
    make_reject(run, number=1, code="too_old")
    supporter.groups.get().permissions.remove(Permission.objects.get(codename="replay_syncrun"))
    client.force_login(supporter)
    assert replay(client, run).status_code == 403


def test_a_run_that_is_none_is_not_found(client, supporter, organisation):
    client.force_login(supporter)
    assert client.get(reverse("support:run", args=[organisation.pk])).status_code == 404
