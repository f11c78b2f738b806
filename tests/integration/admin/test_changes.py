"""What the vendor's admins change: inside the row's own tenant, with its log; and who gets in."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.domain import Role, VendorGroup
from portal.accounts.models import AuditEntry, Membership, Organisation, User
from portal.accounts.selectors import memberships_of
from portal.common.tenancy import tenant
from portal.connections.models import OAuthClient
from portal.connections.services.clients import config_of
from portal.mappings.models import Dataset
from portal.syncs.models import Schedule, SyncRun
from tests.factories import (
    DatasetFactory,
    MappingFactory,
    UserFactory,
    make_member,
    make_organisation,
    make_vendor_person,
)
from tests.integration.support.making import make_reject, make_run

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])


def audited(organisation: Organisation) -> AuditEntry:
    with tenant(organisation.pk):
        return AuditEntry.objects.latest("at")


def test_an_organisation_is_renamed_inside_its_own_tenant(admin_client, admin):
    organisation = make_organisation(name="Acme")
    url = reverse("admin:accounts_organisation_change", args=[organisation.pk])
    assert admin_client.post(url, {"name": "Acme 2", "external_id": ""}).status_code == 302
    with tenant(organisation.pk):
        assert Organisation.objects.get().name == "Acme 2"
    assert audited(organisation).actor == admin
    assert audited(organisation).details == {"changed": ["name"]}


def test_a_new_organisation_gets_its_owner(admin_client):
    owner = UserFactory()
    url = reverse("admin:accounts_organisation_add")
    answer = admin_client.post(url, {"name": "New Co", "external_id": "x-1", "owner": owner.email})
    assert answer.status_code == 302
    [membership] = memberships_of(user=owner)
    assert (membership.organisation.slug, membership.role) == ("new-co", Role.OWNER)


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"external_id": "x-1"}, "Another organisation"), ({"owner": "no@example.com"}, "Nobody")],
)
def test_what_is_wrong_with_a_new_organisation_is_said(admin_client, changed, said):
    with tenant((taken := make_organisation()).pk):
        Organisation.objects.update(external_id="x-1")
    form = {"name": "New Co", "external_id": "", "owner": UserFactory().email, **changed}
    page = admin_client.post(reverse("admin:accounts_organisation_add"), form)
    assert said in page.content.decode()
    assert taken.pk


def test_a_role_is_changed_by_the_service(admin_client, admin):
    organisation = make_organisation()
    person = make_member(organisation)
    with tenant(organisation.pk):
        membership = Membership.objects.get(user=person)
    url = reverse("admin:accounts_membership_change", args=[membership.pk])
    admin_client.post(url, {"role": "admin"})
    with tenant(organisation.pk):
        assert Membership.objects.get(user=person).role == Role.ADMIN
    assert audited(organisation).action == "role changed"


def test_the_last_owner_stays_in_the_administration_too(admin_client):
    organisation = make_organisation()
    with tenant(organisation.pk):
        membership = Membership.objects.get()
    url = reverse("admin:accounts_membership_change", args=[membership.pk])
    assert "needs an owner" in admin_client.post(url, {"role": "viewer"}).content.decode()


def test_a_schedule_can_be_paused(admin_client):
    mapping = MappingFactory(organisation=make_organisation())
    with tenant(mapping.organisation_id):
        schedule = Schedule.objects.get(mapping=mapping)
    url = reverse("admin:syncs_schedule_change", args=[schedule.pk])
    admin_client.post(url, {"every_seconds": "300", "state": "paused", "reason": "Too loud"})
    with tenant(mapping.organisation_id):
        assert Schedule.objects.get().state == "paused"
    assert audited(mapping.organisation).action == "schedule changed by the vendor"


def test_a_client_secret_goes_in_and_never_comes_out(admin_client):
    form = {
        "name": "Nimbus",
        "client_id": "c-1",
        "client_secret": "s3cret-of-the-client-77aa",
        "scopes": '["api_keys_write"]',
        "active": "on",
    }
    admin_client.post(reverse("admin:connections_oauthclient_add"), form)
    client = OAuthClient.objects.get()
    page = admin_client.get(reverse("admin:connections_oauthclient_change", args=[client.pk]))
    assert "ends in 77aa" in page.content.decode()
    assert "s3cret" not in page.content.decode()
    assert config_of(client).client_secret.reveal() == "s3cret-of-the-client-77aa"


def test_saving_a_client_without_a_secret_keeps_the_stored_one(admin_client):
    form = {"name": "N", "client_id": "c-1", "scopes": '["api_keys_write"]', "active": "on"}
    page = admin_client.post(reverse("admin:connections_oauthclient_add"), form)
    assert "Enter the secret" in page.content.decode()
    admin_client.post(
        reverse("admin:connections_oauthclient_add"),
        {**form, "client_secret": "s3cret-of-the-client-77aa"},
    )
    client = OAuthClient.objects.get()
    url = reverse("admin:connections_oauthclient_change", args=[client.pk])
    assert admin_client.post(url, {**form, "name": "New name"}).status_code == 302
    client.refresh_from_db()
    assert (client.name, client.client_secret_last_four) == ("New name", "77aa")


def dataset_form(**changes: str) -> dict[str, str]:
    return {
        "name": "cpu",
        "title": "CPU",
        "description": "",
        "id_field": "id",
        "time_field": "at",
        "active": "on",
        "fields-TOTAL_FORMS": "2",
        "fields-INITIAL_FORMS": "0",
        "fields-0-position": "0",
        "fields-0-name": "id",
        "fields-0-type": "string",
        "fields-0-samples": '["a"]',
        "fields-1-position": "1",
        "fields-1-name": "at",
        "fields-1-type": "timestamp",
        "fields-1-samples": '["2026-11-23T10:00:00Z"]',
        **changes,
    }


def test_a_dataset_is_saved_with_its_fields(admin_client):
    assert (
        admin_client.post(reverse("admin:mappings_dataset_add"), dataset_form()).status_code == 302
    )
    assert [field.name for field in Dataset.objects.get().fields.all()] == ["id", "at"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id_field": "nothing"}, "The dataset has no field &quot;nothing&quot;"),
        ({"fields-0-type": "integer"}, "integer"),
        ({"fields-0-samples": "[1,2,3,4,5,6,7,8,9,10,11]"}, "at most 10"),
        ({"fields-1-type": "boolean", "fields-1-samples": "[]"}, "not a time"),
    ],
)
def test_a_dataset_that_does_not_hold_together_is_refused(admin_client, changes, said):
    answer = admin_client.post(reverse("admin:mappings_dataset_add"), dataset_form(**changes))
    assert said in answer.content.decode()
    assert not Dataset.objects.exists()


def test_a_field_can_be_taken_out_of_a_dataset(admin_client):
    dataset = DatasetFactory(fields=[("id", "string", "a"), ("at", "string", "b")], time_field="")
    first, second = dataset.fields.all()
    form = dataset_form(
        name=dataset.name,
        time_field="",
        **{
            "fields-INITIAL_FORMS": "2",
            "fields-0-id": str(first.pk),
            "fields-1-id": str(second.pk),
            "fields-1-DELETE": "on",
        },
    )
    url = reverse("admin:mappings_dataset_change", args=[dataset.pk])
    assert admin_client.post(url, form).status_code == 302
    assert [field.name for field in dataset.fields.all()] == ["id"]


def replay_selected(client: Client, *runs: SyncRun, reason: str):
    form = {
        "action": "replay_runs",
        "_selected_action": [str(run.pk) for run in runs],
        "reason": reason,
    }
    return client.post(reverse("admin:syncs_syncrun_changelist"), form, follow=True)


def test_the_action_replays_each_selected_run_and_says_what_happened(admin_client, admin):
    runs = [
        make_run(make_organisation(name=name), state="all_rejected", read_count=1, rejected_count=1)
        for name in ("Acme", "Bluefin")
    ]
    make_reject(runs[0], number=1, code="too_old")
    page = replay_selected(admin_client, *runs, reason="Clock mended").content.decode()
    assert f"Run {runs[0].pk}: replayed by run" in page
    assert f"Run {runs[1].pk}: This run has no rejected records left" in page
    with tenant(runs[0].organisation_id):
        assert SyncRun.objects.get(replay_of=runs[0]).requested_by == admin


def test_the_action_needs_a_reason(admin_client):
    run = make_run(make_organisation(), state="all_rejected", read_count=1, rejected_count=1)
    make_reject(run, number=1, code="too_old")
    assert "give a reason" in replay_selected(admin_client, run, reason=" ").content.decode()
    with tenant(run.organisation_id):
        assert not SyncRun.objects.filter(replay_of=run).exists()


def test_an_admin_cannot_become_a_superuser(admin_client, admin):
    url = reverse("admin:accounts_user_change", args=[admin.pk])
    admin_client.post(
        url, {"email": admin.email, "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    )
    admin.refresh_from_db()
    assert not admin.is_superuser


def test_a_person_made_here_has_no_password(admin_client):
    admin_client.post(
        reverse("admin:accounts_user_add"), {"email": "new@example.com", "is_active": "on"}
    )
    assert not User.objects.get(email="new@example.com").has_usable_password()


def test_strangers_sign_in_through_the_portals_own_page(client):
    answer = client.get("/admin/", follow=True)
    assert answer.request["PATH_INFO"] == reverse("account_login")
    assert answer.request["QUERY_STRING"] == "next=%2Fadmin%2F"


@pytest.mark.parametrize("group", [None, VendorGroup.REVIEWER, VendorGroup.SUPPORT])
def test_whoever_is_no_staff_does_not_find_it(client, group):
    client.force_login(make_vendor_person(group) if group else UserFactory())
    assert client.get("/admin/", follow=True).status_code == 404


def test_the_index_names_the_vendor(admin_client, settings):
    assert f"<h1>{settings.VENDOR_NAME}</h1>" in admin_client.get("/admin/").content.decode()
