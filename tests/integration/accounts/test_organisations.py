"""Making, switching and naming organisations; where the front door leads."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.domain import Role, VendorGroup
from portal.accounts.models import Organisation
from portal.accounts.selectors import memberships_of
from portal.common.tenancy import tenant
from tests.factories import UserFactory, make_member, make_organisation, make_vendor_person

pytestmark = pytest.mark.django_db


def overview(organisation: Organisation) -> str:
    return reverse("syncs:overview", args=[organisation.slug])


@pytest.mark.parametrize(
    ("wanted", "goes_on"),
    [
        ("/connect/?site=x", "/connect/?site=x"),
        ("https://evil.example/", "/o/new-co/"),
        ("", "/o/new-co/"),
    ],
)
def test_a_new_organisation_leads_on_to_where_the_person_was_heading(client, wanted, goes_on):
    person = UserFactory()
    client.force_login(person)
    answer = client.post(reverse("accounts:organisation_new"), {"name": "New Co", "next": wanted})
    assert answer["Location"] == goes_on
    [membership] = memberships_of(user=person)
    assert membership.role == Role.OWNER


def test_the_next_page_survives_a_mistake_in_the_form(client):
    client.force_login(UserFactory())
    page = client.post(reverse("accounts:organisation_new") + "?next=/connect/", {"name": ""})
    assert 'name="next" value="/connect/"' in page.content.decode()


def test_the_front_door_leads_to_the_organisation_opened_last(client):
    person = UserFactory()
    first = make_organisation(name="Aardvark", owner=person)
    second = make_organisation(name="Zebra", owner=person)
    client.force_login(person)
    assert client.get("/")["Location"] == overview(first)
    client.post(reverse("accounts:organisation_switch", args=[second.slug]))
    assert client.get("/")["Location"] == overview(second)


def test_the_list_shows_ones_own_organisations_only(client):
    person = UserFactory()
    make_organisation(name="Mine", owner=person)
    make_organisation(name="Not mine")
    client.force_login(person)
    page = client.get(reverse("accounts:organisation_switch")).content.decode()
    assert "Mine" in page
    assert "Not mine" not in page


@pytest.mark.parametrize(
    ("group", "room"),
    [
        (VendorGroup.ADMIN, "/admin/"),
        (VendorGroup.SUPPORT, "/support/"),
        (VendorGroup.REVIEWER, "/review/"),
    ],
)
def test_the_vendors_people_start_in_their_room(client, group, room):
    client.force_login(make_vendor_person(group))
    assert client.get("/")["Location"] == room


@pytest.mark.parametrize("name", ["organisation_new", "organisation_switch"])
def test_a_reviewer_has_nothing_to_do_with_organisations(client, name):
    client.force_login(make_vendor_person(VendorGroup.REVIEWER))
    assert client.get(reverse(f"accounts:{name}")).status_code == 404


def test_a_customer_without_an_organisation_makes_one(client):
    client.force_login(UserFactory())
    assert client.get("/")["Location"] == reverse("accounts:organisation_new")


def test_an_admin_renames_and_reads_the_log(client: Client):
    organisation = make_organisation()
    client.force_login(make_member(organisation, Role.ADMIN))
    url = reverse("accounts:organisation_settings", args=[organisation.slug])
    page = client.post(url, {"name": "Bigger"}, follow=True).content.decode()
    assert "Organisation renamed" in page
    with tenant(organisation.pk):
        assert Organisation.objects.get().name == "Bigger"


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
def test_the_log_is_for_those_who_manage_members(client, role):
    organisation = make_organisation()
    client.force_login(make_member(organisation, role))
    url = reverse("accounts:organisation_settings", args=[organisation.slug])
    assert client.get(url).status_code == 403
