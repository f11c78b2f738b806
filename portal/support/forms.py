"""The console's filter and the reason of a replay."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils import timezone

from portal.connections.gateways import SITES
from portal.mappings.domain import DataType
from portal.support.domain import Failing, Wanted

SINCE: dict[str, tuple[str, timedelta | None]] = {
    "hour": ("the last hour", timedelta(hours=1)),
    "day": ("the last day", timedelta(days=1)),
    "week": ("the last week", timedelta(days=7)),
    "month": ("the last month", timedelta(days=30)),
    "ever": ("all time", None),
}
USUAL_SINCE = "week"
OUTCOMES = {
    Failing.FAILED: "Failed",
    Failing.ALL_REJECTED: "All rejected",
    Failing.WITH_REJECTS: "Succeeded with rejects",
    Failing.STUCK: "Stuck",
}


class ConsoleForm(forms.Form):
    """The filter lives in the address, so that a view of the queue can be pasted into a ticket."""

    tenant = forms.CharField(required=False, max_length=120, label="Organisation")
    outcome = forms.ChoiceField(
        required=False, choices=[("", "Any"), *((o.value, label) for o, label in OUTCOMES.items())]
    )
    data_type = forms.ChoiceField(
        required=False, choices=[("", "Any"), *((t.value, t.words.capitalize()) for t in DataType)]
    )
    site = forms.ChoiceField(
        required=False, choices=[("", "Any"), *((site.domain, site.label) for site in SITES)]
    )
    since = forms.ChoiceField(
        required=False,
        choices=[(key, words.capitalize()) for key, (words, _span) in SINCE.items()],
    )
    reason = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    def wanted(self) -> Wanted:
        """Return what was asked; a value that does not exist filters nothing."""
        self.is_valid()
        asked = dict(self.cleaned_data)
        _words, span = SINCE[asked.pop("since", "") or USUAL_SINCE]
        return Wanted(**asked, since=timezone.now() - span if span else None)


class ReplayForm(forms.Form):
    """Why support replays a customer's run; the customer reads it in the log."""

    reason = forms.CharField(
        max_length=300,
        label="Reason",
        help_text="The customer reads it in the history and in the organisation's log.",
    )
