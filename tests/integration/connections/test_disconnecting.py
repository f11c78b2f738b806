"""Ending a link: what stops, what is proven, what remains, and linking again afterwards."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import AuditEntry
from portal.common.tenancy import tenant
from portal.connections.domain import ApiKeyState, ConnectionsError, ConnectionState, SecretKind
from portal.connections.models import Connection, Credential
from portal.connections.selectors import reveal
from portal.connections.services.attending import due_connections
from portal.connections.services.disconnecting import disconnect
from tests.integration.connections.conftest import Customer, register_client
from tests.integration.connections.test_onboarding import page, signed_in

pytestmark = pytest.mark.django_db

REVOKE_PATH = "/oauth2/v1/revoke"
KEY = {"client_id": "client-1", "site": "datadoghq.eu", "subdomain": "bigcorp"}


@pytest.fixture
def linked(customer: Customer) -> Connection:
    return customer.link_fully(subdomain="bigcorp")


@pytest.fixture
def browser(customer: Customer) -> Client:
    return signed_in(customer.user)


def end(customer: Customer, connection: Connection) -> Connection:
    disconnect(
        organisation_id=customer.organisation.id, connection_id=connection.id, by=customer.user
    )
    return customer.look(connection.id)


def address(name: str, connection: Connection, customer: Customer) -> str:
    return reverse(f"connections:{name}", args=[customer.organisation.slug, connection.id])


def kinds_kept(customer: Customer) -> set[str]:
    with tenant(customer.organisation.id):
        return set(Credential.objects.values_list("kind", flat=True))


def test_disconnecting_stops_at_once_and_revokes_in_the_background(
    customer: Customer, linked: Connection
):
    stopped = end(customer, linked)
    assert stopped.state == ConnectionState.DISCONNECTING
    assert stopped.refresh_at is None
    watch = customer.sandbox.watch(REVOKE_PATH)
    over = customer.attend(linked.id)
    assert over.state == ConnectionState.DISCONNECTED
    assert customer.sandbox.calls(watch) == 1
    assert kinds_kept(customer) == {SecretKind.API_KEY}
    assert due_connections() == []


def test_a_200_without_effect_is_no_proof(customer: Customer, linked: Connection):
    customer.sandbox.tell("settings", refresh_rotation=True)
    fault = {"match": {"path": REVOKE_PATH}, "status": 200, "body": {}, "times": 1}
    customer.sandbox.tell("faults", **fault)
    end(customer, linked)
    still = customer.attend(linked.id)
    assert still.state == ConnectionState.DISCONNECTING
    assert "has not confirmed" in still.problem
    assert customer.attend(linked.id).state == ConnectionState.DISCONNECTED


def test_a_failing_revocation_is_tried_again(customer: Customer, linked: Connection):
    customer.sandbox.tell("faults", match={"path": REVOKE_PATH}, status=503, times=2)
    end(customer, linked)
    for count in (1, 2):
        still = customer.attend(linked.id)
        assert (still.state, still.check_count) == (ConnectionState.DISCONNECTING, count)
        assert still.check_at
        assert still.check_at > timezone.now()
    assert customer.attend(linked.id).state == ConnectionState.DISCONNECTED


def test_a_revocation_that_datadog_refuses_is_told(customer: Customer, linked: Connection):
    register_client(customer.sandbox, client_secret="another-secret")
    end(customer, linked)
    over = customer.attend(linked.id)
    assert over.state == ConnectionState.DISCONNECTED
    assert "Remove the application yourself" in over.fix
    assert kinds_kept(customer) == {SecretKind.API_KEY}


def test_a_connection_ends_once(customer: Customer, linked: Connection):
    end(customer, linked)
    with pytest.raises(ConnectionsError, match="cannot become"):
        end(customer, linked)
    with pytest.raises(ConnectionsError, match="being disconnected"):
        customer.start()


def test_giving_up_a_link_that_never_came_about_ends_it(customer: Customer):
    customer.start()
    with tenant(customer.organisation.id):
        pending = Connection.objects.get()
    assert end(customer, pending).state == ConnectionState.DISCONNECTED


def test_the_wizard_says_what_stops_and_what_stays(
    customer: Customer, linked: Connection, browser: Client
):
    last_four = reveal(linked, kind=SecretKind.API_KEY, purpose="test").last_four
    wizard = page(browser.get(address("disconnect", linked, customer)))
    assert "What stops" in wizard
    assert "What stays" in wizard
    assert f'ends in <span class="mono">{last_four}</span>' in wizard
    after = page(browser.post(address("disconnect", linked, customer), follow=True))
    name = linked.api_key_name.replace(" ", "%20")
    link = f"/datadoghq.eu/bigcorp/organization-settings/api-keys?filter={name}"
    assert f'href="{customer.sandbox.url}{link}"' in after
    assert f"ends in {last_four}" in after
    assert "Check again" in after


def test_our_copy_of_the_key_goes_once_datadog_refuses_it(
    customer: Customer, linked: Connection, browser: Client
):
    browser.post(address("disconnect", linked, customer))
    alive = page(browser.post(address("check_key", linked, customer), follow=True))
    assert "Datadog still accepts the key" in alive
    customer.sandbox.tell("keys/revoke", **KEY)
    dead = page(browser.post(address("check_key", linked, customer), follow=True))
    assert "Our sealed copy of it is deleted" in dead
    assert "Nothing remains" in dead
    assert kinds_kept(customer) == set()
    assert customer.look(linked.id).api_key_state == ApiKeyState.NONE


def test_after_a_disconnect_the_same_row_is_linked_again_with_the_same_key(
    customer: Customer, linked: Connection
):
    key = reveal(linked, kind=SecretKind.API_KEY, purpose="test")
    end(customer, linked)
    customer.attend(linked.id)
    again = customer.link(subdomain="bigcorp")
    assert (again.id, again.state) == (linked.id, ConnectionState.CONNECTED)
    assert reveal(again, kind=SecretKind.API_KEY, purpose="test") == key
    assert again.disconnected_at is None


def test_after_a_disconnect_another_datadog_organisation_may_be_linked(
    customer: Customer, linked: Connection
):
    end(customer, linked)
    customer.attend(linked.id)
    again = customer.link_fully(subdomain="smallcorp")
    assert again.state == ConnectionState.CONNECTED
    assert again.datadog_org_name == "smallcorp"


def test_after_a_disconnect_another_customer_may_link_that_organisation(
    customer: Customer, linked: Connection
):
    end(customer, linked)
    customer.attend(linked.id)
    customer.sandbox.tell("keys/revoke", **KEY)
    other = Customer(customer.sandbox)
    assert other.link_fully(subdomain="bigcorp").state == ConnectionState.CONNECTED


def test_who_linked_and_who_ended_is_in_the_audit_log(customer: Customer, linked: Connection):
    end(customer, linked)
    with tenant(customer.organisation.id):
        entries = AuditEntry.objects.filter(object_id=str(linked.id)).order_by("at")
        assert [(entry.actor_name, entry.action) for entry in entries] == [
            (customer.user.email, "datadog authorisation started"),
            (customer.user.email, "datadog linked"),
            (customer.user.email, "datadog disconnected"),
        ]
