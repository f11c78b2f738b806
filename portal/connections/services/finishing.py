"""Coming back from Datadog's consent page: check everything, get the tokens, store them."""

from __future__ import annotations

import re
from hmac import compare_digest
from uuid import UUID

from django.utils import timezone

from portal.accounts.domain import Permission
from portal.accounts.models import User
from portal.accounts.selectors import member_of
from portal.accounts.services.audit import record_audit
from portal.common.tenancy import tenant
from portal.connections import gateways
from portal.connections.domain import (
    AddressRefusedError,
    AuthorizationDeniedError,
    ConnectionsError,
    ConnectionState,
    RedirectAnswer,
    SecretKind,
    StateRefusedError,
)
from portal.connections.gateways import API_KEY_SCOPE, Grant, OAuthClientConfig
from portal.connections.models import AuthorizationRequest, Connection
from portal.connections.services.api_keys import INTENT_SECONDS, ensure_api_key
from portal.connections.services.claims import check_same_organisation, claim_organisation
from portal.connections.services.clients import config_of
from portal.connections.services.credentials import delete_credentials, store_grant
from portal.connections.services.starting import consume_request, digest, verifier_of
from portal.connections.services.states import change, locked, move, said, soon

_DENIED = "access_denied"
_ORG_ID = re.compile(r"\A[A-Za-z0-9-]{1,64}\Z", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")


def finish_authorization(*, answer: RedirectAnswer, by: User, session_key: str) -> Connection:
    """Turn Datadog's redirect into a linked connection, or raise ConnectionsError.

    The returned connection may still wait for its key, or need a person: its state says so.
    """
    request = consume_request(answer.state)
    _check_starter(request, by, session_key)
    _check_may_connect(request, by)
    try:
        _check_answer(request, answer)
        connection = _link(request, answer, by)
    except ConnectionsError as error:
        _note_failure(request, error)
        raise
    ensure_api_key(organisation_id=connection.organisation_id, connection_id=connection.id)
    with tenant(connection.organisation_id):
        connection.refresh_from_db()
    return connection


def _check_starter(request: AuthorizationRequest, by: User, session_key: str) -> None:
    same_browser = compare_digest(bytes(request.session_hash), digest(session_key))
    if request.user_id != by.pk or not same_browser:
        raise StateRefusedError(
            "This authorisation was started by somebody else, or in another browser.",
            "Start linking Datadog again in this browser.",
        )
    if request.expires_at <= timezone.now():
        raise StateRefusedError(
            "This authorisation took longer than ten minutes.", "Start linking Datadog again."
        )


def _check_may_connect(request: AuthorizationRequest, by: User) -> None:
    member = member_of(user=by, organisation_id=request.organisation_id)
    if member is None or not member.may(Permission.CONNECT):
        raise StateRefusedError(
            "You may no longer link Datadog for this organisation.",
            "Ask one of its owners or admins to do it.",
        )


def _check_answer(request: AuthorizationRequest, answer: RedirectAnswer) -> None:
    """Refuse a no from Datadog and every domain but the one where this grant was started."""
    if answer.error == _DENIED:
        raise AuthorizationDeniedError(
            "Datadog was told not to authorise this integration: nothing was linked.",
            "Start again and press Authorize, or ask a Datadog admin of your company to do it.",
        )
    if answer.error or not answer.code:
        words = gateways.redact(_plain(f"{answer.error}: {answer.error_description}"))[:200]
        raise AuthorizationDeniedError(
            f"Datadog ended the authorisation with an error ({words})."
            if answer.error
            else "Datadog's answer has no code.",
            "Start linking Datadog again; tell the vendor if it happens twice.",
        )
    if not gateways.is_site(answer.domain) or answer.domain != request.site:
        raise AddressRefusedError(
            "The answer names another Datadog site than the one this link was started for. "
            "Nothing was sent there.",
            "Start again and choose the site that you sign in to.",
        )


def _link(request: AuthorizationRequest, answer: RedirectAnswer, by: User) -> Connection:
    config = config_of(request.client)
    grant = gateways.exchange_code(
        config=config, site=request.site, code=answer.code, verifier=verifier_of(request)
    )
    try:
        return _store_grant(request, answer, grant, by)
    except ConnectionsError:
        _give_back(config, request.site, grant)
        raise


def _store_grant(
    request: AuthorizationRequest, answer: RedirectAnswer, grant: Grant, by: User
) -> Connection:
    org_id = answer.datadog_org_id if _ORG_ID.match(answer.datadog_org_id) else ""
    with tenant(request.organisation_id):
        connection = locked(Connection.objects.get(site=request.site).id)
        check_same_organisation(connection, org_id)
        claim_organisation(connection.site, org_id)
        with_key = API_KEY_SCOPE in request.client.scopes
        move(
            connection,
            ConnectionState.CHECKING_KEY if with_key else ConnectionState.CONNECTED,
            subdomain=request.subdomain,
            client=request.client,
            granted_scopes=list(grant.scopes),
            datadog_org_id=org_id or connection.datadog_org_id,
            datadog_org_name=_plain(answer.datadog_org_name)[:200] or connection.datadog_org_name,
            connected_at=timezone.now(),
            connected_by=by,
            disconnected_at=None,
            checked_at=timezone.now(),
            # Should this process die before the key is asked for, the background task goes on.
            check_at=soon(INTENT_SECONDS) if with_key else None,
            check_count=0,
            # A refresh of the former grant that is under way must not overwrite this one.
            refresh_fence=connection.refresh_fence + 1,
        )
        delete_credentials(connection, SecretKind.REFRESH_TOKEN)
        store_grant(connection, grant)
        record_audit(action="datadog linked", by=by, target=connection, site=connection.site)
    return connection


def _give_back(config: OAuthClientConfig, site: str, grant: Grant) -> None:
    """Revoke tokens that are not wanted; the refusal is what matters, not whether this works."""
    try:
        if grant.refresh_token is not None:
            gateways.revoke(
                config=config, site=site, token=grant.refresh_token, hint="refresh_token"
            )
        gateways.revoke(config=config, site=site, token=grant.access_token, hint="access_token")
    except ConnectionsError:
        return


def _note_failure(request: AuthorizationRequest, error: ConnectionsError) -> None:
    """A connection that never worked says on its page why; a working one stays as it is."""
    with tenant(request.organisation_id):
        row_id: UUID | None = (
            Connection.objects.filter(site=request.site, state=ConnectionState.PENDING)
            .values_list("id", flat=True)
            .first()
        )
        if row_id is not None:
            change(locked(row_id), **said(error.title, error.fix))


def _plain(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text).strip()
