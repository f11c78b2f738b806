"""The one API key that Datadog shows once: asked for, stored, checked until it works.

The wish for a key is committed before the call, and the key before anything else can fail. A wish
without a key means that an answer was lost; asking again then shows whether a key was made.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from portal.common.tenancy import tenant
from portal.connections import gateways
from portal.connections.domain import (
    ApiKeyExistsError,
    ApiKeyState,
    ConnectionsError,
    ConnectionState,
    Destination,
    OrganisationTakenError,
    SecretKind,
    SecretMissingError,
    TryLaterError,
)
from portal.connections.gateways import API_KEY_SCOPE, ApiKey, KeyCheck, Secret
from portal.connections.models import Connection, Credential
from portal.connections.selectors import reveal
from portal.connections.services.claims import (
    check_same_organisation,
    claim_organisation,
    release_organisation,
)
from portal.connections.services.credentials import delete_credentials, store_credential
from portal.connections.services.states import (
    change,
    locked,
    move,
    restore_check_after,
    said,
    soon,
)

INTENT_SECONDS = 60.0
"""Longer than any call to Datadog: after this, whoever asked for a key has died."""
KEY_NAME = "OAuth Client API Key"
"""What Datadog calls the key of a partner's client (extend/authorization/oauth2_endpoints)."""
KEY_WAITS = (1, 1, 1, 2, 2, 4, 4, 8, 8, 15, 15, 30, 30, 60, 60, 120, 120)
"""Seconds between checks of a new key: "a few seconds" is documented, eight minutes are waited."""
RESTORE_CHECKS = 200
"""Checks of a refused key: longer than the seven days in which Datadog can restore it."""

_KEYED = (ConnectionState.CHECKING_KEY, ConnectionState.CONNECTED, ConnectionState.NEEDS_RECONNECT)


def ensure_api_key(*, organisation_id: UUID, connection_id: UUID) -> None:
    """Have a key for a connection whose tokens are stored, and start its checks."""
    with tenant(organisation_id):
        connection = locked(connection_id)
        if connection.state != ConnectionState.CHECKING_KEY:
            return
        if API_KEY_SCOPE not in connection.granted_scopes:
            _stop(connection, *_SCOPE_MISSING)
            return
        stored = connection.credentials.filter(kind=SecretKind.API_KEY).exists()
    if stored and _stored_key_works(connection):
        return
    _request_key(connection)


def check_key(connection: Connection) -> None:
    """Ask Datadog whether it takes the stored key; set the state, or when to ask again."""
    if connection.api_key_state == ApiKeyState.REQUESTED:
        # Whoever asked for it is gone. Asking again gives a key, or shows that one was lost.
        _request_key(connection)
        return
    try:
        check = _asked(connection)
    except TryLaterError as error:
        wait = max(error.retry_after or 0.0, KEY_WAITS[-1] if connection.check_count else 5.0)
        with tenant(connection.organisation_id):
            change(locked(connection.id), check_at=soon(wait))
        return
    except SecretMissingError:
        _request_key(connection)
        return
    with tenant(connection.organisation_id):
        row = locked(connection.id)
        if row.state in _KEYED:
            _judge(row, check)


def check_remaining_key(*, organisation_id: UUID, connection_id: UUID) -> bool:
    """After a disconnect: whether Datadog still takes the key. Once it does not, our copy goes."""
    with tenant(organisation_id):
        connection = Connection.objects.get(id=connection_id)
        credential = Credential.objects.filter(
            connection=connection, kind=SecretKind.API_KEY
        ).first()
    if credential is None:
        return False
    alive = _asked(connection).valid
    # A key that was never seen to work may only be too young to be taken everywhere.
    settled = timezone.now() - credential.stored_at > timedelta(seconds=sum(KEY_WAITS))
    with tenant(organisation_id):
        row = locked(connection_id)
        change(row, checked_at=timezone.now())
        if alive or row.state != ConnectionState.DISCONNECTED:
            return True
        if row.api_key_state != ApiKeyState.VALID and not settled:
            return True
        delete_credentials(row, SecretKind.API_KEY)
        change(row, api_key_state=ApiKeyState.NONE, api_key_id="", check_at=None)
    return False


def key_name(connection: Connection) -> str:
    """The name to look for in Datadog's list of keys."""
    return connection.api_key_name or KEY_NAME


def keys_url(connection: Connection) -> str:
    """Datadog's list of keys, on the host where this customer signs in."""
    destination = Destination(connection.site, connection.subdomain)
    return gateways.api_keys_url(destination, name=key_name(connection))


