"""The vault keys of the settings: every one opens, the first one seals.

A vault key seals data keys and the vendor's own secrets, nothing else. Knows no database.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from portal.connections.vault.cipher import (
    KEY_ID_BYTES,
    VENDOR,
    Binding,
    SealError,
    decrypt,
    encrypt,
    key_id_of,
)

KEY_BYTES = 32
LOCAL_KEY_ID = "local"
"""The name of the key that a local portal makes for itself, which has none of its own."""
_NAME = re.compile(r"\A[A-Za-z0-9._-]{1,40}\Z", re.ASCII)
_CHECK_PLAIN = b"portal vault key"


@dataclass(frozen=True, slots=True, repr=False)
class WrappingKey:
    """One vault key with its name."""

    name: str
    cipher: AESGCM

    @property
    def tag(self) -> bytes:
        """The key's id inside sealed values."""
        return hashlib.sha256(self.name.encode()).digest()[:KEY_ID_BYTES]

    def check_value(self) -> bytes:
        """A value that only this key opens."""
        return self.wrap(_CHECK_PLAIN, self._check_binding)

    def opens(self, check_value: bytes) -> bool:
        """Whether the value was made by this very key."""
        try:
            return decrypt(self.cipher, sealed=check_value, binding=self._check_binding) == (
                _CHECK_PLAIN
            )
        except SealError:
            return False

    def wrap(self, plain: bytes, binding: Binding) -> bytes:
        return encrypt(self.cipher, key_id=self.tag, plain=plain, binding=binding)

    @property
    def _check_binding(self) -> Binding:
        row_id = UUID(bytes=hashlib.sha256(self.name.encode()).digest()[:16])
        return Binding("connections_vaultkey.check_value", row_id, VENDOR)


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The vault keys, the sealing one first."""

    keys: tuple[WrappingKey, ...]

    @property
    def first(self) -> WrappingKey:
        return self.keys[0]

    def unwrap(self, sealed: bytes, binding: Binding) -> bytes:
        """Open with the key that the value names; no other key is tried."""
        key = self.key_of(sealed)
        if key is None:
            raise SealError(f"PORTAL_VAULT_KEYS lacks the key that {binding.place} is sealed with.")
        return decrypt(key.cipher, sealed=sealed, binding=binding)

    def key_of(self, sealed: bytes) -> WrappingKey | None:
        tag = key_id_of(sealed)
        return next((key for key in self.keys if key.tag == tag), None)


def keyring() -> Keyring:
    """Return the vault keys of the settings; ImproperlyConfigured with what is wrong."""
    return _parsed(tuple(settings.VAULT_KEYS))


@lru_cache(maxsize=4)
def _parsed(entries: tuple[str, ...]) -> Keyring:
    keys = tuple(_key_of(entry, number) for number, entry in enumerate(entries, start=1))
    if not keys:
        raise ImproperlyConfigured("PORTAL_VAULT_KEYS is empty: it needs at least one vault key.")
    if len({key.tag for key in keys}) < len(keys):
        raise ImproperlyConfigured("PORTAL_VAULT_KEYS has two keys of one name: rename one.")
    return Keyring(keys)


def _key_of(entry: str, number: int) -> WrappingKey:
    name, colon, encoded = entry.partition(":")
    if not colon:
        name, encoded = LOCAL_KEY_ID, entry
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES or not _NAME.match(name):
        # Never the entry itself: it may be a key with a slip of the pen.
        raise ImproperlyConfigured(
            f'PORTAL_VAULT_KEYS: entry {number} is not "name:key" with a key of {KEY_BYTES} bytes '
            "in base64url."
        )
    return WrappingKey(name, AESGCM(key))
