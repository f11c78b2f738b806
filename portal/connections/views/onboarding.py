"""The way in from the integration's tile: a link with the customer's site, then sign-up or sign-in,
an organisation, and on to Datadog's consent page."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from portal.accounts.domain import ROLE_PERMISSIONS, Permission, Role
from portal.accounts.models import Membership, User
from portal.accounts.selectors import memberships_of
from portal.connections import gateways
from portal.connections.domain import AddressRefusedError
from portal.connections.views.intents import intended_destination, remember_intent


@require_GET
def onboarding(request: HttpRequest) -> HttpResponse:
    """Check where the tile says the customer is; anything not of Datadog's goes no further."""
    site, domain = request.GET.get("site", ""), request.GET.get("domain", "")
    try:
        destination = (
            gateways.parse_destination(site=site, domain=domain) if site or domain else None
        )
    except AddressRefusedError as error:
        context = {"title": error.title, "fix": error.fix}
        return render(request, "connections/onboarding_refused.html", context, status=400)
    remember_intent(request, destination)
    return redirect("connections:continue")


@require_GET
@login_required
def onboarding_continue(request: HttpRequest) -> HttpResponse:
    """Choose the organisation to link: nothing to choose when there is one."""
    memberships = memberships_of(user=cast(User, request.user))
    allowed = [one for one in memberships if _may_connect(one)]
    if not memberships:
        here = urlencode({"next": reverse("connections:continue")})
        return redirect(f"{reverse('accounts:organisation_new')}?{here}")
    if len(allowed) == 1:
        return redirect("connections:new", allowed[0].organisation.slug)
    destination = intended_destination(request)
    context = {
        "organisations": [one.organisation for one in allowed],
        "host": gateways.host_of(destination) if destination else "",
    }
    return render(request, "connections/onboarding_organisation.html", context)


def _may_connect(membership: Membership) -> bool:
    return Permission.CONNECT in ROLE_PERMISSIONS[Role(membership.role)]