def _request_key(connection: Connection) -> None:
    with tenant(connection.organisation_id):
        row = locked(connection.id)
        if row.state != ConnectionState.CHECKING_KEY:
            change(row, check_at=None)
            return
        change(row, api_key_state=ApiKeyState.REQUESTED, check_at=soon(INTENT_SECONDS))
    try:
        token = reveal(connection, kind=SecretKind.ACCESS_TOKEN, purpose="create the API key")
        key = gateways.create_api_key(site=connection.site, access_token=token)
    except ApiKeyExistsError:
        _settle_existing_key(connection)
    except TryLaterError as error:
        with tenant(connection.organisation_id):
            change(locked(connection.id), check_at=soon(max(error.retry_after or 0.0, 5.0)))
    except ConnectionsError as error:
        with tenant(connection.organisation_id):
            row = locked(connection.id)
            change(row, api_key_state=ApiKeyState.NONE)
            _stop(row, error.title, error.fix)
    else:
        _store_key(connection, key)


def _store_key(connection: Connection, key: ApiKey) -> None:
    """The first thing after the answer, in one short transaction."""
    with tenant(connection.organisation_id):
        row = locked(connection.id)
        store_credential(row, kind=SecretKind.API_KEY, secret=key.key)
        change(
            row,
            api_key_state=ApiKeyState.STORED,
            api_key_id=key.id[:64],
            api_key_name=key.name[:200],
        )
        if row.state in _KEYED:
            move(row, ConnectionState.CHECKING_KEY, check_at=timezone.now(), check_count=0)


def _settle_existing_key(connection: Connection) -> None:
    """409: fine with a key of ours, else that key is lost and only the customer can help."""
    with tenant(connection.organisation_id):
        row = locked(connection.id)
        if row.credentials.filter(kind=SecretKind.API_KEY).exists():
            change(row, api_key_state=ApiKeyState.STORED, check_at=timezone.now(), check_count=0)
            return
        change(row, api_key_state=ApiKeyState.LOST)
        _stop(
            row,
            "Datadog has already made an API key for this integration, shows it only once, and "
            "this portal does not have it.",
            f"Open Organization Settings, API Keys in Datadog, revoke the key named “{KEY_NAME}”, "
            "then reconnect here.",
        )


def _stored_key_works(connection: Connection) -> bool:
    """On a reconnect: keep a key that Datadog takes and that belongs to this organisation."""
    try:
        check = _asked(connection)
    except (TryLaterError, SecretMissingError):
        return False
    same = not check.org_id or check.org_id == connection.datadog_org_id
    if not check.valid or not same:
        return False
    with tenant(connection.organisation_id):
        row = locked(connection.id)
        if row.state == ConnectionState.CHECKING_KEY:
            _judge(row, check)
    return True


def _asked(connection: Connection) -> KeyCheck:
    key: Secret = reveal(connection, kind=SecretKind.API_KEY, purpose="check the API key")
    return gateways.check_api_key(site=connection.site, api_key=key)


def _judge(row: Connection, check: KeyCheck) -> None:
    """Act on Datadog's answer about the key of a locked row."""
    change(row, checked_at=timezone.now())
    if not check.valid:
        _refused(row)
        return
    try:
        check_same_organisation(row, check.org_id or "")
        claim_organisation(row.site, check.org_id or "")
    except OrganisationTakenError as error:
        # The redirect's word about the organisation was false, or it is taken: hold nothing by it.
        release_organisation(row.site)
        _stop(row, f"The API key is of another Datadog organisation. {error.title}", error.fix)
        change(row, datadog_org_id="", datadog_org_name="")
        return
    recovered = row.state != ConnectionState.NEEDS_RECONNECT or _is_only_about_key(row)
    fields = {
        "api_key_state": ApiKeyState.VALID,
        "datadog_org_id": check.org_id or row.datadog_org_id,
        "check_at": None,
        "check_count": 0,
    }
    if recovered:
        move(row, ConnectionState.CONNECTED, **fields)
    else:
        change(row, **fields)


def _refused(row: Connection) -> None:
    tries = row.check_count + 1
    if row.state == ConnectionState.CHECKING_KEY and tries < len(KEY_WAITS):
        change(row, check_count=tries, check_at=soon(KEY_WAITS[tries]))
        return
    again = timezone.now() + restore_check_after(tries) if tries < RESTORE_CHECKS else None
    if row.state == ConnectionState.CHECKING_KEY:
        last_four = row.credentials.get(kind=SecretKind.API_KEY).last_four
        _stop(
            row,
            f"Datadog does not accept the API key that ends in {last_four}.",
            f"If somebody has revoked the key named “{key_name(row)}”, restore it in Datadog or "
            "reconnect here to make a new one.",
        )
    change(row, api_key_state=ApiKeyState.REFUSED, check_at=again, check_count=tries)


def _is_only_about_key(row: Connection) -> bool:
    """A grant that was lost meanwhile is refreshed no more, and needs a person all the same."""
    return row.api_key_state == ApiKeyState.REFUSED and row.refresh_at is not None


def _stop(row: Connection, problem: str, fix: str) -> None:
    move(row, ConnectionState.NEEDS_RECONNECT, check_at=None, **said(problem, fix))


_SCOPE_MISSING = (
    "The person who authorised may not create API keys in Datadog, so nothing can be sent.",
    "Reconnect with a Datadog user who holds the permission “API Keys Write”.",
)
