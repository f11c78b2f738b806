"""Reads of the ingest API: whose token, which organisation, which dataset, which answer."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from portal.api.domain import KEYS_KEPT_HOURS, MAX_EXTERNAL_ID
from portal.api.models import ApiToken, IdempotencyKey
from portal.mappings.models import Dataset


def live_token(token_hash: bytes) -> ApiToken | None:
    """Return the token of that hash unless it is unknown or revoked."""
    return ApiToken.objects.filter(token_hash=token_hash, revoked_at__isnull=True).first()


def organisation_with(external_id: str) -> UUID | None:
    """Return the organisation of the vendor's own id.

    By a function with the owner's rights that tells nothing but the id: reading as support would
    fill the log of support's accesses with every push.
    """
    if "\0" in external_id or len(external_id) > MAX_EXTERNAL_ID:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisation_by_external_id(%s)", [external_id])
        found: UUID | None = cursor.fetchone()[0]
    return found


def dataset_on_offer(name: str) -> Dataset | None:
    """Return the dataset of that name with its fields, unless it is off the offer."""
    return Dataset.objects.prefetch_related("fields").filter(name=name, active=True).first()


def stored_answer(key: str) -> IdempotencyKey | None:
    """Return what the current tenant's push with that key was answered."""
    return IdempotencyKey.objects.filter(key=key).first()


def forgettable_keys(*, limit: int) -> list[UUID]:
    """Return keys of the current tenant that are past their time; locked, and none that is."""
    past = timezone.now() - timedelta(hours=KEYS_KEPT_HOURS)
    rows = IdempotencyKey.objects.select_for_update(skip_locked=True).filter(created_at__lt=past)
    return list(rows.values_list("pk", flat=True)[:limit])
