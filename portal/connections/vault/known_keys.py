"""Whether the vault keys at hand are the ones this database was sealed with."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError

from portal.connections.models import VaultKey
from portal.connections.vault.keyring import WrappingKey, keyring


def check_vault() -> None:
    """Raise ImproperlyConfigured unless every key that this database needs is there and right.

    A process calls it before it serves.
    """
    at_hand = {key.name: key for key in keyring().keys}
    for known in _known():
        key = at_hand.get(known.key_id)
        if key is None:
            raise ImproperlyConfigured(
                f"PORTAL_VAULT_KEYS lacks the vault key {known.key_id!r}, and this database has "
                "secrets sealed with it. Add it to the list again; before you take a key away, "
                "run `manage.py rotate_vault` and wait until it says that you may."
            )
        _check(key, known)
    ensure_known(keyring().first)


def ensure_known(key: WrappingKey) -> None:
    """Note a key before it seals anything; ImproperlyConfigured when the name has another key."""
    known = VaultKey.objects.filter(key_id=key.name).first()
    if known is None:
        VaultKey.objects.bulk_create(
            [VaultKey(key_id=key.name, check_value=key.check_value())], ignore_conflicts=True
        )
        known = VaultKey.objects.get(key_id=key.name)
    _check(key, known)


def _known() -> list[VaultKey]:
    try:
        return list(VaultKey.objects.order_by("key_id"))
    except ProgrammingError as error:
        raise ImproperlyConfigured(
            "The database has no tables of the portal yet: run `manage.py migrate` first."
        ) from error


def _check(key: WrappingKey, known: VaultKey) -> None:
    if not key.opens(bytes(known.check_value)):
        raise ImproperlyConfigured(
            f"The vault key {key.name!r} in PORTAL_VAULT_KEYS is not the key of that name that "
            "this database's secrets are sealed with. Put the right key back; nothing was started."
        )
