"""Storing and deleting a connection's secrets, always inside the caller's transaction."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from portal.common.ids import uuid7
from portal.connections.domain import SecretKind
from portal.connections.gateways import Grant, Secret
from portal.connections.models import Connection, Credential
from portal.connections.selectors import CREDENTIAL_PLACE
from portal.connections.services.states import change
from portal.connections.vault import seal

REFRESH_AT_SHARE = 0.8
"""A token is refreshed after this share of its life, so that a failing refresh has time left."""


def store_credential(connection: Connection, *, kind: SecretKind, secret: Secret) -> None:
    """Keep the secret in place of the former one of its kind, which no longer opens."""
    row = Credential.objects.select_for_update().filter(connection=connection, kind=kind).first()
    if row is None:
        row = Credential(id=uuid7(), connection=connection, kind=kind, version=0)
    row.version += 1
    row.last_four = secret.last_four
    row.sealed = seal(
        secret.reveal().encode(),
        place=CREDENTIAL_PLACE,
        row_id=row.id,
        organisation_id=connection.organisation_id,
        version=row.version,
    )
    row.save(force_insert=row.version == 1)


def delete_credentials(connection: Connection, *kinds: SecretKind) -> None:
    """Delete the secrets of these kinds."""
    Credential.objects.filter(connection=connection, kind__in=kinds).delete()


def store_grant(connection: Connection, grant: Grant) -> None:
    """Store a grant's tokens. A refresh token that comes replaces the old one; none keeps it."""
    now = timezone.now()
    store_credential(connection, kind=SecretKind.ACCESS_TOKEN, secret=grant.access_token)
    if grant.refresh_token is not None:
        store_credential(connection, kind=SecretKind.REFRESH_TOKEN, secret=grant.refresh_token)
    refreshable = connection.credentials.filter(kind=SecretKind.REFRESH_TOKEN).exists()
    life = timedelta(seconds=grant.expires_in)
    change(
        connection,
        access_token_expires_at=now + life,
        refresh_at=now + life * REFRESH_AT_SHARE if refreshable else None,
        refresh_lease_until=None,
    )
