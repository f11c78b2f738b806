"""The vendor's OAuth clients and their secrets."""

from __future__ import annotations

from collections.abc import Sequence

from portal.connections import gateways
from portal.connections.domain import ClientRefusedError
from portal.connections.gateways import OAuthClientConfig, Secret
from portal.connections.models import OAuthClient
from portal.connections.vault import open_for_vendor, seal_for_vendor
from portal.connections.vault.rotation import CLIENT_SECRET_PLACE


def save_oauth_client(
    *,
    name: str,
    client_id: str,
    client_secret: str,
    scopes: Sequence[str],
    active: bool = True,
) -> OAuthClient:
    """Make the client of that id, or change it."""
    client, _ = OAuthClient.objects.update_or_create(
        client_id=client_id, defaults={"name": name, "scopes": list(scopes), "active": active}
    )
    set_client_secret(client=client, secret=client_secret)
    return client


def set_client_secret(*, client: OAuthClient, secret: str) -> None:
    """Seal the secret; from then on only its last four characters are ever shown."""
    client.client_secret_sealed = seal_for_vendor(
        secret.encode(), place=CLIENT_SECRET_PLACE, row_id=client.id
    )
    client.client_secret_last_four = Secret(secret).last_four
    client.save(update_fields=["client_secret_sealed", "client_secret_last_four"])


def config_of(client: OAuthClient) -> OAuthClientConfig:
    """The client as calls to Datadog need it, its secret opened."""
    if not client.client_secret_sealed:
        raise ClientRefusedError(
            "The vendor's OAuth client has no secret yet.", "The vendor has to enter it."
        )
    secret = open_for_vendor(
        bytes(client.client_secret_sealed), place=CLIENT_SECRET_PLACE, row_id=client.id
    )
    return gateways.client_config(
        client_id=client.client_id, client_secret=Secret(secret.decode()), scopes=client.scopes
    )
