"""Answers that several pages give: going on, and what went wrong."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from portal.accounts.access import OrganisationRequest
from portal.common.tenancy import tenant
from portal.connections.domain import ConnectionsError
from portal.connections.health import Health
from portal.connections.selectors import connection

FAILURE = "connections.failure"
"""The session's key for what the failure page says next."""


class SeeOther(HttpResponseRedirect):
    """303: whatever this request was, the next one is a GET (RFC 9700, 4.12)."""

    status_code = 303


def health_of(request: OrganisationRequest, connection_id: UUID) -> Health:
    """Load a connection of the organisation at hand with all that its pages show; 404 if none."""
    with tenant(request.member.organisation.id):
        found = connection(connection_id)
    if found is None:
        raise Http404("No such connection.")
    return Health(found)


def failed(request: HttpRequest, error: ConnectionsError, *, again: str = "") -> SeeOther:
    """Go to the page that says what happened and what to do; ``again`` is where to start over.

    A page of its own, so that an address with a code in it is never the one that is shown.
    """
    request.session[FAILURE] = {"title": error.title, "fix": error.fix, "again": again}
    return SeeOther(reverse("connections:failed"))


def to_connection(request: OrganisationRequest, connection_id: UUID) -> HttpResponseRedirect:
    return redirect("connections:detail", request.member.organisation.slug, connection_id)
