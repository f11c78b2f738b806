"""To Datadog's consent page and back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from portal.accounts.access import OrganisationRequest, organisation_view
from portal.accounts.domain import Permission
from portal.accounts.models import User
from portal.accounts.selectors import memberships_of
from portal.connections.domain import (
    ClientRefusedError,
    ConnectionsError,
    Destination,
    RedirectAnswer,
    StateRefusedError,
)
from portal.connections.forms import SiteForm
from portal.connections.gateways import host_of, site_of
from portal.connections.health import terms_of
from portal.connections.selectors import oauth_client
from portal.connections.services.finishing import finish_authorization
from portal.connections.services.starting import start_authorization
from portal.connections.views.answers import FAILURE, SeeOther, failed, health_of
from portal.connections.views.intents import forget_intent, intended_destination

_LONGEST = 2000
"""Of one parameter of the redirect; Datadog's are shorter, and nobody else's are wanted."""


@organisation_view(Permission.CONNECT, in_transaction=False)
def connection_new(request: OrganisationRequest) -> HttpResponse:
    """Say what will be sent and read, ask for the site unless the tile told it, and go."""
    if "choose" in request.GET:
        forget_intent(request)
    destination = intended_destination(request)
    form = None if destination else SiteForm(request.POST or None)
    if request.method == "POST":
        if destination:
            return _go(request, destination, from_tile=True)
        if form and form.is_valid():
            return _go(request, form.destination)
    return render(request, "connections/connection_new.html", _card(destination) | {"form": form})


@organisation_view(Permission.CONNECT, in_transaction=False)
def connection_reconnect(request: OrganisationRequest, connection_id: UUID) -> HttpResponse:
    """The same for a connection that exists: its site is a fact."""
    health = health_of(request, connection_id)
    if request.method == "POST":
        return _go(request, health.destination)
    context = _card(health.destination) | {"health": health}
    return render(request, "connections/connection_new.html", context)


@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Datadog's redirect. Ends on another address, so that no page has a code in its own."""
    response = _finish(request)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def failure(request: HttpRequest) -> HttpResponse:
    """What went wrong with the last try in this browser, and what to do."""
    said = request.session.get(FAILURE)
    if said is None:
        return redirect("home")
    return render(request, "connections/authorization_failed.html", said)


def _go(
    request: OrganisationRequest, destination: Destination, *, from_tile: bool = False
) -> HttpResponse:
    try:
        address = start_authorization(
            organisation_id=request.member.organisation.id,
            destination=destination,
            by=request.user,
            session_key=request.session.session_key or "",
            from_tile=from_tile,
        )
    except ConnectionsError as error:
        again = reverse("connections:list", args=[request.member.organisation.slug])
        return failed(request, error, again=again)
    return SeeOther(address)


def _finish(request: HttpRequest) -> HttpResponse:
    user = request.user
    if not isinstance(user, User):
        error = StateRefusedError(
            "You are no longer signed in here, so nothing was linked.",
            "Sign in and start linking Datadog again.",
        )
        return failed(request, error, again=reverse("connections:continue"))
    try:
        connection = finish_authorization(
            answer=_answer(request), by=user, session_key=request.session.session_key or ""
        )
    except ConnectionsError as error:
        return failed(request, error, again=reverse("connections:continue"))
    forget_intent(request)
    slug = _slug_of(user, connection.organisation_id)
    return SeeOther(reverse("connections:finished", args=[slug, connection.id]))


def _slug_of(user: User, organisation_id: UUID) -> str:
    memberships = memberships_of(user=user)
    return next(
        one.organisation.slug for one in memberships if one.organisation_id == organisation_id
    )


def _answer(request: HttpRequest) -> RedirectAnswer:
    def given(name: str) -> str:
        return request.GET.get(name, "")[:_LONGEST]

    return RedirectAnswer(
        state=given("state"),
        code=given("code"),
        error=given("error"),
        error_description=given("error_description"),
        domain=given("domain"),
        datadog_org_id=given("dd_oid"),
        datadog_org_name=given("dd_org_name"),
    )


def _card(destination: Destination | None) -> dict[str, Any]:
    """What the card before the redirect says."""
    card: dict[str, Any] = {"terms": None, "refusal": None, "site": None, "host": ""}
    try:
        card["terms"] = terms_of(oauth_client())
    except ClientRefusedError as error:
        card["refusal"] = error
    if destination:
        card |= {"site": site_of(destination.site), "host": host_of(destination)}
    return card
