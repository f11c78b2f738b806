"""The form of a sealed value: AES-256-GCM, bound to the place where it lies.

``0x01 | key id (4) | nonce (12) | ciphertext and tag``. Knows no database and no settings.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 12
"""NIST SP 800-38D: 96 random bits are good for 2^32 values under one key."""
TAG_BYTES = 16
_NONCE_AT = len(FORMAT) + KEY_ID_BYTES
_BODY_AT = _NONCE_AT + NONCE_BYTES

VENDOR = UUID(int=0)
"""The tenant of what belongs to the vendor and not to one organisation."""


class SealError(Exception):
    """A sealed value does not open. There is never a value instead: neither text nor nothing."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a sealed value lies. It opens there and nowhere else.

    ``place`` is "table.column"; ``version`` counts the values of a row, so that an older one put
    back does not open.
    """

    place: str
    row_id: UUID
    organisation_id: UUID
    version: int = 1

    def associated(self, header: bytes) -> bytes:
        """The bytes that are authenticated along with the ciphertext."""
        place = self.place.encode()
        return b"".join(
            (
                header,
                len(place).to_bytes(2, "big"),
                place,
                self.row_id.bytes,
                self.organisation_id.bytes,
                self.version.to_bytes(8, "big"),
            )
        )


def encrypt(key: AESGCM, *, key_id: bytes, plain: bytes, binding: Binding) -> bytes:
    """Seal ``plain``; an empty value is refused, since it would hide a lost secret."""
    if not plain:
        raise SealError(f"There is nothing to seal for {binding.place}.")
    header = FORMAT + key_id + os.urandom(NONCE_BYTES)
    return header + key.encrypt(header[_NONCE_AT:], plain, binding.associated(header))


def decrypt(key: AESGCM, *, sealed: bytes, binding: Binding) -> bytes:
    """Open a sealed value at its own place, or raise SealError."""
    key_id_of(sealed)
    header = sealed[:_BODY_AT]
    try:
        return key.decrypt(header[_NONCE_AT:], sealed[_BODY_AT:], binding.associated(header))
    except InvalidTag as error:
        raise SealError(
            f"A sealed value of {binding.place} does not open: it was changed or moved."
        ) from error


def key_id_of(sealed: bytes) -> bytes:
    """Which key a value is sealed under; SealError for anything that is no sealed value."""
    if len(sealed) <= _BODY_AT + TAG_BYTES or sealed[:1] != FORMAT:
        raise SealError("That is not a sealed value.")
    return sealed[len(FORMAT) : _NONCE_AT]
