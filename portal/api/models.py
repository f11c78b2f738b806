"""API tokens of the vendor, and the answers that a repeated push gets again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.common.ids import uuid7
from portal.common.models import TenantModel


class ApiToken(models.Model):
    """A token of the vendor's backend, good for all organisations. Only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120, help_text="Who uses it, such as “billing backend”.")
    token_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    """SHA-256. The token has 256 random bits, so nothing slower is needed."""
    last_four = models.CharField(max_length=4, editable=False)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """Null for a token that was made on the command line."""
    last_used_at = models.DateTimeField(null=True, editable=False)
    free_at = models.DateTimeField(default=timezone.now, editable=False)
    """When the rate limit has nothing of this token left (GCRA's theoretical arrival time)."""
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.name} (…{self.last_four})"


class IdempotencyKey(TenantModel):
    """The answer to a push that was committed, for whoever asks again with the same key."""

    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)
    """SHA-256 of the dataset, the media type and the decompressed body."""
    answer = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="api_one_answer_a_key")
        ]
        indexes = [models.Index(fields=["organisation", "created_at"], name="api_key_age")]

    def __str__(self) -> str:
        return self.key
