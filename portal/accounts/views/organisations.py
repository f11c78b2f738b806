"""Making, choosing and naming organisations."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from portal.accounts.access import OrganisationRequest, organisation_view
from portal.accounts.domain import Permission
from portal.accounts.forms import OrganisationForm
from portal.accounts.models import User
from portal.accounts.selectors import is_guest_reviewer, memberships_of, recent_audit
from portal.accounts.services.organisations import create_organisation, rename_organisation

CHOSEN = "organisation"
"""The session's key for the slug of the organisation that the person chose last."""


@login_required
def organisation_new(request: HttpRequest) -> HttpResponse:
    """Make an organisation, then go on to where the person was heading."""
    user = _customer(request)
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        organisation = create_organisation(name=form.cleaned_data["name"], by=user)
        request.session[CHOSEN] = organisation.slug
        return redirect(safe_next(request) or redirect("syncs:overview", organisation.slug).url)
    context = {"form": form, "next": safe_next(request)}
    return render(request, "accounts/organisation_new.html", context)


def safe_next(request: HttpRequest) -> str:
    """Return the page of this portal that the request wants to go on to, or ""."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed else ""


@login_required
def organisation_list(request: HttpRequest) -> HttpResponse:
    """List the person's organisations, to open another one."""
    memberships = memberships_of(user=_customer(request))
    return render(request, "accounts/organisation_list.html", {"memberships": memberships})


def _customer(request: HttpRequest) -> User:
    """Return the person, unless they are here to review only."""
    user = cast(User, request.user)
    if is_guest_reviewer(user=user):
        raise Http404("Reviewers have no organisations.")
    return user


@require_POST
@organisation_view()
def organisation_switch(request: OrganisationRequest) -> HttpResponse:
    """Open another organisation, and open it again at the next sign-in."""
    slug = request.member.organisation.slug
    request.session[CHOSEN] = slug
    return redirect("syncs:overview", slug)


@organisation_view(Permission.MANAGE_MEMBERS)
def organisation_settings(request: OrganisationRequest) -> HttpResponse:
    """Name the organisation, and read who did what in it."""
    organisation = request.member.organisation
    form = OrganisationForm(request.POST or None, initial={"name": organisation.name})
    if request.method == "POST" and form.is_valid():
        rename_organisation(
            organisation=organisation, name=form.cleaned_data["name"], by=request.user
        )
        messages.success(request, "The name is saved.")
        return redirect("accounts:organisation_settings", organisation.slug)
    context = {"form": form, "entries": list(recent_audit())}
    return render(request, "accounts/organisation_settings.html", context)
