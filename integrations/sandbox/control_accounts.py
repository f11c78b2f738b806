"""Control calls about who may do what: credentials, clients, uninstalling, keys."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from integrations.core.errors import RefusedHostError
from integrations.datadog.sites import parse_site
from integrations.sandbox.answers import refuse
from integrations.sandbox.orders import (
    BAD_REQUEST,
    AppOrder,
    AtAddress,
    ClientAtAddress,
    ClientOrder,
    CredentialsOrder,
    KeyOrder,
)
from integrations.sandbox.registry import ApiKey, Client
from integrations.sandbox.world import World


def make_credentials(world: World, order: CredentialsOrder) -> dict[str, Any]:
    """A client, a grant with these scopes and a key pair, usable at once.

    They belong to the organisation at the site (or at ``subdomain``); each call makes new ones.
    """
    registry = world.registry
    organisation = registry.organisation(order.address)
    scopes = tuple(dict.fromkeys(order.scopes))
    client = Client(str(uuid.uuid4()), secrets.token_hex(20), "Sandbox credentials", (), scopes)
    registry.clients[client.id] = client
    grant = registry.open_grant(client, organisation, scopes)
    expires_at = world.now() + world.settings.access_token_seconds
    return {
        "site": organisation.site,
        "org_id": organisation.id,
        "api_key": registry.issue_api_key(organisation, usable_from=0).value,
        "app_key": registry.issue_app_key(organisation),
        "access_token": registry.issue_access_token(grant, expires_at=expires_at),
        "refresh_token": grant.refresh_token,
        "client_id": client.id,
        "client_secret": client.secret,
        "scopes": scopes,
    }


def register_client(world: World, order: ClientOrder) -> dict[str, Any]:
    """A known ``client_id`` is replaced; its grants and keys stay."""
    try:
        home = parse_site(order.home)
    except RefusedHostError as error:
        raise refuse(BAD_REQUEST, f"home: {error}") from error
    client_id = order.client_id or str(uuid.uuid4())
    known = world.registry.clients.get(client_id)
    client = known or Client(client_id, "", "", (), ())
    client.secret = order.client_secret or secrets.token_hex(20)
    client.name = order.name
    client.redirect_uris = tuple(order.redirect_uris)
    client.scopes = tuple(dict.fromkeys(order.scopes))
    client.published, client.home = order.published, home
    world.registry.clients[client_id] = client
    return {
        "client_id": client.id,
        "client_secret": client.secret,
        "name": client.name,
        "redirect_uris": client.redirect_uris,
        "scopes": client.scopes,
        "published": client.published,
    }


def _client(world: World, client_id: str) -> Client:
    client = world.registry.clients.get(client_id)
    if client is None:
        raise refuse(BAD_REQUEST, "client_id: no such client")
    return client


def switch_app(world: World, order: AppOrder) -> dict[str, Any]:
    """Disable a client in an organisation, or enable it again; its grants end either way."""
    client = _client(world, order.client_id)
    organisation = world.registry.organisation(order.address)
    if order.disabled:
        client.disabled_in.add(organisation.id)
    else:
        client.disabled_in.discard(organisation.id)
    return {"grants_ended": world.registry.revoke_grants(organisation, client.id)}


def uninstall(world: World, order: ClientAtAddress) -> dict[str, Any]:
    """Tokens die, the API key lives, as when a customer uninstalls the tile."""
    client = _client(world, order.client_id)
    organisation = world.registry.organisation(order.address)
    return {"grants_ended": world.registry.revoke_grants(organisation, client.id)}


def revoke_key(world: World, order: KeyOrder) -> dict[str, Any]:
    key = _key(world, order)
    key.revoked = True
    return {"api_key_id": key.id, "revoked": True}


def restore_key(world: World, order: KeyOrder) -> dict[str, Any]:
    """Same id and value as before, as Datadog restores a key within seven days."""
    key = _key(world, order)
    key.revoked = False
    return {"api_key_id": key.id, "revoked": False}


def _key(world: World, order: KeyOrder) -> ApiKey:
    if order.api_key:
        key = world.registry.api_keys.get(order.api_key)
        if key is None:
            raise refuse(BAD_REQUEST, "api_key: no such key")
        return key
    if not order.client_id or not order.site:
        raise refuse(BAD_REQUEST, "api_key, or client_id and site, are required")
    at = AtAddress(site=order.site, subdomain=order.subdomain)
    organisation = world.registry.organisation(at.address)
    keys = world.registry.keys_of(organisation, order.client_id)
    if not keys:
        raise refuse(BAD_REQUEST, "client_id: this client has no key in this organisation")
    return keys[-1]
