"""One run: what became of its records, why some were rejected, what Datadog answered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.accounts.access import OrganisationRequest, organisation_view
from portal.accounts.domain import Permission
from portal.syncs.domain import RunState
from portal.syncs.forms import ReplayForm
from portal.syncs.gateways.datadog_pages import explorer_link
from portal.syncs.history import (
    batch_count,
    batches_of,
    newest_chunks,
    reject_groups,
    rejects_of,
    replays_of,
    run_with_id,
)
from portal.syncs.models import SyncRun
from portal.syncs.views.opened import opened_rejects
from portal.syncs.views.reasons import Reason, reasons_of
from portal.syncs.views.run_lines import RunLine, run_line
from portal.syncs.views.run_story import timeline, verdict
from portal.syncs.views.runs import address_with, id_in

CHUNKS_SHOWN = 8
"""Stretches in the timeline; a run over millions of records has hundreds."""
STOPPED_EARLY = (RunState.FAILED, RunState.CANCELLED)


@organisation_view(Permission.VIEW)
def run_detail(request: OrganisationRequest, run_id: UUID) -> HttpResponse:
    """Show a run; the summary, its rejected records or its batches."""
    return run_page(request, found_run(run_id))


def found_run(run_id: UUID) -> SyncRun:
    """Return the organisation's run of that id, or answer 404."""
    run = run_with_id(run_id)
    if run is None:
        raise Http404("No such run.")
    return run


def run_page(
    request: OrganisationRequest, run: SyncRun, *, replay_form: ReplayForm | None = None
) -> HttpResponse:
    """Render a run's page, whole or, for htmx, what changes on it."""
    part = {"rejects": _rejects, "batches": _batches}.get(request.GET.get("show", ""), _summary)
    line = run_line(run, now=timezone.now())
    reasons = reasons_of(reject_groups(run))
    context = {
        **_head(line, reasons),
        **part(request, line, reasons),
        "replay_form": replay_form or ReplayForm(),
        "may_run": request.member.may(Permission.RUN),
        "summary_shown": part is _summary,
        "rejects_shown": part is _rejects,
        "batches_shown": part is _batches,
        "partial": bool(request.htmx),
    }
    template = "syncs/run_detail.html#page" if request.htmx else "syncs/run_detail.html"
    return render(request, template, context)


def _head(line: RunLine, reasons: list[Reason]) -> dict[str, Any]:
    run = line.run
    return {
        "line": line,
        "run": run,
        "verdict": verdict(run),
        "batch_count": batch_count(run),
        "reject_count": sum(reason.count for reason in reasons),
        "open_count": sum(reason.open for reason in reasons),
        "stopped_early": run.replay_of_id is None and run.state in STOPPED_EARLY,
        "explorer_url": explorer_link(run.mapping.connection, data_type=run.mapping.data_type),
    }


def _summary(request: OrganisationRequest, line: RunLine, reasons: list[Reason]) -> dict[str, Any]:
    moments = timeline(
        line,
        chunks=newest_chunks(line.run, limit=CHUNKS_SHOWN),
        replays=replays_of(line.run),
        now=timezone.now(),
    )
    return {"reasons": reasons, "moments": moments}


def _rejects(request: OrganisationRequest, line: RunLine, reasons: list[Reason]) -> dict[str, Any]:
    code = request.GET.get("reason", "")
    page = rejects_of(
        line.run, code=code, before=id_in(request, "before"), after=id_in(request, "after")
    )
    return {
        "reasons": reasons,
        "reason": next((reason for reason in reasons if reason.code == code), None),
        "records": opened_rejects(page.rows, organisation_id=request.member.organisation.id),
        "previous_url": page.previous
        and address_with(request, before=page.previous.pk, after=None),
        "next_url": page.next and address_with(request, after=page.next.pk, before=None),
    }


def _batches(request: OrganisationRequest, line: RunLine, reasons: list[Reason]) -> dict[str, Any]:
    page = batches_of(line.run, before=id_in(request, "before"), after=id_in(request, "after"))
    return {
        "batches": page.rows,
        "previous_url": page.previous
        and address_with(request, before=page.previous.pk, after=None),
        "next_url": page.next and address_with(request, after=page.next.pk, before=None),
    }
