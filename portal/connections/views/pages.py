"""An organisation's connections: how they are, and ending them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from portal.accounts.access import OrganisationRequest, organisation_view
from portal.accounts.domain import Permission
from portal.connections.domain import ConnectionsError
from portal.connections.health import Health
from portal.connections.selectors import connections_of_organisation
from portal.connections.services.api_keys import check_remaining_key
from portal.connections.services.attending import attend_connection
from portal.connections.services.disconnecting import disconnect
from portal.connections.views.answers import health_of, to_connection


@organisation_view(Permission.VIEW)
def connection_list(request: OrganisationRequest) -> HttpResponse:
    """Every connection with its health."""
    healths = [Health(connection) for connection in connections_of_organisation()]
    context = {"healths": healths, "may_connect": request.member.may(Permission.CONNECT)}
    return render(request, "connections/connection_list.html", context)


@organisation_view(Permission.VIEW, in_transaction=False)
def connection_detail(request: OrganisationRequest, connection_id: UUID) -> HttpResponse:
    """One connection in full; while something is under way its head renews itself."""
    return _current(request, connection_id, template="connections/connection_detail.html")


@organisation_view(Permission.VIEW, in_transaction=False)
def connection_finished(request: OrganisationRequest, connection_id: UUID) -> HttpResponse:
    """Where a customer ends after Datadog's consent: linked, or what is still missing."""
    return _current(request, connection_id, template="connections/connection_finished.html")


@organisation_view(Permission.CONNECT, in_transaction=False)
def connection_disconnect(request: OrganisationRequest, connection_id: UUID) -> HttpResponse:
    """Say what stops, what stays and which key remains; then do it."""
    health = health_of(request, connection_id)
    if request.method != "POST":
        return render(request, "connections/connection_disconnect.html", {"health": health})
    organisation_id = request.member.organisation.id
    try:
        disconnect(organisation_id=organisation_id, connection_id=connection_id, by=request.user)
    except ConnectionsError as error:
        messages.error(request, f"{error.title} {error.fix}")
    else:
        attend_connection(organisation_id=organisation_id, connection_id=connection_id)
    return to_connection(request, connection_id)


@require_POST
@organisation_view(Permission.CONNECT, in_transaction=False)
def key_check(request: OrganisationRequest, connection_id: UUID) -> HttpResponse:
    """Tell whether Datadog still takes the key that a disconnect left behind."""
    health = health_of(request, connection_id)
    try:
        alive = check_remaining_key(
            organisation_id=request.member.organisation.id, connection_id=connection_id
        )
    except ConnectionsError as error:
        messages.error(request, f"{error.title} {error.fix}")
        return to_connection(request, connection_id)
    if alive:
        messages.warning(request, f"Datadog still accepts the key “{health.key_name}”.")
    else:
        messages.success(
            request, "Datadog no longer accepts the key. Our sealed copy of it is deleted."
        )
    return to_connection(request, connection_id)


def _current(request: OrganisationRequest, connection_id: UUID, *, template: str) -> HttpResponse:
    """Take a step that is due, then show how things are."""
    health = health_of(request, connection_id)
    if health.is_moving and attend_connection(
        organisation_id=request.member.organisation.id, connection_id=connection_id
    ):
        health = health_of(request, connection_id)
    context = {"health": health, "may_connect": request.member.may(Permission.CONNECT)}
    return render(request, f"{template}#status" if request.htmx else template, context)
