"""The form of one step."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.review.domain import AUDIENCE_WORDS, LAST_STEP, STATE_WORDS, Audience, StepState
from portal.review.models import Step
from portal.review.services import StepChange

STORED = ("state", "owner", "due_on", "audience", "evidence")


class StepForm(forms.Form):
    state = forms.ChoiceField(choices=[(state.value, STATE_WORDS[state]) for state in StepState])
    owner = forms.CharField(required=False, max_length=120, help_text="Who looks after this step.")
    due_on = forms.DateField(
        required=False,
        label="Due",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    audience = forms.ChoiceField(
        choices=[(audience.value, AUDIENCE_WORDS[audience]) for audience in Audience],
        label="Publish to",
        widget=forms.RadioSelect,
    )
    evidence = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 4}))
    note = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept with your name and the time.",
    )

    def __init__(self, *args: Any, step: Step, evidence_help: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {name: getattr(step, name) for name in STORED}
        self.fields["evidence"].help_text = evidence_help
        if step.key != LAST_STEP:
            del self.fields["audience"]

    def change(self) -> StepChange:
        """Return what the valid form asks for."""
        asked = self.cleaned_data
        return StepChange(
            state=StepState(asked["state"]),
            owner=asked["owner"],
            due_on=asked["due_on"],
            evidence=asked["evidence"],
            audience=Audience(asked.get("audience", Audience.UNDECIDED)),
        )
