"""From the tile or from the portal to a linked connection, through the pages a customer sees."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from portal.accounts.domain import Role
from portal.accounts.models import User
from portal.common.tenancy import tenant
from portal.connections.models import Connection, OAuthClient
from tests.factories import UserFactory, make_member, make_organisation
from tests.integration.sandbox import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("oauth_client")]

TILE = {"site": "https://bigcorp.datadoghq.eu", "domain": "datadoghq.eu"}
PASSWORD = "correct horse battery staple"


def page(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def through_datadog(client: Client, sandbox: Sandbox, address: str, data: dict[str, str]) -> str:
    """Press the button, consent, come back; return the address of the page one ends on."""
    sent = client.post(address, data)
    assert sent.status_code == 303, page(sent)
    carried = sandbox.consent(sent["Location"])
    back = client.get(reverse("connections:callback"), carried)
    assert back.status_code == 303
    return str(back["Location"])


def test_a_stranger_from_the_tile_signs_up_and_is_linked(sandbox: Sandbox):
    client = Client()
    there = client.get(reverse("connections:onboarding"), TILE, follow=True)
    assert "Sign in" in page(there)
    sign_up = re.search(r'href="(/accounts/signup/[^"]*)"', page(there))
    assert sign_up
    new = {"email": "ada@example.com", "password1": PASSWORD, "next": "/connect/continue/"}
    signed_up = client.post(sign_up[1].replace("&amp;", "&"), new, follow=True)
    assert "New organisation" in page(signed_up)
    at = signed_up.redirect_chain[-1][0]
    named = client.post(at, {"name": "Ada Ltd", "next": "/connect/continue/"}, follow=True)
    assert "Your Datadog: EU1, bigcorp.datadoghq.eu" in page(named)
    assert "Where is your Datadog?" not in page(named)
    end = through_datadog(client, sandbox, named.redirect_chain[-1][0], {})
    assert "You may close this tab" in page(client.get(end))


def test_the_tile_survives_the_confirmation_of_an_address(settings: Settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
    client = Client()
    client.get(reverse("connections:onboarding"), TILE)
    new = {"email": "ada@example.com", "password1": PASSWORD, "next": "/connect/continue/"}
    asked = client.post(reverse("account_signup"), new, follow=True)
    code = re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", str(mail.outbox[0].body), re.MULTILINE)
    assert code, mail.outbox[0].body
    address = asked.redirect_chain[-1][0]
    confirmed = client.post(address, {"code": code[1], "action": "verify"}, follow=True)
    at = confirmed.redirect_chain[-1][0]
    named = client.post(at, {"name": "Ada Ltd", "next": "/connect/continue/"}, follow=True)
    assert "Your Datadog: EU1, bigcorp.datadoghq.eu" in page(named)


def test_a_customer_from_the_tile_signs_in_and_keeps_the_site(sandbox: Sandbox):
    user = UserFactory()
    make_organisation(owner=user)
    client = Client()
    client.get(reverse("connections:onboarding"), TILE)
    given = {"login": user.email, "password": "correct horse battery", "next": "/connect/continue/"}
    signed_in_ = client.post(reverse("account_login"), given, follow=True)
    assert "Your Datadog: EU1, bigcorp.datadoghq.eu" in page(signed_in_)


def test_a_person_of_several_organisations_is_asked_which(sandbox: Sandbox):
    user = UserFactory()
    make_organisation(name="First of two", owner=user)
    second = make_organisation(name="Second of two", owner=user)
    make_member(make_organisation(name="Only a viewer"), Role.VIEWER)
    client = signed_in(user)
    asked = client.get(reverse("connections:onboarding"), TILE, follow=True)
    assert "First of two" in page(asked)
    assert "Only a viewer" not in page(asked)
    new = reverse("connections:new", args=[second.slug])
    assert new in page(asked)
    through_datadog(client, sandbox, new, {})
    with tenant(second.id):
        connection = Connection.objects.get()
    assert (connection.site, connection.subdomain) == ("datadoghq.eu", "bigcorp")


def test_somebody_who_may_not_link_is_told_whom_to_ask():
    viewer = make_member(make_organisation(), Role.VIEWER)
    told = signed_in(viewer).get(reverse("connections:onboarding"), TILE, follow=True)
    assert "Only owners and admins may link Datadog" in page(told)


@pytest.mark.parametrize(
    ("asked", "host"),
    [
        ({"site": "https://app.datadoghq.com", "domain": "datadoghq.com"}, "app.datadoghq.com"),
        ({"site": "bigcorp.datadoghq.eu", "domain": "datadoghq.eu"}, "bigcorp.datadoghq.eu"),
        ({"domain": "ap1.datadoghq.com"}, "ap1.datadoghq.com"),
        ({"site": "https://us3.datadoghq.com/"}, "us3.datadoghq.com"),
    ],
)
def test_the_site_of_the_tile_is_a_fact(asked: dict[str, str], host: str):
    user = UserFactory()
    make_organisation(owner=user)
    shown = signed_in(user).get(reverse("connections:onboarding"), asked, follow=True)
    assert f", {host}" in page(shown)
    assert "Where is your Datadog?" not in page(shown)


@pytest.mark.parametrize(
    "asked",
    [
        {"site": "https://evil.example"},
        {"site": "https://datadoghq.eu.evil.example", "domain": "datadoghq.eu"},
        {"site": "https://app.datadoghq.eu@evil.example", "domain": "datadoghq.eu"},
        {"site": "https://app.datadoghq.eu", "domain": "evil.example"},
        {"site": "https://app.datadoghq.eu", "domain": "datadoghq.com"},
        {"site": "http://app.datadoghq.eu", "domain": "datadoghq.eu"},
        {"site": "https://app.datadoghq.eu:8443"},
        {"site": "javascript:alert(1)"},
        {"domain": "DATADOGHQ.EU"},
        {"domain": "datadoghq.eu\n"},
    ],
)
def test_an_address_that_is_not_datadogs_is_refused(sandbox: Sandbox, asked: dict[str, str]):
    client = Client()
    refused = client.get(reverse("connections:onboarding"), asked)
    assert refused.status_code == 400
    assert "not from Datadog" in page(refused)
    assert "connections.intent" not in client.session


def test_the_way_from_the_portal_asks_for_the_site_only(sandbox: Sandbox):
    user = UserFactory()
    organisation = make_organisation(owner=user)
    client = signed_in(user)
    new = reverse("connections:new", args=[organisation.slug])
    asked = page(client.get(new))
    assert asked.count('type="radio"') == 9
    assert "Create the one API key with which this integration sends its data." in asked
    end = through_datadog(client, sandbox, new, {"site": "ap1.datadoghq.com", "subdomain": ""})
    assert "AP1" in page(client.get(end))


def test_a_bad_subdomain_is_said_at_its_field(sandbox: Sandbox):
    user = UserFactory()
    organisation = make_organisation(owner=user)
    given = {"site": "datadoghq.eu", "subdomain": "evil.example/"}
    new = reverse("connections:new", args=[organisation.slug])
    assert "cannot be a custom subdomain" in page(signed_in(user).post(new, given))


def test_without_a_client_the_page_says_whose_turn_it_is(oauth_client: OAuthClient):
    user = UserFactory()
    organisation = make_organisation(owner=user)
    OAuthClient.objects.update(active=False)
    shown = signed_in(user).get(reverse("connections:new", args=[organisation.slug]))
    assert "has not registered this portal with Datadog" in page(shown)


def test_the_consent_page_is_asked_with_pkce_and_our_own_redirect_uri():
    user = UserFactory()
    organisation = make_organisation(owner=user)
    new = reverse("connections:new", args=[organisation.slug])
    sent = signed_in(user).post(
        new, {"site": "datadoghq.eu", "subdomain": ""}, headers={"host": "localhost"}
    )
    query = parse_qs(urlsplit(sent["Location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == ["http://127.0.0.1:8000/connect/callback/"]
    assert len(query["state"][0]) > 60
