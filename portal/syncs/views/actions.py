"""What a member does about syncs: start, cancel and replay a run, pause and resume a schedule.

Each is a POST that ends in a redirect with a sentence; a refusal of the services is one, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from portal.accounts.access import OrganisationRequest, organisation_view
from portal.accounts.domain import Permission
from portal.mappings.models import Mapping
from portal.syncs.domain import SyncsError
from portal.syncs.forms import ReplayForm
from portal.syncs.history import mapping_with_id
from portal.syncs.models import SyncRun
from portal.syncs.services.runs import cancel_run, replay_run, request_run
from portal.syncs.services.schedules import pause_schedule, resume_schedule
from portal.syncs.views.run import found_run, run_page

T = TypeVar("T")


@require_POST
@organisation_view(Permission.RUN)
def run_start(request: OrganisationRequest, mapping_id: UUID) -> HttpResponse:
    """Run a mapping now."""
    mapping = _mapping(mapping_id)
    run = _tried(request, lambda: request_run(mapping=mapping, by=request.user))
    if run is None:
        return _back(request)
    messages.success(request, "The run is requested. This page follows it.")
    return _to_run(request, run)


@require_POST
@organisation_view(Permission.RUN)
def run_cancel(request: OrganisationRequest, run_id: UUID) -> HttpResponse:
    """Stop a run."""
    run = found_run(run_id)

    def cancel() -> bool:
        cancel_run(run=run, by=request.user)
        return True

    if _tried(request, cancel):
        messages.success(request, "The run stops as soon as what is under way is decided.")
    return _to_run(request, run)


@require_POST
@organisation_view(Permission.RUN)
def run_replay(request: OrganisationRequest, run_id: UUID) -> HttpResponse:
    """Send a run's open rejects again, and what a run that stopped early had not come to."""
    run = found_run(run_id)
    form = ReplayForm(request.POST)
    if not form.is_valid():
        return run_page(request, run, replay_form=form)
    reason = form.cleaned_data["reason"]
    replay = _tried(request, lambda: replay_run(run=run, by=request.user, reason=reason))
    if replay is None:
        return _to_run(request, run)
    messages.success(request, "The replay is requested. This page follows it.")
    return _to_run(request, replay)


@require_POST
@organisation_view(Permission.RUN)
def schedule_pause(request: OrganisationRequest, mapping_id: UUID) -> HttpResponse:
    """Stop sending a mapping by itself."""
    mapping = _mapping(mapping_id)
    pause_schedule(mapping=mapping, by=request.user)
    messages.success(
        request, f"{mapping.name} is paused. Its position is kept; nothing is skipped."
    )
    return _back(request)


@require_POST
@organisation_view(Permission.RUN)
def schedule_resume(request: OrganisationRequest, mapping_id: UUID) -> HttpResponse:
    """Send a mapping by itself again."""
    mapping = _mapping(mapping_id)
    resume_schedule(mapping=mapping, by=request.user)
    messages.success(request, f"{mapping.name} is sent again, from where it stopped.")
    return _back(request)


def _mapping(mapping_id: UUID) -> Mapping:
    mapping = mapping_with_id(mapping_id)
    if mapping is None:
        raise Http404("No such mapping.")
    return mapping


def _tried(request: OrganisationRequest, act: Callable[[], T]) -> T | None:
    """Call a service; its refusal undoes what it had begun and becomes a message."""
    try:
        with transaction.atomic():
            return act()
    except SyncsError as refusal:
        messages.error(request, str(refusal))
        return None


def _to_run(request: OrganisationRequest, run: SyncRun) -> HttpResponse:
    return redirect("syncs:run", request.member.organisation.slug, run.pk)


def _back(request: OrganisationRequest) -> HttpResponse:
    """Return to the page that the button stood on, or to the overview."""
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/"):
        return HttpResponseRedirect(asked)
    return redirect("syncs:overview", request.member.organisation.slug)
