"""Makes the portal's database and its three roles on a server of your own."""

from __future__ import annotations

from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.embedded.errors import RoleTooPowerfulError
from portal.embedded.roles import RolePasswords, bootstrap


class Command(BaseCommand):
    help = (
        "Make or repair the roles portal_owner, portal_app and portal_support and their database. "
        "Reads the administrator's address from DATABASE_ADMIN_URL and the roles' passwords from "
        "DATABASE_OWNER_URL, DATABASE_URL and DATABASE_SUPPORT_URL. May be repeated."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DATABASE_ADMIN_URL:
            raise CommandError(
                "Set DATABASE_ADMIN_URL to the address of a role that may create roles. A local "
                "portal, without DATABASE_URL, makes its roles by itself."
            )
        missing = [alias for alias in ("owner", "default", "support") if not _password(alias)]
        if missing:
            raise CommandError(f"The database addresses of {', '.join(missing)} have no password.")
        passwords = RolePasswords(
            owner=_password("owner"), app=_password("default"), support=_password("support")
        )
        name = str(settings.DATABASES["default"]["NAME"])
        try:
            bootstrap(settings.DATABASE_ADMIN_URL, passwords=passwords, database=name)
        except (psycopg.Error, RoleTooPowerfulError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The database {name} and its three roles are ready.")


def _password(alias: str) -> str:
    return str(settings.DATABASES.get(alias, {}).get("PASSWORD", ""))
