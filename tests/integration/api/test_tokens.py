"""API tokens: what they open, how they end, and that nobody sees one twice."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.domain import VendorGroup
from portal.api.domain import Scope
from portal.api.models import ApiToken
from portal.api.services.tokens import create_token, revoke_token
from portal.common.logs import redact
from portal.config.groups import grant_groups
from tests.factories import make_vendor_person
from tests.integration.api.conftest import Backend, record

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r"portal_token_[\w-]{43}")


def pushed_with(backend: Backend, authorization: str) -> Any:
    return backend.push([record(1)], Authorization=authorization)


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic {}", "{}", "Bearer portal_token_x", "Bearer {}x", "Bearer ü"],
)
def test_without_a_valid_token_there_is_no_way_in(backend: Backend, authorization: str) -> None:
    answer = pushed_with(backend, authorization.format(backend.token))
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert backend.kept() == []


def test_a_token_without_the_scope_is_told_which_one_it_lacks(backend: Backend) -> None:
    _token, plain = create_token(name="reader", scopes=[Scope.PULLED_READ], by=None)
    answer = pushed_with(backend, f"Bearer {plain.reveal()}")
    assert answer.status_code == 403
    assert 'scope="records:write"' in answer["WWW-Authenticate"]


def test_a_revoked_token_is_over_at_once(backend: Backend) -> None:
    token = ApiToken.objects.get()
    assert revoke_token(token=token)
    assert not revoke_token(token=token)
    assert pushed_with(backend, f"Bearer {backend.token}").status_code == 401


def test_the_last_use_is_noted(backend: Backend) -> None:
    assert ApiToken.objects.get().last_used_at is None
    backend.push([record(1)])
    last = ApiToken.objects.get().last_used_at
    assert last is not None
    assert abs(timezone.now() - last) < timedelta(minutes=1)


def test_of_a_token_only_its_hash_and_its_end_are_kept(backend: Backend) -> None:
    [row] = ApiToken.objects.values()
    assert bytes(row["token_hash"]) == hashlib.sha256(backend.token.encode()).digest()
    assert row["last_four"] == backend.token[-4:]
    assert backend.token not in str(row)


def test_logs_do_not_show_a_token(backend: Backend) -> None:
    assert TOKEN.fullmatch(backend.token)
    assert backend.token not in redact(f"what is {backend.token}?")


def test_a_token_that_asks_too_often_is_told_to_wait(backend: Backend, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 12
    answers = [backend.push([record(number)]) for number in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 10
    assert len(backend.kept()) == 3
    _token, other = create_token(name="other", scopes=[Scope.RECORDS_WRITE], by=None)
    assert pushed_with(backend, f"Bearer {other.reveal()}").status_code == 202


def test_a_token_may_go_on_after_the_wait(backend: Backend, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    assert [backend.push([record(1)]).status_code for _ in range(2)] == [202, 429]
    token = ApiToken.objects.get()
    token.free_at -= timedelta(seconds=51)
    token.save()
    assert backend.push([record(2)]).status_code == 202


def test_the_command_prints_a_token_that_works(backend: Backend) -> None:
    out, err = StringIO(), StringIO()
    call_command("create_api_token", "billing", stdout=out, stderr=err)
    assert pushed_with(backend, f"Bearer {out.getvalue().strip()}").status_code == 202
    made = ApiToken.objects.get(name="billing")
    assert (made.scopes, made.created_by) == (["records:write"], None)
    assert out.getvalue().strip() not in err.getvalue()


@pytest.fixture
def admin_client(client: Client) -> Client:
    grant_groups()
    client.force_login(make_vendor_person(VendorGroup.ADMIN))
    return client


def make_in_admin(admin_client: Client) -> Any:
    form = {"name": "billing", "scopes": ["records:write", "pulled:read"]}
    return admin_client.post(reverse("admin:api_apitoken_add"), form)


def test_the_admin_shows_a_new_token_once(admin_client: Client, backend: Backend) -> None:
    page = make_in_admin(admin_client)
    [plain] = TOKEN.findall(page.content.decode())
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert plain not in str(admin_client.cookies)
    assert pushed_with(backend, f"Bearer {plain}").status_code == 202
    token = ApiToken.objects.get(name="billing")
    assert (token.scopes, token.last_four) == (["pulled:read", "records:write"], plain[-4:])
    assert token.created_by is not None
    for name, arguments in (("changelist", []), ("change", [token.pk])):
        again = admin_client.get(reverse(f"admin:api_apitoken_{name}", args=arguments))
        assert again.status_code == 200
        assert plain not in again.content.decode()


def test_the_admin_needs_a_scope(admin_client: Client) -> None:
    page = admin_client.post(reverse("admin:api_apitoken_add"), {"name": "billing"})
    assert "This field is required." in page.content.decode()
    assert not ApiToken.objects.exists()


def test_the_admin_revokes_and_changes_nothing_else(admin_client: Client) -> None:
    make_in_admin(admin_client)
    token = ApiToken.objects.get()
    form = {"action": "revoke", "_selected_action": [str(token.pk)]}
    page = admin_client.post(reverse("admin:api_apitoken_changelist"), form, follow=True)
    assert "has been revoked" in page.content.decode()
    token.refresh_from_db()
    assert token.revoked_at is not None
    change = reverse("admin:api_apitoken_change", args=[token.pk])
    assert admin_client.post(change, {"name": "other"}).status_code == 403
    assert admin_client.post(change.replace("change", "delete")).status_code == 403


def test_support_makes_no_tokens(client: Client) -> None:
    grant_groups()
    supporter = make_vendor_person(VendorGroup.SUPPORT)
    supporter.is_staff = True
    supporter.save()
    client.force_login(supporter)
    assert make_in_admin(client).status_code == 403
    assert not ApiToken.objects.exists()
