"""Django admin: the seven steps, to look at. The review page changes them and leaves notes."""

from __future__ import annotations

from django.contrib import admin

from portal.accounts.admin_base import ReadOnlyAdmin
from portal.review.models import Step, StepNote


@admin.register(Step)
class StepAdmin(ReadOnlyAdmin):
    list_display = ("position", "key", "state", "owner", "due_on", "changed_at")


@admin.register(StepNote)
class StepNoteAdmin(ReadOnlyAdmin):
    list_display = ("at", "step", "author_name", "text")
    list_select_related = ("step",)
