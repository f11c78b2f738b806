"""The redirect back from Datadog, as a browser meets it."""

from __future__ import annotations

import logging

import pytest
from django.test import Client
from django.urls import reverse

from portal.connections.models import OAuthClient
from tests.factories import UserFactory, make_organisation
from tests.integration.connections.conftest import Customer
from tests.integration.connections.test_onboarding import page, signed_in
from tests.integration.sandbox import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("oauth_client")]

CALLBACK = "/connect/callback/"


@pytest.fixture
def browser(customer: Customer) -> Client:
    client = signed_in(customer.user)
    customer.session_key = client.session.session_key or ""
    return client


def test_a_denied_consent_ends_on_a_page_that_says_so(browser: Client, customer: Customer):
    carried = customer.sandbox.consent(customer.start(), allow=False)
    end = browser.get(CALLBACK, carried, follow=True)
    assert "Datadog was told not to authorise" in page(end)
    assert "Start again" in page(end)


def test_another_error_of_datadogs_is_shown_in_its_words(browser: Client, customer: Customer):
    customer.sandbox.tell("apps", client_id="client-1", site="datadoghq.eu", disabled=True)
    carried = customer.sandbox.consent(customer.start())
    carried["error"] = "server_error"
    end = browser.get(CALLBACK, carried, follow=True)
    assert "The application is disabled in this organisation." in page(end)


def test_a_replayed_answer_ends_on_a_page_that_says_so(browser: Client, customer: Customer):
    carried = customer.sandbox.consent(customer.start())
    browser.get(CALLBACK, carried)
    end = browser.get(CALLBACK, carried, follow=True)
    assert "it was used already" in page(end)


def test_an_answer_without_a_state_ends_on_a_page_that_says_so(browser: Client):
    end = browser.get(CALLBACK, {"code": "x", "domain": "datadoghq.eu"}, follow=True)
    assert "does not belong to anything that was started here" in page(end)


def test_an_ended_session_is_said_and_leaks_no_code(customer: Customer):
    carried = customer.sandbox.consent(customer.start())
    client = Client()
    end = client.get(CALLBACK, carried, follow=True)
    assert "You are no longer signed in here" in page(end)
    assert carried["code"] not in page(end)
    assert carried["code"] not in str(end.redirect_chain)


def test_a_taken_organisation_ends_on_a_page_that_says_so(browser: Client, customer: Customer):
    other = Customer(customer.sandbox)
    other.link()
    carried = customer.sandbox.consent(customer.start())
    end = browser.get(CALLBACK, carried, follow=True)
    assert "Another customer of Nimbus Cloud is already linked" in page(end)
    assert other.organisation.name not in page(end).replace(customer.organisation.name, "")


def test_a_lost_key_ends_on_a_page_with_the_way_to_revoke_it(browser: Client, customer: Customer):
    order = {"match": {"path": "/api/v2/api_keys/marketplace"}, "status": 409}
    customer.sandbox.tell("faults", **order)
    carried = customer.sandbox.consent(customer.start(subdomain="bigcorp"))
    end = browser.get(CALLBACK, carried, follow=True)
    assert "revoke the key named “OAuth Client API Key”" in page(end)
    link = "/datadoghq.eu/bigcorp/organization-settings/api-keys?filter=OAuth%20Client%20API%20Key"
    assert f'href="{customer.sandbox.url}{link}"' in page(end)


def test_the_answer_is_never_kept_sent_on_or_cached(browser: Client, customer: Customer):
    carried = customer.sandbox.consent(customer.start())
    for answer in (carried, {}):
        response = browser.get(CALLBACK, answer)
        assert response.status_code == 303
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["Cache-Control"] == "no-store"
        assert "code=" not in response["Location"]


def test_a_new_key_is_waited_for_and_then_the_tab_may_be_closed(
    browser: Client, customer: Customer
):
    carried = customer.sandbox.consent(customer.start())
    end = browser.get(CALLBACK, carried, follow=True)
    assert "The new API key is being checked" in page(end)
    assert 'hx-trigger="every 2s"' in page(end)
    customer.let_keys_propagate()
    customer.make_due()
    address = end.redirect_chain[-1][0]
    renewed = browser.get(address, headers={"HX-Request": "true"})
    assert "Connected. You may close this tab." in page(renewed)
    assert "hx-trigger" not in page(renewed)
    assert "<html" not in page(renewed)


def test_neither_code_nor_state_is_logged(
    browser: Client, customer: Customer, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    carried = customer.sandbox.consent(customer.start())
    browser.get(CALLBACK, carried)
    browser.get(CALLBACK, carried, follow=True)
    assert carried["code"] not in caplog.text
    assert carried["state"] not in caplog.text


@pytest.mark.parametrize("method", ["post", "put", "head"])
def test_only_a_get_is_answered(browser: Client, method: str):
    assert getattr(browser, method)(CALLBACK).status_code == 405


def test_the_failure_page_without_a_failure_leads_home(oauth_client: OAuthClient, sandbox: Sandbox):
    user = UserFactory()
    make_organisation(owner=user)
    response = signed_in(user).get(reverse("connections:failed"))
    assert response.headers["Location"] == reverse("home")
