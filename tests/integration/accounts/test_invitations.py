"""Invitations: by e-mail, for one address, once, for seven days."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.domain import AccountsError, Role
from portal.accounts.models import AuditEntry, Invitation, Membership, Organisation, User
from portal.accounts.services.invitations import (
    accept_invitation,
    invite_member,
    revoke_invitation,
    token_for,
)
from portal.common.tenancy import tenant
from tests.factories import InvitationFactory, UserFactory, make_member, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return UserFactory()


@pytest.fixture
def organisation(owner: User) -> Organisation:
    return make_organisation(owner=owner)


def link_of(invitation: Invitation) -> str:
    return reverse("accounts:invitation_accept", args=[token_for(invitation)])


def test_the_invitation_is_mailed_once_all_is_committed(
    client: Client, organisation, owner, django_capture_on_commit_callbacks, settings
):
    client.force_login(owner)
    url = reverse("accounts:member_invite", args=[organisation.slug])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"email": "New@Example.com", "role": "member"})
        assert not mail.outbox
    [message] = mail.outbox
    assert message.to == ["new@example.com"]
    [link] = re.findall(r"http\S+", str(message.body))
    assert link.startswith(f"{settings.PORTAL_BASE_URL}/invitations/")
    with tenant(organisation.pk):
        assert link.endswith(link_of(Invitation.objects.get()))


def test_a_new_person_signs_up_from_the_link_and_joins(client: Client, organisation):
    link = link_of(InvitationFactory(organisation=organisation, email="new@example.com"))
    page = client.get(link).content.decode()
    [signup] = re.findall(r'href="(/accounts/signup/[^"]+)"', page)
    signup = signup.replace("&amp;", "&")
    assert 'value="new@example.com"' in client.get(signup).content.decode()
    answer = client.post(signup, {"email": "new@example.com", "password1": "correct horse battery"})
    assert answer["Location"] == link
    assert client.post(link).status_code == 302
    person = User.objects.get(email="new@example.com")
    with tenant(organisation.pk):
        assert Membership.objects.get(user=person).role == Role.MEMBER
        assert AuditEntry.objects.latest("at").action == "invitation accepted"


def test_a_signed_in_person_joins(client: Client, organisation):
    person = UserFactory(email="Known@example.com")
    invitation = InvitationFactory(
        organisation=organisation, email="known@example.com", role="admin"
    )
    client.force_login(person)
    assert "Join Bigcorp" in client.get(link_of(invitation)).content.decode()
    client.post(link_of(invitation))
    with tenant(organisation.pk):
        assert Membership.objects.get(user=person).role == Role.ADMIN


def test_somebody_else_is_told_for_whom_it_is(client: Client, organisation):
    invitation = InvitationFactory(organisation=organisation, email="right@example.com")
    client.force_login(UserFactory(email="wrong@example.com"))
    page = client.get(link_of(invitation)).content.decode()
    assert "right@example.com" in page
    assert "wrong@example.com" in page
    answer = client.post(link_of(invitation))
    assert answer.status_code == 410
    assert "for right@example.com" in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expires_at": timezone.now() - timedelta(minutes=1)}, "too old"),
        ({"accepted_at": timezone.now()}, "has been used"),
    ],
)
def test_a_link_that_no_longer_holds_says_why(client: Client, organisation, change, said):
    invitation = InvitationFactory(organisation=organisation, **change)
    answer = client.get(link_of(invitation))
    assert answer.status_code == 410
    assert said in answer.content.decode()


def test_a_revoked_link_says_so(client: Client, organisation, owner):
    invitation = InvitationFactory(organisation=organisation)
    link = link_of(invitation)
    with tenant(organisation.pk):
        revoke_invitation(invitation=invitation, by=owner)
    assert "was revoked" in client.get(link).content.decode()


def test_a_forged_link_opens_nothing(client: Client, organisation):
    link = link_of(InvitationFactory(organisation=organisation))
    answer = client.get(link[:-2] + "x/")
    assert answer.status_code == 410
    assert "Bigcorp" not in answer.content.decode()


def test_it_cannot_be_used_twice(organisation):
    token = token_for(InvitationFactory(organisation=organisation, email="a@example.com"))
    person = UserFactory(email="a@example.com")
    accept_invitation(token=token, by=person)
    with pytest.raises(AccountsError, match="has been used"):
        accept_invitation(token=token, by=person)


def test_inviting_again_renews_the_open_invitation(organisation, owner):
    with tenant(organisation.pk):
        for role in (Role.VIEWER, Role.ADMIN):
            invite_member(email="a@example.com", role=role, by=owner, link=lambda token: "/")
        assert Invitation.objects.get().role == Role.ADMIN


def test_a_member_is_not_invited_again(organisation, owner):
    with tenant(organisation.pk), pytest.raises(AccountsError, match="is a member already"):
        invite_member(email=owner.email.upper(), role=Role.VIEWER, by=owner, link=lambda token: "/")


def test_an_admin_cannot_invite_an_owner(client: Client, organisation):
    client.force_login(make_member(organisation, Role.ADMIN))
    url = reverse("accounts:member_invite", args=[organisation.slug])
    page = client.post(url, {"email": "a@example.com", "role": "owner"}).content.decode()
    assert "owner is not one of the available choices" in page
