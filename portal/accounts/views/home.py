"""The front door."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.accounts.domain import VendorGroup
from portal.accounts.models import Membership, User
from portal.accounts.selectors import memberships_of, vendor_groups_of
from portal.accounts.views.organisations import CHOSEN


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Lead a person to their organisation, the vendor's people to their room."""
    user = cast(User, request.user)
    memberships = memberships_of(user=user)
    if memberships:
        return redirect("syncs:overview", _slug_of_last(request, memberships))
    return redirect(_vendor_room(user) or "accounts:organisation_new")


def _slug_of_last(request: HttpRequest, memberships: list[Membership]) -> str:
    slugs = [membership.organisation.slug for membership in memberships]
    chosen = request.session.get(CHOSEN)
    return chosen if chosen in slugs else slugs[0]


def _vendor_room(user: User) -> str:
    """Return the name of the page where one of the vendor's people starts; "" for others."""
    groups = vendor_groups_of(user=user)
    if VendorGroup.ADMIN in groups and user.is_staff:
        return "admin:index"
    if VendorGroup.SUPPORT in groups:
        return "support:console"
    return "review:steps" if VendorGroup.REVIEWER in groups else ""
