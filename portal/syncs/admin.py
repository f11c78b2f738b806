"""Django admin: schedules and runs of all tenants, their batches and rejects; replaying runs."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.accounts.admin_base import TenantAdmin, TenantHistoryAdmin
from portal.accounts.models import User
from portal.common.tenancy import tenant
from portal.syncs.domain import SyncsError
from portal.syncs.models import Attempt, Batch, Chunk, Feed, Reject, Schedule, Segment, SyncRun
from portal.syncs.services.runs import replay_run


class ReasonForm(ActionForm):
    """Asks why, next to the choice of the action."""

    reason = forms.CharField(required=False, max_length=300, label="Reason for the replay:")


@admin.register(SyncRun)
class SyncRunAdmin(TenantHistoryAdmin):
    list_display = (
        "requested_at",
        "organisation",
        "mapping",
        "state",
        "trigger",
        "read_count",
        "sent_count",
        "rejected_count",
    )
    list_select_related = ("organisation", "mapping")
    list_filter = (*TenantAdmin.list_filter, "state", "trigger")
    search_fields = (*TenantAdmin.search_fields, "mapping__name", "problem")
    ordering = ("-requested_at",)
    actions = ("replay_runs",)
    action_form = ReasonForm

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("syncs.replay_syncrun")

    @admin.action(description="Replay the selected runs", permissions=["replay"])
    def replay_runs(self, request: HttpRequest, queryset: QuerySet[SyncRun]) -> None:
        """Replay each run on its own, so that one that cannot be replayed stops no other."""
        reason = request.POST.get("reason", "").strip()
        if not reason:
            messages.error(request, "Nothing was replayed: give a reason beside the action.")
            return
        for run_id, organisation_id in queryset.values_list("pk", "organisation_id"):
            level, said = _replayed(run_id, organisation_id, by=request.user, reason=reason)
            messages.add_message(request, level, f"Run {run_id}: {said}")


def _replayed(run_id: UUID, organisation_id: UUID, *, by: Any, reason: str) -> tuple[int, str]:
    try:
        with tenant(organisation_id):
            run = SyncRun.objects.select_related("mapping__connection").get(pk=run_id)
            replay = replay_run(run=run, by=cast(User, by), reason=reason)
    except SyncsError as error:
        return messages.WARNING, str(error)
    return messages.SUCCESS, f"replayed by run {replay.pk}."


@admin.register(Schedule)
class ScheduleAdmin(TenantAdmin):
    list_display = ("mapping", "organisation", "every_seconds", "state", "next_at")
    list_select_related = ("organisation", "mapping")
    list_filter = (*TenantAdmin.list_filter, "state")
    search_fields = (*TenantAdmin.search_fields, "mapping__name")
    fields = ("organisation", "mapping", "every_seconds", "state", "reason", "next_at", "cursor")
    readonly_fields = ("organisation", "mapping", "next_at", "cursor")


@admin.register(Chunk)
class ChunkAdmin(TenantHistoryAdmin):
    list_display = ("frozen_at", "organisation", "run", "state", "read_count", "done_at")
    list_select_related = ("organisation", "run")
    list_filter = (*TenantAdmin.list_filter, "state")


@admin.register(Batch)
class BatchAdmin(TenantHistoryAdmin):
    list_display = ("key", "organisation", "state", "record_count", "raw_bytes", "sent_bytes")
    list_filter = (*TenantAdmin.list_filter, "state")


@admin.register(Attempt)
class AttemptAdmin(TenantHistoryAdmin):
    list_display = ("at", "organisation", "outcome", "status", "milliseconds", "uncertain")
    list_filter = (*TenantAdmin.list_filter, "outcome", "status")
    ordering = ("-at",)


@admin.register(Reject)
class RejectAdmin(TenantHistoryAdmin):
    list_display = ("record_id", "organisation", "code", "field", "message", "at")
    list_filter = (*TenantAdmin.list_filter, "code")
    search_fields = (*TenantAdmin.search_fields, "record_id")
    ordering = ("-at",)


@admin.register(Feed)
class FeedAdmin(TenantHistoryAdmin):
    list_display = ("dataset", "organisation", "last_number")
    list_select_related = ("organisation", "dataset")


@admin.register(Segment)
class SegmentAdmin(TenantHistoryAdmin):
    list_display = ("dataset", "organisation", "first_number", "last_number", "received_at")
    list_select_related = ("organisation", "dataset")
    list_filter = (*TenantAdmin.list_filter, "dataset")
