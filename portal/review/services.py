"""Changing where a step stands. Every change of a state leaves a note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from portal.accounts.models import User
from portal.review.domain import LAST_STEP, STATE_WORDS, Audience, ReviewError, StepState
from portal.review.models import Step, StepNote


@dataclass(frozen=True, slots=True)
class StepChange:
    """What a person wants a step to say. ``audience`` counts for the last step only."""

    state: StepState
    owner: str = ""
    due_on: date | None = None
    evidence: str = ""
    audience: Audience = Audience.UNDECIDED


@transaction.atomic
def change_step(*, key: str, change: StepChange, by: User, note: str = "") -> Step:
    """Save a step and note what changed, in the person's words and in the portal's."""
    step = Step.objects.select_for_update().get(key=key)
    _check(step, change)
    before = StepState(step.state)
    step.state, step.owner, step.due_on = change.state, change.owner, change.due_on
    step.evidence, step.changed_by = change.evidence, by
    if key == LAST_STEP:
        step.audience = change.audience
    step.save()
    if before is not change.state:
        said = f"{STATE_WORDS[before]} → {STATE_WORDS[change.state]}"
        add_note(step=step, text=f"{said}\n{note}".strip(), by=by)
    elif note:
        add_note(step=step, text=note, by=by)
    return step


def add_note(*, step: Step, text: str, by: User) -> StepNote:
    """Add a note; notes are never changed."""
    return StepNote.objects.create(step=step, author=by, author_name=by.email, text=text)


def _check(step: Step, change: StepChange) -> None:
    if change.state is not StepState.DONE:
        return
    if not change.evidence.strip():
        raise ReviewError("Say what proves it: a step is done once its evidence is given.")
    if step.key == LAST_STEP and change.audience is Audience.UNDECIDED:
        raise ReviewError("Decide for whom the integration is published first.")
