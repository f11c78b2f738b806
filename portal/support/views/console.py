"""The queue: what fails, over all tenants."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.accounts.access import vendor_view
from portal.accounts.domain import VendorGroup
from portal.accounts.models import User
from portal.accounts.services.audit import record_support_access
from portal.support.forms import SINCE, USUAL_SINCE, ConsoleForm
from portal.support.selectors import (
    CONNECTIONS_SHOWN,
    RUNS_COUNTED,
    connections_to_mend,
    page_of_runs,
    reason_counts,
)
from portal.syncs.views.run_lines import run_line
from portal.syncs.views.runs import address_with, id_in


@vendor_view(VendorGroup.ADMIN, VendorGroup.SUPPORT)
def console(request: HttpRequest) -> HttpResponse:
    """Show failing runs by reason and one by one, and connections that wait for a person."""
    record_support_access(
        purpose=f"support console {request.GET.urlencode()}"[:200], by=cast(User, request.user)
    )
    form = ConsoleForm({"since": USUAL_SINCE, **request.GET.dict()})
    wanted = form.wanted()
    page = page_of_runs(wanted, before=id_in(request, "before"), after=id_in(request, "after"))
    now = timezone.now()
    counts = reason_counts(wanted)
    titles = {count.reason: count.title for count in counts}
    context = {
        "form": form,
        "wanted": wanted,
        "reason_title": titles.get(wanted.reason, wanted.reason),
        "since": SINCE[form.cleaned_data.get("since") or USUAL_SINCE][0],
        "filtered": bool(request.GET),
        "lines": [run_line(run, now=now) for run in page.rows],
        "reasons": [
            (count, address_with(request, reason=count.reason, before=None, after=None))
            for count in counts
        ],
        "runs_counted": RUNS_COUNTED,
        "all_reasons_url": address_with(request, reason=None, before=None, after=None),
        "connections": connections_to_mend(wanted),
        "connections_shown": CONNECTIONS_SHOWN,
        "newer_url": page.previous and address_with(request, after=page.previous.pk, before=None),
        "older_url": page.next and address_with(request, before=page.next.pk, after=None),
    }
    return render(request, "support/console.html", context)
