"""What a run sends: chunks of the source, their frozen batches, every attempt and every reject."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.common.models import TenantModel
from portal.mappings.models import Mapping
from portal.syncs.domain import BatchState, ChunkState
from portal.syncs.models.runs import SyncRun


class Chunk(TenantModel):
    """A stretch of the source whose outcome is committed in one transaction.

    An open chunk belongs to its mapping: when a run fails, the next one takes it over and sends the
    same bytes under the same keys.
    """

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="chunks")
    mapping = models.ForeignKey(Mapping, on_delete=models.CASCADE, related_name="+")
    replay = models.BooleanField(default=False)
    mapping_revision = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in ChunkState], default="open"
    )
    cursor_from = models.JSONField()
    cursor_to = models.JSONField()
    read_count = models.BigIntegerField()
    skipped_count = models.BigIntegerField()
    rejected_count = models.BigIntegerField()
    """Rejected before sending. What Datadog refuses is added at the outcome."""
    frozen_at = models.DateTimeField()
    """The time that the age checks used."""
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mapping"],
                condition=Q(state="open", replay=False),
                name="syncs_one_open_chunk",
            ),
            models.UniqueConstraint(
                fields=["organisation", "run"],
                condition=Q(state="open", replay=True),
                name="syncs_one_open_replay_chunk",
            ),
        ]

    def __str__(self) -> str:
        return f"chunk of run {self.run_id}"


class Batch(TenantModel):
    """One request body, frozen before its first byte leaves."""

    chunk = models.ForeignKey(Chunk, on_delete=models.CASCADE, related_name="batches")
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="parts"
    )
    key = models.UUIDField()
    """Made of the mapping, the first and last number and the bytes: the same for every attempt."""
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in BatchState], default="open"
    )
    first_number = models.BigIntegerField()
    last_number = models.BigIntegerField()
    record_count = models.PositiveIntegerField()
    raw_bytes = models.PositiveIntegerField()
    sent_bytes = models.PositiveIntegerField()
    body = models.BinaryField(null=True, editable=False)
    """The compressed bytes; dropped once the outcome is known."""
    oldest_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "batches"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "key"],
                condition=Q(state="open"),
                name="syncs_one_open_batch_a_key",
            ),
            models.CheckConstraint(
                condition=~Q(state="open") | Q(body__isnull=False), name="syncs_open_has_body"
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)


class Attempt(TenantModel):
    """One try to send a batch, and what Datadog answered."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=12)
    uncertain = models.BooleanField(default=False)
    """Datadog may have taken it although no answer came."""
    excerpt = models.CharField(max_length=500, blank=True)
    """The start of the answer, secrets masked."""

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.outcome} {self.status or ''}"


class Reject(TenantModel):
    """A record that was not sent, with its reason and the record itself, sealed."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="rejects")
    chunk = models.ForeignKey(Chunk, on_delete=models.CASCADE, related_name="rejects")
    number = models.BigIntegerField()
    record_id = models.CharField(max_length=300)
    code = models.CharField(max_length=40)
    field = models.CharField(max_length=200, blank=True)
    message = models.CharField(max_length=500)
    datadog = models.CharField(max_length=500, blank=True)
    record_sealed = models.BinaryField(editable=False)
    at = models.DateTimeField(auto_now_add=True)
    replayed_by = models.ForeignKey(
        SyncRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """The replay that dealt with it again; null while it is open."""

    class Meta:
        permissions = [("view_reject_record", "Can see the records of rejects of any tenant")]
        indexes = [
            models.Index(fields=["run", "number"], name="syncs_reject_of_run"),
            models.Index(fields=["run", "code"], name="syncs_reject_by_code"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}: {self.code}"
