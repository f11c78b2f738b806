"""Seals and opens values of one organisation, one at a time or ten thousands a second."""

from __future__ import annotations

from uuid import UUID

from portal.connections.vault.cipher import VENDOR, Binding, SealError, decrypt, encrypt, key_id_of
from portal.connections.vault.data_keys import data_keys_of, key_id
from portal.connections.vault.keyring import keyring
from portal.connections.vault.known_keys import ensure_known


class Sealer:
    """Holds an organisation's opened data keys. Thread-safe; keep it for one piece of work.

    Making it may read the database, inside or outside a ``tenant()`` block; using it does not.
    """

    __slots__ = ("_keys", "organisation_id")

    def __init__(self, organisation_id: UUID) -> None:
        self.organisation_id = organisation_id
        self._keys = data_keys_of(organisation_id)

    def seal(self, plain: bytes, *, place: str, row_id: UUID, version: int = 1) -> bytes:
        """Seal for the column ``place`` ("table.column") of the row ``row_id``."""
        number = self._keys.newest
        return encrypt(
            self._keys.by_number[number],
            key_id=key_id(number),
            plain=plain,
            binding=Binding(place, row_id, self.organisation_id, version),
        )

    def open(self, sealed: bytes, *, place: str, row_id: UUID, version: int = 1) -> bytes:
        """Open what was sealed for exactly that place; SealError for everything else."""
        number = int.from_bytes(key_id_of(sealed), "big")
        key = self._keys.by_number.get(number)
        if key is None:
            raise SealError(f"The organisation has no data key {number}.")
        return decrypt(
            key, sealed=sealed, binding=Binding(place, row_id, self.organisation_id, version)
        )


def seal(
    plain: bytes, *, place: str, row_id: UUID, organisation_id: UUID, version: int = 1
) -> bytes:
    """Seal one value under the organisation's data key."""
    return Sealer(organisation_id).seal(plain, place=place, row_id=row_id, version=version)


def open_sealed(
    sealed: bytes, *, place: str, row_id: UUID, organisation_id: UUID, version: int = 1
) -> bytes:
    """Open one value of the organisation."""
    return Sealer(organisation_id).open(sealed, place=place, row_id=row_id, version=version)


def seal_for_vendor(plain: bytes, *, place: str, row_id: UUID, version: int = 1) -> bytes:
    """Seal a secret of the vendor's own, which belongs to no organisation, under the vault key."""
    first = keyring().first
    ensure_known(first)
    return first.wrap(plain, Binding(place, row_id, VENDOR, version))


def open_for_vendor(sealed: bytes, *, place: str, row_id: UUID, version: int = 1) -> bytes:
    """Open a secret of the vendor's own."""
    return keyring().unwrap(sealed, Binding(place, row_id, VENDOR, version))
