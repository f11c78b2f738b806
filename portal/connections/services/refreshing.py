"""Fresh access tokens: one refresh at a time for each connection, ahead of expiry.

A refresh token may be good for one use only, so the right to use it is a claim in the row: a lease
that ends and a fence that counts. Who holds an older fence stores nothing.
"""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from portal.common.tenancy import tenant
from portal.connections import gateways
from portal.connections.domain import (
    ClientRefusedError,
    ConnectionsError,
    ConnectionState,
    GrantLostError,
    SecretKind,
    SecretMissingError,
    TryLaterError,
)
from portal.connections.gateways import Grant, Secret
from portal.connections.models import Connection
from portal.connections.selectors import reveal
from portal.connections.services.clients import config_of
from portal.connections.services.credentials import store_grant
from portal.connections.services.states import change, locked, move, said, soon

LEASE = timedelta(seconds=60)
"""Three times the longest call to Datadog (20 s), so that a lease never ends under a live call."""
RETRY_SECONDS = 30.0
VENDOR_RETRY_SECONDS = 3600.0
"""A refused client is mended by the vendor; the API key goes on working meanwhile."""
EXPIRY_MARGIN = timedelta(seconds=10)
"""A token with less life than this is refreshed before it is used."""
WAIT_SECONDS = 25.0
_POLL_SECONDS = 0.1

_LINKED = (
    ConnectionState.CHECKING_KEY,
    ConnectionState.CONNECTED,
    ConnectionState.NEEDS_RECONNECT,
)


def refresh_access_token(*, organisation_id: UUID, connection_id: UUID) -> bool:
    """Refresh if it is due and nobody else does; tell whether we did.

    What Datadog says is stored with the connection; nothing is raised.
    """
    connection = _claim(organisation_id, connection_id)
    if connection is None:
        return False
    try:
        grant = _refreshed(connection)
    except ConnectionsError as error:
        _store_failure(connection, error)
        return False
    return _store(connection, grant)


def access_token_for(*, organisation_id: UUID, connection_id: UUID) -> Secret:
    """Return an access token with some life left, refreshed if need be.

    Waits while somebody else refreshes. GrantLostError when a person has to act, TryLaterError.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        connection = _linked(organisation_id, connection_id)
        if _lives(connection):
            return reveal(connection, kind=SecretKind.ACCESS_TOKEN, purpose="call Datadog")
        if refresh_access_token(organisation_id=organisation_id, connection_id=connection_id):
            continue
        if time.monotonic() > deadline or not _may_come(organisation_id, connection_id):
            raise TryLaterError("The access token could not be refreshed yet.")
        time.sleep(_POLL_SECONDS)


def _claim(organisation_id: UUID, connection_id: UUID) -> Connection | None:
    """One UPDATE decides who refreshes."""
    now = timezone.now()
    with tenant(organisation_id):
        claimed = (
            Connection.objects.filter(id=connection_id, state__in=_LINKED, refresh_at__lte=now)
            .filter(Q(refresh_lease_until__isnull=True) | Q(refresh_lease_until__lt=now))
            .update(refresh_lease_until=now + LEASE, refresh_fence=F("refresh_fence") + 1)
        )
        if not claimed:
            return None
        return Connection.objects.select_related("client").get(id=connection_id)


def _refreshed(connection: Connection) -> Grant:
    token = reveal(connection, kind=SecretKind.REFRESH_TOKEN, purpose="refresh the access token")
    return gateways.refresh(
        config=config_of(connection.client), site=connection.site, refresh_token=token
    )


def _store(connection: Connection, grant: Grant) -> bool:
    with tenant(connection.organisation_id):
        row = locked(connection.id)
        if row.refresh_fence != connection.refresh_fence or row.state not in _LINKED:
            return False
        store_grant(row, grant)
        change(row, checked_at=timezone.now())
        if row.state == ConnectionState.CONNECTED:
            change(row, **said("", ""))
        if grant.scopes:
            change(row, granted_scopes=list(grant.scopes))
    return True


def _store_failure(connection: Connection, error: ConnectionsError) -> None:
    """A lost grant stops the connection once; anything else is tried again later."""
    with tenant(connection.organisation_id):
        row = locked(connection.id)
        if row.refresh_fence != connection.refresh_fence or row.state not in _LINKED:
            return
        if isinstance(error, GrantLostError | SecretMissingError):
            change(row, refresh_at=None, refresh_lease_until=None, checked_at=timezone.now())
            move(
                row, ConnectionState.NEEDS_RECONNECT, check_at=None, **said(error.title, error.fix)
            )
            return
        wait = RETRY_SECONDS
        if isinstance(error, TryLaterError):
            wait = max(error.retry_after or 0.0, RETRY_SECONDS)
        if isinstance(error, ClientRefusedError):
            wait = VENDOR_RETRY_SECONDS
            change(row, **said(error.title, error.fix))
        change(row, refresh_at=soon(wait), refresh_lease_until=None)


def _linked(organisation_id: UUID, connection_id: UUID) -> Connection:
    with tenant(organisation_id):
        connection = Connection.objects.get(id=connection_id)
    if connection.state not in _LINKED or connection.access_token_expires_at is None:
        raise GrantLostError(
            connection.problem or "Datadog is not linked.", connection.fix or "Link Datadog again."
        )
    if not _lives(connection) and connection.refresh_at is None:
        raise GrantLostError(
            connection.problem or "The access token has expired and cannot be refreshed.",
            connection.fix or "Link Datadog again.",
        )
    return connection


def _lives(connection: Connection) -> bool:
    expires_at = connection.access_token_expires_at
    return expires_at is not None and expires_at > timezone.now() + EXPIRY_MARGIN


def _may_come(organisation_id: UUID, connection_id: UUID) -> bool:
    """Whether waiting helps: somebody refreshes, or has, or a person is needed (raised next)."""
    with tenant(organisation_id):
        connection = Connection.objects.get(id=connection_id)
    now, lease = timezone.now(), connection.refresh_lease_until
    if _lives(connection) or connection.refresh_at is None:
        return True
    return lease is not None and lease > now
