"""Forms of the history's filter and of a replay."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from portal.mappings.models import Mapping
from portal.syncs.domain import RunState, Trigger
from portal.syncs.gateways.datadog_pages import site_label
from portal.syncs.history import UNDER_WAY, WITH_REJECTS, HistoryFilter

OUTCOME_CHOICES = [
    ("", "Any"),
    (WITH_REJECTS, "Any with rejects"),
    (UNDER_WAY, "Under way"),
    (RunState.SUCCEEDED.value, "Succeeded"),
    (RunState.PARTIAL.value, "Succeeded with rejects"),
    (RunState.REJECTED.value, "All rejected"),
    (RunState.FAILED.value, "Failed"),
    (RunState.CANCELLED.value, "Cancelled"),
]
TRIGGER_CHOICES = [
    ("", "Any"),
    (Trigger.SCHEDULE.value, "Schedule"),
    (Trigger.MANUAL.value, "By hand"),
    (Trigger.REPLAY.value, "Replay"),
]


class MappingField(forms.ModelChoiceField[Mapping]):
    """A mapping by name and site; the same name may stand once on every connection."""

    def label_from_instance(self, obj: Mapping) -> str:
        removed = ", removed" if obj.removed_at else ""
        return f"{obj.name} ({site_label(obj.connection.site)}{removed})"


class HistoryFilterForm(forms.Form):
    """The history's filter. It lives in the address, so that a view of it can be passed on."""

    mapping = MappingField(queryset=QuerySet(Mapping).none(), required=False, empty_label="Any")
    outcome = forms.ChoiceField(choices=OUTCOME_CHOICES, required=False)
    trigger = forms.ChoiceField(choices=TRIGGER_CHOICES, required=False, label="Started by")
    empty = forms.BooleanField(required=False, label="Also runs that read nothing")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Mappings that were removed keep their history.
        mappings = Mapping.objects.select_related("connection").order_by("name", "connection__site")
        self.fields["mapping"].queryset = mappings  # type: ignore[attr-defined]  # a ModelChoiceField

    def filter(self) -> HistoryFilter:
        """Return what was asked; a value that does not exist filters nothing."""
        self.is_valid()
        return HistoryFilter(**{k: v for k, v in self.cleaned_data.items() if v})


class ReplayForm(forms.Form):
    """Why the rejected records are sent again; it stands in the history and the audit log."""

    reason = forms.CharField(
        max_length=300,
        label="Reason",
        help_text="What has changed since. It stands in the history.",
    )
