"""Addresses: people and organisations."""

from __future__ import annotations

from django.urls import path

from portal.accounts.views import invitations, members, organisations

app_name = "accounts"

urlpatterns = [
    path("organisations/new/", organisations.organisation_new, name="organisation_new"),
    path("organisations/", organisations.organisation_list, name="organisation_switch"),
    path("invitations/<str:token>/", invitations.invitation_accept, name="invitation_accept"),
    path("o/<slug:slug>/open/", organisations.organisation_switch, name="organisation_switch"),
    path(
        "o/<slug:slug>/settings/",
        organisations.organisation_settings,
        name="organisation_settings",
    ),
    path("o/<slug:slug>/members/", members.members, name="members"),
    path("o/<slug:slug>/members/invite/", members.member_invite, name="member_invite"),
    path(
        "o/<slug:slug>/members/<uuid:membership_id>/role/", members.member_role, name="member_role"
    ),
    path(
        "o/<slug:slug>/members/<uuid:membership_id>/remove/",
        members.member_remove,
        name="member_remove",
    ),
    path(
        "o/<slug:slug>/invitations/<uuid:invitation_id>/revoke/",
        members.invitation_revoke,
        name="invitation_revoke",
    ),
]
