"""Every model has its list and its page in Django admin, and neither shows a secret."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.db import connection, models
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import AuditEntry, Organisation, SupportAccess
from portal.api.models import ApiToken, IdempotencyKey
from portal.common.ids import uuid7
from portal.common.tenancy import tenant
from portal.connections.models import AuthorizationRequest, Credential, DataKey, VaultKey
from portal.connections.services.clients import save_oauth_client
from portal.connections.vault import seal
from portal.mappings.models import DatasetField
from portal.review.models import Step, StepNote
from portal.syncs.models import Attempt, Batch, Chunk, Feed, Reject, Schedule, Segment
from tests.factories import (
    ConnectionFactory,
    InvitationFactory,
    MappingFactory,
    UserFactory,
    make_organisation,
)
from tests.integration.support.making import make_reject, make_run

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])

SECRET = "pl4nted-s3cret-value-9f3c"
SEALED = b"sealed-bytes-of-" + SECRET.encode()

PORTAL_MODELS = [
    model
    for model in apps.get_models()
    if model.__module__.startswith("portal.") and not model._meta.auto_created
]
INLINE = {DatasetField}


def shows_nothing_sealed(page: str) -> bool:
    """Neither the secret, nor its ciphertext in any spelling that a page could have."""
    spellings = [SECRET, SEALED.hex(), base64.b64encode(SEALED).decode(), "sealed-bytes-of"]
    return not any(spelling in page for spelling in spellings)


@pytest.mark.parametrize("model", PORTAL_MODELS, ids=lambda model: model._meta.label)
def test_it_is_registered(model):
    assert model in INLINE or django_admin.site.is_registered(model)


@pytest.fixture
def one_of_each(admin: Any) -> Organisation:
    organisation = make_organisation(name="Acme")
    save_oauth_client(name="N", client_id="c-1", client_secret=SECRET, scopes=["api_keys_write"])
    VaultKey.objects.get_or_create(key_id="k", defaults={"check_value": SEALED})
    linked = ConnectionFactory(organisation=organisation)
    mapping = MappingFactory(organisation=organisation, connection=linked)
    run = make_run(
        organisation, mapping=mapping, state="all_rejected", read_count=1, rejected_count=1
    )
    make_reject(run, number=1, code="too_old", record=SECRET.encode())
    InvitationFactory(organisation=organisation)
    StepNote.objects.create(step=Step.objects.get(key="tile"), text="A note", author_name="Ada")
    SupportAccess.objects.create(actor_name="Ada", purpose="a look")
    ApiToken.objects.create(name="Backend", token_hash=SEALED, last_four=SECRET[-4:])
    with tenant(organisation.pk):
        _secrets_of(linked)
        _records_of(mapping.dataset)
        _deliveries_of(run)
    return organisation


def _secrets_of(linked: Any) -> None:
    Credential.objects.create(
        connection=linked, kind="api_key", sealed=SEALED, last_four=SECRET[-4:]
    )
    AuthorizationRequest.objects.create(
        state_hash=SEALED[:32],
        session_hash=SEALED[:32],
        verifier_sealed=SEALED,
        user=UserFactory(),
        site=linked.site,
        client=linked.client,
        expires_at=timezone.now(),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT claim_datadog_organisation(%s, 'datadoghq.eu', 'o')", [uuid7()])
    seal(b"x", place="a.b", row_id=linked.pk, organisation_id=linked.organisation_id)


def _records_of(dataset: Any) -> None:
    Feed.objects.create(dataset=dataset, last_number=1)
    Segment.objects.create(dataset=dataset, first_number=1, last_number=1, raw_bytes=1, data=SEALED)
    IdempotencyKey.objects.create(key="push-1", fingerprint=SEALED, answer={"accepted": 1})


def _deliveries_of(run: Any) -> None:
    chunk = Chunk.objects.get(run=run)
    batch = Batch.objects.create(
        chunk=chunk,
        key=chunk.pk,
        first_number=1,
        last_number=1,
        record_count=1,
        raw_bytes=1,
        sent_bytes=1,
        body=SEALED,
    )
    Attempt.objects.create(batch=batch, milliseconds=12, status=202, outcome="accepted")
    Schedule.objects.get_or_create(mapping=run.mapping, defaults={"next_at": timezone.now()})


def test_each_list_and_page_opens_and_shows_nothing_sealed(admin_client, one_of_each):
    """One test for all, because making one of each takes longer than looking."""
    for model in PORTAL_MODELS:
        if model in INLINE:
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listed = admin_client.get(reverse(f"{name}_changelist"))
        assert listed.status_code == 200, model
        assert shows_nothing_sealed(listed.content.decode()), model
        row = _any_row(model)
        assert row is not None, model
        page = admin_client.get(reverse(f"{name}_change", args=[row.pk]))
        assert page.status_code == 200, model
        assert shows_nothing_sealed(page.content.decode()), model


def _any_row(model: type[models.Model]) -> models.Model | None:
    return model._base_manager.using("support").first()


def test_of_a_credential_the_last_four_are_shown(admin_client, one_of_each):
    page = admin_client.get(reverse("admin:connections_credential_changelist"))
    assert SECRET[-4:] in page.content.decode()


@pytest.mark.parametrize("model", [Reject, AuditEntry, DataKey], ids=lambda m: m.__name__)
def test_history_and_secrets_cannot_be_changed(admin_client, one_of_each, model):
    row = _any_row(model)
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
    assert "_save" not in admin_client.get(url).content.decode()
    assert admin_client.post(url, {"code": "x"}).status_code == 403
    delete = url.replace("/change/", "/delete/")
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403


def test_each_look_at_tenants_rows_is_recorded_once(admin_client, admin, one_of_each):
    SupportAccess.objects.using("owner").all().delete()
    admin_client.get(reverse("admin:syncs_syncrun_changelist"))
    [access] = SupportAccess.objects.all()
    assert (access.actor, access.purpose) == (admin, "admin: list of sync runs")
    admin_client.get(reverse("admin:accounts_organisation_change", args=[one_of_each.pk]))
    assert SupportAccess.objects.latest("at").tenant_id == one_of_each.pk
    assert SupportAccess.objects.count() == 2
