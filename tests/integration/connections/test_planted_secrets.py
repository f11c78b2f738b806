"""Secrets of a whole life of a connection are found in no log, page, message or table."""

from __future__ import annotations

import logging

import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from portal.common.tenancy import tenant
from portal.connections import tasks
from portal.connections.domain import SecretKind
from portal.connections.gateways import Secret
from portal.connections.models import Connection, OAuthClient
from portal.connections.selectors import reveal
from portal.connections.services.starting import consume_request, verifier_of
from tests.integration.connections.conftest import CLIENT_SECRET, Customer
from tests.integration.connections.test_onboarding import page, signed_in
from tests.integration.sandbox import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "support", "owner"])

CALLBACK = "/connect/callback/"


def secrets_of(connection: Connection) -> set[str]:
    return {reveal(connection, kind=kind, purpose="test").reveal() for kind in SecretKind}


def whole_database() -> str:
    """Every row of every table as text, binary columns in hexadecimal and as what they spell."""
    with connections["support"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        rows: list[str] = []
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows += [text for (text,) in cursor.fetchall()]
    return "\n".join(rows)


def planted(secrets: set[str], text: str) -> set[str]:
    """Which of the secrets the text has, plainly or in hexadecimal."""
    return {one for one in secrets if one in text or one.encode().hex() in text}


def test_a_planted_secret_would_be_found(customer: Customer):
    customer.organisation.name = CLIENT_SECRET
    with tenant(customer.organisation.id):
        customer.organisation.save()
    assert planted({CLIENT_SECRET}, whole_database()) == {CLIENT_SECRET}


def test_no_secret_is_seen_anywhere(
    oauth_client: OAuthClient, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    customer = Customer(sandbox)
    client = signed_in(customer.user)
    customer.session_key = client.session.session_key or ""
    carried = sandbox.consent(customer.start())
    pages = [page(client.get(CALLBACK, carried, follow=True))]
    customer.let_keys_propagate()
    with tenant(customer.organisation.id):
        connection = Connection.objects.get()
    secrets = {CLIENT_SECRET, carried["code"], carried["state"]} | secrets_of(connection)
    customer.attend(connection.id)
    with tenant(customer.organisation.id):
        Connection.objects.update(refresh_at=timezone.now())
    tasks.refresh(str(customer.organisation.id), str(connection.id))
    secrets |= secrets_of(connection)
    names = ("detail", "finished", "reconnect", "disconnect")
    one = [customer.organisation.slug, connection.id]
    pages += [page(client.get(reverse(f"connections:{name}", args=one))) for name in names]
    pages.append(page(client.get(reverse("connections:list", args=one[:1]))))
    pages.append(page(client.post(reverse("connections:disconnect", args=one), follow=True)))
    assert planted(secrets, "".join(pages)) == set()
    assert planted(secrets, caplog.text) == set()
    assert planted(secrets, whole_database()) == set()
    sessions = [str(session.get_decoded()) for session in Session.objects.all()]
    assert planted(secrets, "".join(sessions)) == set()


def test_a_verifier_lies_sealed_and_goes_with_its_state(customer: Customer):
    state = customer.start().partition("state=")[2].partition("&")[0].replace("%3A", ":")
    before = whole_database()
    verifier = verifier_of(consume_request(state))
    assert isinstance(verifier, Secret)
    assert planted({verifier.reveal(), state}, before) == set()


def test_messages_carry_ids_only(customer: Customer, monkeypatch: pytest.MonkeyPatch):
    connection = customer.link()
    customer.make_due(refresh_at=timezone.now())
    sent: list[tuple[str, tuple[str, ...]]] = []
    monkeypatch.setattr(tasks.refresh, "delay", lambda *ids: sent.append(("refresh", ids)))
    monkeypatch.setattr(tasks.attend, "delay", lambda *ids: sent.append(("attend", ids)))
    tasks.attend_due()
    ids = (str(customer.organisation.id), str(connection.id))
    assert sent == [("refresh", ids), ("attend", ids)]
