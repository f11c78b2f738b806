"""Every address of the portal and who may open it. A route that fits no rule fails the test."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.domain import Role
from portal.accounts.models import AuditEntry, Membership, Organisation
from portal.common.ids import uuid7
from portal.common.tenancy import tenant
from tests.factories import (
    ConnectionFactory,
    InvitationFactory,
    MappingFactory,
    SyncRunFactory,
    UserFactory,
    make_member,
    make_organisation,
)
from tests.integration.routes import Route, all_routes

pytestmark = pytest.mark.django_db

ORGANISATION = "o/<slug:slug>/"
VENDOR = ("support/", "review/", "admin/")
SIGNED_IN = {
    "home",
    "accounts:organisation_new",
    "accounts:organisation_switch",
    "connections:continue",
}
"""Pages of a person, before an organisation is chosen."""
PUBLIC = {
    "healthz",
    "readyz",
    "metrics",
    "accounts:invitation_accept",
    # The tile's link and Datadog's redirect meet people who are not signed in; both say so.
    "connections:onboarding",
    "connections:callback",
    "connections:failed",
    # The vendor's programs read what the API is like, and that it has nothing else.
    "api:openapi",
    "api:nothing_here",
}
API = {"api:records"}
"""Addresses for the vendor's backend, by token; tests/integration/api has the rest."""
SIGN_IN = "accounts/"
"""Pages of allauth: sign-up, sign-in, password. It guards those that need a person itself."""

VIEWERS_MAY_POST = {"accounts:organisation_switch"}
"""Everything else that a viewer posts is refused, or the page only shows."""

ROUTES = all_routes()


def kind_of(route: Route) -> str:
    """Return the rule that a route falls under; "" for a route that nobody has thought about."""
    if route.pattern.startswith(ORGANISATION):
        return "organisation"
    if route.pattern.startswith(VENDOR):
        return "vendor"
    if route.name in SIGNED_IN:
        return "signed in"
    if route.name in API:
        return "api"
    if route.name in PUBLIC or route.pattern.startswith(SIGN_IN):
        return "public"
    return ""


def routes(kind: str) -> Any:
    chosen = [route for route in ROUTES if kind_of(route) == kind]
    return pytest.mark.parametrize("route", chosen, ids=str)


def test_every_route_falls_under_a_rule():
    unknown = [str(route) for route in ROUTES if not kind_of(route)]
    assert not unknown, "Say in this test who may open these, and test that it holds."


def ids_in(organisation: Organisation) -> dict[str, Any]:
    """A real object of the organisation for each name that stands in a route."""
    connection = ConnectionFactory(organisation=organisation)
    mapping = MappingFactory(organisation=organisation, connection=connection)
    with tenant(organisation.pk):
        membership = Membership.objects.get(role=Role.OWNER)
    return {
        "slug": organisation.slug,
        "connection_id": connection.pk,
        "mapping_id": mapping.pk,
        "run_id": SyncRunFactory(organisation=organisation, mapping=mapping).pk,
        "membership_id": membership.pk,
        "invitation_id": InvitationFactory(organisation=organisation).pk,
    }


def test_each_name_in_a_route_of_an_organisation_is_known():
    names = {name for route in ROUTES if kind_of(route) == "organisation" for name in route.parts}
    assert names <= set(ids_in(make_organisation())), "Give ids_in() an object for these names."


def both(client: Client, path: str, **extra: Any) -> list[Any]:
    """Answers to GET and POST; a method that is not allowed to anybody tells nothing."""
    answers = [client.get(path, **extra), client.post(path, **extra)]
    allowed = [answer for answer in answers if answer.status_code != 405]
    assert allowed, f"{path} answers no method"
    return allowed


def leads_to_sign_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))


@routes("organisation")
def test_a_stranger_finds_no_page_of_an_organisation(client, route):
    stranger = UserFactory()
    make_organisation(name="Their own", owner=stranger)
    client.force_login(stranger)
    path = route.path(ids_in(make_organisation(name="Foreign")))
    assert {answer.status_code for answer in both(client, path)} == {404}


@routes("organisation")
def test_whoever_is_not_signed_in_is_led_to_sign_in(client, route):
    path = route.path(ids_in(make_organisation()))
    assert all(leads_to_sign_in(answer) for answer in both(client, path))


@pytest.mark.parametrize(
    "route",
    [r for r in ROUTES if kind_of(r) == "organisation" and len(r.parts) > 1],
    ids=str,
)
def test_an_owner_reaches_no_object_of_another_organisation(client, route):
    owner = UserFactory()
    own = make_organisation(name="Own", owner=owner)
    client.force_login(owner)
    values = {**ids_in(make_organisation(name="Foreign")), "slug": own.slug}
    assert {answer.status_code for answer in both(client, route.path(values))} == {404}


def log_of(organisation: Organisation) -> list[str]:
    with tenant(organisation.pk):
        return list(AuditEntry.objects.values_list("action", flat=True))


@routes("organisation")
def test_a_viewer_changes_nothing(client, route):
    organisation = make_organisation()
    values = ids_in(organisation)
    client.force_login(make_member(organisation, Role.VIEWER))
    before = log_of(organisation)
    answer = client.post(route.path(values))
    assert log_of(organisation) == before
    if route.name in VIEWERS_MAY_POST:
        assert answer.status_code == 302
    else:
        # A page that only shows answers a POST like a GET.
        assert answer.status_code in (200, 403, 405)


VENDOR_IDS = {
    "run_id": uuid7(),
    "reject_id": uuid7(),
    "key": "tile",
    "object_id": 1,
    "content_type_id": 1,
    "app_label": "accounts",
    "url": "nothing",
}


@routes("vendor")
def test_a_customer_finds_no_page_of_the_vendors(client, route):
    client.force_login(make_member(make_organisation(), Role.OWNER))
    for answer in both(client, route.path(VENDOR_IDS), follow=True):
        assert answer.status_code == 404


@routes("vendor")
def test_nobody_opens_the_vendors_pages_without_signing_in(client, route):
    for answer in both(client, route.path(VENDOR_IDS), follow=True):
        assert answer.request["PATH_INFO"] == reverse("account_login")


@routes("signed in")
def test_a_persons_pages_ask_to_sign_in(client, route):
    assert all(leads_to_sign_in(answer) for answer in both(client, route.path({})))


@routes("public")
def test_a_public_page_answers(client, route):
    values = {"token": "forged", "key": "forged", "uidb36": "1", "rest": "v2/records"}
    for answer in both(client, route.path(values)):
        assert answer.status_code in (200, 302, 303, 400, 404, 410)


@routes("api")
def test_the_api_trusts_tokens_and_no_session(client, route):
    organisation = make_organisation()
    client.force_login(make_member(organisation, Role.OWNER))
    values = {"external_id": organisation.slug, "name": "measures"}
    assert {answer.status_code for answer in both(client, route.path(values))} == {401}
