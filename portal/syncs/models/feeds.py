"""Pushed records: numbered one by one, kept as compressed segments and not as a row each."""

from __future__ import annotations

from django.db import models

from portal.common.models import TenantModel
from portal.mappings.models import Dataset


class Feed(TenantModel):
    """The numbering of an organisation's records of one dataset.

    Whoever adds a segment holds this row until commit, so segments become visible in the order of
    their numbers and a reader's cursor can never jump over one.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    last_number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "dataset"], name="syncs_one_feed")
        ]

    def __str__(self) -> str:
        return f"feed up to {self.last_number}"


class Segment(TenantModel):
    """Up to some thousand records as zstd-compressed NDJSON."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    first_number = models.BigIntegerField()
    last_number = models.BigIntegerField()
    raw_bytes = models.BigIntegerField()
    data = models.BinaryField(editable=False)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "dataset", "last_number"], name="syncs_segment_place"
            ),
            models.CheckConstraint(
                condition=models.Q(last_number__gte=models.F("first_number")),
                name="syncs_segment_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_number}-{self.last_number}"
