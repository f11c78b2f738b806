"""The base of every tenant table, and its two managers."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models

from portal.common.ids import uuid7
from portal.common.tenancy import SUPPORT_ALIAS, current_organisation_id

M = TypeVar("M", bound="TenantModel")


class TenantManager(models.Manager[M]):
    """Rows of the current tenant; without one it raises. PostgreSQL holds the second wall."""

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(organisation_id=current_organisation_id())


class AcrossTenantsManager(models.Manager[M]):
    """Rows of all tenants, read through the support role. Whoever uses it records the use."""

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().using(SUPPORT_ALIAS)


class TenantModel(models.Model):
    """A row that belongs to one organisation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.CASCADE, related_name="+"
    )

    objects = TenantManager()
    across_tenants = AcrossTenantsManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.organisation_id is None:
            self.organisation_id = current_organisation_id()
        super().save(*args, **kwargs)
