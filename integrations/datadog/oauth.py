"""Datadog's OAuth 2 for partners: authorise, exchange, refresh, revoke, and the one API key.

https://docs.datadoghq.com/developers/authorization/oauth2_endpoints/ . Stands on requests-oauthlib
over the one transport. Knows no storage: who keeps what, and who may refresh, is the caller's.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from oauthlib.oauth2 import WebApplicationClient

from integrations.core.errors import MissingScopeError, StopError
from integrations.core.secret import Secret
from integrations.datadog.oauth_session import Grant, TokenCall
from integrations.datadog.oauth_status import (
    ClientRefusedError,
    CodeRefusedError,
    raise_for_token,
)
from integrations.datadog.sites import Addresses, Site, SiteAddress
from integrations.datadog.status import raise_for
from integrations.datadog.words import json_of
from integrations.http.client import Answer, HttpClient

__all__ = [
    "ApiKey",
    "ApiKeyExistsError",
    "ClientRefusedError",
    "CodeRefusedError",
    "Grant",
    "OAuthClientConfig",
    "authorize_url",
    "challenge_for",
    "create_api_key",
    "exchange_code",
    "new_verifier",
    "refresh",
    "revoke",
]

AUTHORIZE_PATH = "/oauth2/v1/authorize"
REVOKE_PATH = "/oauth2/v1/revoke"
API_KEY_PATH = "/api/v2/api_keys/marketplace"
# Datadog's newest documentation. The older "/oauth2/v1/token" is what its OpenAPI files and its
# own command-line client (DataDog/pup) name; set it in OAuthClientConfig if the newer one fails.
TOKEN_PATH = "/api/v2/oauth2/token"  # noqa: S105 - a path

# What Datadog calls the key that a partner's client makes; shown in the customer's key list.
OAUTH_KEY_NAME = "OAuth Client API Key"


class ApiKeyExistsError(StopError):
    """409: this client has made its one API key in that Datadog organisation before."""


@dataclass(frozen=True, slots=True)
class OAuthClientConfig:
    """The vendor's OAuth client at Datadog. ``scopes`` as registered there."""

    client_id: str
    client_secret: Secret
    redirect_uri: str
    scopes: tuple[str, ...]
    token_path: str = TOKEN_PATH


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A fresh API key. ``key`` is shown once by Datadog: store it before anything else."""

    id: str
    name: str
    key: Secret


def new_verifier() -> Secret:
    """A PKCE verifier of 86 URL-safe characters (RFC 7636 asks for 43 to 128)."""
    return Secret(secrets.token_urlsafe(64))


def challenge_for(verifier: Secret) -> str:
    """The S256 challenge of a verifier: base64url of its SHA-256, without padding."""
    digest = hashlib.sha256(verifier.reveal().encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def authorize_url(
    address: SiteAddress,
    *,
    addresses: Addresses,
    config: OAuthClientConfig,
    state: str,
    verifier: Secret,
) -> str:
    """The address to send the customer's browser to, on the host where they sign in.

    ``state`` and ``scope`` are not in the partner documentation, but Datadog's own client sends
    both and requires ``state`` back (DataDog/pup, src/auth).
    """
    query = WebApplicationClient(config.client_id).prepare_request_uri(
        "https://oauth.invalid/",
        redirect_uri=config.redirect_uri,
        scope=list(config.scopes) or None,
        state=state,
        code_challenge=challenge_for(verifier),
        code_challenge_method="S256",
    )
    return addresses.app_url(address, f"{AUTHORIZE_PATH}?{query.partition('?')[2]}")


def exchange_code(
    http: HttpClient,
    *,
    addresses: Addresses,
    config: OAuthClientConfig,
    site: Site,
    code: str,
    verifier: Secret,
) -> Grant:
    """Turn the ``code`` of the redirect into a Grant, at the site's API host.

    CodeRefusedError (a GrantRevokedError) for a spent or expired code or a wrong verifier,
    ClientRefusedError when Datadog does not take the vendor's client, RetryLaterError.
    """
    return _token_call(http, addresses, config, site).exchange(code, verifier=verifier)


def refresh(
    http: HttpClient,
    *,
    addresses: Addresses,
    config: OAuthClientConfig,
    site: Site,
    refresh_token: Secret,
) -> Grant:
    """Get a new access token. ``refresh_token`` of the Grant is the one to keep from now on: the
    new one when Datadog sent one, else the old.

    GrantRevokedError when Datadog no longer honours it, ClientRefusedError, RetryLaterError.
    Serialise calls per connection: a refresh token may be good for one use only.
    """
    return _token_call(http, addresses, config, site).refresh(refresh_token)


def revoke(
    http: HttpClient,
    *,
    addresses: Addresses,
    config: OAuthClientConfig,
    site: Site,
    token: Secret,
    hint: str = "refresh_token",
) -> None:
    """Revoke a token. Datadog answers 200 for unknown tokens too, so this is no proof.

    RetryLaterError may be repeated at will; StopError when Datadog refuses the client.
    """
    form = {
        "client_id": config.client_id,
        "client_secret": config.client_secret.reveal(),
        "token": token.reveal(),
        "token_type_hint": hint,
    }
    answer = http.request(
        "POST",
        addresses.url(site, "api", REVOKE_PATH),
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        },
        body=urlencode(form).encode("ascii"),
    )
    raise_for_token(answer, token, config.client_secret)


def create_api_key(
    http: HttpClient, *, addresses: Addresses, site: Site, access_token: Secret
) -> ApiKey:
    """Make the one API key that this client may have in the customer's organisation.

    Needs the scope ``api_keys_write``. Datadog shows the value once and answers 409 from then on
    (ApiKeyExistsError). GrantRevokedError, MissingScopeError; RetryLaterError with ``uncertain``
    means that the key may exist although its value is lost.
    """
    answer = http.request(
        "POST",
        addresses.url(site, "api", API_KEY_PATH),
        headers={
            "Authorization": f"Bearer {access_token.reveal()}",
            "Accept": "application/json",
        },
    )
    _check_key_answer(answer, access_token)
    return _api_key_of(answer)


def _token_call(
    http: HttpClient, addresses: Addresses, config: OAuthClientConfig, site: Site
) -> TokenCall:
    return TokenCall(
        http=http,
        url=addresses.url(site, "api", config.token_path),
        client_id=config.client_id,
        client_secret=config.client_secret,
        redirect_uri=config.redirect_uri,
        scopes=config.scopes,
    )


def _check_key_answer(answer: Answer, access_token: Secret) -> None:
    if answer.status == 409:
        raise ApiKeyExistsError(
            "Datadog has already made an API key for this integration in that organisation.",
            fix=f"Revoke the key named “{OAUTH_KEY_NAME}” in Datadog under Organization Settings, "
            "API Keys, then link Datadog again.",
        )
    try:
        raise_for(answer, access_token, surface="resource")
    except MissingScopeError as exc:
        raise MissingScopeError(
            str(exc),
            fix="The permission api_keys_write is missing: link Datadog again with a user who may "
            "create API keys; if that does not help, Datadog has not granted it to the vendor.",
        ) from exc


def _api_key_of(answer: Answer) -> ApiKey:
    """Read the JSON:API body ``{"data": {"id", "attributes": {"key", "name", …}}}``."""
    content = json_of(answer)
    try:
        data = content["data"]
        attributes = data["attributes"]
        return ApiKey(
            id=str(data["id"]),
            name=str(attributes.get("name") or OAUTH_KEY_NAME),
            key=Secret(attributes["key"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        # No "from": the body that could not be read may hold the key.
        raise StopError(
            "Datadog made an API key but its answer could not be read.",
            fix=f"Revoke the key named “{OAUTH_KEY_NAME}” in Datadog, then link Datadog again.",
        ) from None
