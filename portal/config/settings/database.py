"""PostgreSQL, the one database: given by address, or embedded in ``var/``.

Three roles, three aliases: ``default`` is portal_app (web and workers), ``support`` is
portal_support (reads across tenants), ``owner`` is portal_owner (migrations).
"""

from __future__ import annotations

from typing import Any

from portal.config.settings.env import LOCAL, VAR_DIR, env

_ROLES = {"default": "app", "support": "support", "owner": "owner"}
_ADDRESSES = {
    "default": "DATABASE_URL",
    "support": "DATABASE_SUPPORT_URL",
    "owner": "DATABASE_OWNER_URL",
}


def _embedded(role: str) -> dict[str, Any]:
    return {
        "ENGINE": "portal.common.embedded_backend",
        "NAME": "portal",
        "CONN_MAX_AGE": 60,
        "OPTIONS": {"embedded_role": role, "embedded_directory": str(VAR_DIR / "postgres")},
    }


def _given(name: str) -> dict[str, Any]:
    address: dict[str, Any] = dict(env.db_url(name, engine="django.db.backends.postgresql"))
    return {**address, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


# Only a migration needs the owner; web and workers are better off without its password.
_aliases = [
    alias
    for alias, name in _ADDRESSES.items()
    if LOCAL or alias != "owner" or env.str(name, default="")
]
DATABASES = {
    alias: _embedded(_ROLES[alias]) if LOCAL else _given(_ADDRESSES[alias]) for alias in _aliases
}
# Used by `manage.py create_roles` only; web and workers run without it.
DATABASE_ADMIN_URL = env.str("DATABASE_ADMIN_URL", default="")
DATABASE_ROUTERS = ["portal.common.routers.OwnerMigrates"]
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "common_cache",
    }
}
