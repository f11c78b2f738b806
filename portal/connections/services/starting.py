"""Sending a person to Datadog's consent page: state, verifier and what they are bound to."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.services.audit import record_audit
from portal.common.ids import uuid7
from portal.common.tenancy import tenant
from portal.connections import gateways
from portal.connections.domain import (
    ConnectionsError,
    ConnectionState,
    Destination,
    StateRefusedError,
)
from portal.connections.models import AuthorizationRequest, Connection, OAuthClient
from portal.connections.selectors import oauth_client
from portal.connections.services.clients import config_of
from portal.connections.vault import open_sealed, seal

LIFETIME = timedelta(minutes=10)
"""Long enough to sign in at Datadog with a second factor; RFC 9700, 4.7 asks for short."""
NONCE_BYTES = 32
VERIFIER_PLACE = "connections_authorizationrequest.verifier_sealed"

_signer = Signer(salt="connections.state")


def start_authorization(
    *,
    organisation_id: UUID,
    destination: Destination,
    by: User,
    session_key: str,
    from_tile: bool = False,
) -> str:
    """Note a grant under way and return where the browser goes: Datadog's consent page."""
    gateways.check_destination(site=destination.site, subdomain=destination.subdomain)
    client = oauth_client()
    config = config_of(client)
    state, verifier = _new_state(organisation_id), gateways.new_verifier()
    request = AuthorizationRequest(
        id=uuid7(),
        state_hash=digest(state),
        user=by,
        session_hash=digest(session_key),
        site=destination.site,
        subdomain=destination.subdomain,
        client=client,
        from_tile=from_tile,
        expires_at=timezone.now() + LIFETIME,
    )
    with tenant(organisation_id):
        AuthorizationRequest.objects.filter(expires_at__lt=timezone.now()).delete()
        connection = _connection_at(destination, client, by)
        request.verifier_sealed = seal(
            verifier.reveal().encode(),
            place=VERIFIER_PLACE,
            row_id=request.id,
            organisation_id=organisation_id,
        )
        request.save(force_insert=True)
        record_audit(action="datadog authorisation started", by=by, target=connection)
    return gateways.authorize_url(destination, config=config, state=state, verifier=verifier)


def consume_request(state: str) -> AuthorizationRequest:
    """Take the request that ``state`` stands for out of the database, for good."""
    organisation_id = _organisation_in(state)
    with tenant(organisation_id):
        taken = AuthorizationRequest.objects.raw(
            "DELETE FROM connections_authorizationrequest "
            "WHERE organisation_id = %s AND state_hash = %s RETURNING *",
            [organisation_id, digest(state)],
        )
        requests = list(taken)
    if not requests:
        raise StateRefusedError(
            "This authorisation is over: it was used already, or it took too long.",
            "Look under Connections whether Datadog is linked already. If not, start again.",
        )
    return requests[0]


def verifier_of(request: AuthorizationRequest) -> gateways.Secret:
    """The PKCE verifier of a consumed request."""
    plain = open_sealed(
        bytes(request.verifier_sealed),
        place=VERIFIER_PLACE,
        row_id=request.id,
        organisation_id=request.organisation_id,
    )
    return gateways.Secret(plain.decode())


def digest(value: str) -> bytes:
    """What is kept of a state and of a session: enough to recognise it, useless to a thief."""
    return hashlib.sha256(value.encode()).digest()


def _new_state(organisation_id: UUID) -> str:
    return _signer.sign(f"{organisation_id.hex}.{secrets.token_urlsafe(NONCE_BYTES)}")


def _organisation_in(state: str) -> UUID:
    try:
        return UUID(hex=_signer.unsign(state).partition(".")[0])
    except (BadSignature, ValueError) as error:
        raise StateRefusedError(
            "This answer from Datadog does not belong to anything that was started here.",
            "Start linking Datadog again from this portal or from the tile in Datadog.",
        ) from error


def _connection_at(destination: Destination, client: OAuthClient, by: User) -> Connection:
    """The organisation's connection to that site; reconnecting keeps the row."""
    connection, _ = Connection.objects.get_or_create(
        site=destination.site,
        defaults={"subdomain": destination.subdomain, "client": client, "connected_by": by},
    )
    if connection.state == ConnectionState.DISCONNECTING:
        raise ConnectionsError(
            "This connection is being disconnected right now.",
            "Wait until it is done, then link Datadog again.",
        )
    return connection
