"""Who may change whom, and that an organisation never loses its last owner."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.domain import AccountsError, Role, VendorGroup
from portal.accounts.models import AuditEntry, Membership, Organisation, User
from portal.accounts.services.members import change_role, remove_member
from portal.common.tenancy import tenant
from tests.factories import UserFactory, make_member, make_organisation, make_vendor_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return UserFactory()


@pytest.fixture
def organisation(owner: User) -> Organisation:
    return make_organisation(owner=owner)


def membership_of(user: User) -> Membership:
    return Membership.objects.select_related("user").get(user=user)


def test_an_owner_makes_a_member_an_admin_and_the_log_says_so(organisation, owner):
    person = make_member(organisation, Role.MEMBER)
    with tenant(organisation.pk):
        change_role(membership=membership_of(person), role=Role.ADMIN, by=owner)
        entry = AuditEntry.objects.latest("at")
        assert membership_of(person).role == Role.ADMIN
    assert (entry.action, entry.actor) == ("role changed", owner)
    assert entry.details == {"person": person.email, "before": "member", "after": "admin"}


@pytest.mark.parametrize(("before", "after"), [("member", "owner"), ("owner", "member")])
def test_an_admin_neither_makes_nor_unmakes_owners(organisation, before, after):
    admin, other = make_member(organisation, Role.ADMIN), make_member(organisation, Role(before))
    with tenant(organisation.pk), pytest.raises(AccountsError, match="Only an owner"):
        change_role(membership=membership_of(other), role=Role(after), by=admin)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
def test_others_change_nobody(organisation, role):
    person, other = make_member(organisation, role), make_member(organisation, Role.VIEWER)
    with tenant(organisation.pk), pytest.raises(AccountsError, match="Ask an owner"):
        change_role(membership=membership_of(other), role=Role.MEMBER, by=person)


def test_the_last_owner_can_neither_step_down_nor_leave(organisation, owner):
    with tenant(organisation.pk):
        with pytest.raises(AccountsError, match="needs an owner"):
            change_role(membership=membership_of(owner), role=Role.MEMBER, by=owner)
        with pytest.raises(AccountsError, match="needs an owner"):
            remove_member(membership=membership_of(owner), by=owner)


def test_one_of_two_owners_can_leave(organisation, owner):
    make_member(organisation, Role.OWNER)
    with tenant(organisation.pk):
        remove_member(membership=membership_of(owner), by=owner)
        assert not Membership.objects.filter(user=owner).exists()


def test_the_vendors_admin_acts_like_an_owner(organisation):
    person = make_member(organisation, Role.MEMBER)
    with tenant(organisation.pk):
        change_role(
            membership=membership_of(person),
            role=Role.OWNER,
            by=make_vendor_person(VendorGroup.ADMIN),
        )
        assert membership_of(person).role == Role.OWNER


def test_the_page_shows_buttons_to_those_who_may_use_them(client: Client, organisation, owner):
    viewer = make_member(organisation, Role.VIEWER)
    url = reverse("accounts:members", args=[organisation.slug])
    client.force_login(viewer)
    page = client.get(url).content.decode()
    assert owner.email in page
    assert "Invite someone" not in page
    assert "Remove" not in page
    client.force_login(owner)
    page = client.get(url).content.decode()
    assert "Invite someone" in page
    assert "Remove" in page


def test_an_owner_removes_a_member_by_the_button(client: Client, organisation, owner):
    person = make_member(organisation)
    with tenant(organisation.pk):
        membership = membership_of(person)
    client.force_login(owner)
    url = reverse("accounts:member_remove", args=[organisation.slug, membership.pk])
    page = client.post(url, follow=True)
    assert "is no longer a member" in page.content.decode()
    with tenant(organisation.pk):
        assert not Membership.objects.filter(user=person).exists()


def test_a_member_cannot_remove_others(client: Client, organisation, owner):
    person = make_member(organisation)
    with tenant(organisation.pk):
        target = membership_of(owner)
    client.force_login(person)
    answer = client.post(reverse("accounts:member_remove", args=[organisation.slug, target.pk]))
    assert answer.status_code == 403


def test_a_refusal_is_shown_as_a_sentence(client: Client, organisation, owner):
    with tenant(organisation.pk):
        own = membership_of(owner)
    client.force_login(owner)
    url = reverse("accounts:member_role", args=[organisation.slug, own.pk])
    page = client.post(url, {"role": "viewer"}, follow=True)
    assert "needs an owner" in page.content.decode()


def test_a_member_of_another_organisation_cannot_be_reached(client: Client, organisation, owner):
    foreign = make_organisation(name="Foreign")
    with tenant(foreign.pk):
        target = Membership.objects.get()
    client.force_login(owner)
    url = reverse("accounts:member_role", args=[organisation.slug, target.pk])
    assert client.post(url, {"role": "viewer"}).status_code == 404
