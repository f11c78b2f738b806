"""The audit log: who did what. Secrets never go into ``details``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models

from portal.accounts.models import AuditEntry, SupportAccess, User


def record_audit(
    *, action: str, by: User | None, target: models.Model | None = None, **details: Any
) -> None:
    """Add an entry to the current tenant's log, in the caller's transaction.

    ``by`` is None for what the portal does by itself.
    """
    AuditEntry.objects.create(
        actor=by,
        actor_name=by.email if by else "portal",
        action=action,
        object_type=str(target._meta.verbose_name) if target else "",
        object_id=str(target.pk) if target else "",
        details=details,
    )


def record_support_access(*, purpose: str, by: User | None, tenant_id: UUID | None = None) -> None:
    """Note a use of the cross-tenant role. Call it before the first row is read."""
    SupportAccess.objects.create(
        actor=by,
        actor_name=by.email if by else "command line",
        purpose=purpose,
        tenant_id=tenant_id,
    )
