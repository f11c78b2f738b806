"""The history of runs, filtered by what stands in the address."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.accounts.access import OrganisationRequest, organisation_view
from portal.accounts.domain import Permission
from portal.syncs.forms import HistoryFilterForm
from portal.syncs.history import history
from portal.syncs.views.run_lines import run_line


@organisation_view(Permission.VIEW)
def run_list(request: OrganisationRequest) -> HttpResponse:
    """Show one page of runs, newest first."""
    form = HistoryFilterForm(request.GET)
    asked = form.filter()
    page = history(asked, before=id_in(request, "before"), after=id_in(request, "after"))
    now = timezone.now()
    context = {
        "form": form,
        "filtered": bool(asked.mapping or asked.outcome or asked.trigger),
        "lines": [run_line(run, now=now) for run in page.rows],
        "newer_url": page.previous and address_with(request, after=page.previous.pk, before=None),
        "older_url": page.next and address_with(request, before=page.next.pk, after=None),
    }
    return render(request, "syncs/run_list.html", context)


def id_in(request: HttpRequest, name: str) -> UUID | None:
    """Read an id from the address; whatever is none counts as not given."""
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def address_with(request: HttpRequest, **changes: object) -> str:
    """Return this page's address with other parameters; None takes one away."""
    query = {**request.GET.dict(), **changes}
    return "?" + urlencode({name: value for name, value in query.items() if value is not None})
