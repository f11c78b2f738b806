"""Who belongs to an organisation: list, invite, change, remove."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal.accounts.access import OrganisationRequest, organisation_view
from portal.accounts.domain import AccountsError, Permission, Role, roles_to_give
from portal.accounts.forms import InvitationForm, RoleForm
from portal.accounts.selectors import members_of_organisation, open_invitations
from portal.accounts.services.invitations import invite_member, revoke_invitation
from portal.accounts.services.members import change_role, remove_member


@organisation_view()
def members(request: OrganisationRequest) -> HttpResponse:
    """List members and open invitations."""
    return _members_page(request, InvitationForm(roles=roles_to_give(request.member.role)))


@require_POST
@organisation_view(Permission.MANAGE_MEMBERS)
def member_invite(request: OrganisationRequest) -> HttpResponse:
    """Invite someone by e-mail, or send the link of an open invitation again."""
    form = InvitationForm(request.POST, roles=roles_to_give(request.member.role))
    if not form.is_valid():
        return _members_page(request, form)
    try:
        invitation = invite_member(
            email=form.cleaned_data["email"],
            role=Role(form.cleaned_data["role"]),
            by=request.user,
            link=lambda token: reverse("accounts:invitation_accept", args=[token]),
        )
    except AccountsError as error:
        form.add_error(None, str(error))
        return _members_page(request, form)
    messages.success(request, f"An invitation is on its way to {invitation.email}.")
    return _back(request)


@require_POST
@organisation_view(Permission.MANAGE_MEMBERS)
def member_role(request: OrganisationRequest, membership_id: UUID) -> HttpResponse:
    """Give a member another role."""
    membership = get_object_or_404(members_of_organisation(), pk=membership_id)
    form = RoleForm(request.POST, roles=tuple(Role))
    if not form.is_valid():
        messages.error(request, "Choose one of the roles.")
        return _back(request)
    try:
        change_role(membership=membership, role=Role(form.cleaned_data["role"]), by=request.user)
    except AccountsError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, f"{membership.user.email} is now {membership.get_role_display().lower()}."
        )
    return _back(request)


@require_POST
@organisation_view()
def member_remove(request: OrganisationRequest, membership_id: UUID) -> HttpResponse:
    """Take a member out, or leave. The service refuses what the person's role does not allow."""
    membership = get_object_or_404(members_of_organisation(), pk=membership_id)
    leaving = membership.user_id == request.user.pk
    if not leaving and not request.member.may(Permission.MANAGE_MEMBERS):
        return render(request, "403.html", {"exception": ""}, status=403)
    try:
        remove_member(membership=membership, by=request.user)
    except AccountsError as error:
        messages.error(request, str(error))
        return _back(request)
    if leaving:
        messages.success(request, f"You have left {request.member.organisation.name}.")
        return redirect("home")
    messages.success(request, f"{membership.user.email} is no longer a member.")
    return _back(request)


@require_POST
@organisation_view(Permission.MANAGE_MEMBERS)
def invitation_revoke(request: OrganisationRequest, invitation_id: UUID) -> HttpResponse:
    """Make an open invitation worthless."""
    invitation = get_object_or_404(open_invitations(), pk=invitation_id)
    try:
        revoke_invitation(invitation=invitation, by=request.user)
    except AccountsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"The invitation for {invitation.email} no longer works.")
    return _back(request)


def _members_page(request: OrganisationRequest, form: InvitationForm) -> HttpResponse:
    may_give = roles_to_give(request.member.role)
    context = {
        "form": form,
        "may_manage": request.member.may(Permission.MANAGE_MEMBERS),
        "roles": may_give,
        "members": [
            (member, Role(member.role) in may_give) for member in members_of_organisation()
        ],
        "invitations": [
            (invitation, Role(invitation.role) in may_give)
            for invitation in open_invitations().select_related("invited_by")
        ],
    }
    return render(request, "accounts/member_list.html", context)


def _back(request: OrganisationRequest) -> HttpResponse:
    return redirect("accounts:members", request.member.organisation.slug)
