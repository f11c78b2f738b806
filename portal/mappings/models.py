"""Datasets (what the vendor offers) and mappings (what an organisation sends where)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from portal.common.ids import uuid7
from portal.common.models import TenantModel
from portal.connections.models import Connection
from portal.mappings.domain import DataType, FieldType


class Dataset(models.Model):
    """A kind of record that the vendor offers to all its customers."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.SlugField(max_length=60, unique=True, help_text="Used in addresses and commands.")
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    id_field = models.CharField(
        max_length=120, blank=True, help_text="The field that identifies a record, if there is one."
    )
    time_field = models.CharField(
        max_length=120, blank=True, help_text="The field that says when it happened."
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class DatasetField(models.Model):
    """A field of a dataset's records, with sample values."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="fields")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=120)
    type = models.CharField(max_length=10, choices=[(t.value, t.value) for t in FieldType])
    required = models.BooleanField(default=False)
    description = models.CharField(max_length=200, blank=True)
    samples = models.JSONField(default=list, blank=True, help_text="Up to ten sample values.")

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "name"], name="mappings_one_field_a_name")
        ]

    def __str__(self) -> str:
        return self.name


class Mapping(TenantModel):
    """What of a dataset goes to Datadog over one connection, and as what."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="mappings")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    data_type = models.CharField(max_length=20, choices=[(t.value, t.words) for t in DataType])
    document = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    updated_at = models.DateTimeField(auto_now=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    """Set when the customer removes the mapping; its history stays."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "connection", "name"],
                condition=models.Q(removed_at__isnull=True),
                name="mappings_one_name",
            )
        ]

    def __str__(self) -> str:
        return self.name


class MappingRevision(TenantModel):
    """A mapping's document as it was saved; runs say which one they used."""

    mapping = models.ForeignKey(Mapping, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    saved_at = models.DateTimeField(auto_now_add=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mapping", "number"], name="mappings_one_revision"
            )
        ]

    def __str__(self) -> str:
        return f"{self.mapping_id} revision {self.number}"
