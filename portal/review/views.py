"""The seven steps: a list, and a page for each."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from portal.accounts.access import vendor_view
from portal.accounts.domain import VendorGroup
from portal.accounts.models import User
from portal.review.domain import ReviewError, StepState
from portal.review.forms import StepForm
from portal.review.selectors import step_line, step_lines
from portal.review.services import change_step

MARKERS = {
    StepState.NOT_STARTED: "todo",
    StepState.IN_PROGRESS: "current",
    StepState.WAITING: "todo",
    StepState.DONE: "done",
}

reviewers = vendor_view(VendorGroup.ADMIN, VendorGroup.REVIEWER)


@reviewers
def steps(request: HttpRequest) -> HttpResponse:
    """Show how far the vendor is on the way to a published integration."""
    lines = step_lines()
    context = {
        "lines": [(line, MARKERS[StepState(line.step.state)]) for line in lines],
        "done": sum(line.step.state == StepState.DONE for line in lines),
    }
    return render(request, "review/step_list.html", context)


@reviewers
def step(request: HttpRequest, key: str) -> HttpResponse:
    """Show one step with its notes, and change it."""
    line = step_line(key)
    if line is None:
        raise Http404("No such step.")
    form = StepForm(request.POST or None, step=line.step, evidence_help=line.definition.evidence)
    if request.method == "POST" and form.is_valid():
        try:
            change_step(
                key=key,
                change=form.change(),
                by=cast(User, request.user),
                note=form.cleaned_data["note"].strip(),
            )
        except ReviewError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The step is saved.")
            return redirect("review:step", key)
    context = {
        "line": line,
        "form": form,
        "notes": line.step.notes.all(),
    }
    return render(request, "review/step_detail.html", context)
