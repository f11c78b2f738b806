"""When a mapping is sent, and every time that it was."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.common.models import TenantModel
from portal.mappings.models import Mapping
from portal.syncs.domain import LIVE, OUTCOMES, RunState, ScheduleState, Trigger


class Schedule(TenantModel):
    """The rhythm of a mapping and the place up to which its dataset was dealt with.

    The database makes it together with the mapping (a trigger in the first migration): the app of
    mappings lies below this one and cannot call it, every way to make a mapping is covered, and the
    dispatcher need not look for mappings without one.
    """

    mapping = models.ForeignKey(Mapping, on_delete=models.CASCADE, related_name="schedules")
    every_seconds = models.PositiveIntegerField(null=True, blank=True)
    """Null: the portal's usual rhythm, SYNC_EVERY_SECONDS."""
    next_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in ScheduleState], default="active"
    )
    reason = models.CharField(max_length=300, blank=True)
    cursor = models.JSONField(default=dict)
    """Where the next run starts; only the outcome of a chunk moves it. Empty: see stretches."""

    class Meta:
        constraints = [
            # Not a one-to-one field: a unique key that does not start with the tenant tells others
            # that a value exists.
            models.UniqueConstraint(fields=["organisation", "mapping"], name="syncs_one_schedule")
        ]
        indexes = [
            models.Index(fields=["next_at"], name="syncs_schedule_due", condition=Q(state="active"))
        ]

    @property
    def rhythm_seconds(self) -> int:
        """Seconds from one run to the next."""
        return self.every_seconds or settings.SYNC_EVERY_SECONDS

    def __str__(self) -> str:
        return f"every {self.rhythm_seconds} s"


class SyncRun(TenantModel):
    """One run of a mapping, with its true outcome."""

    mapping = models.ForeignKey(Mapping, on_delete=models.CASCADE, related_name="runs")
    trigger = models.CharField(max_length=10, choices=[(t.value, t.value) for t in Trigger])
    replay_of = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="replays"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)
    """Why a person asked for it."""
    mapping_revision = models.PositiveIntegerField(default=0)

    state = models.CharField(
        max_length=24, choices=[(s.value, s.value) for s in RunState], default="queued"
    )
    problem = models.CharField(max_length=500, blank=True)
    """Why it waits or failed, as a sentence."""
    fix = models.CharField(max_length=500, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)

    requested_at = models.DateTimeField(auto_now_add=True)
    not_before = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    """Waits in a row without progress; the outcome of a chunk sets it back to 0."""
    rung_at = models.DateTimeField(null=True, blank=True)
    """When a worker was last woken for it."""
    lease_owner = models.CharField(max_length=120, blank=True)
    lease_token = models.BigIntegerField(default=0)
    """The fencing token: it grows with every claim, and outcomes compare it."""
    lease_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    cursor_from = models.JSONField(default=dict)
    cursor_to = models.JSONField(default=dict)
    read_count = models.BigIntegerField(default=0)
    sent_count = models.BigIntegerField(default=0)
    rejected_count = models.BigIntegerField(default=0)
    skipped_count = models.BigIntegerField(default=0)

    class Meta:
        permissions = [("replay_syncrun", "Can replay runs of any tenant")]
        constraints = [
            models.CheckConstraint(
                condition=Q(read_count=F("sent_count") + F("rejected_count") + F("skipped_count")),
                name="syncs_counter_law",
            ),
            models.CheckConstraint(
                condition=Q(sent_count__gte=0, rejected_count__gte=0, skipped_count__gte=0),
                name="syncs_counters_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(state=RunState.SUCCEEDED) | Q(rejected_count=0),
                name="syncs_no_success_with_rejects",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, finished_at__isnull=True)
                | Q(state__in=OUTCOMES, finished_at__isnull=False),
                name="syncs_finished_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(trigger=Trigger.REPLAY, replay_of__isnull=False)
                | (~Q(trigger=Trigger.REPLAY) & Q(replay_of__isnull=True)),
                name="syncs_replay_of_a_run",
            ),
            models.UniqueConstraint(
                fields=["organisation", "mapping"],
                condition=Q(state__in=LIVE, replay_of__isnull=True),
                name="syncs_one_live_run",
            ),
            models.UniqueConstraint(
                fields=["organisation", "replay_of"],
                condition=Q(state__in=LIVE, replay_of__isnull=False),
                name="syncs_one_live_replay",
            ),
        ]
        indexes = [
            models.Index(fields=["not_before"], name="syncs_run_live", condition=Q(state__in=LIVE)),
            models.Index(fields=["organisation", "-requested_at"], name="syncs_run_recent"),
            # The history without the runs that found nothing new, which soon are nearly all.
            models.Index(
                fields=["organisation", "-requested_at"],
                name="syncs_run_telling",
                condition=~Q(state=RunState.SUCCEEDED, read_count=0),
            ),
            models.Index(fields=["mapping", "-requested_at"], name="syncs_run_of_mapping"),
            models.Index(fields=["state", "-requested_at"], name="syncs_run_by_state"),
        ]

    def __str__(self) -> str:
        return f"run {self.id}"
