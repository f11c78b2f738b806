"""Ending a link: revoke at Datadog, prove it, forget the tokens, tell which key remains."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.services.audit import record_audit
from portal.common.tenancy import tenant
from portal.connections import gateways
from portal.connections.domain import (
    ConnectionsError,
    ConnectionState,
    GrantLostError,
    SecretKind,
    SecretMissingError,
    TryLaterError,
)
from portal.connections.gateways import OAuthClientConfig
from portal.connections.models import Connection
from portal.connections.selectors import reveal
from portal.connections.services.claims import release_organisation
from portal.connections.services.clients import config_of
from portal.connections.services.credentials import delete_credentials, store_grant
from portal.connections.services.states import change, locked, move, said, soon

REVOKE_WAITS = (5, 15, 60, 300, 900, 3600)
"""Seconds between tries to revoke; the last one goes on until Datadog answers."""
_TOKENS = (SecretKind.ACCESS_TOKEN, SecretKind.REFRESH_TOKEN)


def disconnect(*, organisation_id: UUID, connection_id: UUID, by: User) -> None:
    """Stop everything that uses the connection at once; revoking follows in the background.

    Schedules ask for a connection's state, so that none of them starts from here on.
    """
    with tenant(organisation_id):
        connection = locked(connection_id)
        record_audit(action="datadog disconnected", by=by, target=connection, site=connection.site)
        if connection.state == ConnectionState.PENDING:
            _finish(connection)
            return
        move(
            connection,
            ConnectionState.DISCONNECTING,
            check_at=timezone.now(),
            check_count=0,
            refresh_at=None,
            refresh_lease_until=None,
            refresh_fence=connection.refresh_fence + 1,
        )


def revoke_grant(connection: Connection) -> None:
    """One try to revoke; the row says what came of it."""
    try:
        alive = _revoke(connection, config_of(connection.client))
    except TryLaterError as error:
        _try_again(connection, error.retry_after)
    except ConnectionsError as error:
        _give_up(connection, error)
    else:
        if alive:
            _try_again(connection, None)
            return
        with tenant(connection.organisation_id):
            _finish(locked(connection.id))


def _revoke(connection: Connection, config: OAuthClientConfig) -> bool:
    """Revoke, then tell whether the grant still lives: a 200 alone is no proof."""
    try:
        token = reveal(connection, kind=SecretKind.REFRESH_TOKEN, purpose="revoke the grant")
    except SecretMissingError:
        return _revoke_access_token(connection, config)
    gateways.revoke(config=config, site=connection.site, token=token, hint="refresh_token")
    try:
        grant = gateways.refresh(config=config, site=connection.site, refresh_token=token)
    except GrantLostError:
        return False
    with tenant(connection.organisation_id):
        # The grant lives on, perhaps under a new refresh token: that one is revoked next.
        row = locked(connection.id)
        store_grant(row, grant)
        change(row, refresh_at=None)
    return True


def _revoke_access_token(connection: Connection, config: OAuthClientConfig) -> bool:
    try:
        token = reveal(connection, kind=SecretKind.ACCESS_TOKEN, purpose="revoke the grant")
    except SecretMissingError:
        return False
    gateways.revoke(config=config, site=connection.site, token=token, hint="access_token")
    return False


def _try_again(connection: Connection, retry_after: float | None) -> None:
    with tenant(connection.organisation_id):
        row = locked(connection.id)
        wait = REVOKE_WAITS[min(row.check_count, len(REVOKE_WAITS) - 1)]
        change(
            row,
            check_at=soon(max(retry_after or 0.0, wait)),
            check_count=min(row.check_count + 1, 1_000),
            **said("Datadog has not confirmed the end of the authorisation yet.", "Trying again."),
        )


def _give_up(connection: Connection, error: ConnectionsError) -> None:
    """Datadog will never take this call: the tokens go all the same, and the customer is told."""
    with tenant(connection.organisation_id):
        row = locked(connection.id)
        _finish(row)
        change(
            row,
            **said(
                f"Datadog did not take the end of the authorisation. {error.title}",
                "Remove the application yourself: in Datadog under Organization Settings, OAuth "
                "Apps.",
            ),
        )


def _finish(row: Connection) -> None:
    """The tokens are gone; the key stays sealed until it is known to be dead."""
    delete_credentials(row, *_TOKENS)
    release_organisation(row.site)
    move(
        row,
        ConnectionState.DISCONNECTED,
        check_at=None,
        check_count=0,
        refresh_at=None,
        access_token_expires_at=None,
        disconnected_at=timezone.now(),
    )
