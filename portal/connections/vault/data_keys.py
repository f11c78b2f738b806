"""Each organisation's data key: made on demand, wrapped by a vault key, kept open for a while."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from portal.common.ids import uuid7
from portal.common.tenancy import tenant
from portal.connections.models import DataKey
from portal.connections.vault.cipher import KEY_ID_BYTES, Binding, SealError
from portal.connections.vault.keyring import KEY_BYTES, keyring
from portal.connections.vault.known_keys import ensure_known

OPEN_SECONDS = 300.0
"""How long an opened data key is kept: what a shredded one may still open in other processes."""
MAX_OPEN = 10_000
"""About 10 MB; an installation has as many as organisations with work in the last minutes."""


@dataclass(frozen=True, slots=True, repr=False)
class OpenKeys:
    """An organisation's data keys by number; the highest number seals."""

    by_number: dict[int, AESGCM]
    until: float

    @property
    def newest(self) -> int:
        return max(self.by_number)


_open: dict[UUID, OpenKeys] = {}
_lock = Lock()


def data_keys_of(organisation_id: UUID) -> OpenKeys:
    """Return the organisation's opened data keys; the first call makes the first one."""
    with _lock:
        cached = _open.get(organisation_id)
    if cached and cached.until > time.monotonic():
        return cached
    with tenant(organisation_id):
        keys = _opened(_rows() or _made(organisation_id))
        # After the commit only: a key that is rolled back must seal nothing.
        transaction.on_commit(lambda: _keep(organisation_id, keys))
    return keys


def key_id(number: int) -> bytes:
    """The id of a data key inside sealed values."""
    return number.to_bytes(KEY_ID_BYTES, "big")


def data_key_binding(row: DataKey) -> Binding:
    """Where a wrapped data key lies."""
    return Binding("connections_datakey.wrapped", row.id, row.organisation_id, row.number)


def forget_data_keys(organisation_id: UUID | None = None) -> None:
    """Drop opened data keys of one organisation, or all, from this process's memory."""
    with _lock:
        if organisation_id is None:
            _open.clear()
        else:
            _open.pop(organisation_id, None)


def shred_organisation(organisation_id: UUID) -> None:
    """Delete the organisation's data keys: nothing sealed with them ever opens again."""
    with tenant(organisation_id):
        DataKey.objects.all().delete()
        transaction.on_commit(lambda: forget_data_keys(organisation_id))


def _rows() -> list[DataKey]:
    return list(DataKey.objects.order_by("number"))


def _made(organisation_id: UUID) -> list[DataKey]:
    """Make key 1. Whoever else does so at the same time: one of both rows stays, for both."""
    first = keyring().first
    ensure_known(first)
    row = DataKey(id=uuid7(), organisation_id=organisation_id, number=1, vault_key_id=first.name)
    row.wrapped = first.wrap(secrets.token_bytes(KEY_BYTES), data_key_binding(row))
    DataKey.objects.bulk_create([row], ignore_conflicts=True)
    return _rows()


def _opened(rows: list[DataKey]) -> OpenKeys:
    ring = keyring()
    by_number = {
        row.number: AESGCM(ring.unwrap(bytes(row.wrapped), data_key_binding(row))) for row in rows
    }
    if not by_number:
        raise SealError("The organisation has no data key.")
    return OpenKeys(by_number, time.monotonic() + OPEN_SECONDS)


def _keep(organisation_id: UUID, keys: OpenKeys) -> None:
    with _lock:
        if len(_open) >= MAX_OPEN:
            _open.clear()
        _open[organisation_id] = keys
