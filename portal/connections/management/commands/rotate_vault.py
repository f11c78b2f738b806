"""``manage.py rotate_vault``: wrap every data key under the first vault key of the settings."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.connections.vault.keyring import keyring
from portal.connections.vault.rotation import retire_unused_keys, rotate_vault


class Command(BaseCommand):
    """Resumable; run it again at any time."""

    help = "Wraps all data keys under the first key of PORTAL_VAULT_KEYS; can be run again."

    def handle(self, *args: Any, **options: Any) -> None:
        first = keyring().first.name
        for progress in rotate_vault():
            self.stdout.write(f"{progress.done} of {progress.total} data keys under {first!r}")
        removable = retire_unused_keys()
        if removable:
            names = ", ".join(repr(name) for name in removable)
            self.stdout.write(f"You may take these keys out of PORTAL_VAULT_KEYS: {names}")
        else:
            self.stdout.write("No key of PORTAL_VAULT_KEYS can be taken away.")
