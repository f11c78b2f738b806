"""Accepting an invitation, signed in or not yet."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from portal.accounts.domain import AccountsError
from portal.accounts.models import User
from portal.accounts.selectors import proven_emails_of
from portal.accounts.services.invitations import accept_invitation, invitation_for
from portal.accounts.views.organisations import CHOSEN


def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the invitation is for, and join on POST."""
    try:
        if request.method == "POST" and request.user.is_authenticated:
            return _join(request, token)
        invitation = invitation_for(token)
    except AccountsError as error:
        # Gone: a link that will never work again.
        return render(request, "accounts/invitation_closed.html", {"error": error}, status=410)
    context = {
        "invitation": invitation,
        "here": request.path,
        "for_me": _is_for(request, email=invitation.email),
    }
    return render(request, "accounts/invitation_accept.html", context)


def _join(request: HttpRequest, token: str) -> HttpResponse:
    invitation = accept_invitation(token=token, by=cast(User, request.user))
    request.session[CHOSEN] = invitation.organisation.slug
    messages.success(request, f"You are now a member of {invitation.organisation.name}.")
    return redirect("syncs:overview", invitation.organisation.slug)


def _is_for(request: HttpRequest, *, email: str) -> bool:
    user = request.user
    return isinstance(user, User) and email.lower() in proven_emails_of(user=user)
