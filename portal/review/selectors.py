"""Reads about the seven steps."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.timezone import localdate

from portal.review.domain import (
    AUDIENCE_WORDS,
    LAST_STEP,
    STATE_WORDS,
    STEPS,
    Audience,
    StepDefinition,
    StepState,
)
from portal.review.models import Step, StepNote


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step as the guide has it, and where it stands."""

    number: int
    definition: StepDefinition
    step: Step
    last_note: StepNote | None

    @property
    def overdue(self) -> bool:
        due_on = self.step.due_on
        return bool(due_on and due_on < localdate() and self.step.state != StepState.DONE)

    @property
    def state_words(self) -> str:
        return STATE_WORDS[StepState(self.step.state)]

    @property
    def audience_words(self) -> str:
        """For whom it is published; only the last step says that."""
        is_last = self.step.key == LAST_STEP
        return AUDIENCE_WORDS[Audience(self.step.audience)] if is_last else ""


def step_lines() -> list[StepLine]:
    """Return the seven steps in the guide's order, each with its newest note."""
    steps = {step.key: step for step in Step.objects.select_related("changed_by")}
    newest = {
        note.step_id: note
        for note in StepNote.objects.order_by("step_id", "-at").distinct("step_id")
    }
    return [
        StepLine(number, definition, steps[definition.key], newest.get(definition.key))
        for number, definition in enumerate(STEPS, start=1)
    ]


def step_line(key: str) -> StepLine | None:
    """Return one step, or None for a key that is none."""
    return next((line for line in step_lines() if line.definition.key == key), None)
