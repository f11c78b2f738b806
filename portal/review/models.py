"""Where the vendor stands on the way to a published integration. Vendor-wide, no tenant's rows."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from portal.common.ids import uuid7
from portal.review.domain import STEPS, Audience, StepState


class Step(models.Model):
    """One of the seven steps, with its state and owner."""

    key = models.CharField(
        max_length=20, primary_key=True, choices=[(s.key, s.title) for s in STEPS]
    )
    position = models.PositiveSmallIntegerField(unique=True)
    state = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in StepState], default="not_started"
    )
    owner = models.CharField(max_length=120, blank=True)
    due_on = models.DateField(null=True, blank=True)
    evidence = models.TextField(blank=True)
    audience = models.CharField(
        max_length=15, choices=[(a.value, a.value) for a in Audience], default="undecided"
    )
    """Only used by the last step."""
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.get_key_display()


class StepNote(models.Model):
    """A note on a step, or a change of its state."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField(auto_now_add=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    author_name = models.CharField(max_length=254)
    text = models.TextField()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.text[:60]
