"""The environment, and the secrets that a local portal makes for itself.

A portal without DATABASE_URL is *local*: demo, development, tests. It keeps its database, broker
and generated secrets in ``var/``. With DATABASE_URL every secret has to be given.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[3]

# FileAwareEnv also reads NAME_FILE, the way orchestrators hand secrets over.
env = environ.FileAwareEnv()

VAR_DIR = Path(env.str("PORTAL_VAR_DIR", default=str(BASE_DIR / "var")))
LOCAL = not (env.str("DATABASE_URL", default=""))


def needed(name: str, *, local: str) -> str:
    """Return the setting NAME; only a local portal has a default for it."""
    given: str = env.str(name, default=local if LOCAL else "")
    if not given:
        raise ImproperlyConfigured(f"Set {name}; docs/reference/settings.md says to what.")
    return given


def secret(name: str, *, bytes_long: int = 48) -> str:
    """Return the secret NAME; a local portal makes one that only its owner can read."""
    given: str = env.str(name, default="")
    if given:
        return given
    if not LOCAL:
        raise ImproperlyConfigured(
            f"Set {name} (or {name}_FILE): outside a local portal no secret has a default."
        )
    return _generated(VAR_DIR / "secrets" / name.lower(), bytes_long)


def _generated(path: Path, bytes_long: int) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    draft = secrets.token_urlsafe(bytes_long)
    with os.fdopen(descriptor, "w") as file:
        file.write(draft)
    return draft
