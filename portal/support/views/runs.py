"""One tenant's run, to inspect and replay."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.accounts.access import vendor_view
from portal.accounts.domain import VendorGroup
from portal.accounts.models import User
from portal.accounts.services.audit import record_support_access
from portal.support.domain import SupportError
from portal.support.forms import ReplayForm
from portal.support.selectors import (
    REJECTS_SHOWN,
    first_rejects_of,
    reject_counts_of,
    replays_of_run,
    run_to_inspect,
    tenant_of_run,
)
from portal.support.services import replay_for_tenant, take_record
from portal.syncs.views.opened import opened_rejects
from portal.syncs.views.run_lines import run_line
from portal.syncs.views.run_story import verdict

MAY_REPLAY = "syncs.replay_syncrun"
MAY_SEE_RECORDS = "syncs.view_reject_record"

support_staff = vendor_view(VendorGroup.ADMIN, VendorGroup.SUPPORT)


@support_staff
def run_detail(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show counters, problem, reasons and the first rejects of a run."""
    _recorded_tenant(request, run_id, purpose=f"support: run {run_id}")
    return _run_page(request, run_id, ReplayForm())


@require_POST
@support_staff
def run_replay(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Replay a run for its tenant, with a reason."""
    _check_may(request, MAY_REPLAY)
    organisation_id = _recorded_tenant(request, run_id, purpose=f"support: replay of run {run_id}")
    form = ReplayForm(request.POST)
    if not form.is_valid():
        return _run_page(request, run_id, form)
    try:
        replay = replay_for_tenant(
            run_id=run_id,
            organisation_id=organisation_id,
            by=cast(User, request.user),
            reason=form.cleaned_data["reason"],
        )
    except SupportError as error:
        form.add_error(None, str(error))
        return _run_page(request, run_id, form)
    messages.success(request, "The replay is on its way. This page shows what becomes of it.")
    return redirect("support:run", replay.pk)


@require_POST
@support_staff
def record_open(request: HttpRequest, run_id: UUID, reject_id: UUID) -> HttpResponse:
    """Show one rejected record. By POST, because the look itself is written down."""
    _check_may(request, MAY_SEE_RECORDS)
    organisation_id = _recorded_tenant(
        request, run_id, purpose=f"support: record {reject_id} of run {run_id}"
    )
    reject = take_record(
        run_id=run_id,
        reject_id=reject_id,
        organisation_id=organisation_id,
        by=cast(User, request.user),
    )
    if reject is None:
        raise Http404("No such record.")
    [opened] = opened_rejects([reject], organisation_id=organisation_id)
    return render(request, "support/record_detail.html", {"opened": opened, "run_id": run_id})


def _check_may(request: HttpRequest, permission: str) -> None:
    if not cast(User, request.user).has_perm(permission):
        raise PermissionDenied("Ask one of the vendor's admins for the permission to do this.")


def _recorded_tenant(request: HttpRequest, run_id: UUID, *, purpose: str) -> UUID:
    organisation_id = tenant_of_run(run_id)
    if organisation_id is None:
        raise Http404("No such run.")
    record_support_access(purpose=purpose, by=cast(User, request.user), tenant_id=organisation_id)
    return organisation_id


def _run_page(request: HttpRequest, run_id: UUID, form: ReplayForm) -> HttpResponse:
    run = run_to_inspect(run_id)
    user = cast(User, request.user)
    line = run_line(run, now=timezone.now())
    context: dict[str, Any] = {
        "run": run,
        "line": line,
        "verdict": verdict(run),
        "reasons": reject_counts_of(run),
        "rejects": first_rejects_of(run),
        "rejects_shown": REJECTS_SHOWN,
        "replays": replays_of_run(run),
        "form": form if user.has_perm(MAY_REPLAY) and not line.live else None,
        "may_see_records": user.has_perm(MAY_SEE_RECORDS),
    }
    return render(request, "support/run_detail.html", context)
