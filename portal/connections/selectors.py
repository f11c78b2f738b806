"""Reads about connections, in the current tenant; and the one way to a secret."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db.models import QuerySet

from portal.common.tenancy import tenant
from portal.connections.domain import ClientRefusedError, SecretKind, SecretMissingError
from portal.connections.gateways import Secret
from portal.connections.models import Connection, Credential, OAuthClient
from portal.connections.vault import open_sealed

CREDENTIAL_PLACE = "connections_credential.sealed"
logger = logging.getLogger(__name__)


def connections_of_organisation() -> QuerySet[Connection]:
    """Return the current tenant's connections with what their pages show."""
    return (
        Connection.objects.select_related("client", "connected_by")
        .prefetch_related("credentials")
        .order_by("site")
    )


def connection(connection_id: UUID) -> Connection | None:
    """Return one connection of the current tenant."""
    return connections_of_organisation().filter(id=connection_id).first()


def oauth_client() -> OAuthClient:
    """Return the client that new grants are made with: the newest active one."""
    client = OAuthClient.objects.filter(active=True).order_by("-created_at", "-id").first()
    if client is None:
        raise ClientRefusedError(
            "The vendor has not registered this portal with Datadog yet.",
            "Ask the vendor: an OAuth client is missing.",
        )
    return client


def reveal(connection: Connection, *, kind: SecretKind, purpose: str) -> Secret:
    """Open a secret of a connection for a call to Datadog. There is no other way to one.

    SecretMissingError when there is none; SealError when it was changed or moved.
    """
    with tenant(connection.organisation_id):
        row = Credential.objects.filter(connection_id=connection.id, kind=kind).first()
        if row is None:
            raise SecretMissingError(
                f"This connection has no {kind.value.replace('_', ' ')}.", "Link Datadog again."
            )
        plain = open_sealed(
            bytes(row.sealed),
            place=CREDENTIAL_PLACE,
            row_id=row.id,
            organisation_id=connection.organisation_id,
            version=row.version,
        )
    logger.debug("%s of connection %s opened: %s", kind, connection.id, purpose)
    return Secret(plain.decode())
