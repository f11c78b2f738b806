"""What the connection pages show, and to whom."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.domain import Role
from portal.connections.domain import SecretKind
from portal.connections.models import Connection
from portal.connections.selectors import reveal
from tests.factories import make_member, make_organisation
from tests.integration.connections.conftest import Customer, register_client
from tests.integration.connections.test_onboarding import page, signed_in

pytestmark = pytest.mark.django_db

ONE = ("detail", "finished", "reconnect", "disconnect", "check_key")


@pytest.fixture
def linked(customer: Customer) -> Connection:
    return customer.link_fully()


def address(name: str, customer: Customer, linked: Connection) -> str:
    return reverse(f"connections:{name}", args=[customer.organisation.slug, linked.id])


def test_the_strip_tells_how_a_connection_is(customer: Customer, linked: Connection):
    strip = page(
        signed_in(customer.user).get(reverse("connections:list", args=[customer.organisation.slug]))
    )
    last_four = reveal(linked, kind=SecretKind.API_KEY, purpose="test").last_four
    for told in (
        "EU1, app.datadoghq.eu",
        "Connected",
        "Sandbox EU1",
        "2 of 2",
        f"ends in {last_four}",
        "Token is renewed",
        "Last check",
        "Reconnect",
        "Disconnect",
    ):
        assert told in strip


def test_a_scope_that_was_not_granted_is_named(customer: Customer):
    carried = customer.sandbox.consent(
        customer.start().replace("api_keys_write+metrics_read", "api_keys_write")
    )
    linked = customer.finish(carried)
    shown = page(signed_in(customer.user).get(address("detail", customer, linked)))
    assert "missing: metrics_read" in shown
    assert "Not granted" in shown


def test_without_connections_the_list_leads_to_the_first_one(customer: Customer):
    shown = page(
        signed_in(customer.user).get(reverse("connections:list", args=[customer.organisation.slug]))
    )
    assert "Datadog is not linked yet" in shown
    assert reverse("connections:new", args=[customer.organisation.slug]) in shown


def test_reconnecting_takes_the_site_as_a_fact(customer: Customer, linked: Connection):
    client = signed_in(customer.user)
    card = page(client.get(address("reconnect", customer, linked)))
    assert "Your Datadog: EU1, app.datadoghq.eu" in card
    assert 'type="radio"' not in card
    sent = client.post(address("reconnect", customer, linked))
    assert "/datadoghq.eu/app/oauth2/v1/authorize" in sent["Location"]


def test_a_connection_being_disconnected_cannot_be_linked(customer: Customer, linked: Connection):
    client = signed_in(customer.user)
    customer.sandbox.tell("faults", match={"path": "/oauth2/v1/revoke"}, status=503)
    moving = client.post(address("disconnect", customer, linked), follow=True)
    assert "Datadog is asked to end the authorisation" in page(moving)
    refused = client.post(address("reconnect", customer, linked), follow=True)
    assert "is being disconnected right now" in page(refused)


@pytest.mark.parametrize("name", ONE)
def test_a_stranger_finds_nothing(customer: Customer, linked: Connection, name: str):
    stranger = make_member(make_organisation(name="Other"), Role.OWNER)
    client = signed_in(stranger)
    assert client.post(address(name, customer, linked)).status_code == 404


@pytest.mark.parametrize("name", ONE)
def test_another_organisations_connection_is_not_found(
    customer: Customer, linked: Connection, name: str
):
    other = Customer(customer.sandbox)
    client = signed_in(other.user)
    assert client.post(address(name, other, linked)).status_code == 404


@pytest.mark.parametrize("name", ["new", "reconnect", "disconnect", "check_key"])
@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
def test_only_owners_and_admins_link_and_end(
    customer: Customer, linked: Connection, name: str, role: Role
):
    client = signed_in(make_member(customer.organisation, role))
    target = (
        reverse("connections:new", args=[customer.organisation.slug])
        if name == "new"
        else address(name, customer, linked)
    )
    assert client.post(target).status_code == 403


def test_a_viewer_sees_no_buttons(customer: Customer, linked: Connection):
    client = signed_in(make_member(customer.organisation, Role.VIEWER))
    shown = page(client.get(address("detail", customer, linked)))
    assert "Connected" in shown
    assert "Disconnect" not in shown


def test_nobody_signed_in_is_sent_to_sign_in(customer: Customer, linked: Connection):
    response = Client().get(address("detail", customer, linked))
    assert response.headers["Location"].startswith(reverse("account_login"))


def test_a_client_without_the_key_scope_sends_nothing(customer: Customer):
    register_client(customer.sandbox, scopes=["metrics_read"])
    card = page(
        signed_in(customer.user).get(reverse("connections:new", args=[customer.organisation.slug]))
    )
    assert "<h3>Send</h3> <p>Nothing.</p>" in card
    assert "See metrics and their descriptions." in card
