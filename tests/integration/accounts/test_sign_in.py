"""Sign-up, sign-in, sign-out and a new password by e-mail."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_person_signs_up_and_is_asked_for_the_organisation(client):
    answer = client.post(
        reverse("account_signup"), {"email": "new@example.com", "password1": PASSWORD}, follow=True
    )
    assert answer.request["PATH_INFO"] == reverse("accounts:organisation_new")
    assert User.objects.get().email == "new@example.com"


def test_the_page_before_sign_up_is_the_page_after_it(client):
    wanted = "/connect/?site=https%3A%2F%2Fapp.datadoghq.eu&domain=datadoghq.eu"
    answer = client.post(
        reverse("account_signup"),
        {"email": "new@example.com", "password1": PASSWORD, "next": wanted},
    )
    assert answer["Location"] == wanted


def test_a_common_password_is_refused(client):
    answer = client.post(
        reverse("account_signup"), {"email": "new@example.com", "password1": "password123"}
    )
    assert "too common" in answer.content.decode()


@pytest.mark.parametrize("typed", ["Ada@example.com", "ada@EXAMPLE.com"])
def test_a_person_signs_in_whatever_the_case_of_the_address(client, typed):
    UserFactory(email="ada@example.com")
    client.post(reverse("account_login"), {"login": typed, "password": PASSWORD})
    assert signed_in(client)


def test_a_wrong_password_signs_nobody_in(client):
    person = UserFactory()
    answer = client.post(reverse("account_login"), {"login": person.email, "password": "wrong"})
    assert "not correct" in answer.content.decode()
    assert not signed_in(client)


def test_signing_out_ends_the_session(client):
    client.force_login(UserFactory())
    client.post(reverse("account_logout"))
    assert not signed_in(client)


def test_the_mailed_link_sets_a_new_password(client):
    person = UserFactory()
    client.post(reverse("account_reset_password"), {"email": person.email})
    [message] = mail.outbox
    link = re.search(r"http://testserver(\S+)", str(message.body)).group(1)
    form = client.get(link, follow=True).request["PATH_INFO"]
    client.post(form, {"password1": "new staple horse", "password2": "new staple horse"})
    person.refresh_from_db()
    assert person.check_password("new staple horse")
    assert client.get(link).status_code == 200
    client.post(form, {"password1": "a third password", "password2": "a third password"})
    person.refresh_from_db()
    assert person.check_password("new staple horse")


def test_a_reset_for_an_unknown_address_looks_the_same(client):
    known = UserFactory()
    answers = [
        client.post(reverse("account_reset_password"), {"email": email})
        for email in (known.email, "nobody@example.com")
    ]
    assert answers[0]["Location"] == answers[1]["Location"]


def test_where_addresses_are_verified_a_mailed_code_leads_on(client, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
    wanted = "/connect/continue/"
    form = {"email": "new@example.com", "password1": PASSWORD, "next": wanted}
    page = client.post(reverse("account_signup"), form, follow=True)
    assert not signed_in(client)
    [message] = mail.outbox
    [code] = re.findall(r"^\s*([A-Z0-9-]{6,})\s*$", str(message.body), re.MULTILINE)
    answer = client.post(page.request["PATH_INFO"], {"code": code})
    assert answer["Location"] == wanted
    assert signed_in(client)
