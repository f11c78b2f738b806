"""Puts everything that old vault keys wrap under the first one, while the portal runs.

What is left to do is seen in the rows, so a broken-off rotation goes on where it stopped. Sealed
values themselves stay as they are: only the organisations' data keys are wrapped anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from portal.accounts.services.audit import record_support_access
from portal.common.tenancy import tenant
from portal.connections.models import DataKey, OAuthClient, VaultKey
from portal.connections.vault.cipher import VENDOR, Binding
from portal.connections.vault.data_keys import data_key_binding
from portal.connections.vault.keyring import Keyring, keyring
from portal.connections.vault.known_keys import check_vault, ensure_known

BATCH = 500
CLIENT_SECRET_PLACE = "connections_oauthclient.client_secret_sealed"  # noqa: S105 - a column


@dataclass(frozen=True, slots=True)
class Progress:
    """How many data keys have been wrapped anew, and how many there were to do."""

    done: int
    total: int


def rotate_vault(*, batch: int = BATCH) -> Iterator[Progress]:
    """Wrap all data keys and the vendor's secrets under the first vault key, batch by batch."""
    check_vault()
    record_support_access(purpose="Rotation of the vault keys", by=None)
    ring = keyring()
    _rewrap_client_secrets(ring)
    total = _outdated(ring).count()
    done = 0
    yield Progress(done, total)
    while rows := list(_outdated(ring).values_list("organisation_id", "id")[:batch]):
        for organisation_id, row_id in rows:
            _rewrap_data_key(ring, organisation_id, row_id)
        done += len(rows)
        yield Progress(done, max(total, done))


def retire_unused_keys() -> list[str]:
    """Forget vault keys that wrap nothing any more; their names may go from the settings."""
    ring = keyring()
    names = [key.name for key in ring.keys[1:]]
    VaultKey.objects.filter(key_id__in=set(names) - _used(ring)).delete()
    # A process with the old list may have used its key in between: then it is needed again.
    used = _used(ring)
    for key in ring.keys[1:]:
        if key.name in used:
            ensure_known(key)
    return [name for name in names if name not in used]


def _outdated(ring: Keyring) -> QuerySet[DataKey]:
    return DataKey.across_tenants.exclude(vault_key_id=ring.first.name).order_by("id")


@transaction.atomic
def _rewrap_data_key(ring: Keyring, organisation_id: UUID, row_id: UUID) -> None:
    with tenant(organisation_id):
        row = DataKey.objects.select_for_update().filter(id=row_id).first()
        if row is None or row.vault_key_id == ring.first.name:
            return
        plain = ring.unwrap(bytes(row.wrapped), data_key_binding(row))
        row.wrapped = ring.first.wrap(plain, data_key_binding(row))
        row.vault_key_id = ring.first.name
        row.save(update_fields=["wrapped", "vault_key_id"])


@transaction.atomic
def _rewrap_client_secrets(ring: Keyring) -> None:
    clients = OAuthClient.objects.select_for_update().exclude(client_secret_sealed=b"")
    for client in clients:
        sealed = bytes(client.client_secret_sealed)
        binding = Binding(CLIENT_SECRET_PLACE, client.id, VENDOR)
        if ring.key_of(sealed) is not ring.first:
            client.client_secret_sealed = ring.first.wrap(ring.unwrap(sealed, binding), binding)
            client.save(update_fields=["client_secret_sealed"])


def _used(ring: Keyring) -> set[str]:
    wrapping = set(DataKey.across_tenants.values_list("vault_key_id", flat=True).distinct())
    sealed = OAuthClient.objects.exclude(client_secret_sealed=b"").values_list(
        "client_secret_sealed", flat=True
    )
    keys = (ring.key_of(bytes(value)) for value in sealed)
    return wrapping | {key.name for key in keys if key is not None}
